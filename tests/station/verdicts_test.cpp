#include "tests/support/programmes.hpp"

namespace station::criteria {
namespace {

TEST(Verdicts, AreNoneUnderCriteriaThatAreNotInForce) {
    const auto text = profile_text("mx-nom-167-2017").value();
    const auto verdict = [&](const char* variant, const char* day) {
        const auto profile = read_profile(text, variant).value();
        auto facts = facts_of(usual("mx-nom-167-2017"));
        facts.set("context.date", {std::string(day), {}, ""});
        return judge(profile, facts);
    };
    EXPECT_EQ(verdict("pvvo-2024-vendor", "2024-12-31").verdict, Verdict::pass);
    const auto late = verdict("pvvo-2024-vendor", "2025-01-01");
    EXPECT_EQ(late.verdict, Verdict::invalid);
    EXPECT_EQ(late.reasons, std::vector<std::string>{"not_in_effect"});
    EXPECT_EQ(verdict("pvvo-2025-vendor", "2024-12-31").verdict, Verdict::invalid);
    EXPECT_EQ(verdict("pvvo-2025-vendor", "2025-01-01").verdict, Verdict::pass);
}

const json::value& rule_of(const json::value& judgement, std::string_view id) {
    for (const auto& rule : judgement.at("rules").as_array()) {
        if (rule.at("id").as_string() == id) {
            return rule;
        }
    }
    ADD_FAILURE() << id;
    return judgement;
}

TEST(Verdicts, TellEverythingNeededToDisputeThem) {
    const auto text = profile_text("mx-nom-167-2017").value();
    const auto profile = read_profile(text, "edomex-saechvv", filled()).value();
    auto facts = named("mx-nom-167-2017", "Nissan", "Tsuru", 2015);
    facts.set("obd.confirmed", {std::vector<std::string>{"P0420", "P0301"}, {"7E8 03 43"}, ""});
    facts.set("obd.monitors.EVAP", {std::string("incomplete"), {"7E8 0101"}, ""});
    facts.set("obd.mil_commanded", {{}, {}, "7E9 0101 silent"});
    facts.set("obd.evin", {});
    const auto shown = to_json(judge(profile, facts), profile);
    EXPECT_EQ(shown.at("verdict"), "FAIL");
    EXPECT_EQ(shown.at("reasons"), (json::array{"dtc_confirmed", "ecu_not_catalogued"}));
    EXPECT_EQ(shown.at("result_code"), 3);
    EXPECT_EQ(shown.at("word").at("en"), "REJECTED");
    EXPECT_EQ(shown.at("causes").at(0).at("reason"), "dtc_confirmed");
    EXPECT_EQ(shown.at("causes").at(0).at("en"), "Confirmed trouble codes: P0420, P0301");
    EXPECT_EQ(shown.at("causes").at(0).at("es"), "Códigos de falla confirmados: P0420, P0301");
    EXPECT_EQ(shown.at("causes").at(1).at("en"), "Control unit not in the catalogue");
    EXPECT_EQ(shown.at("profile").at("variant"), "edomex-saechvv");
    EXPECT_EQ(shown.at("profile").at("tables").as_object().size(), 1U);
    const auto& codes = rule_of(shown, "MX-D1");
    EXPECT_EQ(codes.at("outcome"), "fail");
    EXPECT_EQ(codes.at("reason"), "dtc_confirmed");
    EXPECT_EQ(codes.at("verdict"), "FAIL");
    EXPECT_EQ(codes.at("next").at("en"), "Repair the fault and come back.");
    EXPECT_EQ(codes.at("evidence"), (json::array{"7E8 03 43"}));
    EXPECT_EQ(codes.at("offending"), (json::array{"P0420", "P0301"}));
    EXPECT_EQ(codes.at("value").at("obd.confirmed"), (json::array{"P0420", "P0301"}));
    EXPECT_EQ(codes.at("verified"), "secondary");
    EXPECT_EQ(codes.at("confirmed"), "");
    const auto& lamp = rule_of(shown, "MX-M1");
    EXPECT_EQ(lamp.at("outcome"), "not_determined");
    EXPECT_EQ(lamp.at("missing").at("obd.mil_commanded"), "7E9 0101 silent");
    EXPECT_EQ(rule_of(shown, "MX-I1").at("missing").at("obd.evin"), "not recorded");
    const auto& others = rule_of(shown, "MX-R3");
    EXPECT_EQ(others.at("outcome"), "pass");
    EXPECT_EQ(others.at("decides"), false);
    EXPECT_TRUE(others.at("offending").as_array().empty());
    EXPECT_EQ(rule_of(shown, "MX-K1").at("evidence"), (json::array{"table mx-edomex-catalogue"}));
    // A judgement that ended early says of the rest that it was not reached.
    facts.set("obd.connected", {false, {}, ""});
    const auto ended = to_json(judge(profile, facts), profile);
    EXPECT_EQ(ended.at("reasons"), (json::array{"no_comm"}));
    EXPECT_EQ(ended.at("result_code"), 0);
    EXPECT_EQ(rule_of(ended, "MX-D1").at("reached"), false);
    EXPECT_EQ(rule_of(ended, "MX-D1").at("outcome"), "not_applicable");
    // No monitor at all was reported.
    Facts nothing;
    const auto open = to_json(judge(profile, nothing), profile);
    EXPECT_EQ(open.at("verdict"), "INVALID");
    EXPECT_EQ(open.at("causes").at(0).at("en"), "Evidence is missing for a verdict");
    EXPECT_EQ(
        rule_of(open, "MX-R1").at("missing").at("obd.monitors"),
        "no control unit reported its monitors"
    );
    // None is known, for a reason.
    nothing.set("obd.monitors.CAT", {{}, {}, "7E8 22F401 silent"});
    EXPECT_EQ(
        rule_of(to_json(judge(profile, nothing), profile), "MX-R1")
            .at("missing")
            .at("obd.monitors"),
        "7E8 22F401 silent"
    );
    const auto passed = to_json(
        judge(read_profile(text, "edomex-saechvv").value(), facts_of(usual("mx-nom-167-2017"))),
        profile
    );
    EXPECT_EQ(passed.at("verdict"), "PASS");
    EXPECT_EQ(passed.at("result_code"), 1);
}

TEST(Verdicts, ThatTheProgrammeHasNoWordsForStillHaveSome) {
    auto profile = read_profile(json::serialize(small())).value();
    profile.effective_until = "2020-01-01";
    Facts facts;
    const auto judgement = judge(profile, facts);
    EXPECT_EQ(
        words(profile, judgement, evidence_incomplete).es, "Faltan datos para dar un resultado"
    );
    facts.set("context.date", {std::string("2026-01-01"), {}, ""});
    const auto late = judge(profile, facts);
    EXPECT_EQ(late.reasons, (std::vector<std::string>{"not_in_effect", "evidence_incomplete"}));
    EXPECT_NE(words(profile, late, not_in_effect).en.find("not in effect"), std::string::npos);
    EXPECT_EQ(words(profile, late, "unheard").es, "unheard");
    // Applicability may be taken as given, nothing else.
    auto applies = small();
    rule(applies)["stage"] = "applicability";
    const auto chosen = read_profile(json::serialize(applies)).value();
    EXPECT_EQ(judge(chosen, Facts(), true).verdict, Verdict::pass);
    EXPECT_EQ(judge(chosen, Facts(), false).verdict, Verdict::invalid);
    EXPECT_EQ(judge(profile, Facts(), true).verdict, Verdict::invalid);
}

/// What one condition says of one fact.
Outcome says(const json::value& condition, std::string_view path, Value value) {
    auto document = small();
    document["checklist"] =
        json::array{json::object{{"id", "cap"}, {"text", {{"es", "a"}, {"en", "a"}}}}};
    rule(document)["require"] = condition;
    const auto profile = read_profile(json::serialize(document));
    EXPECT_TRUE(profile.has_value()) << profile.error().detail;
    Facts facts;
    facts.set(path, {std::move(value), {}, ""});
    return judge(profile.value(), facts).rules[0].outcome;
}

TEST(Criteria, CompareByEveryOperatorOnBothSides) {
    const auto number = [](const char* op, double limit, double value) {
        return says(
            {{"fact", "vehicle.model_year"}, {"op", op}, {"value", limit}}, "vehicle.model_year",
            value
        );
    };
    using enum Outcome;
    EXPECT_EQ(number("lt", 5, 4), pass);
    EXPECT_EQ(number("lt", 5, 5), fail);
    EXPECT_EQ(number("le", 5, 5), pass);
    EXPECT_EQ(number("le", 5, 6), fail);
    EXPECT_EQ(number("gt", 5, 6), pass);
    EXPECT_EQ(number("gt", 5, 5), fail);
    EXPECT_EQ(number("ge", 5, 5), pass);
    EXPECT_EQ(number("ge", 5, 4), fail);
    EXPECT_EQ(number("eq", 5, 5), pass);
    EXPECT_EQ(number("eq", 5, 4), fail);
    EXPECT_EQ(number("ne", 5, 4), pass);
    EXPECT_EQ(number("ne", 5, 5), fail);
    const auto day = [](const char* op, const char* value) {
        return says(
            {{"fact", "context.date"}, {"op", op}, {"value", "2026-03-01"}}, "context.date",
            std::string(value)
        );
    };
    EXPECT_EQ(day("lt", "2026-02-28"), pass);
    EXPECT_EQ(day("lt", "2026-03-01"), fail);
    EXPECT_EQ(day("le", "2026-03-01"), pass);
    EXPECT_EQ(day("gt", "2026-03-01"), fail);
    EXPECT_EQ(day("ge", "2026-03-01"), pass);
    EXPECT_EQ(day("ge", "2025-12-31"), fail);
    const auto list = [](const char* op, json::value value, std::vector<std::string> items) {
        json::object condition{{"fact", "obd.findings"}, {"op", op}};
        if (!value.is_null()) {
            condition["value"] = std::move(value);
        }
        return says(condition, "obd.findings", std::move(items));
    };
    const json::array ab{"a", "b"};
    EXPECT_EQ(list("empty", nullptr, {}), pass);
    EXPECT_EQ(list("empty", nullptr, {"a"}), fail);
    EXPECT_EQ(list("not_empty", nullptr, {"a"}), pass);
    EXPECT_EQ(list("not_empty", nullptr, {}), fail);
    EXPECT_EQ(list("none_of", ab, {"c"}), pass);
    EXPECT_EQ(list("none_of", ab, {"c", "b"}), fail);
    EXPECT_EQ(list("all_of", ab, {"b", "c", "a"}), pass);
    EXPECT_EQ(list("all_of", ab, {"a"}), fail);
    const auto codes = [](std::vector<std::string> items) {
        return says(
            {{"fact", "obd.confirmed"},
             {"op", "none_starting_with"},
             {"value", json::array{"P03"}}},
            "obd.confirmed", std::move(items)
        );
    };
    EXPECT_EQ(codes({"P0420"}), pass);
    EXPECT_EQ(codes({"P0420", "P0301"}), fail);
    const auto text = [](const char* op, const char* value) {
        return says(
            {{"fact", "vehicle.fuel"}, {"op", op}, {"value", json::array{"gasoline", "flex"}}},
            "vehicle.fuel", std::string(value)
        );
    };
    EXPECT_EQ(text("in", "flex"), pass);
    EXPECT_EQ(text("in", "diesel"), fail);
    EXPECT_EQ(text("not_in", "diesel"), pass);
    EXPECT_EQ(text("not_in", "flex"), fail);
    EXPECT_EQ(text("not_in", "fle"), pass);
    const json::object catalyst{{"fact", "obd.monitors.CAT"}, {"op", "eq"}, {"value", "complete"}};
    EXPECT_EQ(says(catalyst, "obd.monitors.CAT", std::string("complete")), pass);
    EXPECT_EQ(says(catalyst, "obd.monitors.CAT", std::string("incomplete")), fail);
    EXPECT_EQ(says(catalyst, "obd.monitors.CAT", {}), not_determined);
    const json::object seen{{"checked", "cap"}};
    EXPECT_EQ(says(seen, "visual.passed", std::vector<std::string>{"cap"}), pass);
    EXPECT_EQ(says(seen, "visual.not_applicable", std::vector<std::string>{"cap"}), pass);
    EXPECT_EQ(says(seen, "visual.failed", std::vector<std::string>{"cap"}), fail);
    EXPECT_EQ(says(seen, "visual.passed", std::vector<std::string>{"wheel"}), not_determined);
    EXPECT_EQ(says({{"not", seen}}, "visual.failed", std::vector<std::string>{"cap"}), pass);
    EXPECT_EQ(says({{"not", seen}}, "visual.passed", {}), not_determined);
    for (const bool otherwise : {true, false}) {
        EXPECT_EQ(
            says(
                {{"fact", "obd.mil_commanded"},
                 {"op", "eq"},
                 {"value", true},
                 {"if_unknown", otherwise}},
                "obd.mil_commanded", {}
            ),
            otherwise ? pass : fail
        );
    }
    const json::array either{seen, catalyst};
    const auto nobody = std::string("unsupported");
    EXPECT_EQ(says({{"any", either}}, "obd.monitors.CAT", std::string("complete")), pass);
    EXPECT_EQ(says({{"any", either}}, "obd.monitors.CAT", nobody), not_determined);
    EXPECT_EQ(says({{"all", either}}, "obd.monitors.CAT", std::string("complete")), not_determined);
    EXPECT_EQ(says({{"all", either}}, "obd.monitors.CAT", nobody), fail);
    EXPECT_EQ(says({{"first_known", either}}, "obd.monitors.CAT", nobody), fail);
    EXPECT_EQ(says({{"first_known", either}}, "obd.monitors.CAT", {}), not_determined);
}

}  // namespace
}  // namespace station::criteria
