#pragma once

#include "station/criteria/judge.hpp"
#include "station/criteria/lint.hpp"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include <string>

/// Programmes and vehicles for the tests of criteria.
namespace station::criteria {

namespace json = boost::json;

inline json::value usual(const std::string& programme) {
    return parse_json(examples_text(programme)).value().at("baselines").at("usual");
}

inline Facts facts_of(const json::value& value) {
    auto facts = read_facts(value, json::serialize(value));
    EXPECT_TRUE(facts.has_value()) << facts.error().detail;
    return std::move(facts.value());
}

/// The smallest programme: what a new one needs. Also the one decisions/ shows.
inline json::object small() {
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

inline json::object& rule(json::object& profile) {
    return profile["rules"].as_array()[0].as_object();
}

inline std::string first_complaint(
    const json::object& profile, const Tables& tables = built_in_tables()
) {
    const auto complaints = lint_profile(json::serialize(profile), tables);
    if (complaints.empty()) {
        return {};
    }
    EXPECT_FALSE(complaints[0].what.es.empty());
    return complaints[0].pointer + " " + complaints[0].what.en;
}

inline constexpr std::string_view software_table = R"({
  "schema": "obd-station/table/1", "id": "us-ca-software", "edition": "t", "kind": "software",
  "rows": [
    {"make": "Toyota", "model": "Corolla", "years": [2014, 2016], "calid": "30Z12345",
     "cvns": ["AABBCCDD", "11223344"]},
    {"make": "Toyota", "years": [2014, 2016], "calid": "ANY", "cvns": ["00000001"]}]})";
inline constexpr std::string_view readiness_table = R"({
  "schema": "obd-station/table/1", "id": "us-ca-readiness", "edition": "t", "kind": "readiness",
  "rows": [{"make": "NISSAN", "model": "MAXIMA", "years": [2000, 2001], "may_be_incomplete": ["CAT"]}]})";
inline constexpr std::string_view catalogue_table = R"({
  "schema": "obd-station/table/1", "id": "mx-edomex-catalogue", "edition": "t", "kind": "catalogue",
  "rows": [{"make": "NISSAN", "model": "VERSA", "years": [2012, 2020]}]})";

inline Tables filled() {
    auto tables = built_in_tables();
    for (const auto text : {software_table, readiness_table, catalogue_table}) {
        auto table = read_table(text);
        EXPECT_TRUE(table.has_value()) << table.error().detail;
        tables[table.value()->id] = table.value();
    }
    return tables;
}

inline Facts named(const std::string& programme, const char* make, const char* model, double year) {
    auto facts = facts_of(usual(programme));
    facts.set("vehicle.make", {std::string(make), {}, ""});
    facts.set("vehicle.model", {std::string(model), {}, ""});
    facts.set("vehicle.model_year", {year, {}, ""});
    facts.set("obd.software", {});
    facts.set("obd.ecu_catalogued", {});
    return facts;
}

}  // namespace station::criteria
