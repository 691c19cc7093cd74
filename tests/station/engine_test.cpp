#include "station/criteria/judge.hpp"
#include "station/criteria/lint.hpp"
#include "station/criteria/page.hpp"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include <array>
#include <functional>
#include <random>

namespace station::criteria {
namespace {

namespace json = boost::json;

json::value usual(const std::string& programme) {
    return parse_json(examples_text(programme)).value().at("baselines").at("usual");
}

Facts facts_of(const json::value& value) {
    auto facts = read_facts(value, json::serialize(value));
    EXPECT_TRUE(facts.has_value()) << facts.error().detail;
    return std::move(facts.value());
}

/// The smallest programme: what a new one needs. Also the one decisions/ shows.
json::object small() {
    const auto both = [](const char* es, const char* en) {
        return json::object{{"es", es}, {"en", en}};
    };
    json::object words;
    for (const auto* verdict :
         {"PASS", "FAIL", "NOT_READY", "NO_COMM", "REFER", "NOT_APPLICABLE", "INVALID"}) {
        words[verdict] = both((std::string(verdict) + " es").c_str(), verdict);
    }
    return {
        {"schema", "obd-station/profile/1"},
        {"id", "small"},
        {"edition", "1"},
        {"name", both("Chico", "Small")},
        {"status", "test"},
        {"connect_attempts", 3},
        {"sources", {{"S", "a law"}}},
        {"words", words},
        {"causes", {{"old", both("viejo", "old")}}},
        {"precedence", json::array{"FAIL"}},
        {"rules", json::array{json::object{
                      {"id", "R1"},
                      {"stage", "criteria"},
                      {"text", both("uno", "one")},
                      {"clause", "1"},
                      {"cite", json::array{"S"}},
                      {"verified", "primary"},
                      {"require", {{"fact", "obd.mil_commanded"}, {"op", "eq"}, {"value", false}}},
                      {"on_fail", {{"verdict", "FAIL"}, {"reason", "old"}}}}}}};
}

json::object& rule(json::object& profile) {
    return profile["rules"].as_array()[0].as_object();
}

std::string first_complaint(const json::object& profile, const Tables& tables = built_in_tables()) {
    const auto complaints = lint_profile(json::serialize(profile), tables);
    if (complaints.empty()) {
        return {};
    }
    EXPECT_FALSE(complaints[0].what.es.empty());
    return complaints[0].pointer + " " + complaints[0].what.en;
}

TEST(Profiles, SayWhatToWriteInsteadOfWhatCannotBe) {
    EXPECT_EQ(first_complaint(small()), "");
    struct Row {
        std::function<void(json::object&)> spoil;
        std::string_view complaint;
    };
    const std::vector<Row> rows{
        {[](auto& p) {
             p["effective"] = {{"from", "2026-02-30"}};
         },
         "/effective/from is no day"},
        {[](auto& p) {
             p["effective"] = {{"from", "2026-02-03"}, {"until", "2026-02-02"}};
         },
         "/effective/until is before"},
        {[](auto& p) {
             const json::value first = p["rules"].as_array()[0];
             p["rules"].as_array().push_back(first);
         },
         "/rules/1/id is the id of an earlier rule"},
        {[](auto& p) { p["rules"].as_array().clear(); }, "/rules has no rule"},
        {[](auto& p) { p["colour"] = 1; }, "/colour is not a known key; known are: schema"},
        {[](auto& p) { p["kind"] = "guess"; }, "/kind must be one of: verification, collection"},
        {[](auto& p) { p["words"].as_object().erase("PASS"); }, "/words/PASS is missing"},
        {[](auto& p) {
             const json::value other = p["words"].at("NOT_READY");
             p["words"].as_object()["NO_COMM"] = other;
         },
         "/words/NO_COMM/es says the same as /words/NOT_READY/es"},
        {[](auto& p) {
             p["causes"].as_object()["unused"] = {{"es", "a"}, {"en", "b"}};
         },
         "/causes/unused is the reason of no rule"},
        {[](auto& p) { rule(p)["cite"] = json::array{"T"}; }, "/rules/0/cite names a source"},
        {[](auto& p) { rule(p)["on_fail"].as_object()["verdict"] = "PASS"; },
         "/rules/0/on_fail/verdict cannot be PASS"},
        {[](auto& p) { rule(p)["on_fail"].as_object()["verdict"] = "REFER"; },
         "/rules/0/on_fail/verdict has no place in /precedence"},
        {[](auto& p) {
             rule(p)["on_fail"].as_object()["escalate"] = {
                 {"verdict", "REFER"},
                 {"when", {{"fact", "context.visit"}, {"op", "ge"}, {"value", 2}}}};
         },
         "/rules/0/on_fail/verdict has no place in /precedence"},
        {[](auto& p) {
             rule(p)["require"] = {{"fact", "obd.connected"}, {"op", "eq"}, {"value", "yes"}};
         },
         "/rules/0/require/value is no possible value of obd.connected: true, false"},
        {[](auto& p) {
             rule(p)["require"] = {{"fact", "obd.monitors.CAT"}, {"op", "eq"}, {"value", "done"}};
         },
         "/rules/0/require/value is no possible value of obd.monitors.CAT: complete, incomplete"},
        {[](auto& p) { rule(p)["on_fail"].as_object()["reason"] = "new"; },
         "/rules/0/on_fail/reason has no words in /causes"},
        {[](auto& p) {
             rule(p)["confirmed"] = {{"by", "A"}, {"on", "soon"}};
         },
         "/rules/0/confirmed/on is no day"},
        {[](auto& p) { rule(p)["stage"] = "later"; }, "/rules/0/stage must be one of: applic"},
        {[](auto& p) { rule(p)["if_unknown"] = "passes"; }, "/rules/0/if_unknown must be one of"},
        {[](auto& p) {
             rule(p)["require"] = {{"checked", "wings"}};
         },
         "/rules/0/require/checked is no item of /checklist"},
        {[](auto& p) {
             rule(p)["require"] = {
                 {"monitors", "only_incomplete"}, {"of", json::array{"CAT"}}, {"overrides", true}};
         },
         "/rules/0/require/overrides needs a table"},
        {[](auto& p) {
             rule(p)["require"] = {{"monitors", "at_most_incomplete"}, {"count", 21}};
         },
         "/rules/0/require/count must be a whole number, 0…20"},
        {[](auto& p) {
             rule(p)["require"] = {{"monitors", "at_most_incomplete"}};
         },
         "/rules/0/require needs \"count\""},
        {[](auto& p) {
             rule(p)["require"] = {{"monitors", "some"}};
         },
         "/rules/0/require/monitors must be one of"},
        {[](auto& p) {
             rule(p)["require"] = {{"monitors", "all_complete"}, {"of", json::array{"WING"}}};
         },
         "/rules/0/require/of must be one of"},
        {[](auto& p) {
             rule(p)["require"] = {{"any", json::array{}}};
         },
         "/rules/0/require/any must be a list"},
        {[](auto& p) { rule(p)["require"] = 7; }, "/rules/0/require must be a condition"},
        {[](auto& p) {
             rule(p)["require"] = {{"some", 7}};
         },
         "/rules/0/require must be one of"},
        {[](auto& p) {
             rule(p)["require"] = {{"fact", "obd.confirmed"}, {"op", "empty"}, {"value", 1}};
         },
         "/rules/0/require/value must not be there"},
        {[](auto& p) {
             rule(p)["require"] = {{"fact", "obd.evin"}, {"op", "eq"}};
         },
         "/rules/0/require/value is missing"},
        {[](auto& p) {
             rule(p)["require"] = {{"fact", "obd.evin"}, {"op", "eq"}, {"value", "maybe"}};
         },
         "/rules/0/require/value is no possible value of obd.evin: match mismatch"},
        {[](auto& p) {
             rule(p)["require"] = {{"fact", "obd.evin"}, {"op", "in"}, {"value", json::array{}}};
         },
         "/rules/0/require/value must be a list"},
        {[](auto& p) {
             rule(p)["require"] = {
                 {"fact", "vehicle.first_registered"}, {"op", "ge"}, {"value", "2021-13-01"}};
         },
         "/rules/0/require/value is no possible value"},
        {[](auto& p) {
             p["references"] = {{"software", "nowhere"}};
         },
         "/references/software names no software table"},
        {[](auto& p) {
             p["checklist"] = json::array{
                 json::object{{"id", "a"}, {"text", {{"es", "a"}, {"en", "a"}}}},
                 json::object{{"id", "a"}, {"text", {{"es", "b"}, {"en", "b"}}}}};
         },
         "/checklist/1/id stands twice"},
        {[](auto& p) {
             p["variants"] = {
                 {"a", {{"text", {{"es", "a"}, {"en", "a"}}}, {"extends", "b"}}},
                 {"b", {{"text", {{"es", "b"}, {"en", "b"}}}, {"extends", "a"}}}};
         },
         "/variants/a/extends goes round in a circle"},
        {[](auto& p) {
             p["variants"] = {
                 {"a", {{"text", {{"es", "a"}, {"en", "a"}}}, {"rules", {{"R9", {}}}}}}};
         },
         "/variants/a/rules/R9 "},
        {[](auto& p) {
             p["variants"] = {{"a", {{"text", {{"es", "a"}, {"en", "a"}}}, {"extends", "nobody"}}}};
         },
         "/variants/nobody there is no such variant"},
    };
    for (const auto& row : rows) {
        auto profile = small();
        row.spoil(profile);
        const auto complaint = first_complaint(profile);
        EXPECT_TRUE(complaint.starts_with(row.complaint)) << complaint << " for " << row.complaint;
    }
    // All of them at once, not the first alone.
    auto many = small();
    many["colour"] = 1;
    many["kind"] = "guess";
    rule(many)["stage"] = "later";
    EXPECT_EQ(lint_profile(json::serialize(many)).size(), 3U);
}

TEST(Profiles, OfAnySizeAndDepthAreRefusedAndNothingElseHappens) {
    const std::string deep(100'000, '[');
    EXPECT_TRUE(read_profile(deep).has_error());
    std::string deep_condition = json::serialize(small());
    const std::string_view part = R"({"fact":"obd.mil_commanded","op":"eq","value":false})";
    std::string nested(part);
    for (int i = 0; i < 2000; ++i) {
        nested = "{\"not\":" + nested + "}";
    }
    deep_condition.replace(deep_condition.find(part), part.size(), nested);
    EXPECT_TRUE(read_profile(deep_condition).has_error());
    const std::string large = "\"" + std::string(100'000'000, 'x') + "\"";
    const auto refused = read_profile(large);
    ASSERT_TRUE(refused.has_error());
    EXPECT_NE(refused.error().detail.find("8 MiB"), std::string::npos);
    EXPECT_LT(refused.error().detail.size(), 200U);
    const auto twice = parse_json("{\"a\": 1,\n \"b\": {\"a\": 1}, \"a\": 2}");
    ASSERT_TRUE(twice.has_error());
    EXPECT_NE(twice.error().detail.find("line 2"), std::string::npos) << twice.error().detail;
    EXPECT_TRUE(parse_json(R"([{"a": "\"a\":"}, {"a": ["a", "a"]}])").has_value());
}

TEST(Facts, ThatCannotBeAreRefused) {
    const auto refused = [](std::string_view text, std::string_view why) {
        const auto facts = read_facts(parse_json(text).value(), text);
        ASSERT_TRUE(facts.has_error()) << text;
        EXPECT_NE(facts.error().detail.find(why), std::string::npos) << facts.error().detail;
    };
    refused(R"({"vehicle": {"model_year": 1899}, "obd": {}})", "/vehicle/model_year");
    refused(R"({"vehicle": {"model_year": 2101}, "obd": {}})", "from 1900 to 2100");
    refused(R"({"vehicle": {}, "obd": {"km_since_clear": -1}})", "/obd/km_since_clear");
    refused(
        R"({"vehicle": {"gvwr_kg": {"value": 4, "unit": "km"}}, "obd": {}})", "another quantity"
    );
    refused(R"({"vehicle": {"model_year": {"value": 4, "unit": "km"}}, "obd": {}})", "has no unit");
    refused(R"({"vehicle": {"gvwr_kg": {"value": 4}}, "obd": {}})", "\"unit\"");
    refused(R"({"vehicle": {}, "obd": {"evin": "perhaps"}})", "match mismatch unknown");
    refused(R"({"vehicle": {}, "obd": {}, "context": {"date": "2026-02-29"}})", "/context/date");
    refused(
        R"({"vehicle": {}, "obd": {"permanent": ["P0420"], "pdtc_supported": false}})",
        "/obd/pdtc_supported"
    );
    refused(
        R"({"vehicle": {}, "obd": {"monitors": {"CAT": "complete", "PMF": "complete"}}})",
        "/obd/monitors/CAT"
    );
    const std::string_view miles = R"({"vehicle": {"gvwr_kg": {"value": 14000, "unit": "lb"}},)"
                                   R"( "obd": {"km_since_clear": {"value": 200, "unit": "mi"}}})";
    const auto facts = read_facts(parse_json(miles).value(), miles).value();
    EXPECT_NEAR(std::get<double>(facts.at("obd.km_since_clear").value), 321.8688, 1e-6);
    EXPECT_NEAR(std::get<double>(facts.at("vehicle.gvwr_kg").value), 6350.29318, 1e-5);
}

// ---- Properties, over the facts of every example of every programme. ----------------------------

class AllFacts : public testing::Test {
protected:
    AllFacts() {
        for (const auto& id : profile_ids()) {
            const auto text = profile_text(id).value();
            profiles.push_back(read_profile(text).value());
            for (const auto& variant : variants_of(text)) {
                profiles.push_back(read_profile(text, variant).value());
            }
            const auto document = parse_json(examples_text(id)).value();
            for (const auto& baseline : document.at("baselines").as_object()) {
                starts.push_back(facts_of(baseline.value()));
            }
        }
    }
    /// A vehicle that differs from a usual one in a few places, a fact not known among them.
    Facts some() {
        auto facts = starts[random() % starts.size()];
        const auto changes = random() % 6;
        for (std::size_t i = 0; i < changes; ++i) {
            const auto& row = all_facts()[random() % all_facts().size()];
            if (facts.mentions(row) && row.path != "obd.pdtc_supported") {
                facts.set(row, {any_value(row), {}, "?"});
            }
        }
        return facts;
    }
    Value any_value(const FactRow& row) {
        if (random() % 3 == 0) {
            return {};
        }
        switch (row.kind) {
            case Kind::truth:
                return random() % 2 == 0;
            case Kind::number: {
                static constexpr std::array<double, 14> numbers{
                    0, 4, 5, 14, 15, 160, 161, 321, 322, 1996, 2001, 2006, 2010, 15000};
                return numbers[random() % numbers.size()];
            }
            case Kind::readiness:
                return std::string(std::array{"complete", "incomplete", "unsupported"}[random() % 3]
                );
            case Kind::codes:
                return std::vector<std::string>(random() % 2, "P0420");
            case Kind::words:
                return std::vector<std::string>(random() % 2, "leaks");
            case Kind::date:
                return std::string("2022-01-01");
            case Kind::text:
                break;
        }
        static constexpr std::array texts{"gasoline", "diesel",   "electric", "match",
                                          "mismatch", "ok",       "missing",  "OBD-II",
                                          "EOBD-E4",  "NOT_READY"};
        return std::string(texts[random() % texts.size()]);
    }

    std::mt19937 random{20261125};
    std::vector<Profile> profiles;
    std::vector<Facts> starts;
};

TEST_F(AllFacts, TakenAwayNeverTurnNotDeterminedIntoPass) {
    std::size_t open = 0;
    for (int round = 0; round < 4000; ++round) {
        const auto facts = some();
        const auto& profile = profiles[random() % profiles.size()];
        const auto before = judge(profile, facts);
        if (before.verdict != Verdict::invalid) {
            continue;
        }
        ++open;
        for (const auto& row : all_facts()) {
            if (!known(facts.at(row).value)) {
                continue;
            }
            auto less = facts;
            less.set(row, {{}, {}, "taken away"});
            const auto after = judge(profile, less);
            ASSERT_NE(after.verdict, Verdict::pass)
                << profile.id << profile.variant << " without " << row.path << " "
                << json::serialize(to_json(facts));
        }
    }
    EXPECT_GT(open, 300U);
}

TEST_F(AllFacts, OfAFaultNeverTurnFailIntoPass) {
    // What can only speak against a vehicle.
    const std::vector<std::pair<std::string, Value>> faults{
        {"obd.mil_commanded", true},
        {"obd.mil_lit_running", true},
        {"obd.mil_lit_koeo", false},
        {"obd.confirmed", std::vector<std::string>{"P0420", "P0301"}},
        {"obd.pending", std::vector<std::string>{"P0420"}},
        {"obd.software", std::string("mismatch")},
        {"obd.evin", std::string("mismatch")},
        {"obd.data_profile", std::string("mismatch")},
        {"obd.findings", std::vector<std::string>{"vins_differ"}},
        {"obd.ecu_catalogued", false},
        {"visual.failed", std::vector<std::string>{"leaks", "exhaust"}},
        {"obd.monitors.CAT", std::string("incomplete")},
        {"obd.monitors.MIS", std::string("incomplete")},
        {"obd.monitors.PMF", std::string("incomplete")},
        {"obd.monitors.EVAP", std::string("incomplete")},
    };
    std::size_t failed = 0;
    for (int round = 0; round < 4000; ++round) {
        const auto facts = some();
        const auto& profile = profiles[random() % profiles.size()];
        const auto before = judge(profile, facts).verdict;
        if (before == Verdict::pass || before == Verdict::none) {
            continue;
        }
        ++failed;
        for (const auto& [path, value] : faults) {
            // One the vehicle's ignition does not have cannot be incomplete.
            if (path.starts_with("obd.monitors.") && !facts.mentions(*find_fact(path))) {
                continue;
            }
            auto more = facts;
            more.set(path, {value, {}, ""});
            // Evidence, not a correction: where a fact said the contrary, this is another vehicle.
            const auto after = judge(profile, more).verdict;
            ASSERT_NE(after, Verdict::pass)
                << profile.id << profile.variant << " with " << path << " was " << id(before) << " "
                << json::serialize(to_json(facts));
        }
    }
    EXPECT_GT(failed, 1000U);
}

// ---- Reference tables. --------------------------------------------------------------------------

constexpr std::string_view software_table = R"({
  "schema": "obd-station/table/1", "id": "us-ca-software", "edition": "t", "kind": "software",
  "rows": [
    {"make": "Toyota", "model": "Corolla", "years": [2014, 2016], "calid": "30Z12345",
     "cvns": ["AABBCCDD", "11223344"]},
    {"make": "Toyota", "years": [2014, 2016], "calid": "ANY", "cvns": ["00000001"]}]})";
constexpr std::string_view readiness_table = R"({
  "schema": "obd-station/table/1", "id": "us-ca-readiness", "edition": "t", "kind": "readiness",
  "rows": [{"make": "NISSAN", "model": "MAXIMA", "years": [2000, 2001], "may_be_incomplete": ["CAT"]}]})";
constexpr std::string_view catalogue_table = R"({
  "schema": "obd-station/table/1", "id": "mx-edomex-catalogue", "edition": "t", "kind": "catalogue",
  "rows": [{"make": "NISSAN", "model": "VERSA", "years": [2012, 2020]}]})";

Tables filled() {
    auto tables = built_in_tables();
    for (const auto text : {software_table, readiness_table, catalogue_table}) {
        auto table = read_table(text);
        EXPECT_TRUE(table.has_value()) << table.error().detail;
        tables[table.value()->id] = table.value();
    }
    return tables;
}

Facts named(const std::string& programme, const char* make, const char* model, double year) {
    auto facts = facts_of(usual(programme));
    facts.set("vehicle.make", {std::string(make), {}, ""});
    facts.set("vehicle.model", {std::string(model), {}, ""});
    facts.set("vehicle.model_year", {year, {}, ""});
    facts.set("obd.software", {});
    facts.set("obd.ecu_catalogued", {});
    return facts;
}

TEST(TablesOfReference, NeverHoldSoftwareTheyDoNotNameAgainstAVehicle) {
    const auto profile = read_profile(profile_text("us-ca-bar-ois").value(), {}, filled()).value();
    const auto verdict = [&](const char* make, double year, std::vector<std::string> read) {
        auto facts = named("us-ca-bar-ois", make, "corolla", year);
        facts.set("obd.calibrations", {std::move(read), {}, ""});
        const auto judgement = judge(profile, facts);
        for (const auto& result : judgement.rules) {
            if (result.rule->id == "CA-S1") {
                return std::string(id(result.outcome)) + " " + std::string(id(judgement.verdict));
            }
        }
        return std::string();
    };
    EXPECT_EQ(verdict("TOYOTA", 2015, {"30Z12345 AABBCCDD"}), "pass PASS");
    EXPECT_EQ(verdict("TOYOTA", 2015, {"30Z12345 11223344"}), "pass PASS");
    EXPECT_EQ(verdict("TOYOTA", 2015, {"30Z12345 DEADBEEF"}), "fail FAIL");
    EXPECT_EQ(verdict("TOYOTA", 2015, {"30Z12345 AABBCCDD", "ANY 00000002"}), "fail FAIL");
    EXPECT_EQ(verdict("TOYOTA", 2015, {"UNHEARD DEADBEEF"}), "not_determined PASS");
    EXPECT_EQ(verdict("TOYOTA", 2015, {"30Z12345"}), "not_determined PASS") << "no CVN was read";
    EXPECT_EQ(verdict("TOYOTA", 2013, {"30Z12345 DEADBEEF"}), "not_determined PASS");
    EXPECT_EQ(verdict("TOYOTA", 2017, {"30Z12345 DEADBEEF"}), "not_determined PASS");
    EXPECT_EQ(verdict("HONDA", 2015, {"30Z12345 DEADBEEF"}), "not_determined PASS");
}

TEST(TablesOfReference, AllowMonitorsOfSingleModelsToBeIncomplete) {
    const auto profile = read_profile(profile_text("us-ca-bar-ois").value(), {}, filled()).value();
    const auto verdict = [&](const char* model, double year, const char* monitor) {
        auto facts = named("us-ca-bar-ois", "Nissan", model, year);
        facts.set(std::string("obd.monitors.") + monitor, {std::string("incomplete"), {}, ""});
        return judge(profile, facts).verdict;
    };
    EXPECT_EQ(verdict("Maxima", 2000, "CAT"), Verdict::pass);
    EXPECT_EQ(verdict("Maxima", 2001, "CAT"), Verdict::pass);
    EXPECT_EQ(verdict("Maxima", 2002, "CAT"), Verdict::fail);
    EXPECT_EQ(verdict("Maxima", 2001, "EGR"), Verdict::fail);
    EXPECT_EQ(verdict("Altima", 2001, "CAT"), Verdict::fail);
    EXPECT_EQ(verdict("Maxima", 2001, "EVAP"), Verdict::pass) << "the rule's own allowance stays";
}

TEST(TablesOfReference, SayWhichModelsAProgrammeKnows) {
    const auto text = profile_text("mx-nom-167-2017").value();
    const auto verdict = [&](const Tables& tables, const char* model) {
        const auto profile = read_profile(text, "edomex-saechvv", tables).value();
        const auto judgement = judge(profile, named("mx-nom-167-2017", "Nissan", model, 2015));
        return judgement.verdict;
    };
    EXPECT_EQ(verdict(filled(), "Versa"), Verdict::pass);
    EXPECT_EQ(verdict(filled(), "Tsuru"), Verdict::fail);
    EXPECT_EQ(verdict(built_in_tables(), "Tsuru"), Verdict::pass) << "an empty list judges nothing";
}

TEST(TablesOfReference, AreRefusedWithThePlace) {
    const auto complaint = [](std::string_view text) {
        const auto all = check_table(text);
        return all.empty() ? std::string() : all[0].pointer + " " + all[0].what.en;
    };
    EXPECT_EQ(complaint(software_table), "");
    const auto with = [&](std::string_view part, std::string_view other) {
        std::string text(readiness_table);
        text.replace(text.find(part), part.size(), other);
        return complaint(text);
    };
    EXPECT_TRUE(with("[2000, 2001]", "[2001, 2000]").starts_with("/rows/0/years must be"));
    EXPECT_TRUE(with("[2000, 2001]", "[2001]").starts_with("/rows/0/years must be"));
    EXPECT_TRUE(with("\"CAT\"", "\"CTA\"").starts_with("/rows/0/may_be_incomplete/0 is no"));
    EXPECT_TRUE(with("\"readiness\"", "\"luck\"").starts_with("/kind must be one of"));
    EXPECT_TRUE(with("\"make\"", "\"mark\"").starts_with("/rows/0/mark is not a known key"));
    EXPECT_FALSE(complaint("[1").empty());
}

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

TEST(Profiles, SayWhichFactsTheyNeed) {
    const auto mexico = read_profile(profile_text("mx-nom-167-2017").value()).value();
    EXPECT_EQ(
        mexico.vehicle_facts_needed(),
        (std::vector<std::string>{"vehicle.model_year", "vehicle.gvwr_kg", "vehicle.fuel"})
    );
    EXPECT_TRUE(mexico.consults("visual.failed"));
    EXPECT_TRUE(mexico.consults("obd.monitors.CAT"));
    EXPECT_FALSE(mexico.consults("obd.mil_lit_koeo"));
    EXPECT_FALSE(mexico.consults("obd.ecu_catalogued")) << "its rule is not in use";
    const auto california = read_profile(profile_text("us-ca-bar-ois").value()).value();
    EXPECT_TRUE(california.consults("obd.mil_lit_koeo"));
    EXPECT_TRUE(california.consults("obd.km_since_clear"));
}

TEST(Page, TellsAProgrammeInBothLanguagesWithEveryRule) {
    for (const auto& id : profile_ids()) {
        const auto profile = read_profile(profile_text(id).value()).value();
        const auto es = page(profile, true);
        const auto en = page(profile, false);
        EXPECT_NE(es, en);
        for (const auto& rule : profile.rules) {
            EXPECT_NE(es.find(rule.id + "  "), std::string::npos) << id << rule.id;
            EXPECT_NE(en.find(rule.clause), std::string::npos) << id << rule.id;
        }
        EXPECT_EQ(es.find("{}"), std::string::npos);
    }
    const auto california =
        page(read_profile(profile_text("us-ca-bar-ois").value()).value(), false);
    EXPECT_NE(california.find("≥ 200 mi"), std::string::npos);
    EXPECT_NE(california.find("secondary source, not confirmed"), std::string::npos);
}

}  // namespace
}  // namespace station::criteria
