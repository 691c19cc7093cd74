// What units of SAE J1979-2 and ISO 27145 keep beside their codes, and reading all of it.
#include "obd/decode/signals.hpp"
#include "obd/decode/uds_records.hpp"
#include "obd/session/reading.hpp"
#include "obd/session/uds_survey.hpp"
#include "obd/snapshot/combined.hpp"
#include "obd/snapshot/json.hpp"
#include "obd/snapshot/meaning_uds.hpp"
#include "protocols/simulator/elm.hpp"
#include "tests/support/virtual_link.hpp"

#include <boost/json/serialize.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace obd {
namespace {

namespace json = boost::json;
namespace sim = protocols::simulator;
using protocols::Bytes;
using protocols::Fault;
using protocols::bus::Answer;
using protocols::bus::EcuAddress;

constexpr auto engine = EcuAddress::can11(0x7E8);

Bytes bytes(std::string_view hex) {
    std::string digits(hex);
    std::erase(digits, ' ');
    return *protocols::from_hex(digits);
}

/// `00: F40C=1A2C F40D=3C; F0: …`, or why not.
std::string frames_of(std::string_view hex) {
    const auto message = bytes(hex);
    const auto report = read_snapshot_report(message);
    if (report.has_error()) {
        return report.error().detail.substr(0, report.error().detail.find(':'));
    }
    std::string text;
    for (const auto& record : report.value().records) {
        text += (text.empty() ? "" : "; ") + protocols::to_hex(record.number) + ":";
        for (const auto& part : record.parts) {
            text += " " + std::to_string(part.id) + "=" + protocols::to_hex(part.data);
        }
    }
    return text;
}

TEST(UdsRecords, FreezeFramesFitTheirIdentifiersInOneWayOrAreRefused) {
    EXPECT_EQ(
        frames_of("5904 042000 AF 00 02 F40C1A2C F40D3C F0 01 F4057B"),
        "00: 62476=1A2C 62477=3C; F0: 62469=7B"
    );
    EXPECT_EQ(frames_of("5904 042000 AF"), "") << "none is kept with the code";
    // What is not known may have any length: only at the very end is it certain.
    EXPECT_EQ(frames_of("5904 042000 AF 00 02 F40D3C FD01 AABBCC"), "00: 62477=3C 64769=AABBCC");
    const std::string no_fit = "the frames do not fit their identifiers";
    EXPECT_EQ(frames_of("5904 042000 AF 00 02 FD01 AABBCC F40D3C"), no_fit);
    EXPECT_EQ(frames_of("5904 042000 AF 00"), no_fit);
    EXPECT_EQ(frames_of("5904 042000 AF 00 00"), no_fit);
    EXPECT_EQ(frames_of("5904 042000 AF 00 00 F0 01 F4057B"), no_fit) << "a frame of nothing";
    EXPECT_EQ(frames_of("5904 042000 AF 00 01 F40C1A"), no_fit);
    EXPECT_EQ(frames_of("5904 042000 AF 00 02 F40C1A2C"), no_fit);
    EXPECT_EQ(frames_of("5904 042000 AF 00 01 F40C1A2C00"), no_fit);
    for (const auto* other : {"5904 042000", "5906 042000 AF", "6204 042000 AF", ""}) {
        EXPECT_EQ(frames_of(other), "no report of freeze frames") << other;
    }
    // PID 98 has nine bytes or more: what follows decides, and where it cannot nothing is claimed.
    const auto lengths = identifier_lengths(0xF498);
    if (lengths.size() > 1) {
        std::string longest = "5904 042000 AF 00 01 F498";
        for (std::size_t i = 0; i < lengths.back(); ++i) {
            longest += "00";
        }
        EXPECT_NE(frames_of(longest), no_fit);
    }
}

TEST(UdsRecords, ExtendedDataStaysAsTheMakerWroteIt) {
    const auto message = bytes("5906 042000 AF 91 0B 92 1240");
    const auto report = read_extended_report(message).value();
    EXPECT_EQ(whole_code_text(report.code), "P0420-00");
    EXPECT_EQ(report.status, 0xAF);
    EXPECT_EQ(protocols::to_hex(report.records), "910B921240");
    EXPECT_TRUE(read_extended_report(bytes("5906 042000 AF")).value().records.empty());
    EXPECT_TRUE(read_extended_report(bytes("5906 042000")).has_error());
    EXPECT_TRUE(read_extended_report(bytes("5904 042000 AF")).has_error());
    EXPECT_EQ(protocols::to_hex(ask_of_code(0x04, 0x24631F, 0xFF)), "190424631FFF");
}

TEST(UdsRecords, SayWhatTheyMean) {
    const auto said = uds_meaning(bytes("5904 042000 AF 00 01 F40C1A2C"));
    const auto& frame = said.at("frames").at(0);
    EXPECT_EQ(said.at("code"), "P0420-00");
    EXPECT_EQ(said.at("status"), "AF");
    EXPECT_EQ(frame.at("number"), "00");
    const auto& speed = frame.at("identifiers").at(0).at("as_classic").at("parameters").at(0);
    EXPECT_EQ(speed.at("value"), 1675);
    EXPECT_EQ(uds_meaning(bytes("5906 042000 AF 910B")).at("records"), "910B");
    EXPECT_TRUE(uds_meaning(bytes("5904 042000 AF 00")).contains("error"));
    EXPECT_TRUE(uds_meaning(bytes("5906 0420")).contains("error"));
    EXPECT_TRUE(uds_meaning(bytes("59")).contains("error"));
    // A test result without the monitor in front of each.
    const auto tests = uds_meaning(bytes("62F601 010B0BB003E80FA0 020B012C00000FA0"));
    const auto& results = tests.at("identifiers").at(0).at("as_classic").at("results").as_array();
    ASSERT_EQ(results.size(), 2U);
    EXPECT_EQ(results[0].at("monitor"), "01");
    EXPECT_EQ(results[1].at("test"), "02");
    EXPECT_FALSE(uds_meaning(bytes("62F601 010B0BB003E80F"))
                     .at("identifiers")
                     .at(0)
                     .as_object()
                     .contains("as_classic"));
    EXPECT_EQ(
        uds_meaning(bytes("62F600 80000001"))
            .at("identifiers")
            .at(0)
            .at("as_classic")
            .at("supported")
            .as_array()
            .size(),
        2U
    );
}

TEST(UdsRecords, TheIndicatorOfWwhObdIsInItsBits) {
    const auto of = [](std::uint8_t pid, std::string_view hex) {
        std::string text;
        const auto data = bytes(hex);
        const auto signals = read_signals(*signals_row(pid), data).value();
        for (const auto& signal : signals) {
            text += signal.value ? std::to_string(static_cast<int>(*signal.value)) : "-";
            text += signal.meaning_en.empty() ? " " : "(" + std::string(signal.meaning_en) + ") ";
        }
        return text;
    };
    EXPECT_EQ(of(0x90, "0D0016"), "1(non-discriminatory) 3(continuous) 0(complete) 22 ");
    EXPECT_EQ(of(0x90, "460000"), "2(discriminatory) 1(on demand) 1(not complete) 0 ");
    EXPECT_EQ(of(0x91, "02 0102 0031"), "2(short) 258 49 ");
    EXPECT_EQ(of(0x91, "F0 0000 0000"), "0(off) 0 0 ") << "four bits are another's";
    EXPECT_EQ(of(0x93, "01 002A"), "42 ");
    EXPECT_EQ(of(0x93, "00 002A"), "- ") << "it says that it does not count";
}

// ---- Reading ------------------------------------------------------------------------------------

Snapshot read(
    const sim::Vehicle& vehicle, bool all = false, std::string_view adapter = "elm327-2.3"
) {
    sim::Elm elm(vehicle, *sim::find_dialect(adapter), 38400);
    ReadingSettings settings;
    settings.all = all;
    settings.total = std::chrono::seconds(900);
    Reading reading(settings);
    auto result = tests::VirtualLink(elm).run(reading);
    EXPECT_TRUE(result.has_value());
    return result.has_value() ? std::move(result.value()) : Snapshot();
}

sim::Vehicle built_in(std::string_view name) {
    return sim::built_in_vehicle(name).value();
}

TEST(UdsReading, AFreezeFrameIsThatOfTheFirstStoredCode) {
    auto car = built_in("uds-2027");
    const auto frame = *read(car).ecus[0].freeze_frame.value;
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->cause.text(), "P0420");
    EXPECT_EQ(frame->values.at(0x0C).value, 1675);
    EXPECT_EQ(frame->values.size(), 5U);
    // Two units that hold the same code are asked once.
    car.ecus[1].whole = {car.ecus[0].whole[0]};
    car.ecus[1].whole[0].frames[0x00][0xF40C] = {0x0F, 0xA0};
    const auto both = read(car);
    EXPECT_EQ((*both.ecus[1].freeze_frame.value)->values.at(0x0C).value, 1000);
    EXPECT_EQ((*both.ecus[0].freeze_frame.value)->values.at(0x0C).value, 1675);
    // It keeps none, refuses, or says what does not fit.
    car = built_in("uds-2027");
    car.ecus[0].whole[0].frames.clear();
    EXPECT_FALSE(*read(car).ecus[0].freeze_frame.value);
    car.ecus[0].negatives["1904042000FF"] = 0x22;
    EXPECT_EQ(read(car).ecus[0].freeze_frame.absence, Absence::negative);
    EXPECT_EQ(read(car).ecus[0].freeze_frame.code, 0x22);
    car.ecus[0].negatives.clear();
    car.ecus[0].whole[0].frames[0x00][0xF40C] = {0x0F};
    EXPECT_EQ(read(car).ecus[0].freeze_frame.absence, Absence::malformed);
    // No code, no question.
    EXPECT_EQ(read(car).ecus[2].freeze_frame.request, "");
}

TEST(UdsReading, WhoAnsweredAtFirstMustAnswerAndNobodyElseIsWaitedFor) {
    constexpr auto other = EcuAddress::can11(0x7EA);
    Plan plan(
        protocols::bus::Protocol::can11_500,
        {{{engine, bytes("62F81001")}, {other, bytes("62F81001")}}, {}, {}, {}, {}, false, {}},
        {false, {}, Tongue::j1979_2, {}}
    );
    const auto support = *plan.next();
    EXPECT_EQ(protocols::to_hex(support.data), "22F400");
    EXPECT_EQ(support.expected.size(), 2U);
    EXPECT_EQ(support.frames, 2);
    // One has no F401 and the other did not say what it has: both answer for codes.
    Answer told;
    told.messages = {{engine, bytes("62F40000180000")}};
    plan.take(told);
    for (auto request = plan.next(); request; request = plan.next()) {
        if (request->data[0] == 0x19 && request->data[1] == 0x42) {
            EXPECT_EQ(request->expected.size(), 2U);
            EXPECT_EQ(request->frames, std::nullopt) << "a mask no answer repeats";
            return;
        }
        plan.take({});
    }
    FAIL() << "codes were not asked for";
}

TEST(UdsReading, ABusOfWwhObdTellsItsLampByItsCodesAndTheirClass) {
    const auto bus = read(built_in("bus-2019"), true);
    ASSERT_EQ(bus.ecus.size(), 2U);
    EXPECT_EQ(bus.tongues, std::set<Tongue>{Tongue::j1979_2});
    EXPECT_EQ(combined_mil(bus), std::optional(true));
    EXPECT_EQ(bus.ecus[0].status.absence, Absence::unsupported);
    EXPECT_EQ(combined_readiness(bus, Monitor::catalyst), Readiness::unsupported);
    const auto codes = whole_codes_json(bus.ecus[0].whole_codes.at("stored"));
    ASSERT_EQ(codes.size(), 2U);
    EXPECT_EQ(codes[0].at("class"), "A");
    EXPECT_EQ(codes[1].at("class"), "B1");
    EXPECT_EQ(codes[1].at("code"), "P0401-1C");
    EXPECT_EQ(protocols::to_hex(bus.ecus[0].more.at("22F490").raw.at(0)), "62F4900D0016");
}

TEST(UdsReading, ASeriesThatNobodyKnowsEndsSoonAndOneThatIsKnownGoesOn) {
    Snapshot snapshot;
    snapshot.ecu(engine).tongue = Tongue::j1979_2;
    UdsSurvey survey(snapshot, {"1956"});
    std::vector<std::string> asked;
    for (auto request = survey.next(); request; request = survey.next()) {
        asked.push_back(protocols::to_hex(request->data));
        Answer answer;
        if (asked.back() == "191A91") {
            answer.messages.push_back({engine, bytes("591AFF91")});
        }
        survey.take(snapshot, answer);
    }
    EXPECT_EQ(asked.size(), 2U + 16U) << "an answer, and the rest is asked to the end";
    EXPECT_EQ(asked.back(), "191A9F");
    UdsSurvey silent(snapshot);
    asked.clear();
    for (auto request = silent.next(); request; request = silent.next()) {
        asked.push_back(protocols::to_hex(request->data));
        silent.take(snapshot, {});
    }
    const std::vector<std::string> records(asked.begin(), asked.begin() + 6);
    EXPECT_EQ(
        records,
        (std::vector<std::string>{"22F500", "22F600", "191A90", "191A91", "191A92", "19563301"})
    );
    EXPECT_EQ(asked.size(), 5U + 16U);
    EXPECT_EQ(asked.back(), "19563310");
}

TEST(UdsReading, WhatAUnitRefusesOrGarblesStandsAsThat) {
    auto car = built_in("uds-2027");
    car.ecus[0].negatives["22F404F406F407"] = 0x13;  // one identifier at a time
    car.ecus[0].negatives["22F410"] = 0x22;
    car.ecus[0].negatives["22F40BF40EF410"] = 0x13;
    car.ecus[0].negatives["1906042000FE"] = 0x31;
    car.ecus[0].whole[1].frames[0x00][0xF40C] = {0x01};
    const auto more = read(car, true).ecus[0].more;
    EXPECT_TRUE(more.at("22F404").value);
    EXPECT_TRUE(more.at("22F40B").value);
    EXPECT_EQ(more.at("22F410").absence, Absence::negative);
    EXPECT_EQ(more.at("22F410").code, 0x22);
    EXPECT_EQ(more.at("1906042000FE").absence, Absence::negative);
    EXPECT_EQ(more.at("1904030100FF").absence, Absence::malformed);
}

/// What was said, without what moves.
std::string said(const Snapshot& snapshot) {
    auto ecus = to_json(snapshot).at("ecus").as_array();
    for (auto& ecu : ecus) {
        ecu.as_object().erase("parameters");
        auto& more = ecu.as_object().at("more").as_object();
        for (const auto* moving :
             {"22F404", "22F406", "22F40B", "22F40E", "22F410", "22F411", "22F40F"}) {
            more.erase(moving);
        }
    }
    return json::serialize(ecus);
}

TEST(UdsReading, IsTheSameInPiecesOfAnySize) {
    for (const auto* name : {"uds-2027", "both-2025", "bus-2019"}) {
        const auto whole = said(read(built_in(name), true));
        for (const std::size_t size : {1U, 2U, 3U, 5U, 7U, 19U}) {
            sim::Elm elm(built_in(name), *sim::find_dialect("elm327-2.3"), 38400);
            ReadingSettings settings;
            settings.all = true;
            settings.total = std::chrono::seconds(900);
            Reading reading(settings);
            tests::VirtualLink link(elm);
            const auto result = link.chunk(size).run(reading);
            ASSERT_TRUE(result.has_value());
            EXPECT_TRUE(said(result.value()) == whole) << name << size;
        }
    }
}

TEST(UdsReading, ALinkThatIsCutAnywhereIsPluggedInAgainAndReadToTheEnd) {
    for (const auto* name : {"uds-2027", "both-2025", "bus-2019"}) {
        const auto whole = said(read(built_in(name)));
        int cuts = 0;
        for (int cut = 0;; ++cut) {
            sim::Elm elm(built_in(name), *sim::find_dialect("elm327-2.3"), 38400);
            Reading reading;
            tests::VirtualLink link(elm);
            auto result = link.cut_after(cut).run(reading);
            if (result.has_value()) {
                break;
            }
            ASSERT_EQ(result.error().fault, Fault::link_lost);
            result = link.cut_after(1 << 30).run(reading);
            ASSERT_TRUE(result.has_value()) << cut << result.error().detail;
            EXPECT_TRUE(said(result.value()) == whole) << name << cut;
            ++cuts;
        }
        EXPECT_GT(cuts, 100) << name;
    }
}

}  // namespace
}  // namespace obd
