#include "protocols/base/text.hpp"

#include <algorithm>
#include <cstdint>

namespace protocols {
namespace {

constexpr std::uint32_t greatest_code_point = 0x10FFFF;

bool surrogate(std::uint32_t code) {
    return code >= 0xD800 && code <= 0xDFFF;
}

}  // namespace

std::string printable(std::string_view bytes, std::size_t limit) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string text;
    for (const char c : bytes.substr(0, limit)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= ' ' && byte <= '~') {
            text += c;
        } else if (c == '\r' || c == '\n') {
            text += ' ';
        } else {
            text += "\\x";
            text += digits[byte >> 4];
            text += digits[byte & 0x0F];
        }
    }
    return text;
}

bool is_utf8(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size();) {
        const auto lead = static_cast<unsigned char>(bytes[i]);
        const std::size_t size = lead < 0x80         ? 1
                                 : lead >> 5 == 0x06 ? 2
                                 : lead >> 4 == 0x0E ? 3
                                 : lead >> 3 == 0x1E ? 4
                                                     : 0;
        if (size == 0 || i + size > bytes.size()) {
            return false;
        }
        std::uint32_t code = size == 1 ? lead : lead & (0x7FU >> size);
        for (std::size_t k = 1; k < size; ++k) {
            const auto next = static_cast<unsigned char>(bytes[i + k]);
            if (next >> 6 != 0x02) {
                return false;
            }
            code = code << 6 | (next & 0x3F);
        }
        constexpr std::uint32_t least[]{0, 0, 0x80, 0x800, 0x10000};
        if (code < least[size] || surrogate(code) || code > greatest_code_point) {
            return false;
        }
        i += size;
    }
    return true;
}

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

}  // namespace protocols
