// SAE J1939: bytes in, meaning out, against the corpus and by hand.
#include "obd/decode/j1939.hpp"
#include "obd/snapshot/json.hpp"
#include "obd/snapshot/meaning_tongues.hpp"
#include "vectors.hpp"

#include <gtest/gtest.h>

namespace obd {
namespace {

namespace json = boost::json;
using protocols::Bytes;
using protocols::from_hex;

Bytes bytes(std::string_view hex) {
    return from_hex(hex).value();
}

/// The named members of what is meant are in what was said.
void holds(const json::object& said, const json::object& meant, const std::string& id) {
    for (const auto& [key, value] : meant) {
        ASSERT_TRUE(said.contains(key)) << id << " " << key << " " << json::serialize(said);
        EXPECT_EQ(said.at(key), value) << id << " " << key;
    }
}

json::object said_of(std::string_view group, std::string_view hex) {
    return j1939_meaning_of_text({std::string(group), std::string(hex)}).value().as_object();
}

TEST(J1939Vectors, AllOfTheCorpus) {
    const auto all = vectors::load("j1939");
    if (all.empty()) {
        GTEST_SKIP() << "the reference corpus is not here";
    }
    EXPECT_EQ(all.size(), 24U);
    const std::map<std::string, std::string> names{
        {"engine_rpm", "engine_speed"},
        {"vehicle_speed_kmh", "vehicle_speed"},
        {"coolant_degC", "coolant_temperature"},
        {"fuel_degC", "fuel_temperature"},
        {"oil_pressure_kpa", "oil_pressure"}};
    for (const auto& vector : all) {
        const auto& input = vector.input.as_object();
        json::object said;
        if (const auto* dm1 = input.if_contains("dm1")) {
            said = said_of("DM1", dm1->as_string());
        } else if (const auto* text = input.if_contains("dm56_ascii")) {
            const auto& letters = text->as_string();
            said = said_of("DM56", protocols::to_hex(Bytes(letters.begin(), letters.end())));
        } else {
            said = said_of(
                std::to_string(input.at("pgn").to_number<int>()), input.at("data").as_string()
            );
        }
        ASSERT_FALSE(said.contains("error")) << vector.id << json::serialize(said);
        for (const auto& [key, value] : vector.expect) {
            const std::string name(key);
            if (name == "peer") {
                continue;
            }
            if (names.contains(name)) {
                const auto& got = said.at("values").at(names.at(name));
                if (value.is_null()) {
                    EXPECT_TRUE(got.is_null()) << vector.id;
                } else {
                    EXPECT_EQ(got.at("value").to_number<double>(), value.to_number<double>());
                }
            } else if (name == "spns") {
                json::array spns;
                for (const auto& code : said.at("codes").as_array()) {
                    spns.push_back(code.at("spn"));
                }
                EXPECT_EQ(spns, value) << vector.id;
            } else if (name == "mil" || name == "amber") {
                EXPECT_EQ(said.at("lamps").at(name), value) << vector.id;
            } else if (name == "cal") {
                holds(
                    said.at("calibrations").at(0).as_object(), value.at(0).as_object(), vector.id
                );
            } else if (name == "ratios") {
                const auto& ratio = said.at("ratios").at(0);
                EXPECT_EQ(ratio.at("spn"), value.at(0).at("spn")) << vector.id;
                EXPECT_EQ(ratio.at("numerator"), value.at(0).at("num")) << vector.id;
                EXPECT_EQ(ratio.at("denominator"), value.at(0).at("den")) << vector.id;
            } else if (name == "all") {
                for (const auto* one :
                     {"km_with_mil", "km_since_clear", "minutes_with_mil", "minutes_since_clear"}) {
                    EXPECT_TRUE(said.at(one).is_null()) << vector.id;
                }
            } else if (name == "results") {
                for (std::size_t i = 0; i < value.as_array().size(); ++i) {
                    auto expected = value.at(i).as_object();
                    const auto& got = said.at("results").at(i);
                    EXPECT_EQ(
                        got.at("value").to_number<double>(),
                        expected.at("value").to_number<double>()
                    );
                    expected.erase("value");
                    holds(got.as_object(), expected, vector.id);
                }
            } else if (name == "active_codes") {
                EXPECT_TRUE(said.at("active_codes").is_null()) << vector.id;
            } else {
                ASSERT_TRUE(said.contains(name)) << vector.id << " " << name;
                EXPECT_EQ(said.at(name), value) << vector.id;
            }
        }
    }
}

TEST(J1939, ReadsReadinessOfEveryMonitor) {
    const auto dm5 = j1939::read_dm5(bytes("0203 14 77 FF 1F 01 02")).value();
    EXPECT_EQ(dm5.active, 2);
    EXPECT_TRUE(j1939::is_hd_obd(*dm5.compliance));
    EXPECT_FALSE(j1939::is_hd_obd(0x05));
    EXPECT_EQ(dm5.monitors.at("misfire"), j1939::State::incomplete);
    EXPECT_EQ(dm5.monitors.at("components"), j1939::State::incomplete);
    EXPECT_EQ(dm5.monitors.at("catalyst"), j1939::State::incomplete);
    EXPECT_EQ(dm5.monitors.at("egr_vvt"), j1939::State::complete);
    EXPECT_EQ(dm5.monitors.at("boost_pressure"), j1939::State::incomplete);
    EXPECT_EQ(dm5.monitors.at("nmhc_catalyst"), j1939::State::complete);
    const auto dm26 = j1939::read_dm26(bytes("5802 07 04 00 00 00 00")).value();
    EXPECT_EQ(dm26.seconds_since_start, 600);
    EXPECT_EQ(dm26.warmups_since_clear, 7);
    EXPECT_EQ(dm26.monitors.at("components"), j1939::State::complete);
    EXPECT_EQ(dm26.monitors.at("catalyst"), j1939::State::unsupported);
    const auto none = j1939::read_dm26(bytes("FFFF FF 00 00 00 00 00")).value();
    EXPECT_FALSE(none.seconds_since_start);
    EXPECT_FALSE(none.warmups_since_clear);
    EXPECT_TRUE(j1939::read_dm5(bytes("00")).has_error());
    EXPECT_TRUE(j1939::read_dm26(bytes("00")).has_error());
    const auto since = j1939::read_dm21(bytes("0A00 6400 FFFF 3C00")).value();
    EXPECT_EQ(since.km_with_mil, 10);
    EXPECT_EQ(since.km_since_clear, 100);
    EXPECT_FALSE(since.minutes_with_mil);
    EXPECT_EQ(since.minutes_since_clear, 60);
    EXPECT_TRUE(j1939::read_dm21(bytes("0A")).has_error());
}

TEST(J1939, ReadsCodesOfEveryMethodAndRefusesHalves) {
    const auto codes = j1939::read_codes(bytes("4400 610213 05 BE0088 FF")).value();
    ASSERT_EQ(codes.codes.size(), 2U);
    EXPECT_EQ(codes.codes[0].text(), "SPN 609 FMI 19");
    EXPECT_EQ(codes.codes[0].occurrences, 5);
    EXPECT_FALSE(codes.codes[1].occurrences);
    EXPECT_TRUE(codes.codes[1].older_method);
    EXPECT_EQ(codes.lamps.mil, j1939::Lamp::slow_flash);
    EXPECT_EQ(codes.lamps.amber, j1939::Lamp::slow_flash);
    EXPECT_EQ(codes.lamps.protect, j1939::Lamp::off);
    EXPECT_EQ(j1939::read_codes(bytes("8000 00000000")).value().lamps.mil, j1939::Lamp::error);
    EXPECT_EQ(
        j1939::read_codes(bytes("C000 00000000")).value().lamps.mil, j1939::Lamp::unavailable
    );
    const auto four = bytes("1234 E5 80");
    EXPECT_EQ(j1939::spn_by_method(four, 1), 0x12U << 11 | 0x34U << 3 | 7U);
    EXPECT_EQ(j1939::spn_by_method(four, 2), 0x34U << 11 | 0x12U << 3 | 7U);
    EXPECT_EQ(j1939::spn_by_method(four, 3), 0x3412U | 7U << 16);
    for (const auto* bad : {"", "40", "4000 6102", "4000 610213 00 61"}) {
        EXPECT_TRUE(j1939::read_codes(bytes(bad)).has_error()) << bad;
    }
    const auto said = said_of("DM12", "4000BE008880");
    EXPECT_EQ(said.at("codes").at(0).at("spn_by_method").as_object().size(), 3U);
}

TEST(J1939, ReadsTheRestAndRefusesWhatDoesNotFit) {
    EXPECT_EQ(
        j1939::read_fields(bytes("02 41 2A 42 43 2A"), true).value(),
        (std::vector<std::string>{"A", "BC"})
    );
    EXPECT_TRUE(j1939::read_fields(bytes("03 41 2A"), true).has_error());
    EXPECT_EQ(
        j1939::read_fields(bytes("41422A2A43"), false).value(),
        (std::vector<std::string>{"AB", "", "C"})
    );
    EXPECT_TRUE(j1939::read_fields(bytes("01"), false).has_error());
    EXPECT_TRUE(j1939::read_fields(Bytes(), false).has_error());
    const auto supported = j1939::read_dm24(bytes("BE00 1C 02 6E00 1F 01")).value();
    ASSERT_EQ(supported.size(), 2U);
    EXPECT_EQ(supported[0].spn, 190U);
    EXPECT_TRUE(supported[0].freeze_frame && supported[0].data_stream);
    EXPECT_FALSE(supported[0].test_results);
    EXPECT_FALSE(supported[1].data_stream);
    EXPECT_EQ(supported[0].bytes, 2);
    const auto counts = j1939::read_dm29(bytes("01 02 03 FE FF")).value();
    EXPECT_EQ(counts.all_pending, 2);
    EXPECT_FALSE(counts.previously_mil_on);
    EXPECT_FALSE(counts.permanent);
    for (const auto* bad : {"01", "0102"}) {
        EXPECT_TRUE(j1939::read_dm19(bytes(bad)).has_error());
        EXPECT_TRUE(j1939::read_dm20(bytes(bad)).has_error());
        EXPECT_TRUE(j1939::read_dm24(bytes(bad)).has_error());
        EXPECT_TRUE(j1939::read_dm29(bytes(bad)).has_error());
        EXPECT_TRUE(j1939::read_dm30(bytes(bad)).has_error());
        EXPECT_TRUE(j1939::read_dm56(bytes(bad)).has_error());
    }
    EXPECT_TRUE(j1939::read_dm19(Bytes(20, 0x01)).has_error()) << "no letters";
    EXPECT_TRUE(j1939::read_vin(bytes("01")).has_error());
    EXPECT_TRUE(j1939::read_vin(bytes("FFFF")).has_error());
    EXPECT_TRUE(j1939::read_dm56(bytes("323031314558595A")).has_error());
    EXPECT_FALSE(j1939::read_dm30(bytes("F7D402143E01010000000000")).value()[0].value)
        << "what a count is worth is not known";
    EXPECT_EQ(j1939::group_row(65230)->id, "DM5");
    EXPECT_EQ(j1939::group_row(1), nullptr);
    EXPECT_TRUE(j1939::read_values(65230, bytes("00")).empty());
    EXPECT_FALSE(j1939::read_values(61444, bytes("00"))[0].value) << "cut short";
}

TEST(J1939, IsDecodedByGroupOrByFrame) {
    EXPECT_EQ(said_of("18FECA00", "4000610213050000").at("group"), "DM1");
    EXPECT_EQ(said_of("18C100F9", "0A006400FFFF3C00").at("pgn"), 49408) << "with a destination";
    EXPECT_EQ(said_of("FECE", "0000140000000000").at("hd_obd"), true);
    EXPECT_EQ(
        std::string(said_of("64896", "4000610213").at("error").as_string()).substr(0, 6), "a code"
    );
    EXPECT_TRUE(said_of("F0F0", "00").contains("note"));
    for (const auto& bad : std::vector<std::vector<std::string>>{
             {}, {"DM5"}, {"DM5", "0"}, {"XYZ", "00"}, {"FFFFF0", "00"}, {"1234567X", "00"}}) {
        EXPECT_TRUE(j1939_meaning_of_text(bad).has_error());
    }
}

}  // namespace
}  // namespace obd
