#include "station/certificate/base45.hpp"

#include <algorithm>
#include <cstdint>

namespace station::certificate {
namespace {

constexpr std::string_view letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
constexpr unsigned base = 45;

}  // namespace

std::string to_base45(std::string_view bytes) {
    std::string out;
    const auto put = [&](unsigned number, int count) {
        for (; count > 0; --count, number /= base) {
            out += letters[number % base];
        }
    };
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
        put(static_cast<unsigned>(static_cast<std::uint8_t>(bytes[i])) << 8 |
                static_cast<std::uint8_t>(bytes[i + 1]),
            3);
    }
    if (bytes.size() % 2 == 1) {
        put(static_cast<std::uint8_t>(bytes.back()), 2);
    }
    return out;
}

std::optional<std::string> from_base45(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); i += 3) {
        const auto count = std::min<std::size_t>(3, text.size() - i);
        unsigned number = 0;
        for (std::size_t j = count; j-- > 0;) {
            const auto digit = letters.find(text[i + j]);
            if (digit == letters.npos) {
                return std::nullopt;
            }
            number = number * base + static_cast<unsigned>(digit);
        }
        const bool fits = count == 3 ? number <= 0xFFFF : count == 2 && number <= 0xFF;
        if (!fits) {
            return std::nullopt;
        }
        if (count == 3) {
            out += static_cast<char>(number >> 8);
        }
        out += static_cast<char>(number & 0xFF);
    }
    return out;
}

}  // namespace station::certificate
