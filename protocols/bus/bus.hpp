#pragma once

#include "protocols/base/hex.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace protocols::bus {

/// The legislated OBD buses, numbered as the ELM327 does (`ATDPN`) as far as it does: the number is
/// stored in records.
enum class Protocol : std::uint8_t {
    undecided = 0,
    j1850_pwm = 1,
    j1850_vpw = 2,
    iso9141 = 3,
    kwp_slow = 4,
    kwp_fast = 5,
    can11_500 = 6,
    can29_500 = 7,
    can11_250 = 8,
    can29_250 = 9,
    j1939 = 10,
    user1 = 11,
    user2 = 12,
    j1939_500 = 13,  ///< The ELM327 speaks it as a bus of the user's own.
    doip = 14,       ///< No bus of the connector: Ethernet, ISO 13400.
};

[[nodiscard]] constexpr bool is_can(Protocol protocol) {
    return protocol >= Protocol::can11_500 && protocol <= Protocol::can29_250;
}
/// Messages come whole, with their length, as on CAN (SAE J1979 and J1979-2 have one form for
/// both).
[[nodiscard]] constexpr bool has_whole_messages(Protocol protocol) {
    return is_can(protocol) || protocol == Protocol::doip;
}
[[nodiscard]] constexpr bool is_can29(Protocol protocol) {
    return protocol == Protocol::can29_500 || protocol == Protocol::can29_250;
}
[[nodiscard]] constexpr bool is_j1850(Protocol protocol) {
    return protocol == Protocol::j1850_vpw || protocol == Protocol::j1850_pwm;
}
[[nodiscard]] constexpr bool is_kwp(Protocol protocol) {
    return protocol == Protocol::kwp_slow || protocol == Protocol::kwp_fast;
}
/// Buses with a session that ends when nothing is asked for 5 s (P3max, ISO 9141-2, ISO 14230-2).
[[nodiscard]] constexpr bool has_session(Protocol protocol) {
    return protocol == Protocol::iso9141 || is_kwp(protocol);
}
[[nodiscard]] constexpr bool is_legacy(Protocol protocol) {
    return protocol >= Protocol::j1850_pwm && protocol <= Protocol::kwp_fast;
}

[[nodiscard]] constexpr bool is_j1939(Protocol protocol) {
    return protocol == Protocol::j1939 || protocol == Protocol::j1939_500;
}

/// Standard's name of the bus, e.g. `ISO 15765-4 (CAN 11/500)`.
[[nodiscard]] std::string_view name(Protocol protocol);
/// Stable identifier for files and JSON, e.g. `can11_500`.
[[nodiscard]] std::string_view id(Protocol protocol);
[[nodiscard]] std::optional<Protocol> protocol_from_id(std::string_view id);

/// Who sent a message. CAN: the whole identifier (7E8, 18DAF110); legacy and SAE J1939: the source
/// byte; DoIP: the logical address. Unknown when the adapter printed no headers.
class EcuAddress {
public:
    EcuAddress() = default;
    constexpr EcuAddress(std::uint32_t value, int digits) : value_(value), digits_(digits) {}

    [[nodiscard]] static constexpr EcuAddress can11(std::uint32_t id) { return {id, 3}; }
    [[nodiscard]] static constexpr EcuAddress can29(std::uint32_t id) { return {id, 8}; }
    [[nodiscard]] static constexpr EcuAddress legacy(std::uint8_t source) { return {source, 2}; }
    [[nodiscard]] static constexpr EcuAddress doip(std::uint16_t logical) { return {logical, 4}; }

    [[nodiscard]] bool known() const { return digits_ != 0; }
    [[nodiscard]] std::uint32_t value() const { return value_; }
    /// 3, 8, 2 or 4 hex digits as the bus prints them; `?` when unknown.
    [[nodiscard]] std::string text() const;
    /// Reads the form text() gives.
    [[nodiscard]] static std::optional<EcuAddress> from_text(std::string_view text);

    auto operator<=>(const EcuAddress&) const = default;

private:
    std::uint32_t value_ = 0;
    int digits_ = 0;
};

/// One diagnostic message of one control unit: service byte first (SAE J1939: the three bytes of
/// the parameter group, the highest first), no header, padding or checksum.
struct Message {
    EcuAddress source;
    Bytes data;

    bool operator==(const Message&) const = default;
};

}  // namespace protocols::bus
