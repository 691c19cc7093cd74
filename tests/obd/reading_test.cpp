#include "obd/session/reading.hpp"

#include "obd/snapshot/json.hpp"
#include "protocols/simulator/elm.hpp"
#include "tests/support/virtual_link.hpp"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

namespace obd {
namespace {

namespace sim = protocols::simulator;
using protocols::Fault;

constexpr std::uint32_t baud = 38400;

sim::Elm adapter(std::string_view vehicle, std::string_view dialect = "elm327-2.3") {
    return {sim::built_in_vehicle(vehicle).value(), *sim::find_dialect(dialect), baud};
}

Snapshot read(std::string_view vehicle, std::string_view dialect = "elm327-2.3") {
    auto elm = adapter(vehicle, dialect);
    Reading reading;
    auto result = tests::VirtualLink(elm).run(reading);
    EXPECT_TRUE(result.has_value()) << vehicle;
    return result.has_value() ? result.value() : Snapshot();
}

std::vector<std::string> texts(const std::vector<Dtc>& codes) {
    std::vector<std::string> list;
    for (const auto code : codes) {
        list.push_back(code.text());
    }
    return list;
}

/// What a vehicle said, without what depends on the adapter or on the moment of reading.
std::string meaning(const Snapshot& snapshot) {
    auto json = to_json(snapshot).as_object();
    json.erase("adapter");
    json.erase("notes");
    json.erase("attempts");
    json.erase("not_connected_why");
    json.erase("failed_attempts");
    for (auto& ecu : json["ecus"].as_array()) {
        ecu.as_object().erase("parameters");
    }
    return boost::json::serialize(json);
}

TEST(Reading, ReadsIdentityCodesAndMonitorsOfTwoControlUnits) {
    const auto snapshot = read("mil-on");
    ASSERT_TRUE(snapshot.connected);
    EXPECT_TRUE(snapshot.complete);
    EXPECT_EQ(snapshot.protocol, protocols::bus::Protocol::can11_500);
    ASSERT_EQ(snapshot.ecus.size(), 2U);
    const auto& engine = snapshot.ecus[0];
    EXPECT_EQ(engine.address.text(), "7E8");
    EXPECT_EQ(engine.vin.value.value_or(""), "1HGCR2F39DA112233");
    EXPECT_EQ(engine.name.value.value_or(""), "ECM-EngineControl");
    EXPECT_TRUE(engine.status.value->mil);
    EXPECT_EQ(engine.status.value->dtc_count, 2);
    EXPECT_EQ(engine.status.value->monitors.at(Monitor::evaporative), Readiness::incomplete);
    EXPECT_EQ(texts(*engine.stored.value), (std::vector<std::string>{"P0420", "P0301"}));
    EXPECT_EQ(texts(*engine.permanent.value), std::vector<std::string>{"P0420"});
    ASSERT_TRUE(*engine.freeze_frame.value);
    EXPECT_EQ((*engine.freeze_frame.value)->cause.text(), "P0420");
    EXPECT_DOUBLE_EQ((*engine.freeze_frame.value)->values.at(0x0C).value, 2700);
    EXPECT_EQ(engine.cvns.value->front(), "1A2B00F4");
    const auto& transmission = snapshot.ecus[1];
    EXPECT_EQ(texts(*transmission.pending.value), std::vector<std::string>{"P0741"});
    EXPECT_EQ(transmission.vin.absence, Absence::unsupported);
    EXPECT_FALSE(transmission.vin.value.has_value());
}

TEST(Reading, ReadsEveryBuiltInVehicleOnItsOwnBus) {
    for (const auto name : sim::vehicle_names()) {
        const auto vehicle = sim::built_in_vehicle(name).value();
        auto snapshot = read(name);
        EXPECT_EQ(snapshot.connected, !vehicle.ecus.empty()) << name;
        EXPECT_EQ(snapshot.protocol, vehicle.protocol) << name;
        ASSERT_EQ(snapshot.ecus.size(), vehicle.ecus.size()) << name;
        for (std::size_t i = 0; i < vehicle.ecus.size(); ++i) {
            const auto& truth = vehicle.ecus[i];
            if (!truth.groups.empty()) {
                continue;  // SAE J1939: heavy_test
            }
            const auto& ecu = snapshot.ecu(truth.address);
            ASSERT_TRUE(ecu.stored.value) << name << " " << truth.address.text();
            EXPECT_EQ(ecu.stored.value->size(), truth.stored.size()) << name;
            EXPECT_EQ(ecu.vin.value.has_value(), truth.infotypes.contains(0x02)) << name;
            EXPECT_EQ(ecu.cvns.value.has_value(), truth.infotypes.contains(0x06)) << name;
        }
        const bool two_tongues = snapshot.notes.size() == 1 &&
                                 snapshot.notes.front().starts_with("answers SAE J1979 and");
        EXPECT_TRUE(snapshot.notes.empty() || (two_tongues && name == "both-2025"))
            << name << ": " << snapshot.notes.front();
    }
}

TEST(Reading, SaysTheSameThroughEveryAdapter) {
    for (const auto name : sim::vehicle_names()) {
        const auto expected = meaning(read(name, "elm327-2.3"));
        EXPECT_EQ(meaning(read(name, "elm327-1.5-clone")), expected) << name;
        EXPECT_EQ(meaning(read(name, "stn2255")), expected) << name;
    }
}

TEST(Reading, AsksUnitsOneByOneWhereAnAdapterLosesTheirFlowControl) {
    for (const auto name : sim::vehicle_names()) {
        // Longer than this adapter can carry at all, or on a bus it does not have.
        if (name == "adapter-bench" || name == "truck-2018") {
            continue;
        }
        EXPECT_EQ(meaning(read(name, "elm327-2.1-clone")), meaning(read(name))) << name;
    }
    const auto bench = read("adapter-bench", "elm327-2.1-clone");
    ASSERT_EQ(bench.ecus.size(), 3U);
    EXPECT_EQ(bench.ecus[0].calids.absence, Absence::malformed);
    EXPECT_TRUE(bench.ecus[0].vin.value);
    EXPECT_EQ(bench.ecus[1].calids.value->size(), 2U);
    EXPECT_EQ(bench.ecus[2].cvns.value->size(), 1U);
}

TEST(Reading, CallsASilentVehicleNotConnectedAfterAllAttempts) {
    const auto snapshot = read("silent");
    EXPECT_FALSE(snapshot.connected);
    EXPECT_EQ(snapshot.attempts, 3);
    EXPECT_TRUE(snapshot.ecus.empty());
    EXPECT_NE(snapshot.not_connected_why.find("ISO 9141-2: no bus"), std::string::npos);
}

TEST(Reading, NamesTheCauseOfEveryAttemptThatFailed) {
    const auto snapshot = read("silent");
    ASSERT_EQ(snapshot.failed_attempts.size(), 3U);
    for (const auto& why : snapshot.failed_attempts) {
        EXPECT_FALSE(why.empty());
    }
    EXPECT_EQ(snapshot.failed_attempts.back(), snapshot.not_connected_why);
    EXPECT_TRUE(read("healthy-petrol").failed_attempts.empty());
}

TEST(Reading, AsksForTheEngineSpeedOnceMoreAtTheEndWhereThatIsWanted) {
    for (const auto* vehicle : {"mil-on", "iso9141-2003", "j1850-vpw-2001", "can29"}) {
        for (const bool wanted : {true, false}) {
            auto elm = adapter(vehicle);
            ReadingSettings settings;
            settings.engine_at_end = wanted;
            Reading reading(settings);
            tests::VirtualLink link(elm);
            const auto snapshot = link.run(reading);
            ASSERT_TRUE(snapshot.has_value()) << vehicle;
            EXPECT_TRUE(snapshot.value().complete);
            const auto& engine = snapshot.value().ecus[0];
            EXPECT_EQ(engine.speed_at_end.value.has_value(), wanted) << vehicle;
            if (!wanted) {
                continue;
            }
            EXPECT_GT(engine.speed_at_end.value->value, 0) << vehicle;
            EXPECT_EQ(engine.speed_at_end.request, "010C") << vehicle;
            std::string last;
            for (const auto& entry : link.transcript().entries) {
                const bool command = entry.kind == protocols::transcript::Entry::Kind::tx;
                last = command && entry.bytes.starts_with("01") ? entry.bytes : last;
            }
            EXPECT_TRUE(last.starts_with("010C")) << vehicle << " " << last;
            ReadingSettings again;
            again = settings_from_text(to_text(settings)).value();
            EXPECT_TRUE(again.engine_at_end);
        }
    }
}

TEST(Reading, MakesNoRequestThatIsLeftOut) {
    for (const auto* vehicle : {"mil-on", "iso9141-2003"}) {
        for (const bool all : {false, true}) {
            auto elm = adapter(vehicle);
            ReadingSettings settings;
            settings.left_out = {"0105", "0906", "07"};
            settings.all = all;
            settings.total = std::chrono::seconds(900);
            Reading reading(settings);
            tests::VirtualLink link(elm);
            const auto read = link.run(reading);
            ASSERT_TRUE(read.has_value()) << vehicle;
            EXPECT_TRUE(read.value().complete);
            const auto& engine = read.value().ecus[0];
            EXPECT_EQ(engine.pending.absence, Absence::not_asked);
            EXPECT_FALSE(engine.pending.value);
            EXPECT_EQ(engine.cvns.absence, Absence::not_asked);
            EXPECT_EQ(engine.parameters.at(0x05).absence, Absence::not_asked);
            EXPECT_TRUE(engine.stored.value) << vehicle;
            EXPECT_TRUE(engine.parameters.at(0x0C).value) << vehicle;
            for (const auto& entry : link.transcript().entries) {
                const bool command = entry.kind == protocols::transcript::Entry::Kind::tx;
                if (!command || entry.bytes.starts_with("AT")) {
                    continue;
                }
                EXPECT_FALSE(entry.bytes.starts_with("07")) << entry.bytes;
                EXPECT_FALSE(entry.bytes.starts_with("0906")) << entry.bytes;
                const bool pids = entry.bytes.starts_with("01");
                for (std::size_t at = 2; pids && at + 1 < entry.bytes.size(); at += 2) {
                    EXPECT_NE(entry.bytes.substr(at, 2), "05") << entry.bytes;
                }
            }
            EXPECT_EQ(settings_from_text(to_text(settings)).value().left_out, settings.left_out);
        }
    }
}

TEST(Reading, WaitsOutResponsePendingForTheVerificationNumber) {
    const auto snapshot = read("diesel");
    ASSERT_TRUE(snapshot.ecus.at(0).cvns.value);
    EXPECT_EQ(*snapshot.ecus[0].cvns.value, (std::vector<std::string>{"0012340B", "8C71D2E0"}));
}

TEST(Reading, SaysTheSameWhenItsAnswersComeInPieces) {
    const auto expected = meaning(read("mil-on"));
    for (const std::size_t bytes : {1U, 2U, 3U, 7U, 13U}) {
        auto elm = adapter("mil-on");
        Reading reading;
        auto result = tests::VirtualLink(elm).chunk(bytes).run(reading);
        ASSERT_TRUE(result.has_value());
        EXPECT_EQ(meaning(result.value()), expected) << bytes << " bytes at a time";
    }
}

TEST(Reading, ReportsTheLostLinkWhereverItIsCut) {
    for (int events = 0; events < 400; events += 3) {
        auto elm = adapter("healthy-petrol");
        Reading reading;
        auto result = tests::VirtualLink(elm).cut_after(events).run(reading);
        if (result.has_value()) {
            EXPECT_GT(events, 100);
            return;
        }
        EXPECT_EQ(result.error().fault, Fault::link_lost) << "after " << events << " events";
    }
}

TEST(Reading, IsRepeatedExactlyByItsTranscript) {
    for (const auto name : sim::vehicle_names()) {
        auto elm = adapter(name);
        Reading reading;
        tests::VirtualLink link(elm);
        const auto live = link.run(reading);
        ASSERT_TRUE(live.has_value());
        const auto text = protocols::transcript::to_text(link.transcript());
        const auto transcript = protocols::transcript::transcript_from_text(text);
        ASSERT_TRUE(transcript.has_value()) << transcript.error().detail;
        protocols::transcript::Replayer replayer(transcript.value());
        ASSERT_TRUE(replayer.next_conversation());
        Reading again;
        const auto replayed = replayer.run(again);
        ASSERT_TRUE(replayed.has_value()) << name << ": " << replayed.error().detail;
        EXPECT_EQ(
            boost::json::serialize(to_json(replayed.value())),
            boost::json::serialize(to_json(live.value()))
        ) << name;
    }
}

TEST(Reading, GoesOnWhereverTheLinkWasCut) {
    const auto whole = meaning(read("mil-on"));
    int cuts = 0;
    for (int cut = 0;; ++cut) {
        Reading reading;
        auto before = adapter("mil-on");
        auto result = tests::VirtualLink(before).cut_after(cut).run(reading);
        if (result.has_value()) {
            break;
        }
        ++cuts;
        ASSERT_EQ(result.error().fault, Fault::link_lost) << cut;
        auto after = adapter("mil-on");
        result = tests::VirtualLink(after).run(reading);
        ASSERT_TRUE(result.has_value()) << cut;
        EXPECT_EQ(meaning(result.value()), whole) << cut;
    }
    EXPECT_GT(cuts, 100);
}

ReadingSettings knowing(const sim::Dialect& dialect) {
    ReadingSettings settings;
    settings.baud = baud;
    settings.known = {
        .banner = std::string(dialect.banner),
        .stn = std::string(dialect.stn),
        .baud = dialect.baud_max,
        .counting = dialect.counting,
        .interrupts = true,
        .counting_stpx = dialect.counting_stpx,
        .batches = dialect.batches};
    return settings;
}

TEST(Reading, SeveralRequestsInALineSaveRoundTripsAndChangeNothingThatIsSaid) {
    const auto& stn = *sim::find_dialect("stn2255");
    for (const auto name : sim::vehicle_names()) {
        const auto expected = meaning(read(name));
        std::map<bool, std::size_t> round_trips;
        for (const bool together : {false, true}) {
            sim::Elm elm(sim::built_in_vehicle(name).value(), stn, baud);
            elm.host_baud(baud);
            auto settings = knowing(stn);
            settings.known.batches = together;
            tests::VirtualLink link(elm);
            Reading reading(settings);
            const auto result = link.run(reading);
            ASSERT_TRUE(result.has_value()) << name;
            EXPECT_EQ(meaning(result.value()), expected) << name;
            round_trips[together] = link.sent().size();
        }
        if (name == "healthy-petrol" || name == "hybrid") {
            EXPECT_LE(round_trips[true] + 6, round_trips[false]) << name;
        }
    }
}

TEST(Reading, ALineOfSeveralRequestsThatIsNotTakenOrNotWholeIsAskedOneByOne) {
    const auto expected = meaning(read("hybrid"));
    const auto& stn = *sim::find_dialect("stn2255");
    for (const int frames_lost_after : {1, 2, 3, 5, 8}) {
        auto dialect = stn;
        dialect.frames_max = frames_lost_after;  // of each request
        sim::Elm elm(sim::built_in_vehicle("hybrid").value(), dialect, baud);
        elm.host_baud(baud);
        Reading reading(knowing(dialect));
        const auto result = tests::VirtualLink(elm).run(reading);
        ASSERT_TRUE(result.has_value());
        for (const auto& ecu : result.value().ecus) {  // what did not arrive is not made up
            EXPECT_TRUE(!ecu.vin.value || *ecu.vin.value == "JTDKN3DU5F1923456")
                << frames_lost_after;
        }
    }
    auto old = stn;
    old.batches = false;  // firmware that does not know STBC
    sim::Elm elm(sim::built_in_vehicle("hybrid").value(), old, baud);
    elm.host_baud(baud);
    Reading reading(knowing(stn));
    const auto result = tests::VirtualLink(elm).run(reading);
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(meaning(result.value()), expected);
}

TEST(Reading, WhatDoesNotFitIntoTheAdapterIsAskedUnitByUnit) {
    auto dialect = *sim::find_dialect("elm327-2.3");
    dialect.buffer_frames = 8;
    sim::Elm elm(sim::built_in_vehicle("hybrid").value(), dialect, baud);
    tests::VirtualLink link(elm);
    Reading reading;
    const auto result = link.run(reading);
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(meaning(result.value()), meaning(read("hybrid")));
    EXPECT_GT(std::ranges::count(link.sent(), "ATSH7E0\r"), 0);
}

TEST(Reading, AFasterRateAndWhatTheDigitMeansChangeNothingThatIsSaid) {
    for (const auto name : sim::vehicle_names()) {
        const auto expected = meaning(read(name));
        for (const auto adapter_name : {"elm327-2.3", "elm327-1.5-clone", "stn2255"}) {
            for (const auto counting : {0, 1, 2, 3}) {
                auto dialect = *sim::find_dialect(adapter_name);
                dialect.counting = static_cast<protocols::elm327::Counting>(counting);
                for (const auto believed : {1, 2, 3}) {
                    auto settings = knowing(dialect);
                    settings.known.counting = static_cast<protocols::elm327::Counting>(believed);
                    sim::Elm elm(sim::built_in_vehicle(name).value(), dialect, baud);
                    elm.host_baud(baud);
                    Reading reading(settings);
                    const auto result = tests::VirtualLink(elm).run(reading);
                    ASSERT_TRUE(result.has_value()) << name << " " << adapter_name;
                    EXPECT_EQ(meaning(result.value()), expected)
                        << name << " " << adapter_name << " " << counting << " " << believed;
                }
            }
        }
    }
}

TEST(Reading, GivesAFasterRateBackWhenItHasEnded) {
    const auto& dialect = *sim::find_dialect("stn2255");
    sim::Elm elm(sim::built_in_vehicle("mil-on").value(), dialect, baud);
    elm.host_baud(baud);
    tests::VirtualLink link(elm);
    Reading reading(knowing(dialect));
    ASSERT_TRUE(link.run(reading).has_value());
    EXPECT_EQ(link.sent().back(), "ATZ\r");
    elm.host_baud(baud);  // the next program
    protocols::elm327::Connect connect({.baud = baud});
    const auto connected = link.run(connect);
    ASSERT_TRUE(connected.has_value());
    EXPECT_EQ(connected.value().baud, baud);
    EXPECT_TRUE(std::ranges::count(link.sent(), "STBR 2000000\r") == 1);
}

TEST(Reading, GoesOnWhereverTheLinkWasCutAtAFasterRate) {
    const auto whole = meaning(read("mil-on"));
    const auto& dialect = *sim::find_dialect("elm327-2.3");
    int cuts = 0;
    for (int cut = 0; cut < 400; cut += 3) {
        sim::Elm elm(sim::built_in_vehicle("mil-on").value(), dialect, baud);
        tests::VirtualLink link(elm);
        elm.host_baud(baud);
        Reading reading(knowing(dialect));
        auto result = link.cut_after(cut).run(reading);
        if (result.has_value()) {
            break;
        }
        ++cuts;
        // The cable to the computer only: the adapter has power and stays at its rate.
        elm.host_baud(baud);
        result = link.cut_after(1 << 30).run(reading);
        ASSERT_TRUE(result.has_value()) << cut << " " << result.error().detail;
        EXPECT_EQ(meaning(result.value()), whole) << cut;
    }
    EXPECT_GT(cuts, 30);
}

TEST(Reading, ItsSettingsSurviveBeingWrittenDown) {
    auto settings = knowing(*sim::find_dialect("stn2255"));
    settings.first = protocols::bus::Protocol::kwp_fast;
    settings.total = std::chrono::seconds(77);
    settings.known.interrupts = false;
    const auto again = settings_from_text(to_text(settings));
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(to_text(again.value()), to_text(settings));
    EXPECT_EQ(to_text(settings_from_text("{}").value()), to_text(ReadingSettings()));
    for (const auto* bad :
         {"", "[]", "{\"first\":\"morse\"}", "{\"baud\":\"fast\"}",
          "{\"known\":{\"counting\":\"sheep\"}}"}) {
        const auto refused = settings_from_text(bad);
        ASSERT_TRUE(refused.has_error()) << bad;
        EXPECT_EQ(refused.error().fault, Fault::malformed);
    }
}

TEST(Reading, DoesNotGoOnWithAnotherVehicle) {
    // The same support bitmaps, another VIN.
    auto other = sim::built_in_vehicle("healthy-petrol").value();
    auto& vin = other.ecus.at(0).infotypes.at(0x02).at(0);
    vin.back() = static_cast<std::uint8_t>(vin.back() ^ 1);
    for (const int cut : {70, 80, 90}) {
        Reading reading;
        auto before = adapter("healthy-petrol");
        ASSERT_TRUE(tests::VirtualLink(before).cut_after(cut).run(reading).has_error()) << cut;
        ASSERT_TRUE(reading.snapshot().ecus.at(0).vin.value) << cut;
        sim::Elm after(other, *sim::find_dialect("elm327-2.3"), baud);
        const auto result = tests::VirtualLink(after).run(reading);
        ASSERT_TRUE(result.has_error()) << cut;
        EXPECT_EQ(result.error().fault, Fault::vehicle_changed) << cut;
    }
}

TEST(Reading, AsksAFreezeFrameForNothingItDoesNotHold) {
    auto elm = adapter("kwp-fast-2005");
    Reading reading;
    tests::VirtualLink link(elm);
    const auto result = link.run(reading);
    ASSERT_TRUE(result.has_value());
    const auto& frame = *result.value().ecus.at(0).freeze_frame.value;
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->cause.text(), "P0133");
    EXPECT_EQ(frame->values.size(), 1U);
    const auto asked = [commands = link.sent()](std::string_view start) {
        return std::ranges::any_of(commands, [&](const std::string& command) {
            return command.starts_with(start);
        });
    };
    EXPECT_TRUE(asked("020C00"));
    EXPECT_FALSE(asked("020500"));
}

TEST(Reading, RefusesATranscriptOfAnotherConversation) {
    auto elm = adapter("healthy-petrol");
    Reading reading;
    tests::VirtualLink link(elm);
    ASSERT_TRUE(link.run(reading).has_value());
    auto transcript = link.transcript();
    transcript.entries[1].bytes = "ATD\r";
    protocols::transcript::Replayer replayer(transcript);
    ASSERT_TRUE(replayer.next_conversation());
    Reading again;
    const auto replayed = replayer.run(again);
    ASSERT_TRUE(replayed.has_error());
    EXPECT_EQ(replayed.error().fault, Fault::replay_diverged);
}

}  // namespace
}  // namespace obd
