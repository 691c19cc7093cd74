#include "station/criteria/from_snapshot.hpp"
#include "station/criteria/judge.hpp"
#include "station/criteria/lint.hpp"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include <set>

namespace station::criteria {
namespace {

namespace json = boost::json;
using protocols::Fault;

json::value baseline(const std::string& programme, const char* name = "usual") {
    return parse_json(examples_text(programme)).value().at("baselines").at(name);
}

Profile profile(const std::string& name) {
    const auto at = name.find('@');
    const auto variant = at == name.npos ? "" : name.substr(at + 1);
    auto read = read_profile(profile_text(name.substr(0, at)).value(), variant);
    EXPECT_TRUE(read.has_value()) << read.error().detail;
    return std::move(read.value());
}

TEST(Criteria, DoWhatTheirExamplesSayAtEveryBoundary) {
    std::size_t examples = 0;
    for (const auto& name : profile_ids()) {
        const auto text = profile_text(name).value();
        for (const auto& complaint : lint_profile(text)) {
            ADD_FAILURE() << name << to_failure(complaint).detail;
        }
        const auto report = run_examples(text, examples_text(name));
        examples += report.checked;
        for (const auto& complaint : report.complaints) {
            ADD_FAILURE() << name << to_failure(complaint).detail;
        }
    }
    EXPECT_GT(examples, 300U);
}

TEST(Criteria, NeverPassWhatWasNotMeasured) {
    // Take one deciding fact away at a time: the verdict may fall, but never rises to PASS by it.
    for (const auto& name : profile_ids()) {
        const auto rules = profile(name);
        const auto given = baseline(name);
        const auto all = given.at("obd").as_object();
        for (const auto& [key, value] : all) {
            auto less = given;
            less.at("obd").as_object()[key] = nullptr;
            const auto facts = read_facts(less, json::serialize(less));
            ASSERT_TRUE(facts.has_value()) << facts.error().detail;
            const auto judgement = judge(rules, facts.value());
            for (const auto& result : judgement.rules) {
                const bool open = result.rule->decides && result.rule->blocks_when_unknown &&
                                  result.outcome == Outcome::not_determined && result.reached;
                EXPECT_FALSE(open && judgement.verdict == Verdict::pass)
                    << name << " without " << key << ": " << result.rule->id;
            }
        }
        const json::value nothing{
            {"vehicle", given.at("vehicle")}, {"obd", json::object()}, {"context", json::object()}};
        const auto facts = read_facts(nothing, json::serialize(nothing));
        ASSERT_TRUE(facts.has_value()) << facts.error().detail;
        EXPECT_NE(judge(rules, facts.value()).verdict, Verdict::pass) << name;
    }
}

TEST(Criteria, ExplainEveryRuleWithValueLimitClauseAndOutcome) {
    for (const auto& name : profile_ids()) {
        const auto given = baseline(name);
        const auto facts = read_facts(given, json::serialize(given)).value();
        const auto rules = profile(name);
        const auto shown = to_json(judge(rules, facts), rules);
        EXPECT_EQ(shown.at("rules").as_array().size(), rules.rules.size()) << name;
        for (const auto& rule : shown.at("rules").as_array()) {
            for (const auto* key :
                 {"id", "stage", "outcome", "clause", "value", "limit", "evidence", "text",
                  "verified", "cite"}) {
                EXPECT_TRUE(rule.as_object().contains(key)) << name << " " << key;
            }
            EXPECT_FALSE(rule.at("cite").as_array().empty()) << name << rule.at("id");
            EXPECT_FALSE(rule.at("text").at("es").as_string().empty());
            EXPECT_FALSE(rule.at("text").at("en").as_string().empty());
        }
    }
}

/// `text` with one exact part replaced.
std::string with(std::string text, std::string_view part, std::string_view other) {
    const auto at = text.find(part);
    EXPECT_NE(at, text.npos) << part;
    return text.replace(at, part.size(), other);
}

TEST(Criteria, RefuseAProfileNamingPlaceAndLine) {
    const auto good = profile_text("us-epa-im").value();
    struct Row {
        std::string text;
        std::string_view pointer;
    };
    for (const auto& row : {
             Row{with(good, "\"schema\"", "\"shema\""), "/shema"},
             Row{with(good, "\"clause\"", "\"claus\""), "/rules/0/claus"},
             Row{with(good, "\"op\": \"ge\"", "\"op\": \"greater\""), "/rules/0"},
             Row{with(good, "vehicle.model_year", "vehicle.colour"), "/rules/0"},
             Row{with(good, "\"verified\": \"", "\"verified\": \"rumour"), "/verified"},
             Row{with(good, "\"precedence\"", "\"precedance\""), "/precedance"},
         }) {
        const auto result = read_profile(row.text);
        ASSERT_TRUE(result.has_error()) << row.pointer;
        EXPECT_EQ(result.error().fault, Fault::malformed);
        EXPECT_NE(result.error().detail.find(row.pointer), std::string::npos)
            << result.error().detail;
        EXPECT_NE(result.error().detail.find("line "), std::string::npos) << result.error().detail;
    }
    const auto cut = read_profile(good.substr(0, good.size() / 2));
    ASSERT_TRUE(cut.has_error());
    EXPECT_NE(cut.error().detail.find("line "), std::string::npos) << cut.error().detail;
    EXPECT_TRUE(read_profile(good, "no-such-variant").has_error());
    EXPECT_TRUE(profile_text("no-such-profile").has_error());
}

TEST(Criteria, RejectConfirmedCodesOfTheMonitorsTheProgrammeNames) {
    const auto text = profile_text("mx-nom-167-2017").value();
    const auto rules = read_profile(text).value();
    // A programme that leaves what no monitor of its own watches alone.
    const auto without_components =
        read_profile(with(text, "\"CCM\", \"CAT\", \"HCAT\"", "\"CAT\"")).value();
    const auto outcome = [&](const Profile& profile, std::string_view code) {
        auto given = baseline("mx-nom-167-2017");
        given.at("obd").as_object()["confirmed"] = json::array{json::string(code)};
        const auto facts = read_facts(given, json::serialize(given)).value();
        for (const auto& result : judge(profile, facts).rules) {
            if (result.rule->id == "MX-D1") {
                const bool named =
                    result.looked.offending == std::vector<std::string>{std::string(code)};
                EXPECT_EQ(result.outcome == Outcome::fail, named) << code;
                return result.outcome;
            }
        }
        return Outcome::not_determined;
    };
    for (const auto* code : {"P0420", "P0301", "P0135", "P0442", "P0118", "P1234", "P0700"}) {
        EXPECT_EQ(outcome(rules, code), Outcome::fail) << code;
    }
    for (const auto* code : {"U0100", "B1000", "C0035"}) {
        EXPECT_EQ(outcome(rules, code), Outcome::pass) << code;
    }
    EXPECT_EQ(outcome(without_components, "P0420"), Outcome::fail);
    EXPECT_EQ(outcome(without_components, "P0118"), Outcome::pass);
    EXPECT_TRUE(read_profile(with(text, "\"CCM\", \"CAT\"", "\"CCM\", \"CTA\"")).has_error());
}

TEST(Criteria, RefuseUnitsThatDoNotFit) {
    const auto text = profile_text("mx-nom-167-2017").value();
    EXPECT_TRUE(
        read_profile(
            with(text, "{\"value\": 3857, \"unit\": \"kg\"}", "{\"value\": 3857, \"unit\": \"km\"}")
        )
            .has_error()
    );
    EXPECT_TRUE(read_profile(with(text, "{\"value\": 3857, \"unit\": \"kg\"}", "3857")).has_error()
    );
}

TEST(Facts, AreRefusedNamingPlaceAndLine) {
    struct Row {
        std::string_view text;
        std::string_view place;
    };
    for (const auto& row : {
             Row{"{\"obd\": {},\n\"vehicle\": {\"model_year\": \"2015\"}}",
                 "/vehicle/model_year (line 2)"},
             Row{"{\"vehicle\": {},\n\n\"obd\": {\"connected\": 1}}", "/obd/connected (line 3)"},
             Row{R"({"vehicle": {}, "obd": {"monitors": {"CAT": "maybe"}}})",
                 "/obd/monitors/CAT (line 1)"},
             Row{R"({"vehicle": {}, "obd": {"monitors": {"XYZ": "complete"}}})",
                 "/obd/monitors/XYZ"},
             Row{R"({"vehicle": {}, "obd": {"confirmed": ["P0420", 7]}})", "/obd/confirmed"},
             Row{R"({"vehicle": {}, "obd": {"wheels": 4}})", "/obd/wheels"},
             Row{R"({"vehicel": {}, "obd": {}})", "/vehicle"},
             Row{"[]", "must be an object"},
         }) {
        const auto parsed = parse_json(row.text);
        ASSERT_TRUE(parsed.has_value());
        const auto facts = read_facts(parsed.value(), row.text);
        ASSERT_TRUE(facts.has_error()) << row.text;
        EXPECT_NE(facts.error().detail.find(row.place), std::string::npos) << facts.error().detail;
    }
    const auto broken = parse_json("{\n  \"a\": 1,\n  oops\n}");
    ASSERT_TRUE(broken.has_error());
    EXPECT_NE(broken.error().detail.find("line 3"), std::string::npos) << broken.error().detail;
}

TEST(Facts, AreTheSameAfterWritingAndReading) {
    const auto given = baseline("mx-nom-167-2017");
    const auto facts = read_facts(given, json::serialize(given)).value();
    const auto again = to_json(facts);
    EXPECT_EQ(to_json(read_facts(again, json::serialize(again)).value()), again);
}

// From what was read to what is judged.
obd::Ecu unit(std::string_view address, std::string_view status) {
    obd::Ecu ecu;
    ecu.address = *protocols::bus::EcuAddress::from_text(address);
    ecu.status.value = obd::read_monitor_status(*protocols::from_hex(status)).value();
    ecu.stored.value.emplace();
    ecu.pending.value.emplace();
    ecu.permanent.value.emplace();
    return ecu;
}

obd::Snapshot snapshot(std::vector<obd::Ecu> ecus) {
    obd::Snapshot snapshot;
    snapshot.connected = true;
    snapshot.complete = true;
    snapshot.protocol = protocols::bus::Protocol::can11_500;
    snapshot.ecus = std::move(ecus);
    return snapshot;
}

Value value_of(const obd::Snapshot& read, std::string_view path) {
    return facts_from({}, read).at(path).value;
}

TEST(FactsFromReading, CallAMonitorCompleteOnlyWhenAllThatSupportItAre) {
    const auto both = snapshot({unit("7E8", "0007E500"), unit("7E9", "00070101")});
    EXPECT_EQ(value_of(both, "obd.monitors.CAT"), Value(std::string("incomplete")));
    const auto one = snapshot({unit("7E8", "0007E500"), unit("7E9", "00040000")});
    EXPECT_EQ(value_of(one, "obd.monitors.CAT"), Value(std::string("complete")));
    EXPECT_EQ(value_of(one, "obd.monitors.AIR"), Value(std::string("unsupported")));
}

TEST(FactsFromReading, CallNoMonitorCompleteWhileAUnitIsSilent) {
    auto read = snapshot({unit("7E8", "0007E501"), unit("7E9", "00040000")});
    auto& silent = read.ecus[1].status;
    silent.value.reset();
    silent.absence = obd::Absence::silent;
    EXPECT_EQ(value_of(read, "obd.monitors.EVAP"), Value()) << "its own may be incomplete";
    EXPECT_EQ(value_of(read, "obd.monitors.CAT"), Value(std::string("incomplete")));
    silent.absence = obd::Absence::unsupported;
    EXPECT_EQ(value_of(read, "obd.monitors.EVAP"), Value(std::string("complete")));
}

TEST(FactsFromReading, TakeTheIgnitionFromTheUnitThatHasMonitors) {
    // The gearbox answers first, says spark and knows components only.
    const auto diesel = snapshot({unit("7E9", "00040000"), unit("7E8", "000EEB00")});
    EXPECT_EQ(value_of(diesel, "obd.monitors.PMF"), Value(std::string("complete")));
    EXPECT_EQ(value_of(diesel, "obd.monitors.CAT"), Value());
}

TEST(FactsFromReading, LightTheLampWhenAnyUnitCommandsIt) {
    EXPECT_EQ(
        value_of(snapshot({unit("7E8", "0007E500"), unit("7E9", "81040000")}), "obd.mil_commanded"),
        Value(true)
    );
    EXPECT_EQ(value_of(snapshot({unit("7E8", "0007E500")}), "obd.mil_commanded"), Value(false));
    auto deaf = snapshot({unit("7E8", "0007E500"), unit("7E9", "00040000")});
    deaf.ecus[1].status.value.reset();
    deaf.ecus[1].status.absence = obd::Absence::silent;
    EXPECT_EQ(value_of(deaf, "obd.mil_commanded"), Value()) << "the silent unit may hold it on";
}

TEST(FactsFromReading, NeverTakeSilenceForNoCodes) {
    auto read = snapshot({unit("7E8", "0007E500")});
    read.ecus[0].stored.value.reset();
    for (const auto absence :
         {obd::Absence::silent, obd::Absence::negative, obd::Absence::malformed,
          obd::Absence::failed}) {
        read.ecus[0].stored.absence = absence;
        EXPECT_EQ(value_of(read, "obd.confirmed"), Value()) << id(absence);
    }
    // On a legacy bus a unit without codes may be silent, when its count is zero (SAE J1979 6.3).
    read.protocol = protocols::bus::Protocol::iso9141;
    read.ecus[0].stored.absence = obd::Absence::silent;
    EXPECT_EQ(value_of(read, "obd.confirmed"), Value(std::vector<std::string>{}));
    read.ecus[0].status.value->dtc_count = 1;
    EXPECT_EQ(value_of(read, "obd.confirmed"), Value());
}

TEST(FactsFromReading, CompareTheVehiclesVinWithTheEnteredOne) {
    auto read = snapshot({unit("7E8", "0007E500"), unit("7E9", "00040000")});
    read.ecus[0].vin.value = "3N1CN7AD3KL812345";
    const auto match = [&](const std::string& stated) {
        Stated entered;
        entered.vin = stated;
        return facts_from(entered, read).at("obd.evin").value;
    };
    EXPECT_EQ(match("3N1CN7AD3KL812345"), Value(std::string("match")));
    EXPECT_EQ(match("3N1CN7AD3KL812346"), Value(std::string("mismatch")));
    EXPECT_EQ(match(""), Value());
    read.ecus[1].vin.value = "1G1JC5444R7252367";
    EXPECT_EQ(match("3N1CN7AD3KL812345"), Value(std::string("mismatch")));
}

}  // namespace
}  // namespace station::criteria
