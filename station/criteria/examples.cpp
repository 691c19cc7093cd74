#include "obd/decode/monitors.hpp"
#include "station/criteria/judge.hpp"
#include "station/criteria/lint.hpp"
#include "station/criteria/reader.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace station::criteria {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 4> kinds{"pass", "fail", "boundary", "not_determined"};

/// What the examples show of one rule, as one variant has it.
struct Shown {
    std::set<Outcome> outcomes;
    std::vector<Facts> at_boundary;
};

/// The baseline with a case's changes.
json::value facts_of(const json::value& baseline, const json::object& one) {
    auto facts = baseline;
    auto& groups = facts.get_object();
    for (const auto* group : {"vehicle", "obd", "visual", "context"}) {
        if (const auto* changes = one.if_contains(group); changes && changes->is_object()) {
            auto& into = groups[group];
            if (!into.is_object()) {
                into = json::object();
            }
            for (const auto& [key, value] : changes->get_object()) {
                into.get_object()[key] = value;
            }
        }
    }
    if (const auto* monitors = one.if_contains("monitors"); monitors && monitors->is_object()) {
        auto& into = groups["obd"].get_object()["monitors"];
        for (const auto& [key, value] : monitors->get_object()) {
            into.get_object()[key] = value;
        }
    }
    return facts;
}

class Runner {
public:
    Runner(std::string_view profile, std::string_view examples, const Tables& tables)
        : profile_(profile), reader_(examples), tables_(tables) {}

    ExampleReport run(const json::value& document) {
        const auto& object = reader_.object(&document, "");
        reader_.keys(object, "", {"schema", "profile", "note", "baselines", "cases"});
        if (reader_.text(object, "schema", "") != "obd-station/examples/1") {
            reader_.one_of("/schema", "obd-station/examples/1");
        }
        const auto* base = programme("");
        if (base != nullptr && reader_.text(object, "profile", "") != base->id) {
            reader_.complain(
                "/profile", "is not the profile's id, " + base->id,
                "no es el id del perfil, " + base->id
            );
        }
        const json::object baselines =
            reader_.object(object.if_contains("baselines"), "/baselines");
        const auto& cases = reader_.array(object.if_contains("cases"), "/cases");
        for (std::size_t i = 0; i < cases.size(); ++i) {
            check(cases[i], "/cases/" + std::to_string(i), baselines);
        }
        if (reader_.complaints().empty()) {
            demand("");
            for (const auto& variant : variants_of(profile_)) {
                demand(variant);
            }
        }
        return {cases.size(), reader_.complaints()};
    }

private:
    const Profile* programme(const std::string& variant) {
        const auto known = profiles_.find(variant);
        if (known != profiles_.end()) {
            return &known->second;
        }
        auto read = read_profile(profile_, variant, tables_);
        if (read.has_error()) {
            reader_.complain("", read.error().detail, read.error().detail);
            return nullptr;
        }
        return &profiles_.emplace(variant, std::move(read.value())).first->second;
    }

    void check(
        const json::value& value, const std::string& pointer, const json::object& baselines
    ) {
        const auto& one = reader_.object(&value, pointer);
        reader_.keys(
            one, pointer,
            {"name", "rule", "kind", "outcome", "variant", "from", "vehicle", "obd", "monitors",
             "visual", "context", "verdict", "reasons"}
        );
        const auto kind = reader_.text(one, "kind", pointer);
        if (std::ranges::find(kinds, kind) == kinds.end()) {
            reader_.one_of(pointer + "/kind", Reader::joined(kinds));
            return;
        }
        const auto from = one.contains("from") ? reader_.text(one, "from", pointer) : "usual";
        const auto* baseline = baselines.if_contains(from);
        if (baseline == nullptr || !baseline->is_object()) {
            reader_.complain(
                pointer + "/from", "names no baseline: \"" + from + "\" is not in /baselines",
                "no nombra una base: \"" + from + "\" no está en /baselines"
            );
            return;
        }
        const auto* profile =
            programme(one.contains("variant") ? reader_.text(one, "variant", pointer) : "");
        if (profile == nullptr) {
            return;
        }
        const auto given = facts_of(*baseline, one);
        const auto facts = read_facts(given, json::serialize(given));
        if (facts.has_error()) {
            reader_.complain(pointer, facts.error().detail, facts.error().detail);
            return;
        }
        compare(one, pointer, kind, *profile, judge(*profile, facts.value()));
    }

    void compare(
        const json::object& one,
        const std::string& pointer,
        const std::string& kind,
        const Profile& profile,
        const Judgement& judgement
    ) {
        const auto wrong = [&](const char* key, const std::string& actual) {
            reader_.complain(
                pointer + "/" + key, "is not what the rules give: " + actual,
                "no es lo que dan las reglas: " + actual
            );
        };
        const auto rule = reader_.text(one, "rule", pointer);
        const auto result = std::ranges::find_if(judgement.rules, [&](const RuleResult& each) {
            return each.rule->id == rule;
        });
        if (result == judgement.rules.end()) {
            reader_.complain(
                pointer + "/rule", "names no rule of the profile",
                "no nombra ninguna regla del perfil"
            );
            return;
        }
        const auto outcome = kind == "boundary" ? reader_.text(one, "outcome", pointer) : kind;
        if (outcome != id(result->outcome) || !result->reached) {
            wrong(
                kind == "boundary" ? "outcome" : "kind",
                result->reached ? std::string(id(result->outcome)) : "not reached"
            );
        }
        if (reader_.text(one, "verdict", pointer) != id(judgement.verdict)) {
            wrong("verdict", std::string(id(judgement.verdict)));
        }
        if (reader_.texts(one, "reasons", pointer) != judgement.reasons) {
            wrong("reasons", Reader::joined(judgement.reasons));
        }
        auto& shown = shown_[profile.variant][rule];
        shown.outcomes.insert(result->outcome);
        if (kind == "boundary") {
            shown.at_boundary.push_back(judgement.facts);
        }
    }

    /// A variant shows the rules it changes; what it leaves as they are, the base text shows.
    void demand(const std::string& variant) {
        const auto* profile = programme(variant);
        const auto* base = programme("");
        if (profile == nullptr || base == nullptr) {
            return;
        }
        for (std::size_t i = 0; i < profile->rules.size(); ++i) {
            const auto& rule = profile->rules[i];
            const auto& before = base->rules[i];
            const bool same = rule.enabled == before.enabled && rule.decides == before.decides &&
                              rule.require_source == before.require_source;
            if (rule.enabled && (variant.empty() || !same)) {
                demand(*profile, rule, shown_[variant][rule.id]);
            }
        }
    }

    void demand(const Profile& profile, const Rule& rule, const Shown& shown) {
        const auto want = [&](bool there, const char* kind) {
            if (!there) {
                const auto of = rule.id + (profile.variant.empty() ? "" : "@" + profile.variant);
                reader_.complain(
                    "/cases", "lacks an example of kind \"" + std::string(kind) + "\" for " + of,
                    "falta un ejemplo de tipo \"" + std::string(kind) + "\" para " + of
                );
            }
        };
        want(shown.outcomes.contains(Outcome::pass), "pass");
        want(shown.outcomes.contains(Outcome::fail), "fail");
        Looked ignored;
        const Facts nothing;
        const Given given{nothing, nullptr};
        const bool can_be_open =
            rule.require->evaluate(given, ignored) == Truth::unknown ||
            (rule.when && rule.when->evaluate(given, ignored) == Truth::unknown);
        want(!can_be_open || shown.outcomes.contains(Outcome::not_determined), "not_determined");
        std::vector<Bound> bounds;
        rule.require->name_bounds(bounds);
        if (rule.when) {
            rule.when->name_bounds(bounds);
        }
        for (const auto& bound : bounds) {
            for (const auto& side : {bound.below, bound.above}) {
                want(
                    std::ranges::any_of(
                        shown.at_boundary,
                        [&](const Facts& facts) { return value_at(bound, facts) == side; }
                    ),
                    ("boundary, " +
                     std::string(bound.fact == nullptr ? "monitors incomplete" : bound.fact->path) +
                     " " + json::serialize(to_json(side)))
                        .c_str()
                );
            }
        }
    }

    static Value value_at(const Bound& bound, const Facts& facts) {
        if (bound.fact != nullptr) {
            return facts.at(*bound.fact).value;
        }
        double incomplete = 0;
        for (const auto* row : monitor_rows()) {
            const auto monitor = obd::monitor_from_code(row->path.substr(row->path.rfind('.') + 1));
            const bool counted = !monitor || !obd::continuous(*monitor);
            incomplete +=
                counted && facts.at(*row).value == Value(std::string("incomplete")) ? 1 : 0;
        }
        return incomplete;
    }

    std::string_view profile_;
    Reader reader_;
    const Tables& tables_;
    std::map<std::string, Profile> profiles_;
    std::map<std::string, std::map<std::string, Shown>> shown_;  ///< By variant and rule.
};

}  // namespace

ExampleReport run_examples(
    std::string_view profile, std::string_view examples, const Tables& tables
) {
    const auto parsed = parse_json(examples);
    if (parsed.has_error()) {
        return {0, {{"", 1, {parsed.error().detail, parsed.error().detail}}}};
    }
    return Runner(profile, examples, tables).run(parsed.value());
}

}  // namespace station::criteria
