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

/// A two-byte diagnostic trouble code (SAE J2012-DA; ISO 15031-6 clause 5), or a suspect parameter
/// and its failure mode (SAE J1939-73 5.7.1).
class Dtc {
public:
    Dtc() = default;
    explicit constexpr Dtc(std::uint16_t number) : number_(number) {}
    /// `spn`: 19 bits; `fmi`: 5 bits.
    [[nodiscard]] static constexpr Dtc j1939(std::uint32_t spn, std::uint8_t fmi) {
        Dtc code;
        code.number_ = of_j1939 | (spn & 0x7FFFF) << 5 | (fmi & 0x1FU);
        return code;
    }
    /// `P0420` or `SPN 609 FMI 19`; nullopt for anything else.
    [[nodiscard]] static std::optional<Dtc> from_text(std::string_view text);

    [[nodiscard]] bool is_j1939() const { return (number_ & of_j1939) != 0; }
    /// The two bytes of a code that is not of SAE J1939.
    [[nodiscard]] std::uint16_t number() const { return static_cast<std::uint16_t>(number_); }
    [[nodiscard]] std::uint32_t spn() const { return number_ >> 5 & 0x7FFFF; }
    [[nodiscard]] std::uint8_t fmi() const { return number_ & 0x1FU; }
    /// System letter and four digits, e.g. `P0420`, `U0405`; `SPN 609 FMI 19`.
    [[nodiscard]] std::string text() const;

    auto operator<=>(const Dtc&) const = default;

private:
    static constexpr std::uint32_t of_j1939 = 0x8000'0000;
    std::uint32_t number_ = 0;
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
