#pragma once

#include "protocols/base/hex.hpp"
#include "protocols/base/result.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace obd {

/// A two-byte diagnostic trouble code (SAE J2012-DA; ISO 15031-6 clause 5).
class Dtc {
public:
    Dtc() = default;
    explicit constexpr Dtc(std::uint16_t number) : number_(number) {}
    /// `P0420` form; nullopt for anything else.
    [[nodiscard]] static std::optional<Dtc> from_text(std::string_view text);

    [[nodiscard]] std::uint16_t number() const { return number_; }
    /// System letter and four digits, e.g. `P0420`, `U0405`.
    [[nodiscard]] std::string text() const;

    auto operator<=>(const Dtc&) const = default;

private:
    std::uint16_t number_ = 0;
};

/// How messages of one control unit are laid out. CAN: one message with a count byte; legacy:
/// several messages of at most 7 bytes.
enum class Framing { can, legacy };

/// Codes of services 03, 07 and 0A from all messages of one control unit, service byte first, in
/// order (SAE J1979 6.3, 6.7, 6.10). `0000` is padding. Fault: malformed when the count byte and
/// the bytes present contradict each other.
[[nodiscard]] protocols::Result<std::vector<Dtc>> read_dtcs(
    std::span<const protocols::Bytes> messages, Framing framing
);

}  // namespace obd
