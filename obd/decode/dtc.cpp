#include "obd/decode/dtc.hpp"

#include <charconv>

namespace obd {
namespace {

using protocols::Bytes;
using protocols::Failure;
using protocols::Fault;

constexpr std::string_view systems = "PCBU";

/// A number in decimal that fills the whole text.
std::optional<std::uint32_t> decimal(std::string_view text, std::uint32_t highest) {
    std::uint32_t value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc() && stop == text.data() + text.size();
    return whole && value <= highest ? std::optional(value) : std::nullopt;
}

/// `bytes`: whole codes of two bytes.
void add_codes(protocols::ByteView bytes, std::vector<Dtc>& codes) {
    for (; !bytes.empty(); bytes = bytes.subspan(2)) {
        const auto number = static_cast<std::uint16_t>(bytes[0] << 8 | bytes[1]);
        if (number != 0) {
            codes.emplace_back(number);
        }
    }
}

}  // namespace

std::optional<Dtc> Dtc::from_text(std::string_view text) {
    constexpr std::string_view parameter = "SPN ";
    constexpr std::string_view mode = " FMI ";
    if (const auto at = text.find(mode); text.starts_with(parameter) && at != text.npos) {
        constexpr std::uint32_t spn_max = 0x7FFFF;
        constexpr std::uint32_t fmi_max = 31;
        const auto spn = decimal(text.substr(parameter.size(), at - parameter.size()), spn_max);
        const auto fmi = decimal(text.substr(at + mode.size()), fmi_max);
        return spn && fmi ? std::optional(j1939(*spn, static_cast<std::uint8_t>(*fmi)))
                          : std::nullopt;
    }
    if (text.size() != 5) {
        return std::nullopt;
    }
    const auto system = systems.find(text[0]);
    if (system == systems.npos || text[1] > '3') {
        return std::nullopt;
    }
    auto number = static_cast<unsigned>(system) << 14;
    for (std::size_t i = 1; i < 5; ++i) {
        const auto digit = protocols::hex_digit(text[i]);
        if (!digit) {
            return std::nullopt;
        }
        number |= static_cast<unsigned>(*digit) << (16 - 4 * i);
    }
    return Dtc(static_cast<std::uint16_t>(number));
}

std::string Dtc::text() const {
    if (is_j1939()) {
        return "SPN " + std::to_string(spn()) + " FMI " + std::to_string(fmi());
    }
    std::string text(1, systems[number_ >> 14]);
    text += static_cast<char>('0' + (number_ >> 12 & 3));
    for (int shift = 8; shift >= 0; shift -= 4) {
        text += "0123456789ABCDEF"[number_ >> shift & 0x0F];
    }
    return text;
}

protocols::Result<std::vector<Dtc>> read_dtcs(std::span<const Bytes> messages, Framing framing) {
    std::vector<Dtc> codes;
    for (const auto& message : messages) {
        const protocols::ByteView bytes(message);
        if (bytes.empty()) {
            return Failure{Fault::malformed, "empty message"};
        }
        if (framing == Framing::legacy) {
            if (bytes.size() % 2 == 0) {
                return Failure{Fault::malformed, "half a code in " + protocols::to_hex(bytes)};
            }
            add_codes(bytes.subspan(1), codes);
            continue;
        }
        if (bytes.size() < 2) {
            return Failure{Fault::malformed, "count byte missing"};
        }
        const std::size_t announced = bytes[1];
        const auto body = bytes.subspan(2);
        if (body.size() < announced * 2) {
            return Failure{
                Fault::malformed, std::to_string(announced) +
                                      " codes announced, fewer sent: " + protocols::to_hex(bytes)};
        }
        // Bytes beyond the count must be padding, else the count lies.
        for (const auto byte : body.subspan(announced * 2)) {
            if (byte != 0x00 && byte != 0xAA && byte != 0x55 && byte != 0xFF && byte != 0xCC) {
                return Failure{
                    Fault::malformed,
                    "more codes sent than announced: " + protocols::to_hex(bytes)};
            }
        }
        add_codes(body.first(announced * 2), codes);
    }
    return codes;
}

}  // namespace obd
