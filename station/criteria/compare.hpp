#pragma once

#include "obd/decode/dtc_text.hpp"
#include "station/criteria/condition.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// Of this leaf only.
namespace station::criteria {

inline Truth truth(bool value) {
    return value ? Truth::yes : Truth::no;
}

enum class Op {
    eq,
    ne,
    lt,
    le,
    gt,
    ge,
    in,
    not_in,
    empty,
    not_empty,
    none_of,
    all_of,
    none_starting_with,
    none_of_monitors
};

struct OpRow {
    std::string_view name;
    Op op;
    std::string_view kinds;  ///< b truth, n number, t text, d date, r readiness, c codes, w words.
    bool list;               ///< Takes a list of values.
    bool value;              ///< Takes a value at all.
    std::string_view es;
    std::string_view en;
};
inline constexpr std::array op_rows{
    OpRow{"eq", Op::eq, "bntdr", false, true, "=", "="},
    OpRow{"ne", Op::ne, "bntdr", false, true, "≠", "≠"},
    OpRow{"lt", Op::lt, "nd", false, true, "<", "<"},
    OpRow{"le", Op::le, "nd", false, true, "≤", "≤"},
    OpRow{"gt", Op::gt, "nd", false, true, ">", ">"},
    OpRow{"ge", Op::ge, "nd", false, true, "≥", "≥"},
    OpRow{"in", Op::in, "ntr", true, true, "es uno de", "is one of"},
    OpRow{"not_in", Op::not_in, "ntr", true, true, "no es ninguno de", "is none of"},
    OpRow{"empty", Op::empty, "cw", false, false, "sin ninguno", "none"},
    OpRow{"not_empty", Op::not_empty, "cw", false, false, "al menos uno", "at least one"},
    OpRow{"none_of", Op::none_of, "cw", true, true, "ninguno de", "none of"},
    OpRow{"all_of", Op::all_of, "w", true, true, "todos", "all of"},
    OpRow{
        "none_starting_with", Op::none_starting_with, "c", true, true, "ninguno que empiece por",
        "none starting with"},
    OpRow{
        "none_of_monitors", Op::none_of_monitors, "c", true, true, "ninguno de los monitores",
        "none of the monitors"},
};

/// One fact against values.
class Compare : public Condition {
public:
    Compare(
        const FactRow& fact,
        const OpRow& op,
        std::vector<Value> values,
        std::optional<Truth> if_unknown,
        std::string written
    )
        : fact_(fact),
          op_(op),
          values_(std::move(values)),
          if_unknown_(if_unknown),
          written_(std::move(written)) {}

    Truth evaluate(const Given& given, Looked& looked) const override {
        looked.paths.push_back(fact_.path);
        const auto& value = given.facts.at(fact_).value;
        if (!known(value)) {
            if (!if_unknown_) {
                looked.missing.push_back(fact_.path);
            }
            return if_unknown_.value_or(Truth::unknown);
        }
        return truth(compare(value, looked));
    }

    [[nodiscard]] BothLanguages words() const override {
        if (fact_.kind == Kind::truth) {
            const bool yes = (values_.front() == Value(true)) == (op_.op == Op::eq);
            return {
                std::string(fact_.es) + (yes ? ": sí" : ": no"),
                std::string(fact_.en) + (yes ? ": yes" : ": no")};
        }
        const auto tail = written_.empty() ? "" : " " + written_;
        return {
            std::string(fact_.es) + " " + std::string(op_.es) + tail,
            std::string(fact_.en) + " " + std::string(op_.en) + tail};
    }
    void name_bounds(std::vector<Bound>& bounds) const override {
        const bool from_limit = op_.op == Op::ge || op_.op == Op::lt;
        if (!from_limit && op_.op != Op::gt && op_.op != Op::le) {
            return;
        }
        if (fact_.kind == Kind::date) {
            bounds.push_back({&fact_, values_.front(), values_.front()});
            return;
        }
        // Whole numbers, as vehicles and papers state them.
        const double limit = std::get<double>(values_.front());
        const double below = from_limit ? std::ceil(limit) - 1 : std::floor(limit);
        bounds.push_back({&fact_, below, below + 1});
    }
    void name_facts(std::vector<const FactRow*>& rows) const override { rows.push_back(&fact_); }

private:
    template <class T>
    [[nodiscard]] static bool ordered(Op op, const T& a, const T& b) {
        switch (op) {
            case Op::lt:
                return a < b;
            case Op::le:
                return a <= b;
            case Op::gt:
                return a > b;
            default:
                return a >= b;
        }
    }

    [[nodiscard]] bool compare(const Value& value, Looked& looked) const {
        switch (op_.op) {
            case Op::eq:
                return value == values_.front();
            case Op::ne:
                return value != values_.front();
            case Op::lt:
            case Op::le:
            case Op::gt:
            case Op::ge:
                // Days are written so that their order is that of their texts.
                return fact_.kind == Kind::date
                           ? ordered(
                                 op_.op, std::get<std::string>(value),
                                 std::get<std::string>(values_.front())
                             )
                           : ordered(
                                 op_.op, std::get<double>(value), std::get<double>(values_.front())
                             );
            case Op::in:
                return std::ranges::find(values_, value) != values_.end();
            case Op::not_in:
                return std::ranges::find(values_, value) == values_.end();
            case Op::empty:
            case Op::not_empty:
            case Op::none_of:
            case Op::all_of:
            case Op::none_starting_with:
            case Op::none_of_monitors:
                break;
        }
        return list(std::get<std::vector<std::string>>(value), looked);
    }

    [[nodiscard]] bool list(const std::vector<std::string>& items, Looked& looked) const {
        if (op_.op == Op::not_empty) {
            return !items.empty();
        }
        if (op_.op == Op::all_of) {
            bool all = true;
            for (const auto& wanted : values_) {
                const auto& word = std::get<std::string>(wanted);
                if (std::ranges::find(items, word) == items.end()) {
                    looked.offending.push_back(word);
                    all = false;
                }
            }
            return all;
        }
        bool none = true;
        for (const auto& item : items) {
            if (counts(item)) {
                looked.offending.push_back(item);
                none = false;
            }
        }
        return none;
    }

    [[nodiscard]] bool counts(const std::string& item) const {
        if (op_.op == Op::empty) {
            return true;
        }
        const auto monitor = op_.op == Op::none_of_monitors ? obd::monitor_of(item) : "";
        return std::ranges::any_of(values_, [&](const Value& one) {
            const auto& word = std::get<std::string>(one);
            if (op_.op == Op::none_of) {
                return item == word;
            }
            return op_.op == Op::none_of_monitors ? monitor == word : item.starts_with(word);
        });
    }

    const FactRow& fact_;
    const OpRow& op_;
    std::vector<Value> values_;
    std::optional<Truth> if_unknown_;
    std::string written_;  ///< The values as the profile has them, e.g. `200 mi`.
};

}  // namespace station::criteria
