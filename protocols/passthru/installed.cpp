#include "protocols/passthru/installed.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

namespace protocols::passthru {
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
    Installed one{word("NAME"), word("VENDOR"), word("FUNCTION_LIB"), 0, true};
    if (one.name.empty() || one.library.empty()) {
        return Failure{Fault::malformed, "NAME and FUNCTION_LIB must be texts"};
    }
    if (const auto* width = object.if_contains("ABI_ULONG")) {
        if (!width->is_int64() || (width->as_int64() != 4 && width->as_int64() != 8)) {
            return Failure{Fault::malformed, "ABI_ULONG must be 4 or 8"};
        }
        one.ulong_bytes = static_cast<int>(width->as_int64());
    }
    if (const auto* natural = object.if_contains("ABI_NATURAL")) {
        one.packed = !(natural->is_bool() && natural->get_bool());
    }
    return one;
}

}  // namespace protocols::passthru
