#include "protocols/base/hex.hpp"

#include "protocols/base/ensure.hpp"

namespace protocols {

std::string to_hex(std::uint8_t byte) {
    return to_hex(ByteView(&byte, 1));
}

std::string to_hex(ByteView bytes) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const auto byte : bytes) {
        text += digits[byte >> 4];
        text += digits[byte & 0x0F];
    }
    return text;
}

std::optional<std::uint8_t> hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return static_cast<std::uint8_t>(c - '0');
    }
    if (c >= 'A' && c <= 'F') {
        return static_cast<std::uint8_t>(c - 'A' + 10);
    }
    if (c >= 'a' && c <= 'f') {
        return static_cast<std::uint8_t>(c - 'a' + 10);
    }
    return std::nullopt;
}

std::optional<Bytes> from_hex(std::string_view text) {
    Bytes bytes;
    std::optional<std::uint8_t> high;
    for (const char c : text) {
        if (c == ' ') {
            continue;
        }
        const auto digit = hex_digit(c);
        if (!digit) {
            return std::nullopt;
        }
        if (high) {
            bytes.push_back(static_cast<std::uint8_t>(*high << 4 | *digit));
            high.reset();
        } else {
            high = digit;
        }
    }
    if (high) {
        return std::nullopt;
    }
    return bytes;
}

std::uint64_t big_endian(ByteView bytes) {
    ENSURE(bytes.size() <= 8);
    std::uint64_t value = 0;
    for (const auto byte : bytes) {
        value = value << 8 | byte;
    }
    return value;
}

}  // namespace protocols
