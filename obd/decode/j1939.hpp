#pragma once

#include "obd/decode/parameters.hpp"
#include "protocols/base/hex.hpp"
#include "protocols/base/result.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// SAE J1939-73 diagnostic messages and the few values of SAE J1939-71 an inspection reads. Bytes
/// are little endian; a value that is not there is nullopt, never a number.
namespace obd::j1939 {

/// A parameter group, from the table `data/j1939.json`.
struct GroupRow {
    std::uint32_t pgn = 0;
    std::string id;    ///< `DM1`, `VI`, …
    std::string kind;  ///< How its bytes are read.
    std::string name_en;
    std::string name_es;
    std::string clause;
};
/// nullptr when the table does not have it.
[[nodiscard]] const GroupRow* group_row(std::uint32_t pgn);
[[nodiscard]] const GroupRow* group_row(std::string_view id);

// ---- Lamps and codes (DM1, 2, 6, 12, 23, 27, 28). -----------------------------------------------

enum class Lamp { off, on, slow_flash, fast_flash, error, unavailable };
[[nodiscard]] std::string_view id(Lamp lamp);
struct Lamps {
    Lamp mil = Lamp::unavailable;
    Lamp red_stop = Lamp::unavailable;
    Lamp amber = Lamp::unavailable;
    Lamp protect = Lamp::unavailable;

    bool operator==(const Lamps&) const = default;
};
/// A suspect parameter and its failure mode (SAE J1939-73 5.7.1.5 ff.).
struct Dtc {
    /// As method 4 has it; with an older method the value of method 3, whose bytes are the same.
    std::uint32_t spn = 0;
    std::uint8_t fmi = 0;
    std::optional<std::uint8_t> occurrences;  ///< nullopt: 127, not available.
    bool older_method = false;  ///< CM is 1: methods 1 to 3 are told apart by nothing in the bytes.
    std::array<std::uint8_t, 4> raw{};

    /// `SPN 609 FMI 19`.
    [[nodiscard]] std::string text() const;
    bool operator==(const Dtc&) const = default;
};
/// SPN by conversion method 1, 2 or 3 (CM 1) or 4 (CM 0) of four bytes (SAE J1939-73 5.7.1.7).
[[nodiscard]] std::uint32_t spn_by_method(protocols::ByteView four, int method);
/// A code in words.
struct CodeText {
    bool named = false;  ///< The table has the parameter; else its number stands in its place.
    std::string en;
    std::string es;
};
[[nodiscard]] CodeText text_of(std::uint32_t spn, std::uint8_t fmi);
struct Codes {
    Lamps lamps;
    std::vector<Dtc> codes;
};
/// Fault: malformed, when the bytes are no whole number of codes. Padding to eight bytes is none.
[[nodiscard]] protocols::Result<Codes> read_codes(protocols::ByteView data);

// ---- Readiness (DM5, DM26, DM21). ---------------------------------------------------------------

enum class State { unsupported, complete, incomplete };
/// Names of the monitors of DM5 and DM26, in the order of their bits: misfire, fuel_system,
/// components, then the lower and the upper byte of those that do not run all the time.
[[nodiscard]] const std::vector<std::string_view>& monitor_names();
struct Readiness {
    std::optional<std::uint8_t> active;  ///< DM5: codes; nullopt: not available or error.
    std::optional<std::uint8_t> previously_active;
    std::optional<std::uint8_t> compliance;            ///< DM5: 13h, 14h, 22h and 23h are HD OBD.
    std::optional<std::uint16_t> seconds_since_start;  ///< DM26
    std::optional<std::uint8_t> warmups_since_clear;   ///< DM26
    std::map<std::string, State> monitors;             ///< By name.
};
[[nodiscard]] bool is_hd_obd(std::uint8_t compliance);
/// Fault: malformed, when there are not eight bytes.
[[nodiscard]] protocols::Result<Readiness> read_dm5(protocols::ByteView data);
[[nodiscard]] protocols::Result<Readiness> read_dm26(protocols::ByteView data);

struct Since {
    std::optional<std::uint16_t> km_with_mil;
    std::optional<std::uint16_t> km_since_clear;
    std::optional<std::uint16_t> minutes_with_mil;
    std::optional<std::uint16_t> minutes_since_clear;
};
[[nodiscard]] protocols::Result<Since> read_dm21(protocols::ByteView data);

// ---- The rest. ----------------------------------------------------------------------------------

struct Calibration {
    std::string cvn;  ///< Eight hex digits.
    std::string calid;
};
/// DM19: twenty bytes each. Fault: malformed.
[[nodiscard]] protocols::Result<std::vector<Calibration>> read_dm19(protocols::ByteView data);

struct Ratio {
    std::uint32_t spn = 0;
    std::uint16_t numerator = 0;
    std::uint16_t denominator = 0;
};
struct Ratios {
    std::uint16_t ignition_cycles = 0;
    std::uint16_t obd_conditions = 0;
    std::vector<Ratio> ratios;
};
[[nodiscard]] protocols::Result<Ratios> read_dm20(protocols::ByteView data);

struct Supported {
    std::uint32_t spn = 0;
    bool freeze_frame = false;
    bool data_stream = false;
    bool test_results = false;
    std::uint8_t bytes = 0;
};
[[nodiscard]] protocols::Result<std::vector<Supported>> read_dm24(protocols::ByteView data);

/// DM4, DM25: the first freeze frame. nullopt inside: none is stored.
struct Frozen {
    Dtc cause;
    std::map<std::uint8_t, Quantity> values;  ///< By the PID that says the same; DM4 alone.
};
[[nodiscard]] protocols::Result<std::optional<Frozen>> read_dm4(protocols::ByteView data);
[[nodiscard]] protocols::Result<std::optional<Frozen>> read_dm25(protocols::ByteView data);

struct Counts {
    std::optional<std::uint8_t> emission_pending;
    std::optional<std::uint8_t> all_pending;
    std::optional<std::uint8_t> mil_on;
    std::optional<std::uint8_t> previously_mil_on;
    std::optional<std::uint8_t> permanent;
};
[[nodiscard]] protocols::Result<Counts> read_dm29(protocols::ByteView data);

struct TestResult {
    std::uint8_t test = 0;
    std::uint32_t spn = 0;
    std::uint8_t fmi = 0;
    std::uint16_t slot = 0;
    std::uint16_t raw = 0;
    std::uint16_t highest = 0;
    std::uint16_t lowest = 0;
    std::optional<Quantity> value;  ///< Where the table tells what the counts are worth.
};
[[nodiscard]] protocols::Result<std::vector<TestResult>> read_dm30(protocols::ByteView data);

/// DM56: `2011E-MY` and the family.
struct Family {
    int year = 0;
    bool vehicle = false;  ///< The year is the vehicle's, else the engine's.
    std::string family;
};
[[nodiscard]] protocols::Result<Family> read_dm56(protocols::ByteView data);

/// Text up to the asterisk, which may be missing. Fault: malformed, when it is not printable.
[[nodiscard]] protocols::Result<std::string> read_vin(protocols::ByteView data);
/// Fields between asterisks; `counted`: a byte that counts them comes first.
[[nodiscard]] protocols::Result<std::vector<std::string>> read_fields(
    protocols::ByteView data, bool counted
);

struct Value {
    std::uint32_t spn = 0;
    std::string id;
    std::optional<Quantity> value;  ///< nullopt: error, or not available.
};
/// The values of a group the table has rows of; empty for other groups.
[[nodiscard]] std::vector<Value> read_values(std::uint32_t pgn, protocols::ByteView data);

}  // namespace obd::j1939
