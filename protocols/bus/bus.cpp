#include "protocols/bus/bus.hpp"

#include <algorithm>
#include <array>

namespace protocols::bus {
namespace {

struct Row {
    Protocol protocol;
    std::string_view id;
    std::string_view name;
};

constexpr std::array rows{
    Row{Protocol::undecided, "undecided", "undecided"},
    Row{Protocol::j1850_pwm, "j1850_pwm", "SAE J1850 PWM"},
    Row{Protocol::j1850_vpw, "j1850_vpw", "SAE J1850 VPW"},
    Row{Protocol::iso9141, "iso9141", "ISO 9141-2"},
    Row{Protocol::kwp_slow, "kwp_slow", "ISO 14230-4 (KWP 5BAUD)"},
    Row{Protocol::kwp_fast, "kwp_fast", "ISO 14230-4 (KWP FAST)"},
    Row{Protocol::can11_500, "can11_500", "ISO 15765-4 (CAN 11/500)"},
    Row{Protocol::can29_500, "can29_500", "ISO 15765-4 (CAN 29/500)"},
    Row{Protocol::can11_250, "can11_250", "ISO 15765-4 (CAN 11/250)"},
    Row{Protocol::can29_250, "can29_250", "ISO 15765-4 (CAN 29/250)"},
    Row{Protocol::j1939, "j1939", "SAE J1939 (CAN 29/250)"},
    Row{Protocol::user1, "user1", "USER1 (CAN 11/125)"},
    Row{Protocol::user2, "user2", "USER2 (CAN 11/50)"},
    Row{Protocol::j1939_500, "j1939_500", "SAE J1939 (CAN 29/500)"},
    Row{Protocol::doip, "doip", "ISO 13400 (DoIP)"},
};

}  // namespace

std::string_view name(Protocol protocol) {
    return std::ranges::find(rows, protocol, &Row::protocol)->name;
}

std::string_view id(Protocol protocol) {
    return std::ranges::find(rows, protocol, &Row::protocol)->id;
}

std::optional<Protocol> protocol_from_id(std::string_view id) {
    const auto row = std::ranges::find(rows, id, &Row::id);
    if (row == rows.end()) {
        return std::nullopt;
    }
    return row->protocol;
}

std::string EcuAddress::text() const {
    if (!known()) {
        return "?";
    }
    std::string text;
    for (int shift = (digits_ - 1) * 4; shift >= 0; shift -= 4) {
        text += "0123456789ABCDEF"[value_ >> shift & 0x0F];
    }
    return text;
}

std::optional<EcuAddress> EcuAddress::from_text(std::string_view text) {
    if (text.size() != 2 && text.size() != 3 && text.size() != 4 && text.size() != 8) {
        return std::nullopt;
    }
    std::uint32_t value = 0;
    for (const char c : text) {
        const auto digit = hex_digit(c);
        if (!digit) {
            return std::nullopt;
        }
        value = value << 4 | *digit;
    }
    return EcuAddress(value, static_cast<int>(text.size()));
}

}  // namespace protocols::bus
