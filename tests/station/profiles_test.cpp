#include "protocols/base/hex.hpp"
#include "station/criteria/lint.hpp"
#include "station/criteria/page.hpp"
#include "tests/support/programmes.hpp"

#include <functional>

namespace station::criteria {
namespace {

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
        {[](auto& p) { p["preferred_tongue"] = "uds"; },
         "/preferred_tongue must be one of: j1979, j1979-2"},
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

TEST(Profiles, SayInWhichTongueAUnitIsReadThatSpeaksTwo) {
    const auto read = [](const char* tongue) {
        auto document = parse_json(profile_text("generic").value()).value().as_object();
        if (tongue != nullptr) {
            document["preferred_tongue"] = tongue;
        }
        return read_profile(json::serialize(document)).value();
    };
    EXPECT_FALSE(read(nullptr).prefers_j1979_2);
    EXPECT_FALSE(read("j1979").prefers_j1979_2);
    EXPECT_TRUE(read("j1979-2").prefers_j1979_2);
    EXPECT_NE(page(read("j1979-2"), false).find("is read in J1979-2"), std::string::npos);
    EXPECT_EQ(page(read("j1979"), false).find("is read in J1979-2"), std::string::npos);
}

/// generic with this under `readiness_groups`.
std::string with_groups(const char* groups) {
    auto document = parse_json(profile_text("generic").value()).value().as_object();
    document["readiness_groups"] = json::parse(groups);
    return json::serialize(document);
}

TEST(Profiles, NameTheReadinessGroupsThatAreMonitors) {
    const auto profile =
        read_profile(with_groups(
                         R"({"EGR": {"groups": ["0b", "11"], "verified": "secondary", "cite": []},
                             "EVAP": {"groups": [], "verified": "memory", "cite": []}})"
                     ))
            .value();
    ASSERT_EQ(profile.readiness_groups.size(), 2U);
    EXPECT_EQ(profile.readiness_groups[0].monitor, "EGR");
    EXPECT_EQ(profile.readiness_groups[0].groups, (std::vector<std::uint8_t>{0x0B, 0x11}));
    EXPECT_EQ(profile.readiness_groups[0].verified, "secondary");
    EXPECT_TRUE(profile.readiness_groups[1].groups.empty());
    const auto said = page(profile, false);
    EXPECT_NE(said.find("EGR  0B, 11 · secondary source, not confirmed"), said.npos) << said;
    EXPECT_NE(said.find("EVAP  not in such vehicles · from memory, not confirmed"), said.npos);
    const auto none = page(read_profile(profile_text("generic").value()).value(), false);
    EXPECT_EQ(none.find("readiness group"), none.npos);
}

TEST(Profiles, RefuseReadinessGroupsThatCannotBe) {
    const auto complaint = [](const char* groups) {
        const auto all = check_profile(with_groups(groups));
        return all.empty() ? std::string() : all.front().pointer + " " + all.front().what.en;
    };
    const std::string at = "/readiness_groups/";
    EXPECT_EQ(complaint(R"({})"), "");
    EXPECT_EQ(complaint("[]"), "/readiness_groups must be an object: write {…}");
    EXPECT_EQ(
        complaint(R"({"XYZ": {"groups": [], "verified": "memory", "cite": []}})").substr(0, 41),
        at + "XYZ must be one of: MIS"
    );
    EXPECT_EQ(
        complaint(R"({"CAT": {"groups": [], "verified": "hearsay", "cite": []}})"),
        at + "CAT/verified must be one of: primary, secondary, memory"
    );
    for (const auto* group : {"00", "1", "001", "0x1", "G1", ""}) {
        const auto text = std::string(R"({"CAT": {"groups": [")") + group +
                          R"("], "verified": "memory", "cite": []}})";
        EXPECT_EQ(
            complaint(text.c_str()),
            at + "CAT/groups/0 is no readiness group: write two hex digits, \"01\" to \"FF\""
        );
    }
    EXPECT_EQ(
        complaint(R"({"CAT": {"groups": ["0A"], "verified": "memory", "cite": []},
                      "EGR": {"groups": ["0a"], "verified": "memory", "cite": []}})"),
        at + "EGR/groups/0 stands twice; a group is one monitor's"
    );
    EXPECT_EQ(
        complaint(R"({"CAT": {"groups": ["0A"], "verified": "memory", "cite": ["NOWHERE"]}})"),
        at + "CAT/cite names a source that is not in /sources: NOWHERE"
    );
    EXPECT_EQ(
        complaint(R"({"CAT": {"groups": ["0A"], "verified": "memory", "cite": [], "x": 1}})"),
        at + "CAT/x is not a known key; known are: groups, verified, cite"
    );
    json::array many;
    for (int group = 1; group <= 33; ++group) {
        many.emplace_back(protocols::to_hex(static_cast<std::uint8_t>(group)));
    }
    const auto text = json::serialize(json::value{
        {"CAT", {{"groups", many}, {"verified", "memory"}, {"cite", json::array()}}}});
    EXPECT_EQ(
        complaint(text.c_str()), "/readiness_groups names more than 32 groups; each costs a request"
    );
}

TEST(Lint, WantsAGroupForEveryMonitorARuleConsults) {
    const auto complaints = lint_profile(
        with_groups(R"({"EGR": {"groups": ["0B"], "verified": "memory", "cite": []}})"),
        built_in_tables()
    );
    ASSERT_FALSE(complaints.empty());
    for (const auto& one : complaints) {
        EXPECT_EQ(one.pointer, "/readiness_groups");
        EXPECT_EQ(one.what.en.find("EGR"), std::string::npos) << one.what.en;
    }
    const auto names_catalyst = [](const Complaint& one) {
        return one.what.en.starts_with("does not name CAT, which a rule consults");
    };
    EXPECT_EQ(std::ranges::count_if(complaints, names_catalyst), 1);
}

TEST(Facts, HoldCodesOfTrucks) {
    const auto facts = [](const char* code) {
        const auto text =
            std::string(R"({"vehicle": {}, "obd": {"confirmed": [")") + code + R"("]}})";
        return read_facts(parse_json(text).value(), text);
    };
    EXPECT_TRUE(facts("SPN 3364 FMI 18").has_value());
    EXPECT_TRUE(facts("P0420").has_value());
    for (const auto* wrong :
         {"SPN 3364", "SPN 524288 FMI 1", "SPN 1 FMI 32", "SPN x FMI 1", "P042"}) {
        EXPECT_TRUE(facts(wrong).has_error()) << wrong;
    }
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
