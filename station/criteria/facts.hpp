#pragma once

#include "protocols/base/result.hpp"

#include <boost/json/value.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace station::criteria {

/// What is known of one fact. monostate: not known.
using Value = std::variant<std::monostate, bool, double, std::string, std::vector<std::string>>;

[[nodiscard]] bool known(const Value& value);
/// For people and records: `yes`/`no`, a number without trailing zeros, a text, a list.
[[nodiscard]] boost::json::value to_json(const Value& value);

enum class Kind { truth, number, text, codes, readiness };

/// A fact that criteria may speak of. The set is closed.
struct FactRow {
    std::string_view path;  ///< e.g. `obd.mil_commanded`; `obd.monitors.CAT`.
    Kind kind;
    std::string_view unit;  ///< Of numbers; empty for none.
};
/// nullptr for a path nobody knows.
[[nodiscard]] const FactRow* find_fact(std::string_view path);

struct Fact {
    Value value;
    std::vector<std::string> evidence;  ///< Where it comes from, e.g. `7E8 0101 41010007E500`.
    std::string why_unknown;
};

/// Everything judge() sees of a vehicle, its answers and the visit.
class Facts {
public:
    /// The path must be in the closed set.
    void set(std::string_view path, Fact fact);
    /// An unknown fact when nothing was set.
    [[nodiscard]] const Fact& at(std::string_view path) const;
    /// Monitor codes that have a value, e.g. `CAT`.
    [[nodiscard]] std::vector<std::string> monitors() const;

    [[nodiscard]] const std::map<std::string, Fact, std::less<>>& all() const { return facts_; }

private:
    std::map<std::string, Fact, std::less<>> facts_;
};

/// Reads `{vehicle, obd, context}` (schema `facts.schema.json`); null means not reported. `text` is
/// the document `value` was parsed from, for line numbers. Fault: malformed, detail names JSON
/// pointer and line. Other keys of a golden case are ignored at the top level only.
[[nodiscard]] protocols::Result<Facts> read_facts(
    const boost::json::value& value, std::string_view text
);

/// `{vehicle, obd, context}` again, so that a judgement can be repeated from its record.
[[nodiscard]] boost::json::value to_json(const Facts& facts);

/// 1-based line of the value a JSON pointer names in `text`; the deepest part found when it is
/// missing.
[[nodiscard]] int line_of(std::string_view text, std::string_view pointer);

/// Parses JSON. Fault: malformed, detail names line and column.
[[nodiscard]] protocols::Result<boost::json::value> parse_json(std::string_view text);

}  // namespace station::criteria
