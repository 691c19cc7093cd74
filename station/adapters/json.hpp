#pragma once

#include "station/adapters/fitness.hpp"

#include <boost/json/object.hpp>

#include <string_view>

namespace station::adapters {

/// Schema `qualification.schema.json`. `at`: when, UTC, ISO 8601.
[[nodiscard]] boost::json::object to_json(
    const protocols::elm327::Qualification& found,
    const Judged& judged,
    std::string_view endpoint,
    std::string_view at
);

}  // namespace station::adapters
