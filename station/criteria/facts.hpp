#pragma once

#include "station/criteria/json_text.hpp"

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace station::criteria {

/// What is known of one fact. monostate: not known. Dates are text, `2026-11-25`.
using Value = std::variant<std::monostate, bool, double, std::string, std::vector<std::string>>;

[[nodiscard]] bool known(const Value& value);
/// For people and records: `yes`/`no`, a number without trailing zeros, a text, a list.
[[nodiscard]] boost::json::value to_json(const Value& value);

enum class Kind { truth, number, text, date, codes, words, readiness };

/// A fact that criteria may speak of. The set is closed.
struct FactRow {
    std::string_view path;  ///< e.g. `obd.mil_commanded`; `obd.monitors.CAT`.
    Kind kind = Kind::text;
    std::string_view unit{};  ///< Of numbers; empty for none.
    double least = 0;         ///< Of numbers: what is outside cannot be.
    double most = 0;
    std::string_view choices{};  ///< Of texts: the only ones, separated by spaces; empty for any.
    std::string_view es{};       ///< What it is, for pages and screens.
    std::string_view en{};
    std::size_t index = 0;  ///< Of its place in all_facts().
};
[[nodiscard]] const std::vector<FactRow>& all_facts();
/// nullptr for a path nobody knows.
[[nodiscard]] const FactRow* find_fact(std::string_view path);
/// Whether `text` is a day of the calendar, `YYYY-MM-DD`.
[[nodiscard]] bool is_date(std::string_view text);
/// A number in the fact's own unit; nullopt when the unit is another quantity's, or none of ours.
[[nodiscard]] std::optional<double> in_unit_of(
    const FactRow& fact, double number, std::string_view unit
);

struct Fact {
    Value value;
    std::vector<std::string> evidence{};  ///< Where it comes from, e.g. `7E8 0101 41010007E500`.
    std::string why_unknown{};
};

/// Everything judge() sees of a vehicle, its answers and the visit.
class Facts {
public:
    Facts();
    /// The path must be in the closed set.
    void set(std::string_view path, Fact fact);
    void set(const FactRow& row, Fact fact);
    /// An unknown fact when nothing was set.
    [[nodiscard]] const Fact& at(std::string_view path) const;
    [[nodiscard]] const Fact& at(const FactRow& row) const { return facts_[row.index].fact; }
    /// Whether anything was said of it, be it that it is not known. A monitor that was never
    /// mentioned is one the vehicle's ignition type does not have.
    [[nodiscard]] bool mentions(const FactRow& row) const { return facts_[row.index].set; }

private:
    struct Slot {
        Fact fact;
        bool set = false;
    };
    std::vector<Slot> facts_;
};

/// Rows of the monitors, `obd.monitors.…`, in the order of the standard.
[[nodiscard]] const std::vector<const FactRow*>& monitor_rows();

/// Reads `{vehicle, obd, visual, context}` (schema `facts.schema.json`); null means not reported.
/// `text` is the document `value` was parsed from, for line numbers. Numbers may state a unit,
/// `{"value": 200, "unit": "mi"}`. Fault: malformed, detail names JSON pointer and line: unknown
/// facts, wrong kinds and units, impossible values, and facts that contradict each other. Other
/// keys of a golden case are ignored at the top level only.
[[nodiscard]] protocols::Result<Facts> read_facts(
    const boost::json::value& value, std::string_view text
);

/// `{vehicle, obd, visual, context}` again, so that a judgement can be repeated from its record.
[[nodiscard]] boost::json::value to_json(const Facts& facts);

}  // namespace station::criteria
