#include "station/criteria/condition.hpp"
#include "tests/support/programmes.hpp"

namespace station::criteria {
namespace {

using protocols::Result;

Result<Profile> read_with(json::value require) {
    auto programme = small();
    rule(programme)["require"] = std::move(require);
    return read_profile(json::serialize(programme), {}, built_in_tables());
}

Profile profile_with(json::value require) {
    auto read = read_with(std::move(require));
    EXPECT_TRUE(read.has_value()) << read.error().detail;
    return std::move(read.value());
}

std::string refused(json::value require) {
    const auto read = read_with(std::move(require));
    EXPECT_TRUE(read.has_error());
    return read.has_error() ? read.error().detail : "";
}

/// A vehicle of which only this was read.
json::value vehicle_of(const json::object& obd) {
    return {{"vehicle", json::object()}, {"obd", obd}, {"context", json::object()}};
}

json::object compare(const char* fact, const char* op, json::value value) {
    return {{"fact", fact}, {"op", op}, {"value", std::move(value)}};
}

TEST(CriteriaConditions, AreSaidInWordsThatCannotBeMisread) {
    const auto lit = compare("obd.mil_commanded", "eq", true);
    const auto dark = compare("obd.mil_commanded", "eq", false);
    struct Row {
        json::value require;
        std::string es;
        std::string en;
    };
    for (const auto& row : {
             Row{lit, "MIL ordenada encendida: sí", "MIL commanded on: yes"},
             Row{dark, "MIL ordenada encendida: no", "MIL commanded on: no"},
             Row{compare("obd.mil_commanded", "ne", true), "MIL ordenada encendida: no",
                 "MIL commanded on: no"},
             Row{compare("obd.mil_commanded", "ne", false), "MIL ordenada encendida: sí",
                 "MIL commanded on: yes"},
             Row{json::object{{"all", json::array{lit, lit}}},
                 "MIL ordenada encendida: sí y MIL ordenada encendida: sí",
                 "MIL commanded on: yes and MIL commanded on: yes"},
             Row{json::object{{"any", json::array{lit, dark}}},
                 "MIL ordenada encendida: sí o MIL ordenada encendida: no",
                 "MIL commanded on: yes or MIL commanded on: no"},
             Row{json::object{{"first_known", json::array{lit, dark}}},
                 "MIL ordenada encendida: sí; si no se sabe, MIL ordenada encendida: no",
                 "MIL commanded on: yes; if not known, MIL commanded on: no"},
             Row{json::object{
                     {"any", json::array{json::object{{"all", json::array{lit, lit}}}, dark}}},
                 "(MIL ordenada encendida: sí y MIL ordenada encendida: sí) o MIL ordenada "
                 "encendida: no",
                 "(MIL commanded on: yes and MIL commanded on: yes) or MIL commanded on: no"},
             Row{json::object{{"any", json::array{json::object{{"not", lit}}, dark}}},
                 "no (MIL ordenada encendida: sí) o MIL ordenada encendida: no",
                 "not (MIL commanded on: yes) or MIL commanded on: no"},
             Row{json::object{{"monitors", "all_complete"}, {"of", json::array{"CAT", "EGR"}}},
                 "monitores completados: CAT, EGR", "monitors complete: CAT, EGR"},
             Row{json::object{{"monitors", "all_supported"}, {"of", json::array{"CAT"}}},
                 "monitores soportados: CAT", "monitors supported: CAT"},
             Row{json::object{{"monitors", "at_most_incomplete"}, {"count", 2}},
                 "monitores no continuos incompletos ≤ 2",
                 "non-continuous monitors incomplete ≤ 2"},
             Row{json::object{{"monitors", "only_incomplete"}, {"of", json::array{"EVAP"}}},
                 "solo pueden estar incompletos: EVAP", "only these may be incomplete: EVAP"},
         }) {
        const auto profile = profile_with(row.require);
        const auto words = profile.rules[0].require->words();
        EXPECT_EQ(words.es, row.es);
        EXPECT_EQ(words.en, row.en);
    }
}

std::vector<std::pair<double, double>> bounds(json::value require) {
    const auto profile = profile_with(std::move(require));
    std::vector<Bound> found;
    profile.rules[0].require->name_bounds(found);
    std::vector<std::pair<double, double>> sides;
    for (const auto& bound : found) {
        sides.emplace_back(std::get<double>(bound.below), std::get<double>(bound.above));
    }
    return sides;
}

TEST(CriteriaConditions, NameBothSidesOfEveryLimit) {
    using Sides = std::vector<std::pair<double, double>>;
    EXPECT_EQ(bounds(compare("vehicle.model_year", "ge", 2000)), (Sides{{1999, 2000}}));
    EXPECT_EQ(bounds(compare("vehicle.model_year", "lt", 2000)), (Sides{{1999, 2000}}));
    EXPECT_EQ(bounds(compare("vehicle.model_year", "gt", 2000)), (Sides{{2000, 2001}}));
    EXPECT_EQ(bounds(compare("vehicle.model_year", "le", 2000)), (Sides{{2000, 2001}}));
    EXPECT_EQ(bounds(compare("vehicle.model_year", "eq", 2000)), Sides{});
    EXPECT_EQ(bounds(compare("vehicle.model_year", "in", json::array{2000})), Sides{});
}

/// The only rule's result on these facts.
RuleResult result(const Profile& profile, const json::object& obd) {
    return judge(profile, facts_of(vehicle_of(obd)), true).rules[0];
}

TEST(CriteriaConditions, NameWhatIsMissingOnlyWhileItLeavesTheWholeOpen) {
    using Paths = std::vector<std::string_view>;
    const auto lit = compare("obd.mil_commanded", "eq", true);
    const auto runs = compare("obd.engine_running", "eq", true);
    const auto all = profile_with(json::object{{"all", json::array{lit, runs}}});
    EXPECT_EQ(result(all, {{"engine_running", true}}).looked.missing, (Paths{"obd.mil_commanded"}));
    const auto decided = result(all, {{"engine_running", false}});
    EXPECT_EQ(decided.outcome, Outcome::fail);
    EXPECT_EQ(decided.looked.missing, Paths{});
    const auto first = profile_with(json::object{{"first_known", json::array{lit, runs}}});
    EXPECT_EQ(result(first, {{"engine_running", true}}).outcome, Outcome::pass);
    EXPECT_EQ(result(first, {{"engine_running", true}}).looked.missing, Paths{});
    EXPECT_EQ(
        result(first, json::object{}).looked.missing,
        (Paths{"obd.mil_commanded", "obd.engine_running"})
    );
}

TEST(CriteriaConditions, NameWhatOffendsOnlyWhenTheWholeFails) {
    using Names = std::vector<std::string>;
    const auto clean = compare("obd.confirmed", "none_of", json::array{"P0420"});
    const auto lit = compare("obd.mil_commanded", "eq", true);
    const auto either = profile_with(json::object{{"any", json::array{clean, lit}}});
    const json::array codes{"P0420"};
    const auto fails = result(either, {{"confirmed", codes}, {"mil_commanded", false}});
    EXPECT_EQ(fails.outcome, Outcome::fail);
    EXPECT_EQ(fails.looked.offending, (Names{"P0420"}));
    const auto passes = result(either, {{"confirmed", codes}, {"mil_commanded", true}});
    EXPECT_EQ(passes.outcome, Outcome::pass);
    EXPECT_EQ(passes.looked.offending, Names{});
    // Open is not failed: nobody is told what offends.
    const auto open = result(either, {{"confirmed", codes}});
    EXPECT_EQ(open.outcome, Outcome::not_determined);
    EXPECT_EQ(open.looked.offending, Names{});
}

TEST(CriteriaConditions, RefuseOperandsThatAreNotWhatTheFactIs) {
    const auto km = [](json::value value) { return compare("obd.km_since_clear", "ge", value); };
    for (const auto& operand :
         {json::value{{"unit", "km"}}, json::value{{"value", 5}},
          json::value{{"value", "5"}, {"unit", "km"}}, json::value{{"value", 5}, {"unit", 5}},
          json::value{{"value", 5}, {"unit", "kg"}},
          json::value{{"value", 5}, {"unit", "km"}, {"more", 1}}, json::value(5)}) {
        const auto said = refused(km(operand));
        EXPECT_NE(said.find(R"({"value": …, "unit": "km"})"), said.npos) << said;
    }
    const auto plain = refused(compare("vehicle.model_year", "ge", "2000"));
    EXPECT_EQ(plain.find("\"unit\""), plain.npos) << plain;
    const auto ordered = refused(compare("vehicle.fuel", "lt", "gas"));
    EXPECT_NE(ordered.find("/op"), ordered.npos) << ordered;
    EXPECT_NE(ordered.find("eq, ne, in, not_in"), ordered.npos) << ordered;
    EXPECT_EQ(ordered.find("lt"), ordered.npos) << ordered;
    EXPECT_NE(
        refused(json::object{{"monitors", ""}, {"of", json::array{"CAT"}}}).find("/monitors"),
        std::string::npos
    );
}

TEST(CriteriaConditions, TakeEveryStateOfAMonitor) {
    for (const auto* state : {"complete", "incomplete", "unsupported"}) {
        const auto profile = profile_with(compare("obd.monitors.CAT", "eq", state));
        const auto facts = facts_of(vehicle_of({{"monitors", {{"CAT", state}}}}));
        EXPECT_EQ(judge(profile, facts, true).rules[0].outcome, Outcome::pass) << state;
    }
    EXPECT_NE(refused(compare("obd.monitors.CAT", "eq", "done")), "");
}

TEST(CriteriaConditions, LookAtATableOfSingleModelsOnlyWhereTheRuleSaysSo) {
    for (const bool overrides : {true, false}) {
        auto programme = small();
        programme["references"] = {{"readiness", "us-ca-readiness"}};
        rule(programme)["require"] = {
            {"monitors", "only_incomplete"}, {"of", json::array{"EVAP"}}, {"overrides", overrides}};
        auto read = read_profile(json::serialize(programme), {}, filled());
        ASSERT_TRUE(read.has_value()) << read.error().detail;
        auto facts = named("us-ca-bar-ois", "Nissan", "Maxima", 2000);
        facts.set("obd.monitors.CAT", {std::string("incomplete"), {}, ""});
        const auto outcome = judge(read.value(), facts, true).rules[0].outcome;
        EXPECT_EQ(outcome, overrides ? Outcome::pass : Outcome::fail);
    }
}

TEST(CriteriaConditions, GiveAReasonToWhatFailsAndDecidesAlone) {
    const auto shown = [](bool decides, bool lit) {
        auto programme = small();
        if (!decides) {
            rule(programme).erase("on_fail");
        }
        auto read = read_profile(json::serialize(programme), {}, built_in_tables());
        EXPECT_TRUE(read.has_value()) << read.error().detail;
        const auto judgement =
            judge(read.value(), facts_of(vehicle_of({{"mil_commanded", lit}})), true);
        return to_json(judgement, read.value()).at("rules").as_array()[0].as_object();
    };
    EXPECT_TRUE(shown(true, true).contains("reason"));
    EXPECT_FALSE(shown(true, false).contains("reason"));
    EXPECT_FALSE(shown(false, true).contains("reason"));
}

}  // namespace
}  // namespace station::criteria
