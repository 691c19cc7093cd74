// Reading a vehicle over Ethernet.
#include "protocols/simulator/doip.hpp"
#include "obd/session/reading.hpp"
#include "obd/snapshot/json.hpp"
#include "tests/support/virtual_link.hpp"

#include <boost/json/serialize.hpp>

#include <gtest/gtest.h>

namespace obd {
namespace {

namespace json = boost::json;
namespace sim = protocols::simulator;
using protocols::Fault;
using protocols::bus::EcuAddress;

ReadingSettings settings(bool all) {
    ReadingSettings settings;
    settings.interface = Interface::doip;
    settings.all = all;
    settings.total = std::chrono::seconds(900);
    return settings;
}

/// What was said, without who said it and without what moves.
std::string said(const Snapshot& snapshot) {
    json::array all;
    const auto whole = to_json(snapshot);
    for (const auto& one : whole.at("ecus").as_array()) {
        auto ecu = one.as_object();
        ecu.erase("address");
        ecu.erase("parameters");
        auto& more = ecu.at("more").as_object();
        std::vector<std::string> moving;
        for (const auto& item : more) {
            if (item.key().starts_with("01") || item.key().starts_with("22F4")) {
                moving.emplace_back(item.key());
            }
        }
        for (const auto& key : moving) {
            more.erase(key);
        }
        all.emplace_back(std::move(ecu));
    }
    return json::serialize(all);
}

Snapshot over_ethernet(const sim::Vehicle& vehicle, bool all, sim::DoipQuirks quirks = {}) {
    Reading reading(settings(all));
    auto result = protocols::Result<Snapshot>(protocols::Failure{Fault::link_lost, ""});
    for (int connection = 0; connection < 3 && result.has_error(); ++connection) {
        sim::DoipEntity entity(vehicle, quirks);
        result = tests::VirtualLink(entity).run(reading);
    }
    EXPECT_TRUE(result.has_value());
    return result.has_value() ? std::move(result.value()) : Snapshot();
}

TEST(DoipReading, SaysTheSameAsThroughAnElm327OnCan) {
    for (const auto name : sim::vehicle_names()) {
        const auto vehicle = sim::built_in_vehicle(name).value();
        if (!protocols::bus::is_can(vehicle.protocol)) {
            continue;
        }
        for (const bool all : {false, true}) {
            sim::Elm elm(vehicle, *sim::find_dialect("elm327-2.3"), 38400);
            auto through_elm = settings(all);
            through_elm.interface = Interface::elm327;
            Reading reading(through_elm);
            const auto expected = tests::VirtualLink(elm).run(reading).value();
            const auto read = over_ethernet(vehicle, all);
            EXPECT_TRUE(said(read) == said(expected)) << name << all;
            EXPECT_EQ(read.tongues, expected.tongues) << name;
            EXPECT_TRUE(read.complete);
        }
    }
}

TEST(DoipReading, IsTheSameThroughEveryGateway) {
    const auto vehicle = sim::built_in_vehicle("both-2025").value();
    const auto expected = said(over_ethernet(vehicle, false));
    sim::DoipQuirks newer;
    newer.version = protocols::doip::version_2019;
    sim::DoipQuirks plain;
    plain.default_activation_only = true;
    sim::DoipQuirks checking;
    checking.alive_check_every = 1;
    sim::DoipQuirks confirmed;
    confirmed.confirmed_at_vehicle = true;
    for (const auto& quirks : {newer, plain, checking, confirmed}) {
        EXPECT_EQ(said(over_ethernet(vehicle, false, quirks)), expected);
    }
    sim::DoipQuirks alone;
    alone.no_functional_address = true;
    const auto one = over_ethernet(vehicle, false, alone);
    ASSERT_EQ(one.ecus.size(), 1U);
    EXPECT_EQ(one.ecus[0].address, EcuAddress::doip(0x1001));
}

TEST(DoipReading, IsReadInPiecesOfAnySize) {
    const auto vehicle = sim::built_in_vehicle("uds-2027").value();
    const auto whole = said(over_ethernet(vehicle, false));
    for (const std::size_t size : {1U, 2U, 3U, 7U, 11U, 40U}) {
        sim::DoipEntity entity(vehicle);
        Reading reading(settings(false));
        tests::VirtualLink link(entity);
        const auto result = link.chunk(size).run(reading);
        ASSERT_TRUE(result.has_value());
        EXPECT_EQ(said(result.value()), whole) << size;
    }
}

TEST(DoipReading, ALinkThatIsCutAnywhereIsPluggedInAgainAndReadToTheEnd) {
    for (const auto* name : {"uds-2027", "healthy-petrol"}) {
        const auto vehicle = sim::built_in_vehicle(name).value();
        const auto whole = said(over_ethernet(vehicle, true));
        int cuts = 0;
        for (int cut = 0;; ++cut) {
            sim::DoipEntity entity(vehicle);
            Reading reading(settings(true));
            auto result = tests::VirtualLink(entity).cut_after(cut).run(reading);
            if (result.has_value()) {
                break;
            }
            ASSERT_EQ(result.error().fault, Fault::link_lost);
            sim::DoipEntity again(vehicle);
            result = tests::VirtualLink(again).run(reading);
            ASSERT_TRUE(result.has_value()) << cut << result.error().detail;
            EXPECT_EQ(said(result.value()), whole) << name << cut;
            ++cuts;
        }
        EXPECT_GT(cuts, 50) << name;
    }
}

TEST(DoipReading, AUnitThatAsksForTimeIsWaitedForAndAnotherVehicleIsNotReadOn) {
    auto vehicle = sim::built_in_vehicle("uds-2027").value();
    vehicle.ecus[0].delays["1942330C1E"] = {2, std::chrono::milliseconds(3000)};
    const auto read = over_ethernet(vehicle, false);
    EXPECT_EQ(read.ecus[0].whole_codes.at("stored").size(), 2U);
    sim::DoipEntity entity(vehicle);
    Reading reading(settings(false));
    ASSERT_TRUE(tests::VirtualLink(entity).cut_after(60).run(reading).has_error());
    sim::DoipEntity other(sim::built_in_vehicle("bus-2019").value());
    EXPECT_EQ(tests::VirtualLink(other).run(reading).error().fault, Fault::vehicle_changed);
}

TEST(DoipReading, WhoeverIsNotLetInSaysWhy) {
    sim::DoipQuirks quirks;
    quirks.refuses = 0x03;
    sim::DoipEntity entity(sim::built_in_vehicle("uds-2027").value(), quirks);
    Reading reading(settings(false));
    const auto result = tests::VirtualLink(entity).run(reading);
    EXPECT_EQ(result.error().fault, Fault::gateway_refused);
    sim::DoipEntity silent(sim::built_in_vehicle("silent").value());
    Reading other(settings(false));
    const auto nothing = tests::VirtualLink(silent).run(other);
    ASSERT_TRUE(nothing.has_value());
    EXPECT_FALSE(nothing.value().connected);
    EXPECT_EQ(nothing.value().attempts, 3);
}

}  // namespace
}  // namespace obd
