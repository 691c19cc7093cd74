// SAE J1979-2 and SAE J1939: bytes in, meaning out, against the corpus and by hand; and
// conversations.
#include "obd/decode/j1939.hpp"
#include "obd/decode/uds.hpp"
#include "obd/session/reading.hpp"
#include "obd/snapshot/json.hpp"
#include "obd/snapshot/meaning_tongues.hpp"
#include "obd/snapshot/meaning_uds.hpp"
#include "protocols/simulator/elm.hpp"
#include "tests/support/virtual_link.hpp"
#include "vectors.hpp"

#include <gtest/gtest.h>

namespace obd {
namespace {

namespace json = boost::json;
namespace sim = protocols::simulator;
using protocols::Bytes;
using protocols::from_hex;

Bytes bytes(std::string_view hex) {
    return from_hex(hex).value();
}

std::string texts(const std::vector<UdsDtc>& codes) {
    std::string all;
    for (const auto& code : codes) {
        all += (all.empty() ? "" : " ") + code.text() + ":" + protocols::to_hex(Bytes{code.status});
    }
    return all;
}

// ---- J1979-2 ------------------------------------------------------------------------------------

TEST(UdsVectors, AllOfTheCorpus) {
    const auto all = vectors::load("uds_dtc");
    if (all.empty()) {
        GTEST_SKIP() << "the reference corpus is not here";
    }
    std::set<std::string> kinds;
    for (const auto& vector : all) {
        kinds.insert(vector.kind);
        if (vector.kind == "dtc_status") {
            json::array names;
            for (const auto name : names_of_status(bytes(vector.input.as_string())[0])) {
                names.emplace_back(name);
            }
            EXPECT_EQ(names, vector.expect.at("status_bits")) << vector.id;
            continue;
        }
        if (vector.expect.contains("error")) {
            // Another group than was asked for: no answer to this request.
            const protocols::bus::Request request{
                bytes(vector.input.at("request").as_string()), {}, {}};
            const auto sorted = protocols::bus::sort_answer(
                request, {{protocols::bus::EcuAddress::can11(0x7E8),
                           bytes(vector.input.at("reply").as_string())}}
            );
            EXPECT_TRUE(sorted.messages.empty()) << vector.id;
            EXPECT_EQ(sorted.problems.size(), 1U) << vector.id;
            continue;
        }
        const auto& said = vector.input.is_string() ? vector.input : vector.input.at("reply");
        const auto meaning = uds_meaning_of_text({std::string(said.as_string())}).value();
        const auto& message = meaning.at("messages").at(0).as_object();
        ASSERT_TRUE(message.contains("codes")) << vector.id << json::serialize(message);
        const auto& codes = message.at("codes").as_array();
        const auto& records = vector.expect.at("records").as_array();
        ASSERT_EQ(codes.size(), records.size()) << vector.id;
        for (std::size_t i = 0; i < codes.size(); ++i) {
            const auto& expected = records[i].as_object();
            EXPECT_EQ(codes[i].at("status"), expected.at("status")) << vector.id;
            if (expected.at("dtc").as_string().find('-') != json::string::npos) {
                EXPECT_EQ(codes[i].at("code"), expected.at("dtc")) << vector.id;
            }
            if (const auto* severity = expected.if_contains("severity")) {
                EXPECT_EQ(codes[i].at("severity"), *severity) << vector.id;
            }
        }
        for (const auto& [ours, theirs] :
             {std::pair{"group", "fgid"},
              {"severity_available", "severity_avail"},
              {"status_available", "status_avail"}}) {
            if (const auto* expected = vector.expect.if_contains(theirs)) {
                EXPECT_EQ(message.at(ours), *expected) << vector.id;
            }
        }
    }
    EXPECT_EQ(kinds, (std::set<std::string>{"dtc_status", "uds_19_02", "uds_19_42", "uds_19_55"}));
}

TEST(Uds, ReadsEveryReportAndRefusesWhatIsCut) {
    const auto codes = read_dtc_report(bytes("594233FFFF04 02 0420 00 AF 22 2463 1F 08")).value();
    EXPECT_EQ(texts(codes.codes), "P0420-00:AF P2463-1F:08");
    EXPECT_EQ(codes.group, emissions_group);
    EXPECT_EQ(dtc_class(*codes.codes[0].severity), "A");
    EXPECT_EQ(codes.codes[1].classic().text(), "P2463");
    EXPECT_EQ(codes.codes[1].failure_type(), 0x1F);
    EXPECT_EQ(texts(read_dtc_report(bytes("595533FF04 C100 81 2F")).value().codes), "U0100-81:2F");
    const auto group = read_dtc_report(bytes("595633FF04 07 0420 00 10")).value();
    EXPECT_EQ(group.readiness_group, 0x07);
    EXPECT_EQ(group.codes.size(), 1U);
    const auto record = read_dtc_report(bytes("591AFF90 0420 00 10")).value();
    EXPECT_EQ(record.record, 0x90);
    EXPECT_TRUE(read_dtc_report(bytes("594233FFFF04")).value().codes.empty());
    // In SAE J1939's format the six digits are no classic code.
    EXPECT_EQ(read_dtc_report(bytes("595533FF02 610213 2F")).value().codes[0].text(), "610213");
    for (const auto* bad :
         {"", "59", "5942", "594233FFFF", "594233FFFF05", "594233FFFF04 02042000",
          "594233FFFF04 02 000000 AF", "595633FF04", "599933FF04", "624233FFFF04"}) {
        EXPECT_TRUE(read_dtc_report(bytes(bad)).has_error()) << bad;
    }
    EXPECT_EQ(dtc_class(0x04), "B1");
    EXPECT_EQ(dtc_class(0x01), "none");
    EXPECT_EQ(dtc_class(0xE0), "");
}

TEST(Uds, TakesSharedAnswersApartOrNotAtAll) {
    const std::vector<std::uint16_t> asked{0xF40C, 0xF40D, 0xF405};
    const auto parts = [&](std::string_view hex) {
        const auto message = bytes(hex);
        const auto split = split_identifiers(message, asked);
        std::string text;
        for (const auto& part : split.has_value() ? split.value() : std::vector<IdentifierPart>()) {
            text += protocols::to_hex(Bytes{static_cast<std::uint8_t>(part.id)}) + "=" +
                    protocols::to_hex(part.data) + " ";
        }
        return text;
    };
    EXPECT_EQ(parts("62F40C0BB8F40D00F4057B"), "0C=0BB8 0D=00 05=7B ");
    EXPECT_EQ(parts("62F40D00"), "0D=00 ") << "a unit leaves out what it does not know";
    EXPECT_EQ(parts("62F40D00F40C0BB8"), "") << "out of order";
    EXPECT_EQ(parts("62F40C0B"), "");
    EXPECT_EQ(parts("62F40C0BB8F4"), "");
    EXPECT_EQ(parts("62F40C0BB8F411"), "") << "not asked for";
    const std::vector<std::uint16_t> one{0xF804};
    const auto calid = bytes("62F804414243");
    EXPECT_EQ(split_identifiers(calid, one).value()[0].data.size(), 3U);
    EXPECT_TRUE(split_identifiers(bytes("62F806414243"), one).has_error());
    EXPECT_TRUE(split_identifiers(bytes("41F804"), one).has_error());
}

TEST(Uds, SaysTheSameAsAClassicUnitWould) {
    const auto classic = [](std::string_view hex, std::uint8_t service) {
        const auto made = as_classic(bytes(hex), service);
        return made.has_value() ? protocols::to_hex(made.value()) : std::string("-");
    };
    EXPECT_EQ(classic("62F40C0BB8", 0x01), "410C0BB8");
    EXPECT_EQ(classic("62F8023147314A433534343452373235323336", 0x09), "-") << "no whole VIN";
    EXPECT_EQ(classic("62F802314734484337443534304437323532333637", 0x09).substr(0, 8), "-")
        << "eighteen letters";
    EXPECT_EQ(classic("62F8023147344843374435343044373235323336", 0x09).substr(0, 8), "49020131");
    EXPECT_EQ(classic("62F8061A2B3C4D5E6F7081", 0x09), "4906021A2B3C4D5E6F7081");
    EXPECT_EQ(classic("62F80054400000", 0x09), "490054400000");
    EXPECT_EQ(classic("594233FFFF0402042000080204202004", 0x03), "43010420") << "by its status";
    EXPECT_EQ(classic("594233FFFF0402042000080203002004", 0x07), "47010300");
    EXPECT_EQ(classic("594233FFFF04020420002F0204201F2F02030100 2F", 0x03), "430204200301")
        << "a classic code once, whatever its failure types";
    EXPECT_EQ(classic("595533FF04", 0x0A), "4A00");
    EXPECT_EQ(classic("595533FF02610213 2F", 0x0A), "-") << "SAE J1939's have no classic form";
    EXPECT_EQ(classic("62F40C0BB8", 0x09), "-");
    EXPECT_EQ(classic("62F8", 0x09), "-");
    EXPECT_EQ(classic("7F2231", 0x01), "-");
}

TEST(Uds, DecodesWhatAPersonPastes) {
    const auto meaning = uds_meaning_of_text({"7E8 07 62 F4 0C 0B B8 F4 0D"}).value();
    EXPECT_TRUE(meaning.at("messages").at(0).as_object().contains("error")) << "cut";
    const auto whole = uds_meaning_of_text({"62F40C0BB8F40D2A"}).value();
    const auto& ids = whole.at("messages").at(0).at("identifiers").as_array();
    ASSERT_EQ(ids.size(), 2U);
    EXPECT_EQ(ids[1].at("id"), "F40D");
    EXPECT_EQ(ids[0].at("as_classic").at("parameters").at(0).at("value"), 750);
    EXPECT_EQ(uds_meaning_of_text({"7F2231"}).value().at("messages").at(0).at("negative"), "31");
    EXPECT_TRUE(uds_meaning_of_text({"4100BE1FA813"})
                    .value()
                    .at("messages")
                    .at(0)
                    .as_object()
                    .contains("error"));
    EXPECT_TRUE(uds_meaning_of_text({"NO DATA"}).has_error());
}

TEST(Answers, OfServices19And22AreHeldAgainstTheirRequest) {
    const auto unit = protocols::bus::EcuAddress::can11(0x7E8);
    const auto taken = [&](std::string_view request, std::string_view answer) {
        return protocols::bus::sort_answer(
                   {bytes(request), {}, {}}, {{unit, bytes(answer)}}
               ).messages.size() == 1;
    };
    EXPECT_TRUE(taken("22F40CF40D", "62F40D00"));
    EXPECT_FALSE(taken("22F40CF40D", "62F40500"));
    EXPECT_FALSE(taken("22F40C", "62F4"));
    EXPECT_TRUE(taken("194233081E", "594233FFFF04"));
    EXPECT_FALSE(taken("194233081E", "5942D0FFFF04"));
    EXPECT_FALSE(taken("194233081E", "595533FF04"));
    EXPECT_TRUE(taken("19563307", "595633FF0407"));
    EXPECT_FALSE(taken("19563307", "595633FF0408"));
    EXPECT_TRUE(taken("191A90", "591AFF90"));
    EXPECT_FALSE(taken("191A90", "591AFF91"));
    EXPECT_TRUE(taken("190604200090", "59060420002F90"));
    EXPECT_FALSE(taken("190604200090", "59060420012F90"));
    EXPECT_TRUE(taken("1902FF", "5902FF"));
    EXPECT_FALSE(taken("1902FF", "59"));
}

Snapshot read(
    const sim::Vehicle& vehicle, std::string_view adapter, ReadingSettings settings = {}
) {
    sim::Elm elm(vehicle, *sim::find_dialect(adapter), 38400);
    Reading reading(settings);
    auto result = tests::VirtualLink(elm).run(reading);
    EXPECT_TRUE(result.has_value());
    return result.has_value() ? std::move(result.value()) : Snapshot();
}

TEST(Tongues, ACarThatSpeaksTwoIsReadInThePreferredOneAndSaysSo) {
    const auto car = sim::built_in_vehicle("both-2025").value();
    const auto classic = read(car, "elm327-2.3");
    ASSERT_EQ(classic.ecus.size(), 2U);
    EXPECT_EQ(classic.ecus[0].tongue, Tongue::j1979);
    EXPECT_EQ(classic.ecus[1].tongue, Tongue::j1979_2) << "the unit that speaks nothing else";
    EXPECT_TRUE(classic.complete);
    ReadingSettings prefers;
    prefers.prefers_j1979_2 = true;
    const auto uds = read(car, "stn2255", prefers);
    ASSERT_EQ(uds.ecus.size(), 2U);
    EXPECT_EQ(uds.tongues, std::set<Tongue>{Tongue::j1979_2});
    EXPECT_EQ(
        uds.notes.front(),
        "answers SAE J1979 and SAE J1979-2; what speaks both was read in SAE J1979-2"
    );
    // The same vehicle says the same in either.
    const auto& one = classic.ecus[0];
    const auto& two = uds.ecus[0].address == one.address ? uds.ecus[0] : uds.ecus[1];
    EXPECT_EQ(one.vin.value, two.vin.value);
    EXPECT_EQ(one.pending.value, two.pending.value);
    EXPECT_EQ(one.calids.value, two.calids.value);
    EXPECT_EQ(one.status.value->monitors, two.status.value->monitors);
    EXPECT_EQ(texts(two.whole_codes.at("pending")), "P0455-1F:24");
}

TEST(Tongues, ACarOf2027IsReadThroughEveryAdapterWithItsCodesWhole) {
    const auto car = sim::built_in_vehicle("uds-2027").value();
    for (const auto* adapter : {"elm327-2.3", "elm327-1.5-clone", "elm327-2.1-clone", "stn2255"}) {
        const auto snapshot = read(car, adapter);
        ASSERT_EQ(snapshot.ecus.size(), 3U) << adapter;
        EXPECT_TRUE(snapshot.complete);
        const auto& engine = snapshot.ecus[0];
        EXPECT_EQ(engine.vin.value, "1HGCR2F37VA112233") << adapter;
        EXPECT_EQ(texts(engine.whole_codes.at("stored")), "P0420-00:AF P0301-00:2F") << adapter;
        EXPECT_EQ(texts(engine.whole_codes.at("permanent")), "P0420-00:AF") << adapter;
        EXPECT_TRUE(engine.status.value->mil);
        for (const auto& ecu : snapshot.ecus) {
            EXPECT_EQ(ecu.cvns.value->size(), 1U) << adapter;
            EXPECT_TRUE(ecu.parameters.at(0x0C).value) << adapter;
        }
    }
}

TEST(Tongues, WaitsForUnitsThatAskForTimeAndTakesWhatRefusesSharedRequests) {
    auto car = sim::built_in_vehicle("uds-2027").value();
    car.ecus[0].delays["1942330C1E"] = {2, std::chrono::milliseconds(300)};
    for (auto& ecu : car.ecus) {  // one identifier a request
        ecu.negatives["22F420F440F460"] = 0x13;
        ecu.negatives["22F401F41CF451"] = 0x13;
        ecu.negatives["22F40CF40DF405"] = 0x31;
    }
    const auto snapshot = read(car, "elm327-2.3");
    ASSERT_EQ(snapshot.ecus.size(), 3U);
    EXPECT_EQ(texts(snapshot.ecus[0].whole_codes.at("stored")), "P0420-00:AF P0301-00:2F");
    EXPECT_TRUE(snapshot.ecus[0].status.value);
    EXPECT_TRUE(snapshot.ecus[0].parameters.at(0x0C).value);
    EXPECT_TRUE(snapshot.ecus[0].parameters.at(0x31).value);
}

TEST(Tongues, WithoutMonitorStatusTheLampIsWhatTheCodesAskFor) {
    auto car = sim::built_in_vehicle("uds-2027").value();
    for (auto& ecu : car.ecus) {
        ecu.parameters.erase(0x01);
    }
    const auto lit = to_json(read(car, "elm327-2.3"));
    EXPECT_EQ(lit.at("vehicle").at("mil"), true);
    for (auto& ecu : car.ecus) {
        for (auto& code : ecu.whole) {
            code.status = static_cast<std::uint8_t>(code.status & ~status_warning);
        }
    }
    EXPECT_EQ(to_json(read(car, "elm327-2.3")).at("vehicle").at("mil"), false);
}

// ---- J1939 --------------------------------------------------------------------------------------

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
