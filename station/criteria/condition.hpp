#pragma once

#include "station/criteria/facts.hpp"

#include <memory>
#include <string>
#include <vector>

namespace station::criteria {

enum class Truth { no, yes, unknown };

/// What evaluating a condition looked at.
struct Looked {
    std::vector<std::string> paths;      ///< Every fact that was consulted.
    std::vector<std::string> missing;    ///< Those that were not known and mattered.
    std::vector<std::string> offending;  ///< Codes or monitors that broke the condition.
};

/// A statement about facts, from a closed set of operators. Immutable.
class Condition {
public:
    virtual ~Condition() = default;
    [[nodiscard]] virtual Truth evaluate(const Facts& facts, Looked& looked) const = 0;
};

/// Reads a condition at `pointer` of a profile (schema `profile.schema.json`, definition
/// `condition`). Unknown facts, operators, keys and units are refused. Fault: malformed.
[[nodiscard]] protocols::Result<std::shared_ptr<const Condition>> read_condition(
    const boost::json::value& value, const std::string& pointer, std::string_view text
);

/// Facts a condition may consult, for forms that ask for them.
[[nodiscard]] std::vector<std::string> facts_named(const boost::json::value& condition);

}  // namespace station::criteria
