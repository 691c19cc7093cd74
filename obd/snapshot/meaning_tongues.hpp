#pragma once

#include "protocols/base/hex.hpp"
#include "protocols/base/result.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <vector>

namespace obd {

/// Meaning of one message as a reading keeps it: three bytes of parameter group, its data.
[[nodiscard]] boost::json::object group_meaning(protocols::ByteView message);

/// Meaning of one SAE J1939 message: its parameter group (`FEEC`, `65260` or `DM5`) and its data in
/// hex, or a frame's 29-bit identifier and its data (form `decode_j1939.schema.json`). Fault:
/// malformed.
[[nodiscard]] protocols::Result<boost::json::value> j1939_meaning_of_text(
    const std::vector<std::string>& words
);

}  // namespace obd
