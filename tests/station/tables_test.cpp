#include "tests/support/programmes.hpp"

namespace station::criteria {
namespace {

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

TEST(TablesOfReference, NameRequestsThatAModelDoesNotBear) {
    const auto text = [](const char* request) {
        return std::string(R"({"schema": "obd-station/table/1", "id": "shy", "edition": "1",)"
                           R"( "kind": "left_out", "rows": [{"make": "FORD", "model": "E350",)"
                           R"( "years": [2004, 2004], "requests": [")") +
               request + "\"]}]}";
    };
    const auto table = read_table(text("0142"));
    ASSERT_TRUE(table.has_value()) << table.error().detail;
    EXPECT_EQ(
        table.value()->left_out(named("generic", "Ford", "E350", 2004)),
        std::vector<std::string>{"0142"}
    );
    EXPECT_TRUE(table.value()->left_out(named("generic", "Ford", "E350", 2005)).empty());
    EXPECT_TRUE(read_table(text("06")).has_value());
    for (const auto* bad : {"", "01", "0B", "00", "014", "014G", "01420C", "010c"}) {
        EXPECT_TRUE(read_table(text(bad)).has_error()) << bad;
    }
    auto profile = small();
    profile["references"] = {{"left_out", "shy"}};
    auto tables = built_in_tables();
    tables["shy"] = table.value();
    EXPECT_EQ(first_complaint(profile, tables), "");
    EXPECT_EQ(read_profile(json::serialize(profile), {}, tables).value().tables().size(), 1U);
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

}  // namespace
}  // namespace station::criteria
