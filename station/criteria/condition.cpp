#include "station/criteria/condition.hpp"

#include "station/criteria/compare.hpp"
#include "station/criteria/monitors.hpp"
#include "station/criteria/read_condition.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <initializer_list>

namespace station::criteria {
namespace {

namespace json = boost::json;
using Shared = std::shared_ptr<const Condition>;

/// all, any, first_known, not.
class Combine : public Condition {
public:
    enum class How { all, any, first_known, negate };

    Combine(How how, std::vector<Shared> parts) : how_(how), parts_(std::move(parts)) {}

    Truth evaluate(const Given& given, Looked& looked) const override {
        if (how_ == How::negate) {
            const auto one = parts_.front()->evaluate(given, looked);
            return one == Truth::unknown ? one : truth(one == Truth::no);
        }
        if (how_ == How::first_known) {
            return first_known(given, looked);
        }
        const auto decisive = how_ == How::all ? Truth::no : Truth::yes;
        auto result = how_ == How::all ? Truth::yes : Truth::no;
        Looked seen;
        for (const auto& part : parts_) {
            const auto one = part->evaluate(given, seen);
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

    [[nodiscard]] BothLanguages words() const override {
        if (how_ == How::negate) {
            const auto inner = parts_.front()->words();
            return {"no (" + inner.es + ")", "not (" + inner.en + ")"};
        }
        const auto between = how_ == How::all ? BothLanguages{" y ", " and "}
                             : how_ == How::any
                                 ? BothLanguages{" o ", " or "}
                                 : BothLanguages{"; si no se sabe, ", "; if not known, "};
        BothLanguages said;
        for (const auto& part : parts_) {
            const auto inner = part->words();
            const auto* group = dynamic_cast<const Combine*>(part.get());
            const bool enclose = group != nullptr && group->how_ != How::negate;
            said.es +=
                (said.es.empty() ? "" : between.es) + (enclose ? "(" + inner.es + ")" : inner.es);
            said.en +=
                (said.en.empty() ? "" : between.en) + (enclose ? "(" + inner.en + ")" : inner.en);
        }
        return said;
    }
    void name_bounds(std::vector<Bound>& bounds) const override {
        for (const auto& part : parts_) {
            part->name_bounds(bounds);
        }
    }
    void name_facts(std::vector<const FactRow*>& rows) const override {
        for (const auto& part : parts_) {
            part->name_facts(rows);
        }
    }

private:
    Truth first_known(const Given& given, Looked& looked) const {
        Looked seen;
        auto result = Truth::unknown;
        for (const auto& part : parts_) {
            result = part->evaluate(given, seen);
            if (result != Truth::unknown) {
                break;
            }
        }
        looked.paths.insert(looked.paths.end(), seen.paths.begin(), seen.paths.end());
        if (result == Truth::unknown) {
            looked.missing.insert(looked.missing.end(), seen.missing.begin(), seen.missing.end());
        }
        return result;
    }

    How how_;
    std::vector<Shared> parts_;
};

/// An item of the visual checklist: passed or not applicable meets it, failed does not.
class Checked : public Condition {
public:
    explicit Checked(std::string item) : item_(std::move(item)) {}

    Truth evaluate(const Given& given, Looked& looked) const override {
        static const auto* const failed = find_fact("visual.failed");
        static const auto* const passed = find_fact("visual.passed");
        static const auto* const none = find_fact("visual.not_applicable");
        looked.paths.push_back(failed->path);
        if (lists(given.facts, *failed)) {
            looked.offending.push_back(item_);
            return Truth::no;
        }
        if (lists(given.facts, *passed) || lists(given.facts, *none)) {
            return Truth::yes;
        }
        looked.missing.push_back(failed->path);
        return Truth::unknown;
    }
    [[nodiscard]] BothLanguages words() const override {
        return {"revisión visual correcta: " + item_, "visual check passed: " + item_};
    }
    void name_bounds(std::vector<Bound>& /*bounds*/) const override {}
    void name_facts(std::vector<const FactRow*>& rows) const override {
        rows.push_back(find_fact("visual.failed"));
    }

private:
    [[nodiscard]] bool lists(const Facts& facts, const FactRow& row) const {
        const auto* list = std::get_if<std::vector<std::string>>(&facts.at(row).value);
        return list != nullptr && std::ranges::find(*list, item_) != list->end();
    }
    std::string item_;
};

char letter(Kind kind) {
    switch (kind) {
        case Kind::truth:
            return 'b';
        case Kind::number:
            return 'n';
        case Kind::text:
            return 't';
        case Kind::date:
            return 'd';
        case Kind::codes:
            return 'c';
        case Kind::words:
            return 'w';
        case Kind::readiness:
            break;
    }
    return 'r';
}

class Parser {
public:
    explicit Parser(Reader& reader) : reader_(reader) {}

    Shared read(const json::value* value, const std::string& pointer) {
        if (value == nullptr || !value->is_object()) {
            reader_.complain(
                pointer, "must be a condition: write {\"fact\": …, \"op\": …, \"value\": …}",
                "debe ser una condición: escribe {\"fact\": …, \"op\": …, \"value\": …}"
            );
            return nullptr;
        }
        const auto& object = value->get_object();
        if (object.contains("fact")) {
            return compare(object, pointer);
        }
        if (object.contains("monitors")) {
            return monitors(object, pointer);
        }
        if (object.contains("checked")) {
            return checked(object, pointer);
        }
        using How = Combine::How;
        for (const auto& [name, how] :
             {std::pair{"all", How::all}, {"any", How::any}, {"first_known", How::first_known}}) {
            if (const auto* parts = object.if_contains(name)) {
                reader_.keys(object, pointer, {name});
                return combine(*parts, how, pointer + "/" + name);
            }
        }
        if (const auto* part = object.if_contains("not")) {
            reader_.keys(object, pointer, {"not"});
            auto inner = read(part, pointer + "/not");
            return inner ? std::make_shared<Combine>(How::negate, std::vector{inner}) : nullptr;
        }
        reader_.one_of(
            pointer,
            "{\"fact\"…}, {\"monitors\"…}, {\"checked\"…}, {\"all\"…}, "
            "{\"any\"…}, {\"first_known\"…}, {\"not\"…}"
        );
        return nullptr;
    }

private:
    Shared combine(const json::value& list, Combine::How how, const std::string& pointer) {
        if (!list.is_array() || list.get_array().empty()) {
            reader_.complain(
                pointer, "must be a list of conditions with at least one",
                "debe ser una lista con al menos una condición"
            );
            return nullptr;
        }
        std::vector<Shared> parts;
        for (std::size_t i = 0; i < list.get_array().size(); ++i) {
            parts.push_back(read(&list.get_array()[i], pointer + "/" + std::to_string(i)));
        }
        const bool whole = std::ranges::none_of(parts, [](const auto& one) { return !one; });
        return whole ? std::make_shared<Combine>(how, std::move(parts)) : nullptr;
    }

    Shared checked(const json::object& object, const std::string& pointer) {
        reader_.keys(object, pointer, {"checked"});
        const auto item = reader_.text(object, "checked", pointer);
        if (!reader_.checklist.contains(item)) {
            reader_.complain(
                pointer + "/checked",
                "is no item of /checklist; known are: " + Reader::joined(reader_.checklist),
                "no está en /checklist; los conocidos son: " + Reader::joined(reader_.checklist)
            );
            return nullptr;
        }
        return std::make_shared<Checked>(item);
    }

    /// A limit in the fact's own unit; `written` gets it as the profile has it.
    std::optional<Value> operand(
        const json::value& value,
        const FactRow& fact,
        const OpRow& op,
        const std::string& pointer,
        std::string& written
    ) {
        const auto add = [&](const std::string& text) {
            written += (written.empty() ? "" : ", ") + text;
        };
        if (fact.kind == Kind::truth && value.is_bool()) {
            return Value(value.get_bool());
        }
        if (fact.kind == Kind::number && value.is_number() && fact.unit.empty()) {
            add(json::serialize(value));
            return Value(value.to_number<double>());
        }
        if (fact.kind == Kind::number && !fact.unit.empty()) {
            const auto* object = value.if_object();
            const auto* number = object == nullptr ? nullptr : object->if_contains("value");
            const auto* unit = object == nullptr ? nullptr : object->if_contains("unit");
            const bool formed = number != nullptr && number->is_number() && unit != nullptr &&
                                unit->is_string() && object->size() == 2;
            const auto converted =
                formed ? in_unit_of(fact, number->to_number<double>(), unit->get_string())
                       : std::nullopt;
            if (converted) {
                add(json::serialize(*number) + " " + std::string(unit->get_string()));
                return Value(*converted);
            }
            const auto example = "{\"value\": …, \"unit\": \"" + std::string(fact.unit) + "\"}";
            reader_.complain(
                pointer, "needs a number with a unit that fits the fact: write " + example,
                "necesita un número con una unidad de esa magnitud: escribe " + example
            );
            return std::nullopt;
        }
        if (value.is_string() && fact.kind != Kind::truth && fact.kind != Kind::number) {
            const std::string text(value.get_string());
            if (fits(text, fact, op)) {
                add(text);
                return Value(text);
            }
        }
        reader_.complain(
            pointer, "is no possible value of " + std::string(fact.path) + expected(fact, op),
            "no es un valor posible de " + std::string(fact.path) + expected(fact, op)
        );
        return std::nullopt;
    }

    static std::string expected(const FactRow& fact, const OpRow& op) {
        if (op.op == Op::none_of_monitors) {
            return ": MIS, FUE, CCM, CAT, …";
        }
        if (fact.kind == Kind::truth) {
            return ": true, false";
        }
        if (fact.kind == Kind::readiness) {
            return ": complete, incomplete, unsupported";
        }
        if (fact.kind == Kind::date) {
            return ": \"2026-11-25\"";
        }
        return fact.choices.empty() ? "" : ": " + std::string(fact.choices);
    }

    static bool fits(const std::string& text, const FactRow& fact, const OpRow& op) {
        if (op.op == Op::none_of_monitors) {
            return obd::monitor_from_code(text).has_value();
        }
        switch (fact.kind) {
            case Kind::date:
                return is_date(text);
            case Kind::readiness:
                return text == "complete" || text == "incomplete" || text == "unsupported";
            case Kind::text: {
                const auto list = " " + std::string(fact.choices) + " ";
                return fact.choices.empty() || list.find(" " + text + " ") != list.npos;
            }
            default:
                return !text.empty();
        }
    }

    Shared compare(const json::object& object, const std::string& pointer) {
        reader_.keys(object, pointer, {"fact", "op", "value", "if_unknown"});
        const auto* fact = find_fact(reader_.text(object, "fact", pointer));
        if (fact == nullptr) {
            std::vector<std::string_view> paths;
            for (const auto& row : all_facts()) {
                paths.push_back(row.path);
            }
            reader_.complain(
                pointer + "/fact", "is not a fact; known are: " + Reader::joined(paths),
                "no es un dato conocido; los conocidos son: " + Reader::joined(paths)
            );
            return nullptr;
        }
        const auto name = reader_.text(object, "op", pointer);
        const auto op = std::ranges::find(op_rows, name, &OpRow::name);
        if (op == op_rows.end() || op->kinds.find(letter(fact->kind)) == op->kinds.npos) {
            std::vector<std::string_view> fitting;
            for (const auto& row : op_rows) {
                if (row.kinds.find(letter(fact->kind)) != row.kinds.npos) {
                    fitting.push_back(row.name);
                }
            }
            reader_.one_of(pointer + "/op", Reader::joined(fitting));
            return nullptr;
        }
        std::string written;
        auto values = operands(object, *fact, *op, pointer, written);
        std::optional<Truth> if_unknown;
        if (object.contains("if_unknown")) {
            if_unknown = truth(reader_.flag(object, "if_unknown", false, pointer));
        }
        return values ? std::make_shared<Compare>(
                            *fact, *op, std::move(*values), if_unknown, std::move(written)
                        )
                      : nullptr;
    }

    std::optional<std::vector<Value>> operands(
        const json::object& object,
        const FactRow& fact,
        const OpRow& op,
        const std::string& pointer,
        std::string& written
    ) {
        const auto* value = object.if_contains("value");
        const auto at = pointer + "/value";
        if ((value != nullptr) != op.value) {
            reader_.complain(
                at, op.value ? "is missing" : "must not be there: this operator takes none",
                op.value ? "falta" : "sobra: este operador no lleva valor"
            );
            return std::nullopt;
        }
        std::vector<Value> values;
        if (!op.value) {
            return values;
        }
        if (!op.list) {
            auto one = operand(*value, fact, op, at, written);
            return one ? std::optional(std::vector{std::move(*one)}) : std::nullopt;
        }
        if (!value->is_array() || value->get_array().empty()) {
            reader_.complain(
                at, "must be a list with at least one value",
                "debe ser una lista con al menos un valor"
            );
            return std::nullopt;
        }
        for (std::size_t i = 0; i < value->get_array().size(); ++i) {
            auto one =
                operand(value->get_array()[i], fact, op, at + "/" + std::to_string(i), written);
            if (!one) {
                return std::nullopt;
            }
            values.push_back(std::move(*one));
        }
        return values;
    }

    Shared monitors(const json::object& object, const std::string& pointer) {
        using Policy = Monitors::Policy;
        static constexpr std::array<std::string_view, 4> policies{
            "all_complete", "at_most_incomplete", "only_incomplete", "all_supported"};
        reader_.keys(object, pointer, {"monitors", "of", "count", "overrides"});
        const auto policy = std::ranges::find(policies, reader_.text(object, "monitors", pointer));
        if (policy == policies.end()) {
            reader_.one_of(pointer + "/monitors", Reader::joined(policies));
            return nullptr;
        }
        const auto which = static_cast<Policy>(policy - policies.begin());
        const bool counts = which == Policy::at_most_incomplete;
        if (counts != object.contains("count") || counts == object.contains("of")) {
            reader_.complain(
                pointer,
                counts ? "needs \"count\" and no \"of\"" : "needs a list \"of\" and no \"count\"",
                counts ? "lleva \"count\" y no \"of\"" : "lleva una lista \"of\" y no \"count\""
            );
            return nullptr;
        }
        const bool overrides = reader_.flag(object, "overrides", false, pointer);
        if (overrides && !reader_.has_overrides) {
            reader_.complain(
                pointer + "/overrides", "needs a table: name one in /references/readiness",
                "necesita una tabla: nómbrala en /references/readiness"
            );
        }
        constexpr int most = 20;
        const int count = reader_.whole(object, "count", 0, 0, most, pointer);
        std::vector<const FactRow*> named;
        for (const auto& code :
             counts ? std::vector<std::string>() : reader_.texts(object, "of", pointer)) {
            const auto* row = find_fact("obd.monitors." + code);
            if (row == nullptr) {
                reader_.one_of(
                    pointer + "/of",
                    "MIS, FUE, CCM, CAT, HCAT, EVAP, AIR, ACR, O2S, O2H, EGR, "
                    "NMHC, NOX, BP, EGS, PMF, CSA"
                );
                return nullptr;
            }
            named.push_back(row);
        }
        return std::make_shared<Monitors>(which, std::move(named), count, overrides);
    }

    Reader& reader_;
};

}  // namespace

Shared read_condition(Reader& reader, const json::value* value, const std::string& pointer) {
    return Parser(reader).read(value, pointer);
}

}  // namespace station::criteria
