// The same reading through a J2534 device.
#include "protocols/simulator/passthru.hpp"
#include "obd/session/reading.hpp"
#include "obd/snapshot/json.hpp"
#include "tests/support/virtual_link.hpp"

#include <boost/json/serialize.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace obd {
namespace {

namespace sim = protocols::simulator;
namespace api = protocols::passthru::api;
using protocols::Fault;

ReadingSettings j2534() {
    ReadingSettings settings;
    settings.interface = Interface::j2534;
    return settings;
}

sim::PassThruWorker device(std::string_view vehicle, sim::PassThruQuirks quirks = {}) {
    return sim::PassThruWorker(sim::PassThru(sim::built_in_vehicle(vehicle).value(), quirks));
}

Snapshot through_device(std::string_view vehicle, sim::PassThruQuirks quirks = {}) {
    auto worker = device(vehicle, quirks);
    Reading reading(j2534());
    auto result = tests::VirtualLink(worker).run(reading);
    EXPECT_TRUE(result.has_value()) << vehicle << " " << result.error().detail;
    return result.has_value() ? std::move(result.value()) : Snapshot();
}

Snapshot through_elm(std::string_view vehicle) {
    sim::Elm elm(sim::built_in_vehicle(vehicle).value(), *sim::find_dialect("elm327-2.3"), 38400);
    Reading reading;
    return tests::VirtualLink(elm).run(reading).value();
}

/// What a vehicle said, without the adapter, and without what moves.
std::string meaning(const Snapshot& snapshot) {
    auto json = to_json(snapshot).as_object();
    for (const auto* key :
         {"adapter", "notes", "attempts", "not_connected_why", "failed_attempts", "findings"}) {
        json.erase(key);
    }
    for (auto& ecu : json["ecus"].as_array()) {
        ecu.as_object().erase("parameters");
    }
    return boost::json::serialize(json);
}

TEST(PassThruReading, SaysTheSameAsThroughAnElm327) {
    for (const auto name : sim::vehicle_names()) {
        EXPECT_EQ(meaning(through_device(name)), meaning(through_elm(name))) << name;
    }
}

TEST(PassThruReading, SurvivesHowRealDevicesDeviate) {
    const auto expected = meaning(through_device("hybrid"));
    for (const auto nothing : {api::buffer_empty, api::timeout, api::noerror}) {
        for (const bool indications : {false, true}) {
            sim::PassThruQuirks quirks;
            quirks.nothing = nothing;
            quirks.tx_indications = indications;
            quirks.start_indications = !indications;
            EXPECT_EQ(meaning(through_device("hybrid", quirks)), expected) << nothing;
        }
    }
    sim::PassThruQuirks quirks;
    quirks.no_j1850 = true;
    const auto without = through_device("j1850-vpw-2001", quirks);
    EXPECT_FALSE(without.connected);
    EXPECT_NE(without.not_connected_why.find("VPW"), std::string::npos);
    EXPECT_NE(without.not_connected_why.find("not offered"), std::string::npos);
}

TEST(PassThruReading, DoesTheTransportItselfWhereADeviceOffersFramesOnly) {
    sim::PassThruQuirks quirks;
    quirks.no_iso15765 = true;
    for (const auto name : sim::vehicle_names()) {
        const auto vehicle = sim::built_in_vehicle(name).value();
        if (protocols::bus::is_can(vehicle.protocol)) {
            EXPECT_EQ(meaning(through_device(name, quirks)), meaning(through_elm(name))) << name;
        }
    }
}

/// Reads with a device that fails at one call, every call in turn, and goes on with another.
void goes_on_after(int sim::PassThruQuirks::*failing, std::string_view vehicle) {
    const auto whole = meaning(through_device(vehicle));
    int failures = 0;
    for (int calls = 1;; ++calls) {
        sim::PassThruQuirks quirks;
        quirks.*failing = calls;
        auto worker = device(vehicle, quirks);
        Reading reading(j2534());
        auto result = tests::VirtualLink(worker).run(reading);
        if (result.has_value()) {
            break;
        }
        ++failures;
        ASSERT_EQ(result.error().fault, Fault::link_lost) << calls;
        auto again = device(vehicle);  // a new worker
        result = tests::VirtualLink(again).run(reading);
        ASSERT_TRUE(result.has_value()) << calls << " " << result.error().detail;
        EXPECT_EQ(meaning(result.value()), whole) << calls;
    }
    EXPECT_GT(failures, 20);
}

TEST(PassThruReading, GoesOnWhereTheDeviceWasPulledOut) {
    for (const auto* const vehicle : {"eight-units", "can29", "iso9141-2003", "j1850-pwm-1999"}) {
        goes_on_after(&sim::PassThruQuirks::gone_after_calls, vehicle);
    }
}

TEST(PassThruReading, GoesOnWhereverTheLibraryHung) {
    for (const auto* const vehicle : {"eight-units", "can29", "kwp-slow-2003", "j1850-pwm-1999"}) {
        goes_on_after(&sim::PassThruQuirks::hangs_at_call, vehicle);
    }
}

/// What every unit said, in the order of their addresses.
std::string sorted_meaning(Snapshot snapshot) {
    std::ranges::sort(snapshot.ecus, {}, [](const Ecu& ecu) { return ecu.address.text(); });
    return meaning(snapshot);
}

TEST(PassThruReading, OverlooksNobodyWhenAMessageIsLostOrBrokenOrABufferOverflows) {
    const auto whole = sorted_meaning(through_device("mil-on"));
    for (auto sim::PassThruQuirks::*failing :
         {&sim::PassThruQuirks::breaks_message, &sim::PassThruQuirks::loses_message,
          &sim::PassThruQuirks::overflows_at_read}) {
        for (int message = 1; message < 60; ++message) {
            sim::PassThruQuirks quirks;
            quirks.*failing = message;
            const auto read = through_device("mil-on", quirks);
            EXPECT_EQ(sorted_meaning(read), whole) << message;
            EXPECT_EQ(read.attempts, 1) << message;  // the bus was not taken for another
        }
    }
}

/// A unit that speaks now and then and never says what it supports costs one question, no more.
TEST(PassThruReading, GoesOnWhenSomebodySpeaksWhoSupportsNothing) {
    auto vehicle = sim::built_in_vehicle("mil-on").value();
    auto stranger = vehicle.ecus.back();
    stranger.address = protocols::bus::EcuAddress::can11(0x7EA);
    stranger.parameters.clear();
    stranger.infotypes.clear();
    vehicle.ecus.push_back(stranger);
    sim::PassThruWorker worker{sim::PassThru(vehicle)};
    Reading reading(j2534());
    auto result = tests::VirtualLink(worker).run(reading);
    ASSERT_TRUE(result.has_value());
    EXPECT_TRUE(result.value().complete);
    const auto whole = through_device("mil-on");
    ASSERT_EQ(result.value().ecus.size(), 3U);
    EXPECT_EQ(result.value().ecus[0].stored.value, whole.ecus[0].stored.value);
    EXPECT_EQ(result.value().ecus[2].address, stranger.address);
    EXPECT_TRUE(std::ranges::none_of(result.value().notes, [](const std::string& note) {
        return note.find("from the beginning") != note.npos;
    }));
}

TEST(PassThruReading, GoesOnWhereverTheWorkerDied) {
    const auto whole = meaning(through_device("mil-on"));
    int cuts = 0;
    for (int cut = 0;; ++cut) {
        auto worker = device("mil-on");
        tests::VirtualLink link(worker);
        Reading reading(j2534());
        auto result = link.cut_after(cut).run(reading);
        if (result.has_value()) {
            break;
        }
        ++cuts;
        auto again = device("mil-on");
        result = tests::VirtualLink(again).run(reading);
        ASSERT_TRUE(result.has_value()) << cut << " " << result.error().detail;
        EXPECT_EQ(meaning(result.value()), whole) << cut;
    }
    EXPECT_GT(cuts, 20);
}

TEST(PassThruReading, SaysTheSameWhenReturnsComeInPieces) {
    const auto whole = meaning(through_device("can29"));
    for (const std::size_t bytes : {1U, 2U, 3U, 7U, 64U}) {
        auto worker = device("can29");
        tests::VirtualLink link(worker);
        Reading reading(j2534());
        const auto result = link.chunk(bytes).run(reading);
        ASSERT_TRUE(result.has_value()) << bytes;
        EXPECT_EQ(meaning(result.value()), whole) << bytes;
    }
}

/// Legacy lists of codes have no length: their last message has room left, or nothing follows.
TEST(PassThruReading, ReadsAllCodesOfALegacyBusAndWaitsNoLongerThanItMust) {
    for (const auto* const name : {"j1850-vpw-2001", "iso9141-2003", "kwp-fast-2005"}) {
        for (std::uint16_t stored = 0; stored <= 7; ++stored) {
            for (std::uint16_t pending = 0; pending <= 7; ++pending) {
                auto vehicle = sim::built_in_vehicle(name).value();
                auto& ecu = vehicle.ecus.front();
                ecu.says_no_codes = pending % 2 == 0;
                ecu.stored.clear();
                ecu.pending.clear();
                for (std::uint16_t i = 0; i < stored; ++i) {
                    ecu.stored.push_back(static_cast<std::uint16_t>(0x0300 + i));
                }
                for (std::uint16_t i = 0; i < pending; ++i) {
                    ecu.pending.push_back(static_cast<std::uint16_t>(0x0171 + i));
                }
                auto& status = ecu.parameters.at(0x01).fixed;
                status[0] = static_cast<std::uint8_t>((status[0] & 0x80) | stored);
                sim::PassThruWorker worker{sim::PassThru(vehicle)};
                sim::Elm elm(vehicle, *sim::find_dialect("elm327-2.3"), 38400);
                Reading through_device(j2534());
                Reading through_elm;
                for (const auto& result :
                     {tests::VirtualLink(worker).run(through_device),
                      tests::VirtualLink(elm).run(through_elm)}) {
                    ASSERT_TRUE(result.has_value()) << name << stored << pending;
                    const auto& read = result.value().ecus.at(0);
                    if (ecu.says_no_codes || stored > 0) {
                        ASSERT_TRUE(read.stored.value) << name << stored << pending;
                        EXPECT_EQ(read.stored.value->size(), stored) << name << pending;
                    }
                    if (ecu.says_no_codes || pending > 0) {
                        ASSERT_TRUE(read.pending.value) << name << stored << pending;
                        EXPECT_EQ(read.pending.value->size(), pending) << name << stored;
                    }
                }
            }
        }
    }
}

TEST(PassThruReading, IsRepeatedExactlyByItsTranscript) {
    for (const auto* const name : {"can29", "iso9141-2003", "kwp-slow-2003"}) {
        auto worker = device(name);
        tests::VirtualLink link(worker);
        Reading reading(j2534());
        const auto result = link.run(reading);
        ASSERT_TRUE(result.has_value()) << name;
        Reading again(j2534());
        protocols::transcript::Replayer replayer(link.transcript());
        ASSERT_TRUE(replayer.next_conversation());
        static_cast<void>(replayer.run(again));
        EXPECT_EQ(
            boost::json::serialize(to_json(again.snapshot())),
            boost::json::serialize(to_json(reading.snapshot()))
        ) << name;
    }
}

TEST(PassThruReading, ReadsEverything) {
    for (const auto* const name : {"plug-in-hybrid", "j1850-vpw-2001", "diesel", "iso9141-2003"}) {
        auto settings = j2534();
        settings.all = true;
        settings.total = std::chrono::seconds(900);
        auto worker = device(name);
        Reading reading(settings);
        const auto result = tests::VirtualLink(worker).run(reading);
        ASSERT_TRUE(result.has_value()) << name;
        EXPECT_TRUE(result.value().complete) << name;
        EXPECT_GT(result.value().ecus.at(0).more.size(), 5U) << name;
        for (const auto& [request, item] : result.value().ecus.at(0).more) {
            EXPECT_TRUE(item.value) << name << " " << request;
        }
    }
}

}  // namespace
}  // namespace obd
