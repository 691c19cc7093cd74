#pragma once

#include "protocols/base/hex.hpp"
#include "protocols/base/result.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <vector>

namespace obd {

/// Meaning of one answer of SAE J1979-2 (services 19, 22 and 7F; one element of
/// `decode_uds.schema.json`), or `error` with the reason.
[[nodiscard]] boost::json::object uds_meaning(protocols::ByteView message);

/// Meaning of answers a person typed or pasted (form `decode_uds.schema.json`). Fault: malformed
/// when nothing is readable.
[[nodiscard]] protocols::Result<boost::json::value> uds_meaning_of_text(
    const std::vector<std::string>& words
);

}  // namespace obd
