#pragma once

#include "obd/decode/dtc.hpp"
#include "protocols/base/result.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>

namespace obd {

/// Where a PID's values come from: clause, lengths, and for each signal place, formula, range, unit
/// and states (form `explain.schema.json`). Service 01. Fault: malformed when nothing is
/// established about the PID.
[[nodiscard]] protocols::Result<boost::json::object> explain_pid(std::uint8_t pid);

/// The same for a service of SAE J1979, or for one of its identifiers: PID (01, 02), test (05),
/// monitor (06), infotype (09). Fault: malformed when nothing is established about it.
[[nodiscard]] protocols::Result<boost::json::object> explain_service(
    std::uint8_t service, std::optional<std::uint8_t> id
);
/// The same for a unit and scaling identifier of service 06.
[[nodiscard]] protocols::Result<boost::json::object> explain_scaling(std::uint8_t uas);

/// What a code means, who defines it and which monitor stores it (form `explain.schema.json`).
[[nodiscard]] boost::json::object explain_code(Dtc code);

}  // namespace obd
