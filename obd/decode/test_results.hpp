#pragma once

#include "protocols/base/hex.hpp"
#include "protocols/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace obd {

/// A unit and scaling identifier (SAE J1979-DA), from `data/test_results.json`.
struct Scaling {
    std::string unit;
    double mul = 1;
    double div = 1;
    double add = 0;
    bool is_signed = false;

    [[nodiscard]] double value(std::uint16_t counts) const;
};
/// nullptr for an identifier the table does not have: its counts then stay counts.
[[nodiscard]] const Scaling* scaling(std::uint8_t id);

/// What a monitor identifier stands for; nullopt when reserved or a manufacturer's.
struct MonitorName {
    std::string en;
    std::string es;
};
[[nodiscard]] const MonitorName* monitor_name(std::uint8_t mid);

/// One result of an on-board monitoring test (service 06).
struct TestResult {
    std::uint8_t monitor = 0;  ///< MID; legacy: none, 0.
    std::uint8_t test = 0;     ///< TID.
    std::optional<std::uint8_t> scaling_id;
    std::optional<std::uint8_t> component;  ///< Legacy: component without its limit bit.
    std::uint16_t counts = 0;
    std::optional<std::uint16_t> lowest_counts;  ///< Limits; legacy has one of them.
    std::optional<std::uint16_t> highest_counts;
    /// Not since codes were cleared: value and limits are all zero (SAE J1979 6.6, CAN).
    bool ran = true;
    bool passed = false;  ///< It ran, and the counts lie within the limits, ends included.
};

/// `46` and records of nine bytes: MID, TID, scaling, value, lowest, highest (SAE J1979 6.6, CAN).
/// Fault: malformed when the bytes are not whole records.
[[nodiscard]] protocols::Result<std::vector<TestResult>> read_test_results(
    protocols::ByteView message
);
/// `46 TID component value limit` of legacy buses; bit 7 of the component says that the limit is
/// the lowest (SAE J1979 6.6). Fault: malformed when there are not seven bytes.
[[nodiscard]] protocols::Result<TestResult> read_legacy_test_result(protocols::ByteView message);

/// An oxygen sensor test of service 05 (SAE J1979 6.5, legacy buses only).
struct OxygenTestRow {
    std::string en;
    std::string es;
    std::string unit;
    double div = 1;

    [[nodiscard]] double value(std::uint8_t counts) const { return counts / div; }
};
/// nullptr for a test the standard does not name.
[[nodiscard]] const OxygenTestRow* oxygen_test(std::uint8_t tid);

struct OxygenTest {
    const OxygenTestRow* row = nullptr;
    std::uint8_t counts = 0;
    std::optional<std::uint8_t> lowest;  ///< Limits; a constant has none.
    std::optional<std::uint8_t> highest;
};
/// `45 TID sensor` and one byte (a constant) or three (value, lowest, highest). Fault: malformed.
[[nodiscard]] protocols::Result<OxygenTest> read_oxygen_test(protocols::ByteView message);

}  // namespace obd
