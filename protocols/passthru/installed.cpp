#include "protocols/passthru/installed.hpp"

#include "protocols/base/embedded.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

namespace protocols::passthru {

const std::vector<EmbeddedFile>& quirk_files();

namespace {

namespace json = boost::json;

}  // namespace

Result<Installed> read_installed(std::string_view text) {
    boost::system::error_code error;
    const auto value = json::parse(json::string_view(text.data(), text.size()), error);
    if (error || !value.is_object()) {
        return Failure{Fault::malformed, "a J2534 library's file is a JSON object"};
    }
    const auto& object = value.as_object();
    const auto word = [&](std::string_view key) {
        const auto* found = object.if_contains(key);
        return found != nullptr && found->is_string() ? std::string(found->as_string())
                                                      : std::string();
    };
    Installed one;
    one.name = word("NAME");
    one.vendor = word("VENDOR");
    one.library = word("FUNCTION_LIB");
    one.version = word("API");
    if (one.name.empty() || one.library.empty()) {
        return Failure{Fault::malformed, "NAME and FUNCTION_LIB must be texts"};
    }
    if (const auto* width = object.if_contains("ABI_ULONG")) {
        if (!width->is_int64() || (width->as_int64() != 4 && width->as_int64() != 8)) {
            return Failure{Fault::malformed, "ABI_ULONG must be 4 or 8"};
        }
        one.ulong_bytes = static_cast<int>(width->as_int64());
    }
    if (!one.version.empty() && one.version != "04.04" && one.version != "05.00") {
        return Failure{Fault::malformed, "API must be 04.04 or 05.00"};
    }
    one.resources_by_pointer = word("ABI_RESOURCES") == "pointer";
    if (const auto* natural = object.if_contains("ABI_NATURAL")) {
        one.packed = !(natural->is_bool() && natural->get_bool());
    }
    return one;
}

void add_known_layout(Installed& library) {
    if (library.ulong_bytes != 0) {
        return;
    }
    const auto file = library.library.substr(library.library.find_last_of("/\\") + 1);
    const auto& text = quirk_files().front().text;
    const auto table = json::parse(json::string_view(text.data(), text.size()));
    for (const auto& row : table.at("rows").as_array()) {
        const auto* width = row.as_object().if_contains("ulong");
        for (const auto& name : row.at("files").as_array()) {
            if (width != nullptr && std::string_view(name.as_string()) == file) {
                library.ulong_bytes = width->to_number<int>();
                library.packed = row.at("packed").as_bool();
            }
        }
    }
}

}  // namespace protocols::passthru
