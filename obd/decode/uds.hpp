#pragma once

#include "obd/decode/dtc.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// SAE J1979-2 (OBDonUDS) and ISO 27145-3 (WWH-OBD): what services 19 and 22 of ISO 14229-1 say.
namespace obd {

inline constexpr std::uint8_t emissions_group = 0x33;  ///< ISO 14229-1 table D.15

/// How the three bytes of a code are to be read (ISO 14229-1, DTCFormatIdentifier).
enum class DtcFormat : std::uint8_t {
    j2012_two_bytes = 0,
    iso14229 = 1,
    j1939 = 2,
    iso11992 = 3,
    j2012 = 4,  ///< The classic code and a failure type byte.
};

/// A three-byte code with its status, kept whole.
struct UdsDtc {
    std::uint32_t number = 0;  ///< 24 bits.
    std::uint8_t status = 0;
    std::optional<std::uint8_t> severity;
    DtcFormat format = DtcFormat::j2012;

    /// The two upper bytes: the code a classic scan tool shows.
    [[nodiscard]] Dtc classic() const { return Dtc(static_cast<std::uint16_t>(number >> 8)); }
    [[nodiscard]] std::uint8_t failure_type() const {
        return static_cast<std::uint8_t>(number & 0xFF);
    }
    /// `P2463-1F`; in other formats than SAE J2012's its six hex digits.
    [[nodiscard]] std::string text() const;

    bool operator==(const UdsDtc&) const = default;
};

/// Bits of a status byte (ISO 14229-1 D.2), the lowest first.
inline constexpr std::array<std::string_view, 8> status_bits{
    "testFailed",
    "testFailedThisOpCycle",
    "pending",
    "confirmed",
    "testNotCompletedSinceClear",
    "testFailedSinceClear",
    "testNotCompletedThisOpCycle",
    "warningIndicatorRequested"};
inline constexpr std::uint8_t status_pending = 0x04;
inline constexpr std::uint8_t status_confirmed = 0x08;
inline constexpr std::uint8_t status_not_completed = 0x10;
inline constexpr std::uint8_t status_warning = 0x80;
[[nodiscard]] std::vector<std::string_view> names_of_status(std::uint8_t status);
/// `A`, `B1`, `B2`, `C` (ISO 27145-3, severity bits 1 to 4), `none` for bit 0; empty: no class.
[[nodiscard]] std::string_view dtc_class(std::uint8_t severity);

/// Whether a classic service would list it: 03 what is confirmed, 07 what is pending, others all.
[[nodiscard]] bool listed_by(const UdsDtc& code, std::uint8_t service);

/// An answer `59 02`, `59 42`, `59 55`, `59 56` or `59 1A`.
struct DtcReport {
    std::uint8_t kind = 0;  ///< Subfunction.
    std::optional<std::uint8_t> group;
    std::optional<std::uint8_t> readiness_group;  ///< Of `56`.
    std::optional<std::uint8_t> record;           ///< Of `1A`.
    std::uint8_t status_available = 0;            ///< Status bits this unit serves.
    std::optional<std::uint8_t> severity_available;
    std::vector<UdsDtc> codes;
};
/// Fault: malformed, when the bytes are no whole number of records or another report's.
[[nodiscard]] protocols::Result<DtcReport> read_dtc_report(protocols::ByteView message);

/// Data of one identifier of service 22.
struct IdentifierPart {
    std::uint16_t id = 0;
    protocols::ByteView data;  ///< Lives in the message's bytes.
};
/// Takes an answer `62 …` apart into the identifiers that were asked for, in their order; those a
/// unit does not know are left out (ISO 14229-1 11.2). Fault: malformed, when the bytes do not fit
/// or fit in more than one way.
[[nodiscard]] protocols::Result<std::vector<IdentifierPart>> split_identifiers(
    protocols::ByteView message, std::span<const std::uint16_t> asked
);
/// Lengths the data of an identifier may have; empty when not known here. F4xx are the PIDs and
/// F8xx the infotypes of SAE J1979-DA.
[[nodiscard]] std::vector<std::size_t> identifier_lengths(std::uint16_t id);

/// What a classic control unit would have sent to say the same: `62 F4 0C …` as `41 0C …`, `62 F8
/// 02 …` as `49 02 01 …`, `62 F6 01 …` as `46 01 …` (its layout from memory), `59 42 …` as `43 …`
/// or `47 …`, by each code's status, `59 55 …` as `4A …`, on CAN. Codes keep their two classic
/// bytes, each once. Fault: malformed.
[[nodiscard]] protocols::Result<protocols::Bytes> as_classic(
    protocols::ByteView message, std::uint8_t service
);

}  // namespace obd
