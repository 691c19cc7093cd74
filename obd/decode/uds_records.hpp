#pragma once

#include "obd/decode/uds.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// What a unit of SAE J1979-2 keeps beside a code: freeze frames and extended data.
namespace obd {

/// One freeze frame of a code.
struct SnapshotRecord {
    std::uint8_t number = 0;            ///< DTCSnapshotRecordNumber.
    std::vector<IdentifierPart> parts;  ///< Live in the message's bytes.
};

/// An answer `59 04`: reportDTCSnapshotRecordByDTCNumber (ISO 14229-1 11.3.1.4).
struct SnapshotReport {
    std::uint32_t code = 0;  ///< 24 bits.
    std::uint8_t status = 0;
    std::vector<SnapshotRecord> records;  ///< Empty: no frame is kept with the code.
};
/// Fault: malformed, when the bytes do not fit, or fit in more than one way because the length of
/// an identifier's data is not known.
[[nodiscard]] protocols::Result<SnapshotReport> read_snapshot_report(protocols::ByteView message);

/// An answer `59 06`: reportDTCExtDataRecordByDTCNumber (ISO 14229-1 11.3.1.6).
struct ExtendedReport {
    std::uint32_t code = 0;  ///< 24 bits.
    std::uint8_t status = 0;
    /// From the first record's number on. Where records end is the maker's knowledge.
    protocols::ByteView records;
};
/// Fault: malformed.
[[nodiscard]] protocols::Result<ExtendedReport> read_extended_report(protocols::ByteView message);

inline constexpr std::uint8_t report_frames = 0x04;
inline constexpr std::uint8_t report_extended = 0x06;
inline constexpr std::uint8_t every_record = 0xFF;
inline constexpr std::uint8_t every_obd_record = 0xFE;  ///< Of extended data (ISO 14229-1 D.4).
/// A request `19 04` or `19 06`: the report, the code's 24 bits, which record.
[[nodiscard]] protocols::Bytes ask_of_code(
    std::uint8_t report, std::uint32_t code, std::uint8_t record
);

/// A code of SAE J2012's three-byte form as text, e.g. `P2463-1F`.
[[nodiscard]] std::string whole_code_text(std::uint32_t code);

}  // namespace obd
