// SAE J1979-2: bytes in, meaning out, against the corpus and by hand; and conversations.
#include "obd/decode/uds.hpp"
#include "obd/session/reading.hpp"
#include "obd/snapshot/json.hpp"
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

}  // namespace
}  // namespace obd
