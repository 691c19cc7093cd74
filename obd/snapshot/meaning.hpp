#pragma once

#include "obd/decode/dtc.hpp"
#include "protocols/bus/bus.hpp"

#include <boost/json/value.hpp>

#include <span>
#include <string>
#include <vector>

namespace obd {

/// Meaning of one control unit's messages (form `decode.schema.json`, one element): service, what
/// it says with units, raw bytes, or `error` with the reason. Services 01, 02, 03, 05, 06, 07, 09,
/// 0A and negative responses.
[[nodiscard]] boost::json::value meaning(
    std::span<const protocols::Bytes> messages, Framing framing
);

/// Meaning of what a person typed or pasted: payloads, or whole lines with headers, or segmented
/// text without headers. One element per control unit. Fault: malformed when nothing is readable.
[[nodiscard]] protocols::Result<boost::json::value> meaning_of_text(
    const std::vector<std::string>& words, Framing framing
);

}  // namespace obd
