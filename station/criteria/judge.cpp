#include "station/criteria/judge.hpp"

#include "protocols/base/ensure.hpp"

#include <algorithm>
#include <array>

namespace station::criteria {
namespace {

namespace json = boost::json;

RuleResult apply(const Rule& rule, const Given& given) {
    RuleResult result{&rule, Outcome::not_applicable, true, {}, Verdict::invalid};
    if (!rule.enabled) {
        return result;
    }
    if (rule.when) {
        const auto applies = rule.when->evaluate(given, result.looked);
        if (applies == Truth::no) {
            result.looked.offending.clear();
            return result;
        }
        if (applies == Truth::unknown) {
            result.outcome = Outcome::not_determined;
            return result;
        }
        result.looked.offending.clear();
    }
    switch (rule.require->evaluate(given, result.looked)) {
        case Truth::yes:
            result.outcome = Outcome::pass;
            result.looked.offending.clear();
            break;
        case Truth::no:
            result.outcome = Outcome::fail;
            break;
        case Truth::unknown:
            result.outcome = Outcome::not_determined;
            break;
    }
    return result;
}

Verdict verdict_of(const Rule& rule, const Given& given) {
    Looked ignored;
    const bool escalated =
        rule.escalate_when && rule.escalate_when->evaluate(given, ignored) == Truth::yes;
    return escalated ? rule.escalate_to : rule.verdict;
}

void add_once(std::vector<std::string>& list, const std::string& text) {
    if (std::ranges::find(list, text) == list.end()) {
        list.push_back(text);
    }
}

struct Tally {
    std::vector<Verdict> failed;
    bool open = false;  ///< A deciding rule could not be determined.
};

Verdict strongest(const Profile& profile, const std::vector<Verdict>& failed) {
    // A profile in which a rule's verdict has no place is not read at all.
    const auto found = std::ranges::find_first_of(profile.precedence, failed);
    ENSURE(found != profile.precedence.end());
    return *found;
}

json::array texts(const std::vector<std::string>& list) {
    json::array all;
    for (const auto& item : list) {
        all.emplace_back(item);
    }
    return all;
}

std::string why(const Fact& fact) {
    return fact.why_unknown.empty() ? "not recorded" : fact.why_unknown;
}

json::object both(const BothLanguages& texts) {
    return {{"es", texts.es}, {"en", texts.en}};
}

/// What the programme's reference tables say of this vehicle, where they say anything.
void look_up(const Profile& profile, Facts& facts) {
    if (profile.software) {
        if (auto said = profile.software->compare_software(facts); known(said)) {
            facts.set("obd.software", {std::move(said), {"table " + profile.software->id}, ""});
        }
    }
    const bool named = known(facts.at("vehicle.make").value) &&
                       known(facts.at("vehicle.model").value) &&
                       known(facts.at("vehicle.model_year").value);
    if (profile.catalogue && !profile.catalogue->empty() && named) {
        facts.set(
            "obd.ecu_catalogued",
            {!profile.catalogue->of(facts).empty(), {"table " + profile.catalogue->id}, ""}
        );
    }
}

/// Of no monitor anything is known: for the same reason.
std::string why_no_monitor(const Facts& facts) {
    for (const auto* row : monitor_rows()) {
        if (facts.mentions(*row)) {
            return why(facts.at(*row));
        }
    }
    return "no control unit reported its monitors";
}

const BothLanguages evidence_words{
    "Faltan datos para dar un resultado", "Evidence is missing for a verdict"};
const BothLanguages effect_words{
    "El programa no está vigente en la fecha de la inspección",
    "The programme is not in effect on the day of the inspection"};

json::value rule_json(const RuleResult& result, const Facts& facts) {
    const auto& rule = *result.rule;
    json::object values;
    json::array evidence;
    std::vector<std::string> sources;
    for (const auto path : result.looked.paths) {
        const auto* row = find_fact(path);
        if (row == nullptr) {
            continue;  // obd.monitors: all of them
        }
        const auto& fact = facts.at(*row);
        values[path] = to_json(fact.value);
        for (const auto& source : fact.evidence) {
            add_once(sources, source);
        }
    }
    json::object missing;
    for (const auto path : result.looked.missing) {
        const auto* row = find_fact(path);
        missing[path] = row == nullptr ? why_no_monitor(facts) : why(facts.at(*row));
    }
    json::object object{
        {"id", rule.id},
        {"stage", id(rule.stage)},
        {"outcome", id(result.outcome)},
        {"reached", result.reached},
        {"decides", rule.decides && rule.enabled},
        {"text", both(rule.text)},
        {"clause", rule.clause},
        {"cite", texts(rule.cite)},
        {"verified", rule.verified},
        {"confirmed", rule.confirmed},
        {"value", std::move(values)},
        {"limit", rule.require_source},
        {"evidence", texts(sources)},
        {"offending", texts(result.looked.offending)},
        {"missing", std::move(missing)},
    };
    if (rule.decides && result.outcome == Outcome::fail) {
        object["reason"] = rule.reason;
        object["verdict"] = id(result.verdict);
        if (rule.next) {
            object["next"] = both(*rule.next);
        }
    }
    return object;
}

json::object tables_json(const Profile& profile) {
    json::object tables;
    for (const auto& table : profile.tables()) {
        tables[table->id] = table->sha256;
    }
    return tables;
}

}  // namespace

std::string_view id(Outcome outcome) {
    static constexpr std::array<std::string_view, 4> ids{
        "pass", "fail", "not_applicable", "not_determined"};
    return ids[static_cast<std::size_t>(outcome)];
}

Judgement judge(const Profile& profile, Facts facts, bool assume_applicable) {
    look_up(profile, facts);
    const Given given{facts, profile.readiness.get()};
    Judgement judgement;
    judgement.rules.reserve(profile.rules.size());
    Tally tally;
    bool ended = false;
    for (const auto stage :
         {Stage::applicability, Stage::connector, Stage::communication, Stage::engine,
          Stage::criteria}) {
        for (const auto& rule : profile.rules) {
            if (rule.stage != stage) {
                continue;
            }
            if (ended) {
                judgement.rules.push_back(
                    {&rule, Outcome::not_applicable, false, {}, Verdict::invalid}
                );
                continue;
            }
            auto result = apply(rule, given);
            if (rule.decides && result.outcome == Outcome::fail) {
                result.verdict = verdict_of(rule, given);
                tally.failed.push_back(result.verdict);
                add_once(judgement.reasons, rule.reason);
            }
            const bool assumed = assume_applicable && stage == Stage::applicability;
            if (rule.decides && result.outcome == Outcome::not_determined &&
                rule.blocks_when_unknown && !assumed) {
                tally.open = true;
            }
            judgement.rules.push_back(std::move(result));
        }
        ended = ended || !tally.failed.empty();
    }
    if (!tally.failed.empty()) {
        judgement.verdict = strongest(profile, tally.failed);
    } else if (tally.open) {
        judgement.verdict = Verdict::invalid;
        judgement.reasons.emplace_back(evidence_incomplete);
    } else {
        const bool collects = profile.kind == Profile::Kind::collection;
        judgement.verdict = collects ? Verdict::none : Verdict::pass;
    }
    // A verdict under criteria that were not in force is none.
    const auto* day = std::get_if<std::string>(&facts.at("context.date").value);
    if (day != nullptr && !profile.in_effect(*day)) {
        judgement.verdict = Verdict::invalid;
        judgement.reasons.insert(judgement.reasons.begin(), std::string(not_in_effect));
    }
    judgement.facts = std::move(facts);
    return judgement;
}

BothLanguages words(const Profile& profile, const Judgement& judgement, std::string_view reason) {
    const auto cause = profile.causes.find(std::string(reason));
    BothLanguages texts{std::string(reason), std::string(reason)};
    if (cause != profile.causes.end()) {
        texts = cause->second;
    } else if (reason == not_in_effect) {
        texts = effect_words;
    } else if (reason == evidence_incomplete) {
        texts = evidence_words;
    }
    std::vector<std::string> offending;
    for (const auto& result : judgement.rules) {
        const bool about = result.rule->decides && result.rule->reason == reason &&
                           result.outcome == Outcome::fail;
        for (const auto& item : about ? result.looked.offending : std::vector<std::string>()) {
            add_once(offending, item);
        }
    }
    std::string list;
    for (const auto& item : offending) {
        list += (list.empty() ? "" : ", ") + item;
    }
    if (!list.empty()) {
        texts.es += ": " + list;
        texts.en += ": " + list;
    }
    return texts;
}

json::value to_json(const Judgement& judgement, const Profile& profile) {
    json::array rules;
    for (const auto& result : judgement.rules) {
        rules.push_back(rule_json(result, judgement.facts));
    }
    json::array reasons;
    json::array causes;
    for (const auto& reason : judgement.reasons) {
        reasons.emplace_back(reason);
        auto cause = both(words(profile, judgement, reason));
        cause["reason"] = reason;
        causes.push_back(std::move(cause));
    }
    json::object object{
        {"schema", "obd-station/judgement/1"},
        {"verdict", id(judgement.verdict)},
        {"reasons", std::move(reasons)},
        {"word", both(profile.words.at(judgement.verdict))},
        {"causes", std::move(causes)},
        {"profile",
         {{"id", profile.id},
          {"edition", profile.edition},
          {"variant", profile.variant},
          {"sha256", profile.sha256},
          {"name", both(profile.name)},
          {"tables", tables_json(profile)}}},
        {"rules", std::move(rules)},
    };
    const auto key =
        judgement.reasons.empty() ? std::string(id(judgement.verdict)) : judgement.reasons.front();
    if (const auto code = profile.result_codes.find(key); code != profile.result_codes.end()) {
        object["result_code"] = code->second;
    }
    return object;
}

}  // namespace station::criteria
