#pragma once

#include "obd/snapshot/snapshot.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <string_view>

namespace obd {

/// Form `snapshot.schema.json`: every item has `state`, its raw messages in hex, and its value with
/// unit, or the reason there is none.
[[nodiscard]] boost::json::value to_json(const Snapshot& snapshot);

/// Monitors by code with `complete`, `incomplete` or `unsupported`, MIL, code count, ignition.
[[nodiscard]] boost::json::value to_json(const MonitorStatus& status);

/// Codes of SAE J1979-2 whole: `P2463-1F`, status with its bits, severity and class.
[[nodiscard]] boost::json::array whole_codes_json(const std::vector<UdsDtc>& codes);

/// What a VIN says of itself: form, check digit, model year, maker, country and region.
[[nodiscard]] boost::json::object vin_json(std::string_view vin);

/// A physical value: whole numbers without a fraction, others to six decimals.
[[nodiscard]] boost::json::value number_json(double value);

[[nodiscard]] std::string_view id(Readiness readiness);

}  // namespace obd
