#pragma once

#include "station/criteria/condition.hpp"
#include "station/criteria/reader.hpp"

/// Of this leaf only.
namespace station::criteria {

/// Reads a condition at `pointer` of a profile (schema `profile.schema.json`, definition
/// `condition`). Unknown facts, operators, keys and units are complaints; nullptr then.
[[nodiscard]] std::shared_ptr<const Condition> read_condition(
    Reader& reader, const boost::json::value* value, const std::string& pointer
);

}  // namespace station::criteria
