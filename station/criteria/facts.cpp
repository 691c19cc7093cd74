#include "station/criteria/facts.hpp"

#include "obd/decode/dtc.hpp"

#include "protocols/base/ensure.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace station::criteria {
namespace {

namespace json = boost::json;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;

constexpr std::string_view monitor_prefix = "obd.monitors.";

std::string_view expected(Kind kind) {
    switch (kind) {
        case Kind::truth:
            return "must be true, false or null";
        case Kind::number:
            return "must be a number or null";
        case Kind::text:
            return "must be text or null";
        case Kind::date:
            return "must be a day such as \"2026-11-25\", or null";
        case Kind::codes:
            return "must be a list of codes such as \"P0420\", or null";
        case Kind::words:
            return "must be a list of words, or null";
        case Kind::readiness:
            return "must be \"complete\", \"incomplete\", \"unsupported\" or null";
    }
    return "";
}

std::optional<Value> read_list(const json::value& value, bool codes) {
    if (!value.is_array()) {
        return std::nullopt;
    }
    std::vector<std::string> list;
    list.reserve(value.get_array().size());
    for (const auto& item : value.get_array()) {
        if (!item.is_string() ||
            (codes && !obd::Dtc::from_text(std::string_view(item.get_string())))) {
            return std::nullopt;
        }
        list.emplace_back(item.get_string());
    }
    return Value(std::move(list));
}

/// nullopt when the JSON does not have the fact's kind.
std::optional<Value> read_value(const json::value& value, Kind kind) {
    if (value.is_null()) {
        return Value();
    }
    switch (kind) {
        case Kind::truth:
            return value.is_bool() ? std::optional(Value(value.get_bool())) : std::nullopt;
        case Kind::number:
            return value.is_number() ? std::optional(Value(value.to_number<double>()))
                                     : std::nullopt;
        case Kind::text:
            if (value.is_string()) {
                return Value(std::string(value.get_string()));
            }
            break;
        case Kind::date:
            if (value.is_string() && is_date(std::string_view(value.get_string()))) {
                return Value(std::string(value.get_string()));
            }
            break;
        case Kind::readiness:
            if (value.is_string()) {
                const std::string text(value.get_string());
                if (text == "complete" || text == "incomplete" || text == "unsupported") {
                    return Value(text);
                }
            }
            break;
        case Kind::codes:
        case Kind::words:
            return read_list(value, kind == Kind::codes);
    }
    return std::nullopt;
}

Failure misplaced(std::string_view text, const std::string& pointer, const std::string& what) {
    return to_failure({pointer, line_of(text, pointer), {what, what}});
}

/// A number that states its unit, in the fact's own; the value itself where it does not. Empty
/// text: nothing to complain of.
std::string convert(json::value& value, const FactRow& row) {
    if (row.kind != Kind::number || !value.is_object()) {
        return {};
    }
    const auto& object = value.get_object();
    const auto* number = object.if_contains("value");
    const auto* unit = object.if_contains("unit");
    const bool formed = number != nullptr && number->is_number() && unit != nullptr &&
                        unit->is_string() && object.size() == 2;
    if (!formed) {
        return "must be a number, or {\"value\": …, \"unit\": …}";
    }
    const auto converted =
        in_unit_of(row, number->to_number<double>(), std::string_view(unit->get_string()));
    if (!converted) {
        return row.unit.empty()
                   ? "has no unit; write the number alone"
                   : "is in a unit of another quantity; it is counted in " + std::string(row.unit);
    }
    value = *converted;
    return {};
}

/// What no vehicle and no visit can have.
std::string impossible(const Value& value, const FactRow& row) {
    if (const auto* number = std::get_if<double>(&value)) {
        // >= and <= are both false for what is not a number.
        if (!(*number >= row.least && *number <= row.most)) {
            return "cannot be " + json::serialize(to_json(value)) + ": it lies from " +
                   json::serialize(to_json(Value(row.least))) + " to " +
                   json::serialize(to_json(Value(row.most)));
        }
    }
    const auto* text = std::get_if<std::string>(&value);
    if (text != nullptr && !row.choices.empty()) {
        const auto spaced = " " + std::string(row.choices) + " ";
        if (text->empty() || text->find(' ') != text->npos ||
            spaced.find(" " + *text + " ") == spaced.npos) {
            return "must be one of: " + std::string(row.choices);
        }
    }
    return {};
}

Result<void> read_group(
    Facts& facts, const json::object& group, const std::string& path, std::string_view text
) {
    for (const auto& item : group) {
        const auto name = path + "." + std::string(item.key());
        const auto pointer = [&] {
            auto written = "/" + name;
            std::ranges::replace(written, '.', '/');
            return written;
        };
        if (name == "obd.monitors") {
            if (item.value().is_null()) {
                continue;  // not reported
            }
            if (!item.value().is_object()) {
                return misplaced(text, pointer(), "must be an object of monitors");
            }
            auto inner = read_group(facts, item.value().get_object(), name, text);
            if (inner.has_error()) {
                return inner.error();
            }
            continue;
        }
        const auto* row = find_fact(name);
        if (row == nullptr) {
            return misplaced(text, pointer(), "is not a fact this program knows");
        }
        auto given = item.value();
        if (const auto complaint = convert(given, *row); !complaint.empty()) {
            return misplaced(text, pointer(), complaint);
        }
        auto value = read_value(given, row->kind);
        if (!value) {
            return misplaced(text, pointer(), std::string(expected(row->kind)));
        }
        if (const auto complaint = impossible(*value, *row); !complaint.empty()) {
            return misplaced(text, pointer(), complaint);
        }
        const bool reported = known(*value);
        facts.set(*row, {std::move(*value), {"stated"}, reported ? "" : "not reported"});
    }
    return boost::outcome_v2::success();
}

/// Facts that cannot both be. What was read of a vehicle that is said not to be connected is no
/// contradiction here: the judgement ends at the connection and never looks at it.
std::optional<Failure> contradiction(const Facts& facts, std::string_view text) {
    const auto* permanent = std::get_if<std::vector<std::string>>(&facts.at("obd.permanent").value);
    if (permanent != nullptr && !permanent->empty() &&
        facts.at("obd.pdtc_supported").value == Value(false)) {
        return misplaced(
            text, "/obd/permanent",
            "lists codes while /obd/pdtc_supported says the vehicle has none; correct one of them"
        );
    }
    const auto stated = [&](std::initializer_list<std::string_view> codes) -> std::string {
        for (const auto code : codes) {
            const auto path = std::string(monitor_prefix) + std::string(code);
            const auto& value = facts.at(path).value;
            if (known(value) && value != Value(std::string("unsupported"))) {
                return std::string(code);
            }
        }
        return {};
    };
    const auto spark = stated({"CAT", "HCAT", "EVAP", "AIR", "O2S", "O2H"});
    const auto compression = stated({"NMHC", "NOX", "BP", "EGS", "PMF"});
    if (!spark.empty() && !compression.empty()) {
        return misplaced(
            text, "/obd/monitors/" + compression,
            "is a monitor of compression ignition and /obd/monitors/" + spark +
                " one of spark ignition; one vehicle has the monitors of one of them"
        );
    }
    return std::nullopt;
}

}  // namespace

bool known(const Value& value) {
    return !std::holds_alternative<std::monostate>(value);
}

json::value to_json(const Value& value) {
    struct Show {
        json::value operator()(std::monostate) const { return nullptr; }
        json::value operator()(bool truth) const { return truth; }
        json::value operator()(double number) const {
            const auto whole = static_cast<std::int64_t>(number);
            return static_cast<double>(whole) == number ? json::value(whole) : json::value(number);
        }
        json::value operator()(const std::string& text) const { return json::value(text); }
        json::value operator()(const std::vector<std::string>& list) const {
            json::array all;
            for (const auto& item : list) {
                all.emplace_back(item);
            }
            return all;
        }
    };
    return std::visit(Show{}, value);
}

Facts::Facts() : facts_(all_facts().size()) {}

void Facts::set(const FactRow& row, Fact fact) {
    facts_[row.index] = {std::move(fact), true};
}

void Facts::set(std::string_view path, Fact fact) {
    const auto* row = find_fact(path);
    ENSURE(row != nullptr);
    set(*row, std::move(fact));
}

const Fact& Facts::at(std::string_view path) const {
    const auto* row = find_fact(path);
    ENSURE(row != nullptr);
    return at(*row);
}

Result<Facts> read_facts(const json::value& value, std::string_view text) {
    if (!value.is_object()) {
        return misplaced(text, "", "must be an object with vehicle, obd and context");
    }
    const auto& object = value.get_object();
    Facts facts;
    for (const std::string group : {"vehicle", "obd", "visual", "context"}) {
        const auto* part = object.if_contains(group);
        if (part == nullptr && (group == "context" || group == "visual")) {
            continue;
        }
        if (part == nullptr || !part->is_object()) {
            return misplaced(text, "/" + group, "must be an object");
        }
        const auto more = read_group(facts, part->get_object(), group, text);
        if (more.has_error()) {
            return more.error();
        }
    }
    if (auto wrong = contradiction(facts, text)) {
        return *wrong;
    }
    return facts;
}

json::value to_json(const Facts& facts) {
    json::object groups{
        {"vehicle", json::object()},
        {"obd", json::object()},
        {"visual", json::object()},
        {"context", json::object()}};
    json::object monitors;
    for (const auto& row : all_facts()) {
        if (!facts.mentions(row)) {
            continue;
        }
        const auto shown = to_json(facts.at(row).value);
        if (row.kind == Kind::readiness) {
            monitors[row.path.substr(monitor_prefix.size())] = shown;
            continue;
        }
        const auto dot = row.path.find('.');
        groups[row.path.substr(0, dot)].get_object()[row.path.substr(dot + 1)] = shown;
    }
    groups["obd"].get_object()["monitors"] = std::move(monitors);
    return groups;
}

}  // namespace station::criteria
