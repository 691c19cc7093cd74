#include "protocols/passthru/installed.hpp"

#include "protocols/base/embedded.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

namespace protocols::passthru {

const std::vector<EmbeddedFile>& quirk_files();

namespace {

namespace json = boost::json;

std::uint32_t little_endian(std::string_view bytes, std::size_t at, std::size_t size) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
        value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << 8 * i;
    }
    return value;
}

}  // namespace

int bits_of(std::string_view head) {
    constexpr std::size_t pe_offset_at = 0x3C;
    constexpr std::size_t machine_at = 4;
    constexpr std::uint32_t i386 = 0x014C;
    constexpr std::uint32_t amd64 = 0x8664;
    constexpr std::uint32_t arm64 = 0xAA64;
    if (head.size() > 4 && head.starts_with("\x7F"
                                            "ELF")) {
        return head[4] == 1 ? 32 : head[4] == 2 ? 64 : 0;
    }
    if (!head.starts_with("MZ") || head.size() < pe_offset_at + 4) {
        return 0;
    }
    const std::size_t pe = little_endian(head, pe_offset_at, 4);
    if (pe > head.size() || head.size() - pe < machine_at + 2 || head.substr(pe, 2) != "PE") {
        return 0;
    }
    const auto machine = little_endian(head, pe + machine_at, 2);
    return machine == i386 ? 32 : machine == amd64 || machine == arm64 ? 64 : 0;
}

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
