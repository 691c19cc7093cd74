#include "obd/decode/dtc.hpp"

namespace obd {
namespace {

using protocols::Bytes;
using protocols::Failure;
using protocols::Fault;

constexpr std::string_view systems = "PCBU";

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
