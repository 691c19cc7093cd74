#pragma once

#include "station/criteria/facts.hpp"

#include <memory>
#include <string>
#include <vector>

namespace station::criteria {

class Table;

enum class Truth { no, yes, unknown };

/// What evaluating a condition looked at. The views are of all_facts().
struct Looked {
    std::vector<std::string_view> paths;    ///< Every fact that was consulted.
    std::vector<std::string_view> missing;  ///< Those that were not known and mattered.
    std::vector<std::string> offending;     ///< Codes or monitors that broke the condition.
};

/// What a condition is evaluated on.
struct Given {
    const Facts& facts;
    /// Readiness overrides of the programme for single models; nullptr for none.
    const Table* overrides = nullptr;
};

/// Two neighbouring values of a fact with a limit between them.
struct Bound {
    const FactRow* fact = nullptr;  ///< nullptr: how many monitors are incomplete.
    Value below;
    Value above;
};

/// A statement about facts, from a closed set of operators. Immutable.
class Condition {
public:
    virtual ~Condition() = default;
    [[nodiscard]] virtual Truth evaluate(const Given& given, Looked& looked) const = 0;
    /// In words, e.g. `gross vehicle weight ≤ 3857 kg`.
    [[nodiscard]] virtual BothLanguages words() const = 0;
    /// Adds the limits it has: a rule is shown on both sides of each.
    virtual void name_bounds(std::vector<Bound>& bounds) const = 0;
    /// Adds the facts it may consult.
    virtual void name_facts(std::vector<const FactRow*>& rows) const = 0;
};

}  // namespace station::criteria
