#pragma once

#include "protocols/base/hex.hpp"
#include "protocols/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace obd {

/// A scalar PID of service 01 (SAE J1979-DA), from the table `data/pids.json`.
struct ParameterRow {
    std::uint8_t pid = 0;
    std::size_t bytes = 0;
    std::string id;    ///< Stable name, e.g. `engine_speed`.
    std::string unit;  ///< SI symbol, `rpm`, `count` or `ratio`.
    std::string name_en;
    std::string name_es;
    std::string clause;
    double mul = 1;
    double div = 1;
    double add = 0;
    bool is_signed = false;
};

/// nullptr when the table does not have the PID.
[[nodiscard]] const ParameterRow* parameter_row(std::uint8_t pid);

/// Numbers of data bytes a service 01 PID may have, the bit-encoded ones included; empty when not
/// known here.
[[nodiscard]] std::vector<std::size_t> parameter_lengths(std::uint8_t pid);
/// The only one; nullopt when there are several or none is known.
[[nodiscard]] std::optional<std::size_t> parameter_bytes(std::uint8_t pid);

/// A PID of an answer and its data bytes, which live in the answer's.
struct ParameterPart {
    std::uint8_t pid = 0;
    protocols::ByteView data;
};
/// The data of an answer to several PIDs, service byte removed, taken apart (SAE J1979 6.1). Each
/// PID comes once, and is one of those asked for where these are given. Fault: malformed when the
/// bytes do not fit, or fit in more than one way.
[[nodiscard]] protocols::Result<std::vector<ParameterPart>> split_parameters(
    protocols::ByteView data, protocols::ByteView asked = {}
);

struct Quantity {
    double value = 0;
    std::string unit;

    bool operator==(const Quantity&) const = default;
};

/// Physical value from a PID's data bytes, big endian. Fault: malformed when the byte count is not
/// the table's; a short reply is never filled up.
[[nodiscard]] protocols::Result<Quantity> read_parameter(
    const ParameterRow& row, protocols::ByteView data
);

/// Enumerations of single-byte PIDs: 1C (OBD requirement) and 51 (fuel type); empty when reserved.
[[nodiscard]] std::string_view obd_requirement(std::uint8_t value);
[[nodiscard]] std::string_view fuel_type(std::uint8_t value);

}  // namespace obd
