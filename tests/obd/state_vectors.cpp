// Vectors of service 06, of its scalings, and of PIDs that carry states.
#include "obd/decode/test_results.hpp"
#include "vectors.hpp"

namespace obd::vectors {
namespace {

void check_test_results(const Vector& vector) {
    const auto messages = decoded(vector);
    ASSERT_EQ(messages.size(), 1U);
    const auto& message = messages[0].as_object();
    if (vector.expect.contains("error") || vector.expect.contains("records")) {
        EXPECT_TRUE(message.contains("error")) << json::serialize(message);
        EXPECT_FALSE(message.contains("results"));
        return;
    }
    const auto& got = message.at("results").at(0).as_object();
    check_value(got, vector.expect, "value");
    EXPECT_EQ(got.at("passed"), vector.expect.at("pass")) << json::serialize(got);
    EXPECT_EQ(got.at("test"), vector.expect.at("tid"));
    if (const auto* limit = vector.expect.if_contains("limit")) {
        const bool highest = vector.expect.at("limit_type") == "max";
        EXPECT_EQ(got.at(highest ? "highest" : "lowest"), *limit);
        EXPECT_EQ(got.at("component"), vector.expect.at("component"));
        return;
    }
    EXPECT_EQ(got.at("monitor"), vector.expect.at("mid"));
    EXPECT_EQ(got.at("unit"), vector.expect.at("unit"));
    constexpr double printed = 1e-3;
    for (const auto& [ours, theirs] : {std::pair("lowest", "min"), std::pair("highest", "max")}) {
        EXPECT_NEAR(
            got.at(ours).to_number<double>(), vector.expect.at(theirs).to_number<double>(), printed
        );
    }
}

/// Oxygen sensors named as `bank1` and `bank2`, or `present`, are exactly those whose flag is set.
void check_locations(const Vector& vector) {
    std::set<std::string> wanted;
    for (const auto* key : {"bank1", "bank2", "present"}) {
        const auto* list = vector.expect.if_contains(key);
        for (const auto& item : list == nullptr ? json::array() : list->as_array()) {
            std::string name(item.as_string());  // B1S2, or S2 within its bank
            if (name[0] == 'S') {
                name = std::string(key == std::string_view("bank1") ? "B1" : "B2") + name;
            }
            wanted.insert("bank" + name.substr(1, 1) + "_sensor" + name.substr(3));
        }
    }
    std::set<std::string> got;
    const auto messages = decoded(vector);
    for (const auto& signal : messages.at(0).at("parameters").at(0).at("signals").as_array()) {
        if (signal.at("value") == 1) {
            const std::string id(signal.at("id").as_string());
            got.insert(
                id.substr(id.find("bank", id.find("banks") == id.npos ? 0 : id.find("banks") + 5))
            );
        }
    }
    EXPECT_EQ(got, wanted);
}

/// Words are ours; what is checked is which states have any. Whether a fuel or requirement has a
/// name is the decode tests'.
void check_state(const Vector& vector) {
    const auto messages = decoded(vector);
    const auto& got = messages.at(0).at("parameters").at(0).as_object();
    if (!got.contains("signals")) {
        return;
    }
    const auto& signals = got.at("signals").as_array();
    if (got.at("pid") == "1E") {
        EXPECT_EQ(signals.at(0).at("value"), vector.expect.at("pto_active").as_bool() ? 1 : 0);
        return;
    }
    const auto worded = [&](std::size_t index, const char* key) {
        const auto* label = vector.expect.if_contains(key);
        if (label == nullptr || signals.at(index).at("value") == 0) {
            return;
        }
        EXPECT_EQ(signals.at(index).at("meaning").as_string().empty(), label->is_null()) << key;
    };
    worded(0, "label");
    worded(0, "peer");
    worded(0, "system1");
    worded(1, "system2");
}

void check_scaling(const Vector& vector) {
    const auto& input = vector.input.as_object();
    const auto byte = [&](const char* key) {
        return *protocols::from_hex(std::string(input.at(key).as_string()));
    };
    const auto* scale = scaling(byte("uasid")[0]);
    ASSERT_NE(scale, nullptr);
    const auto counts = static_cast<std::uint16_t>(protocols::big_endian(byte("raw")));
    check_value(json::object{{"value", scale->value(counts)}}, vector.expect, "value_exact");
    if (const auto* unit = vector.expect.if_contains("unit")) {
        static const std::map<std::string, std::string> spelt{
            {"mOhm", "mΩ"}, {"Ohm", "Ω"}, {"kOhm", "kΩ"}, {"degC", "°C"}, {"deg", "°"},
            {"us", "µs"},   {"uA", "µA"}, {"mm2", "mm²"}, {"inch", "in"},
        };
        const std::string name(unit->as_string());
        const auto found = spelt.find(name);
        const auto wanted = found == spelt.end() ? name : found->second;
        // "mg" stands for mg/stroke there.
        EXPECT_TRUE(scale->unit.starts_with(wanted)) << scale->unit << " " << wanted;
    }
}

}  // namespace

const std::map<std::string, Check>& state_checks() {
    static const std::map<std::string, Check> all{
        {"mode06_can", &check_test_results},
        {"mode06_legacy", &check_test_results},
        {"uas", &check_scaling},
        {"o2_location", &check_locations},
        {"enum", &check_state},
    };
    return all;
}

}  // namespace obd::vectors
