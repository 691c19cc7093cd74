#pragma once

#include "obd/snapshot/meaning.hpp"
#include "obd/snapshot/pasted.hpp"
#include "tests/support/corpus.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <set>

namespace obd::vectors {

namespace json = boost::json;

/// One decode vector of the reference corpus.
struct Vector {
    std::string id;
    std::string kind;
    std::string bus;
    std::string check;
    json::value input;
    json::object expect;  ///< `spec_expect` where the source's own expectation is wrong.
};

inline std::vector<Vector> load(const std::string& file) {
    std::vector<Vector> all;
    const auto text = tests::corpus_text("vectors/" + file + ".json");
    if (text.empty()) {
        return all;
    }
    const auto document = json::parse(text);
    for (const auto& item : document.at("vectors").as_array()) {
        const auto& object = item.as_object();
        const auto* correct = object.if_contains("spec_expect");
        all.push_back(
            {std::string(item.at("id").as_string()), std::string(item.at("kind").as_string()),
             object.contains("bus") ? std::string(item.at("bus").as_string()) : "",
             object.contains("check") ? std::string(item.at("check").as_string()) : "",
             item.at("input"), (correct != nullptr ? *correct : item.at("expect")).as_object()}
        );
    }
    return all;
}

inline Framing framing_of(const Vector& vector) {
    static const std::set<std::string> legacy{"legacy", "iso9141", "kwp", "j1850"};
    return legacy.contains(vector.bus) ? Framing::legacy : Framing::can;
}

inline std::vector<std::string> words_of(const Vector& vector) {
    std::vector<std::string> words;
    if (vector.input.is_string()) {
        words.emplace_back(vector.input.as_string());
    } else if (vector.input.is_array()) {
        for (const auto& line : vector.input.as_array()) {
            words.emplace_back(line.as_string());
        }
    } else {
        words.emplace_back(vector.input.at("reply").as_string());
    }
    return words;
}

/// Messages of `decode`; empty when it refuses, with its reason.
inline json::array decoded(const Vector& vector) {
    const auto result = meaning_of_text(words_of(vector), framing_of(vector));
    return result.has_value() ? result.value().at("messages").as_array() : json::array();
}

inline void check_value(const json::object& got, const json::object& expect, const char* exact) {
    const auto* wanted = expect.if_contains(exact);
    wanted = wanted != nullptr ? wanted : expect.if_contains("value");
    if (wanted == nullptr || !wanted->is_number()) {
        return;
    }
    ASSERT_TRUE(got.contains("value")) << json::serialize(got);
    const double value = got.at("value").to_number<double>();
    const double target = wanted->to_number<double>();
    // The sources print to a decimal or an integer; the exact value where it is stated.
    const double tolerance = expect.contains(exact) ? 1e-4 : 0.06 + std::abs(target) * 2e-3;
    EXPECT_NEAR(value, target, tolerance) << json::serialize(got);
}

using Check = std::function<void(const Vector&)>;

/// What an adapter prints and how frames become messages, by kind of vector.
const std::map<std::string, Check>& framing_checks();
/// What states, flags and test results mean, by kind of vector.
const std::map<std::string, Check>& state_checks();

}  // namespace obd::vectors
