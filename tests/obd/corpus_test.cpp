// The reference corpus' decode vectors, as far as this room speaks their language. A kind without a
// checker here is listed with its reason, so that nothing is passed over in silence.
#include "obd/decode/information.hpp"
#include "obd/decode/monitors.hpp"
#include "obd/decode/parameters.hpp"
#include "obd/decode/vin.hpp"
#include "obd/snapshot/json.hpp"
#include "obd/snapshot/meaning.hpp"
#include "vectors.hpp"

namespace obd {
namespace {

using namespace vectors;

void check_dtc_list(const Vector& vector) {
    const auto messages = decoded(vector);
    const auto* codes = vector.expect.if_contains("dtcs");
    if (codes == nullptr || codes->is_null()) {
        for (const auto& message : messages) {
            EXPECT_FALSE(message.as_object().contains("codes")) << json::serialize(message);
        }
        return;
    }
    json::array all;
    for (const auto& message : messages) {
        ASSERT_TRUE(message.as_object().contains("codes")) << json::serialize(message);
        for (const auto& code : message.at("codes").as_array()) {
            all.push_back(code);
        }
        if (const auto* ecu = vector.expect.if_contains("ecu")) {
            EXPECT_EQ(message.at("ecu"), *ecu);
        }
    }
    EXPECT_FALSE(messages.empty());
    EXPECT_EQ(all, codes->as_array());
}

void check_vin_reply(const Vector& vector) {
    const auto messages = decoded(vector);
    const auto* vin = vector.expect.if_contains("vin");
    if (const auto* units = vector.expect.if_contains("by_ecu")) {
        for (const auto& unit : messages) {
            EXPECT_EQ(unit.at("vin"), units->at(std::string(unit.at("ecu").as_string())));
        }
        EXPECT_EQ(messages.size(), units->as_object().size());
        return;
    }
    if (vin != nullptr && vin->is_string()) {
        ASSERT_EQ(messages.size(), 1U);
        ASSERT_TRUE(messages[0].as_object().contains("vin")) << json::serialize(messages);
        EXPECT_EQ(messages[0].at("vin"), *vin);
        return;
    }
    for (const auto& message : messages) {
        const auto* found = message.as_object().if_contains("vin");
        EXPECT_TRUE(found == nullptr || !message.at("vin_well_formed").as_bool())
            << json::serialize(message);
    }
}

void check_information(const Vector& vector, const char* key, const char* our_key) {
    const auto messages = decoded(vector);
    ASSERT_EQ(messages.size(), 1U);
    ASSERT_TRUE(messages[0].as_object().contains(our_key)) << json::serialize(messages);
    EXPECT_EQ(messages[0].at(our_key), vector.expect.at(key));
}

/// Of several signals the first in the unit that is asked for.
json::object signal_in(const json::object& parameter, const json::object& expect) {
    const auto* unit = expect.if_contains("unit");
    for (const auto& signal : parameter.at("signals").as_array()) {
        if (unit != nullptr && signal.at("unit") == *unit) {
            return signal.as_object();
        }
    }
    ADD_FAILURE() << "no signal in that unit: " << json::serialize(parameter);
    return {};
}

void check_parameter(const Vector& vector) {
    if (vector.expect.contains("peer_formula_pid")) {
        return;  // the source fed one PID's bytes to another's formula
    }
    const auto messages = decoded(vector);
    if (vector.expect.contains("error")) {
        for (const auto& message : messages) {
            EXPECT_TRUE(
                message.as_object().contains("error") ||
                message.at("parameters").at(0).at("pid") != "0C"
            ) << json::serialize(message);
        }
        return;
    }
    ASSERT_FALSE(messages.empty());
    for (std::size_t i = 0; i < messages.size(); ++i) {
        const auto* values = vector.expect.if_contains("values");
        const auto& got = messages[i].at("parameters").at(0).as_object();
        if (values != nullptr && values->is_array()) {
            EXPECT_DOUBLE_EQ(
                got.at("value").to_number<double>(), values->at(i).to_number<double>()
            );
        } else if (vector.expect.contains("lambda")) {
            const auto& signals = got.at("signals").as_array();
            constexpr double printed = 1e-4;
            EXPECT_NEAR(
                signals.at(0).at("value").to_number<double>(),
                vector.expect.at("lambda").to_number<double>(), printed
            );
            EXPECT_NEAR(
                signals.at(1).at("value").to_number<double>(),
                vector.expect.at("current_mA").to_number<double>(), printed
            );
        } else if (got.contains("signals")) {
            check_value(signal_in(got, vector.expect), vector.expect, "value_exact");
        } else {
            check_value(got, vector.expect, "value_exact");
        }
    }
}

void check_freeze_frame(const Vector& vector) {
    const auto messages = decoded(vector);
    ASSERT_EQ(messages.size(), 1U);
    const auto& got = messages[0].at("parameters").at(0).as_object();
    EXPECT_EQ(got.at("frame"), vector.expect.at("frame"));
    if (const auto* cause = vector.expect.if_contains("cause")) {
        EXPECT_EQ(got.at("cause"), *cause);
    }
    if (const auto* supported = vector.expect.if_contains("supported")) {
        EXPECT_EQ(got.at("supported"), *supported);
    }
    check_value(got, vector.expect, "value_exact");
}

void check_bitmap(const Vector& vector) {
    json::array lists;
    if (vector.input.is_object() && vector.input.as_object().contains("bitmap")) {
        const auto base =
            *protocols::from_hex(std::string_view(vector.input.at("base").as_string()));
        const auto data =
            *protocols::from_hex(std::string_view(vector.input.at("bitmap").as_string()));
        json::array list;
        const auto ids = read_support(base[0], data);
        for (const auto id : ids.value()) {
            list.emplace_back(protocols::to_hex(id));
        }
        EXPECT_EQ(json::value(list), vector.expect.at("supported"));
        return;
    }
    for (const auto& message : decoded(vector)) {
        lists.push_back(message.at("parameters").at(0).at("supported"));
    }
    const auto& expected = vector.expect.at("supported");
    const bool several = expected.as_array().size() > 0 && expected.at(0).is_array();
    EXPECT_EQ(several ? json::value(lists) : lists.at(0), expected);
}

void check_infotypes(const Vector& vector) {
    const auto messages = decoded(vector);
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(messages[0].at("supported"), vector.expect.at("infotypes"));
}

/// The corpus' names of monitors beside ours.
const std::map<std::string, std::string> monitor_names{
    {"misfire", "MIS"},
    {"fuel_system", "FUE"},
    {"comprehensive", "CCM"},
    {"catalyst", "CAT"},
    {"heated_catalyst", "HCAT"},
    {"evap", "EVAP"},
    {"secondary_air", "AIR"},
    {"gpf_or_ac_refrigerant(bit4)", "ACR"},
    {"oxygen_sensor", "O2S"},
    {"o2_sensor", "O2S"},
    {"o2_heater", "O2H"},
    {"oxygen_sensor_heater", "O2H"},
    {"egr_vvt", "EGR"},
    {"egr", "EGR"},
    {"nmhc_catalyst", "NMHC"},
    {"nox_scr", "NOX"},
    {"boost", "BP"},
    {"boost_pressure", "BP"},
    {"exhaust_gas_sensor", "EGS"},
    {"pm_filter", "PMF"}};

void check_status(const json::object& status, const json::object& expect) {
    if (const auto* mil = expect.if_contains("mil")) {
        EXPECT_EQ(status.at("mil"), *mil);
    }
    if (const auto* count = expect.if_contains("dtc_count")) {
        EXPECT_EQ(status.at("dtc_count").to_number<int>(), count->to_number<int>());
    }
    if (const auto* ignition = expect.if_contains("ignition")) {
        EXPECT_EQ(status.at("ignition"), *ignition);
    }
    const auto* monitors = expect.if_contains("monitors");
    for (const auto& [name, state] : monitors == nullptr ? json::object() : monitors->as_object()) {
        if (std::string_view(name).starts_with("reserved")) {
            continue;
        }
        const auto known = monitor_names.find(std::string(name));
        ASSERT_NE(known, monitor_names.end()) << name;
        const auto& got = status.at("monitors").at(known->second);
        const auto* wanted = !state.at("supported").as_bool() ? "unsupported"
                             : state.at("complete").as_bool() ? "complete"
                                                              : "incomplete";
        EXPECT_EQ(got, wanted) << name;
    }
}

void check_readiness(const Vector& vector) {
    const auto messages = decoded(vector);
    if (vector.expect.contains("error")) {
        EXPECT_TRUE(messages.empty() || messages[0].as_object().contains("error"));
        return;
    }
    ASSERT_FALSE(messages.empty());
    const auto* units = vector.expect.if_contains("ecus");
    for (std::size_t i = 0; i < messages.size(); ++i) {
        const auto& status = messages[i].at("parameters").at(0).at("status").as_object();
        check_status(status, units == nullptr ? vector.expect : units->at(i).as_object());
    }
}

void check_readiness_verdict(const Vector& vector) {
    const auto words = words_of(vector);
    const auto bytes = *protocols::from_hex(words.at(0));
    const auto status = read_monitor_status(protocols::ByteView(bytes).subspan(2)).value();
    if (const auto* catalyst = vector.expect.if_contains("catalyst")) {
        EXPECT_EQ(
            obd::id(status.monitors.at(Monitor::catalyst)), std::string_view(catalyst->as_string())
        );
    }
    if (const auto* outstanding = vector.expect.if_contains("unnamed_outstanding")) {
        EXPECT_EQ(status.unnamed_incomplete, outstanding->to_number<int>() > 0);
    }
    if (vector.expect.contains("verdict")) {
        EXPECT_FALSE(status.judges_engine());
    }
}

void check_vin_rule(const Vector& vector) {
    const auto vin = std::string(vector.input.as_string());
    const auto check = obd::check_vin(std::string_view(vin));
    if (const auto* year = vector.expect.if_contains("model_year")) {
        EXPECT_EQ(check.model_year, year->to_number<int>()) << vin;
        return;
    }
    EXPECT_EQ(check.well_formed && check.check_digit_matches, vector.expect.at("valid").as_bool());
}

void check_dtc_pair(const Vector& vector) {
    const auto bytes = *protocols::from_hex(vector.input.as_string());
    if (vector.expect.contains("error")) {
        EXPECT_NE(bytes.size(), 2U);
        return;
    }
    const Dtc code(static_cast<std::uint16_t>(bytes[0] << 8 | bytes[1]));
    if (vector.expect.at("dtc").is_null()) {
        EXPECT_EQ(code.number(), 0);
        return;
    }
    EXPECT_EQ(code.text(), std::string_view(vector.expect.at("dtc").as_string()));
    EXPECT_EQ(Dtc::from_text(code.text()), code);
}

/// Bytes behind service and count: read as the legacy form, which has no count.
void check_dtc_bytes(const Vector& vector) {
    auto bytes = *protocols::from_hex(vector.input.as_string());
    bytes.insert(bytes.begin(), 0x43);
    const auto codes = read_dtcs(std::vector<protocols::Bytes>{bytes}, Framing::legacy);
    ASSERT_EQ(codes.has_error(), vector.expect.contains("error"));
    if (codes.has_value()) {
        json::array got;
        for (const auto code : codes.value()) {
            got.emplace_back(code.text());
        }
        EXPECT_EQ(json::value(got), vector.expect.at("dtcs"));
    }
}

void check_cvn(const Vector& vector) {
    if (vector.expect.contains("cvns")) {
        check_information(vector, "cvns", "calibration_verification_numbers");
    }
}

void check_counters(const Vector& vector) {
    const auto messages = decoded(vector);
    ASSERT_EQ(messages.size(), 1U);
    const auto& counters = messages[0].at("counters").as_array();
    EXPECT_EQ(counters.at(0), vector.expect.at("obd_conditions"));
    EXPECT_EQ(counters.at(1), vector.expect.at("ignition_cycles"));
}

void check_test_bitmap(const Vector& vector) {
    const auto reply = std::string(vector.input.at("reply").as_string());
    const auto said = meaning_of_text({reply}, Framing::legacy).value();
    EXPECT_EQ(said.at("messages").at(0).at("supported"), vector.expect.at("tids"));
}

void check_duplicate(const Vector& vector) {
    const auto messages = decoded(vector);
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(messages[0].at("raw").as_array().size(), 1U);
}

void check_nothing_read(const Vector& vector) {
    for (const auto& message : decoded(vector)) {
        EXPECT_TRUE(message.as_object().contains("error")) << json::serialize(message);
    }
}

const std::map<std::string, Check>& meaning_checks() {
    static const std::map<std::string, Check> all{
        {"dtc_list", &check_dtc_list},
        {"dtc2", &check_dtc_pair},
        {"dtc_bytes", &check_dtc_bytes},
        {"vin", &check_vin_reply},
        {"cvn", &check_cvn},
        {"calid", [](const Vector& v) { check_information(v, "calids", "calibration_ids"); }},
        {"iumpr", &check_counters},
        {"ff_pid", &check_freeze_frame},
        {"ff_bitmap", &check_freeze_frame},
        {"freeze_frame", &check_freeze_frame},
        {"bitmap", &check_bitmap},
        {"infotypes", &check_infotypes},
        {"mode06_bitmap", &check_test_bitmap},
        {"readiness", &check_readiness},
        {"readiness41", &check_readiness},
        {"pid01_mil", &check_readiness},
        {"pid01_count", &check_readiness},
        {"pid01_short", &check_readiness},
        {"readiness_verdict", &check_readiness_verdict},
        {"vin_check", &check_vin_rule},
        {"vin_year", &check_vin_rule},
        {"pid", &check_parameter},
        {"duplicate", &check_duplicate},
        {"short", &check_nothing_read},
        {"silence", &check_nothing_read},
    };
    return all;
}

// Vectors that are not asked of this product, each with its reason.
const std::map<std::string, std::string> set_aside{
    {"dtc_messages-040", "ambiguous by design: neither a CAN nor a legacy print"},
    {"mode09-021", "not a print any ELM327 makes"},
    {"mode09-022", "no length line: a print without one is refused, not guessed at"},
    {"mode09-010", "states a rule without an answer; the CVN tests pin it"},
    {"mode09-009", "a payload without its service byte"},
    {"mode09-030", "a payload of another infotype: refused by name"},
    {"field_captures-013", "a reply cut before its prompt: the exchange tests cover it"},
    {"peer_defects-049", "a legacy text filed under CAN"},
    {"isotp-010", "an escaped length below 4096: ignored (ISO 15765-2 9.6.3.2), not refused"},
    {"isotp-013", "the 32-bit length escape, beyond classic CAN"},
    {"framing-018", "a legacy message of 8 data bytes, with a placeholder for its checksum"},
    {"framing-042", "format byte of a synthetic length"},
    {"supported_pids-036", "synthetic format byte that contradicts the length"},
};

class Corpus : public testing::TestWithParam<const char*> {};

TEST_P(Corpus, SaysWhatTheVectorsSay) {
    std::map<std::string, int> unknown;
    int checked = 0;
    for (const auto& vector : load(GetParam())) {
        const auto& room = framing_checks().contains(vector.kind) ? framing_checks()
                           : state_checks().contains(vector.kind) ? state_checks()
                                                                  : meaning_checks();
        const auto check = room.find(vector.kind);
        if (check == room.end()) {
            ++unknown[vector.kind];
            continue;
        }
        if (set_aside.contains(vector.id)) {
            continue;
        }
        SCOPED_TRACE(
            vector.id + " " + json::serialize(vector.input) + " => " +
            json::serialize(vector.expect)
        );
        EXPECT_NO_THROW(check->second(vector));
        ++checked;
    }
    for (const auto& [kind, count] : unknown) {
        std::cerr << "  not this room's: " << count << " of kind " << kind << "\n";
    }
    std::cerr << "  checked " << checked << "\n";
}

INSTANTIATE_TEST_SUITE_P(
    Decode,
    Corpus,
    testing::Values(
        "dtc_codes",
        "dtc_messages",
        "elm_text",
        "field_captures",
        "framing",
        "freeze_frame",
        "isotp",
        "mode01_enums",
        "mode01_pids",
        "mode06",
        "mode09",
        "multi_pid",
        "obdb_crosscheck",
        "peer_defects",
        "readiness",
        "supported_pids",
        "uas",
        "unit_conversions",
        "vin_rules"
    ),
    [](const auto& file) { return std::string(file.param); }
);

}  // namespace
}  // namespace obd
