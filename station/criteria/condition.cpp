#include "station/criteria/condition.hpp"

#include "obd/decode/monitors.hpp"
#include "station/criteria/compare.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <initializer_list>
#include <set>

namespace station::criteria {
namespace {

namespace json = boost::json;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;
using Shared = std::shared_ptr<const Condition>;

Failure misplaced(std::string_view text, const std::string& pointer, std::string_view what) {
    return {
        Fault::malformed,
        pointer + " (line " + std::to_string(line_of(text, pointer)) + ") " + std::string(what)};
}

/// all, any, first_known, not.
class Combine : public Condition {
public:
    enum class How { all, any, first_known, negate };

    Combine(How how, std::vector<Shared> parts) : how_(how), parts_(std::move(parts)) {}

    Truth evaluate(const Facts& facts, Looked& looked) const override {
        if (how_ == How::negate) {
            const auto one = parts_.front()->evaluate(facts, looked);
            return one == Truth::unknown ? one : truth(one == Truth::no);
        }
        if (how_ == How::first_known) {
            return first_known(facts, looked);
        }
        const auto decisive = how_ == How::all ? Truth::no : Truth::yes;
        auto result = how_ == How::all ? Truth::yes : Truth::no;
        Looked seen;
        for (const auto& part : parts_) {
            const auto one = part->evaluate(facts, seen);
            if (one == decisive) {
                result = one;
                break;
            }
            if (one == Truth::unknown) {
                result = one;
            }
        }
        // What is missing matters only while it leaves the whole open; what offends, only if it
        // fails.
        looked.paths.insert(looked.paths.end(), seen.paths.begin(), seen.paths.end());
        if (result == Truth::unknown) {
            looked.missing.insert(looked.missing.end(), seen.missing.begin(), seen.missing.end());
        }
        if (result == Truth::no) {
            looked.offending.insert(
                looked.offending.end(), seen.offending.begin(), seen.offending.end()
            );
        }
        return result;
    }

private:
    Truth first_known(const Facts& facts, Looked& looked) const {
        Looked seen;
        for (const auto& part : parts_) {
            const auto one = part->evaluate(facts, seen);
            if (one != Truth::unknown) {
                looked.paths.insert(looked.paths.end(), seen.paths.begin(), seen.paths.end());
                return one;
            }
        }
        looked.paths.insert(looked.paths.end(), seen.paths.begin(), seen.paths.end());
        looked.missing.insert(looked.missing.end(), seen.missing.begin(), seen.missing.end());
        return Truth::unknown;
    }

    How how_;
    std::vector<Shared> parts_;
};

/// Readiness policies of programmes.
class Monitors : public Condition {
public:
    enum class Policy { all_complete, at_most_incomplete, only_incomplete, all_supported };

    Monitors(Policy policy, std::vector<std::string> codes, int count)
        : policy_(policy), codes_(std::move(codes)), count_(count) {}

    Truth evaluate(const Facts& facts, Looked& looked) const override {
        const auto present = facts.monitors();
        if (present.empty()) {
            looked.paths.emplace_back("obd.monitors");
            looked.missing.emplace_back("obd.monitors");
            return Truth::unknown;
        }
        switch (policy_) {
            case Policy::all_complete:
                return named(facts, looked, "incomplete");
            case Policy::all_supported:
                return named(facts, looked, "unsupported");
            case Policy::at_most_incomplete:
            case Policy::only_incomplete:
                break;
        }
        int incomplete = 0;
        bool allowed = true;
        for (const auto& code : present) {
            const auto monitor = obd::monitor_from_code(code);
            if (monitor && obd::continuous(*monitor)) {
                continue;  // programmes count the non-continuous ones
            }
            looked.paths.push_back("obd.monitors." + code);
            if (facts.at("obd.monitors." + code).value == Value(std::string("incomplete"))) {
                ++incomplete;
                allowed = allowed && std::ranges::find(codes_, code) != codes_.end();
                looked.offending.push_back(code);
            }
        }
        const bool met = policy_ == Policy::at_most_incomplete ? incomplete <= count_ : allowed;
        return truth(met);
    }

private:
    /// No named monitor may have the given state. One that the vehicle's ignition type does not
    /// have at all counts as unsupported.
    Truth named(const Facts& facts, Looked& looked, const std::string& state) const {
        bool met = true;
        for (const auto& code : codes_) {
            const auto path = "obd.monitors." + code;
            looked.paths.push_back(path);
            const auto& value = facts.at(path).value;
            const auto actual = known(value) ? std::get<std::string>(value) : "unsupported";
            if (actual == state) {
                looked.offending.push_back(code);
                met = false;
            }
        }
        return truth(met);
    }

    Policy policy_;
    std::vector<std::string> codes_;
    int count_;
};

struct OpRow {
    std::string_view name;
    Compare::Op op;
    std::string_view kinds;  ///< b truth, n number, t text, r readiness, c codes.
    bool list;               ///< Takes a list of values.
    bool value;              ///< Takes a value at all.
};
constexpr std::array ops{
    OpRow{"eq", Compare::Op::eq, "bntr", false, true},
    OpRow{"ne", Compare::Op::ne, "bntr", false, true},
    OpRow{"lt", Compare::Op::lt, "n", false, true},
    OpRow{"le", Compare::Op::le, "n", false, true},
    OpRow{"gt", Compare::Op::gt, "n", false, true},
    OpRow{"ge", Compare::Op::ge, "n", false, true},
    OpRow{"in", Compare::Op::in, "ntr", true, true},
    OpRow{"not_in", Compare::Op::not_in, "ntr", true, true},
    OpRow{"empty", Compare::Op::empty, "c", false, false},
    OpRow{"not_empty", Compare::Op::not_empty, "c", false, false},
    OpRow{"none_starting_with", Compare::Op::none_starting_with, "c", true, true},
    OpRow{"none_of_monitors", Compare::Op::none_of_monitors, "c", true, true},
};

struct UnitRow {
    std::string_view unit;
    std::string_view canonical;
    double factor;
};
constexpr std::array units{
    UnitRow{"km", "km", 1},          UnitRow{"mi", "km", 1.609344}, UnitRow{"kg", "kg", 1},
    UnitRow{"lb", "kg", 0.45359237}, UnitRow{"min", "min", 1},      UnitRow{"h", "min", 60},
};

char letter(Kind kind) {
    switch (kind) {
        case Kind::truth:
            return 'b';
        case Kind::number:
            return 'n';
        case Kind::text:
            return 't';
        case Kind::codes:
            return 'c';
        case Kind::readiness:
            return 'r';
    }
    return '?';
}

class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) {}

    Result<Shared> read(const json::value& value, const std::string& pointer) {
        if (!value.is_object()) {
            return misplaced(text_, pointer, "must be a condition object");
        }
        const auto& object = value.get_object();
        if (object.contains("fact")) {
            return compare(object, pointer);
        }
        if (object.contains("monitors")) {
            return monitors(object, pointer);
        }
        using How = Combine::How;
        for (const auto& [name, how] :
             {std::pair{"all", How::all}, {"any", How::any}, {"first_known", How::first_known}}) {
            if (const auto* parts = object.if_contains(name)) {
                return combine(*parts, how, pointer + "/" + name, object.size());
            }
        }
        if (const auto* part = object.if_contains("not")) {
            auto inner = read(*part, pointer + "/not");
            if (inner.has_error() || object.size() != 1) {
                return inner.has_error() ? inner : misplaced(text_, pointer, "has unknown keys");
            }
            return Shared(std::make_shared<Combine>(How::negate, std::vector{inner.value()}));
        }
        return misplaced(text_, pointer, "needs one of fact, monitors, all, any, first_known, not");
    }

private:
    Result<Shared> combine(
        const json::value& list, Combine::How how, const std::string& pointer, std::size_t keys
    ) {
        if (!list.is_array() || list.get_array().empty() || keys != 1) {
            return misplaced(text_, pointer, "must be a list of conditions and stand alone");
        }
        std::vector<Shared> parts;
        for (std::size_t i = 0; i < list.get_array().size(); ++i) {
            auto part = read(list.get_array()[i], pointer + "/" + std::to_string(i));
            if (part.has_error()) {
                return part;
            }
            parts.push_back(part.value());
        }
        return Shared(std::make_shared<Combine>(how, std::move(parts)));
    }

    std::optional<Failure> only_keys(
        const json::object& object,
        const std::string& pointer,
        std::initializer_list<std::string_view> keys
    ) {
        for (const auto& item : object) {
            if (std::ranges::find(keys, std::string_view(item.key())) == keys.end()) {
                return misplaced(
                    text_, pointer + "/" + std::string(item.key()), "is not a known key"
                );
            }
        }
        return std::nullopt;
    }

    Result<Value> operand(
        const json::value& value, const FactRow& fact, const std::string& pointer
    ) {
        if (fact.kind == Kind::truth && value.is_bool()) {
            return Value(value.get_bool());
        }
        if (fact.kind == Kind::number && value.is_number()) {
            if (!fact.unit.empty()) {
                return misplaced(
                    text_, pointer,
                    "needs its unit: {\"value\": …, \"unit\": \"" + std::string(fact.unit) + "\"}"
                );
            }
            return Value(value.to_number<double>());
        }
        if (fact.kind == Kind::number && value.is_object()) {
            const auto& object = value.get_object();
            const auto* number = object.if_contains("value");
            const auto* unit = object.if_contains("unit");
            if (number != nullptr && number->is_number() && unit != nullptr && unit->is_string()) {
                const auto row =
                    std::ranges::find(units, std::string_view(unit->get_string()), &UnitRow::unit);
                if (row == units.end() || row->canonical != fact.unit) {
                    return misplaced(text_, pointer, "has a unit that does not fit the fact");
                }
                return Value(number->to_number<double>() * row->factor);
            }
        }
        const bool textual =
            fact.kind == Kind::text || fact.kind == Kind::readiness || fact.kind == Kind::codes;
        if (textual && value.is_string()) {
            return Value(std::string(value.get_string()));
        }
        return misplaced(text_, pointer, "does not have the fact's kind");
    }

    Result<Shared> compare(const json::object& object, const std::string& pointer) {
        if (auto bad = only_keys(object, pointer, {"fact", "op", "value", "if_unknown"})) {
            return *bad;
        }
        const auto& path = object.at("fact");
        const auto* fact =
            path.is_string() ? find_fact(std::string_view(path.get_string())) : nullptr;
        if (fact == nullptr) {
            return misplaced(text_, pointer + "/fact", "is not a fact this program knows");
        }
        const auto* name = object.if_contains("op");
        const auto op = std::ranges::find_if(ops, [&](const OpRow& row) {
            return name != nullptr && name->is_string() && row.name == name->get_string();
        });
        if (op == ops.end() || op->kinds.find(letter(fact->kind)) == op->kinds.npos) {
            return misplaced(text_, pointer + "/op", "is not an operator for this fact");
        }
        std::vector<Value> values;
        const auto* given = object.if_contains("value");
        if ((given != nullptr) != op->value) {
            return misplaced(text_, pointer, op->value ? "needs a value" : "takes no value");
        }
        if (op->list && !given->is_array()) {
            return misplaced(text_, pointer + "/value", "must be a list");
        }
        const auto single = given == nullptr ? json::array() : json::array{*given};
        for (const auto& item : op->list ? given->get_array() : single) {
            auto value = operand(item, *fact, pointer + "/value");
            if (value.has_error()) {
                return value.error();
            }
            const bool monitor = op->op == Compare::Op::none_of_monitors;
            if (monitor && !obd::monitor_from_code(std::get<std::string>(value.value()))) {
                return misplaced(text_, pointer + "/value", "names a monitor that does not exist");
            }
            values.push_back(std::move(value.value()));
        }
        auto if_unknown = Truth::unknown;
        if (const auto* stated = object.if_contains("if_unknown")) {
            if (!stated->is_bool()) {
                return misplaced(text_, pointer + "/if_unknown", "must be true or false");
            }
            if_unknown = truth(stated->get_bool());
        }
        return Shared(std::make_shared<Compare>(
            std::string(fact->path), op->op, std::move(values), if_unknown
        ));
    }

    Result<Shared> monitors(const json::object& object, const std::string& pointer) {
        if (auto bad = only_keys(object, pointer, {"monitors", "of", "count"})) {
            return *bad;
        }
        using Policy = Monitors::Policy;
        static constexpr std::array<std::pair<std::string_view, Policy>, 4> policies{{
            {"all_complete", Policy::all_complete},
            {"at_most_incomplete", Policy::at_most_incomplete},
            {"only_incomplete", Policy::only_incomplete},
            {"all_supported", Policy::all_supported},
        }};
        const auto& name = object.at("monitors");
        const auto policy = std::ranges::find_if(policies, [&](const auto& row) {
            return name.is_string() && row.first == name.get_string();
        });
        if (policy == policies.end()) {
            return misplaced(text_, pointer + "/monitors", "is not a readiness policy");
        }
        const bool counts = policy->second == Policy::at_most_incomplete;
        const auto* count = object.if_contains("count");
        const auto* of = object.if_contains("of");
        if (counts != (count != nullptr) || counts == (of != nullptr)) {
            return misplaced(
                text_, pointer,
                counts ? "needs a count and no list" : "needs a list \"of\" monitors"
            );
        }
        if (counts) {
            if (!count->is_int64() || count->get_int64() < 0 || count->get_int64() > 20) {
                return misplaced(text_, pointer + "/count", "must be a whole number from 0 to 20");
            }
            return Shared(std::make_shared<Monitors>(
                policy->second, std::vector<std::string>(), static_cast<int>(count->get_int64())
            ));
        }
        std::vector<std::string> codes;
        for (const auto& item : of->is_array() ? of->get_array() : json::array()) {
            const auto code = item.is_string() ? std::string(item.get_string()) : std::string();
            if (find_fact("obd.monitors." + code) == nullptr) {
                return misplaced(text_, pointer + "/of", "names a monitor that does not exist");
            }
            codes.push_back(code);
        }
        return Shared(std::make_shared<Monitors>(policy->second, std::move(codes), 0));
    }

    std::string_view text_;
};

}  // namespace

Result<Shared> read_condition(
    const json::value& value, const std::string& pointer, std::string_view text
) {
    return Parser(text).read(value, pointer);
}

std::vector<std::string> facts_named(const json::value& condition) {
    std::vector<std::string> paths;
    if (condition.is_array()) {
        for (const auto& part : condition.get_array()) {
            const auto inner = facts_named(part);
            paths.insert(paths.end(), inner.begin(), inner.end());
        }
    } else if (condition.is_object()) {
        for (const auto& item : condition.get_object()) {
            if (item.key() == "fact" && item.value().is_string()) {
                paths.emplace_back(item.value().get_string());
            } else {
                const auto inner = facts_named(item.value());
                paths.insert(paths.end(), inner.begin(), inner.end());
            }
        }
    }
    return paths;
}

}  // namespace station::criteria
