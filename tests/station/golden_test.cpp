#include "station/criteria/judge.hpp"

#include "tests/support/corpus.hpp"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include <set>

namespace station::criteria {
namespace {

namespace json = boost::json;

std::set<std::string> reasons(const json::value& list) {
    std::set<std::string> all;
    for (const auto& item : list.as_array()) {
        all.emplace(item.as_string());
    }
    return all;
}

TEST(GoldenCases, GiveTheVerdictAndReasonsOfTheirProgramme) {
    const auto text = tests::corpus_text("golden_cases.json");
    if (text.empty()) {
        return;
    }
    const auto parsed = parse_json(text);
    ASSERT_TRUE(parsed.has_value());
    std::size_t judged = 0;
    for (const auto& item : parsed.value().at("cases").as_array()) {
        const auto& object = item.as_object();
        const std::string name(object.at("id").as_string());
        const auto* variant = object.if_contains("variant");
        const auto source = profile_text(std::string(object.at("profile").as_string()));
        ASSERT_TRUE(source.has_value()) << name;
        const auto profile = read_profile(
            source.value(), variant == nullptr ? "" : std::string(variant->as_string())
        );
        ASSERT_TRUE(profile.has_value()) << name << ": " << profile.error().detail;
        const auto facts = read_facts(item, json::serialize(item));
        ASSERT_TRUE(facts.has_value()) << name << ": " << facts.error().detail;
        const auto judgement = judge(profile.value(), facts.value());
        const auto& expected = object.at("expect");
        EXPECT_EQ(id(judgement.verdict), expected.at("verdict").as_string()) << name;
        EXPECT_EQ(
            std::set<std::string>(judgement.reasons.begin(), judgement.reasons.end()),
            reasons(expected.at("reasons"))
        ) << name;
        ++judged;
    }
    EXPECT_EQ(judged, parsed.value().at("count").to_number<std::size_t>());
}

}  // namespace
}  // namespace station::criteria
