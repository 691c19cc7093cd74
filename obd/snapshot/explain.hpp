#pragma once

#include "obd/decode/dtc.hpp"
#include "protocols/base/result.hpp"

#include <boost/json/object.hpp>

#include <cstdint>

namespace obd {

/// Where a PID's values come from: clause, lengths, and for each signal place, formula, range, unit
/// and states (form `explain.schema.json`). Service 01. Fault: malformed when nothing is
/// established about the PID.
[[nodiscard]] protocols::Result<boost::json::object> explain_pid(std::uint8_t pid);

/// What a code means, who defines it and which monitor stores it (form `explain.schema.json`).
[[nodiscard]] boost::json::object explain_code(Dtc code);

}  // namespace obd
