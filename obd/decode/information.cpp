#include "obd/decode/information.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace obd {
namespace {

using protocols::Bytes;
using protocols::ByteView;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;

Failure malformed(std::string detail) {
    return {Fault::malformed, std::move(detail)};
}

bool printable(char c) {
    return c >= ' ' && c <= '~';
}

constexpr int vin_length = 17;

}  // namespace

std::optional<std::string> padded_text(ByteView bytes) {
    std::string text(bytes.begin(), bytes.end());
    const auto last = text.find_last_not_of('\0');
    text.erase(last == text.npos ? 0 : last + 1);
    text.erase(0, std::min(text.find_first_not_of('\0'), text.size()));
    if (!std::ranges::all_of(text, printable)) {
        return std::nullopt;
    }
    return text;
}

Result<std::vector<Bytes>> information_items(
    std::span<const Bytes> messages, Framing framing, std::size_t item_bytes
) {
    auto all = information_bytes(messages, framing);
    if (all.has_error()) {
        return all.error();
    }
    auto bytes = std::move(all.value());
    if (framing == Framing::can) {
        // The count decides; what follows the items is padding.
        const std::size_t count = messages[0][2];
        if (bytes.size() < count * item_bytes) {
            return malformed(std::to_string(count) + " items announced, fewer bytes sent");
        }
        bytes.resize(count * item_bytes);
    }
    if (bytes.size() % item_bytes != 0) {
        return malformed("the last item is cut");
    }
    std::vector<Bytes> list;
    for (std::size_t i = 0; i < bytes.size(); i += item_bytes) {
        list.emplace_back(
            bytes.begin() + static_cast<long>(i), bytes.begin() + static_cast<long>(i + item_bytes)
        );
    }
    return list;
}

Result<std::set<std::uint8_t>> read_support(std::uint8_t base, ByteView data) {
    if (data.size() != 4) {
        return malformed("a support bitmap has 4 bytes: " + protocols::to_hex(data));
    }
    std::set<std::uint8_t> ids;
    auto id = base;
    for (const auto byte : data) {
        for (unsigned mask = 0x80; mask != 0; mask >>= 1) {
            ++id;
            if ((byte & mask) != 0) {
                ids.insert(id);
            }
        }
    }
    return ids;
}

Result<Bytes> information_bytes(std::span<const Bytes> messages, Framing framing) {
    if (messages.empty()) {
        return malformed("no message");
    }
    if (framing == Framing::can) {
        if (messages[0].size() < 3) {
            return malformed("item count missing: " + protocols::to_hex(messages[0]));
        }
        return Bytes(messages[0].begin() + 3, messages[0].end());
    }
    constexpr std::size_t message_bytes = 7;  // always four of them data (SAE J1979 6.9)
    Bytes all;
    std::uint8_t expected = 1;
    for (const auto& message : messages) {
        if (message.size() != message_bytes || message[2] != expected) {
            return malformed("message " + std::to_string(expected) + " is missing or damaged");
        }
        all.insert(all.end(), message.begin() + 3, message.end());
        ++expected;
    }
    return all;
}

Result<std::string> read_vin(std::span<const Bytes> messages, Framing framing) {
    auto bytes = information_bytes(messages, framing);
    if (bytes.has_error()) {
        return bytes.error();
    }
    const auto text = padded_text(bytes.value());
    if (!text || text->size() != vin_length) {
        return malformed("a VIN has 17 characters: " + protocols::to_hex(bytes.value()));
    }
    return *text;
}

Result<std::vector<std::string>> read_calids(std::span<const Bytes> messages, Framing framing) {
    constexpr std::size_t calid_bytes = 16;
    auto list = information_items(messages, framing, calid_bytes);
    if (list.has_error()) {
        return list.error();
    }
    std::vector<std::string> calids;
    for (const auto& item : list.value()) {
        const auto text = padded_text(item);
        if (!text) {
            return malformed(
                "a calibration identification is not text: " + protocols::to_hex(item)
            );
        }
        calids.push_back(*text);
    }
    return calids;
}

Result<std::vector<std::string>> read_cvns(std::span<const Bytes> messages, Framing framing) {
    constexpr std::size_t cvn_bytes = 4;
    auto list = information_items(messages, framing, cvn_bytes);
    if (list.has_error()) {
        return list.error();
    }
    std::vector<std::string> cvns;
    for (const auto& item : list.value()) {
        cvns.push_back(protocols::to_hex(item));
    }
    return cvns;
}

Result<std::string> read_ecu_name(std::span<const Bytes> messages, Framing framing) {
    auto bytes = information_bytes(messages, framing);
    if (bytes.has_error()) {
        return bytes.error();
    }
    // Four characters of acronym padded with NUL, then `-` and the name: the inner NULs go.
    std::string text;
    for (const auto byte : bytes.value()) {
        if (byte != 0) {
            text += static_cast<char>(byte);
        }
    }
    if (!std::ranges::all_of(text, printable)) {
        return malformed("an ECU name is text: " + protocols::to_hex(bytes.value()));
    }
    return text;
}

Result<std::vector<std::uint16_t>> read_performance(
    std::span<const Bytes> messages, Framing framing
) {
    auto list = information_items(messages, framing, 2);
    if (list.has_error()) {
        return list.error();
    }
    std::vector<std::uint16_t> counters;
    for (const auto& item : list.value()) {
        counters.push_back(static_cast<std::uint16_t>(item[0] << 8 | item[1]));
    }
    return counters;
}

}  // namespace obd
