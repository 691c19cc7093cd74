// What in a reading does not fit together. Every rule is broken once, and only then reported.
#include "obd/snapshot/findings.hpp"
#include "obd/snapshot/combined.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>

namespace obd {
namespace {

using protocols::bus::EcuAddress;
using protocols::bus::Protocol;

template <class T>
void set(Item<T>& item, T value) {
    item.value = std::move(value);
}
template <class T>
void lack(Item<T>& item) {
    item.value.reset();
    item.absence = Absence::unsupported;
}

MonitorStatus status(bool mil, int count, protocols::Bytes bytes) {
    bytes.insert(bytes.begin(), static_cast<std::uint8_t>((mil ? 0x80 : 0) | count));
    return read_monitor_status(bytes).value();
}

/// A car of 2014 of North America in which everything fits, with two units.
Snapshot sound() {
    Snapshot snapshot;
    snapshot.connected = true;
    snapshot.complete = true;
    snapshot.protocol = Protocol::can11_500;
    snapshot.adapter.volts = 12.6;
    auto& engine = snapshot.ecu(EcuAddress::can11(0x7E8));
    set(engine.vin, std::string("5UXKR6C57E0J71584"));
    set(engine.name, std::string("ECM-EngineControl"));
    set(engine.calids, {std::string("CAL1")});
    set(engine.cvns, {std::string("0012AB34")});
    set(engine.performance_spark, std::vector<std::uint16_t>{10, 20});
    lack(engine.performance_compression);
    set(engine.status, status(true, 1, {0x07, 0xE5, 0x00}));
    engine.status.raw = {{0x41, 0x01, 0x81, 0x07, 0xE5, 0x00}};
    set(engine.status_cycle, status(false, 0, {0x07, 0xE5, 0x01}));
    set(engine.stored, {*Dtc::from_text("P0420")});
    set(engine.pending, std::vector<Dtc>());
    set(engine.freeze_frame, std::optional(FreezeFrame{*Dtc::from_text("P0420"), {}, {}}));
    set(engine.pids, std::set<std::uint8_t>{0x01, 0x13});
    set(engine.obd_requirement, std::uint8_t{1});
    set(engine.fuel_type, std::uint8_t{1});
    for (const auto& [pid, value] :
         {std::pair{0x21, 5.0}, {0x31, 9.0}, {0x4D, 5.0}, {0x4E, 9.0}, {0x42, 12.4}}) {
        set(engine.parameters[static_cast<std::uint8_t>(pid)], Quantity{value, ""});
    }
    auto& gearbox = snapshot.ecu(EcuAddress::can11(0x7E9));
    set(gearbox.name, std::string("TCM-TransmisCtrl"));
    set(gearbox.calids, {std::string("CAL2")});
    set(gearbox.cvns, {std::string("00000001")});
    set(gearbox.status, status(false, 0, {0x04, 0x00, 0x00}));
    set(gearbox.stored, std::vector<Dtc>());
    set(gearbox.obd_requirement, std::uint8_t{1});
    lack(gearbox.vin);
    lack(gearbox.performance_spark);
    lack(gearbox.performance_compression);
    return snapshot;
}

std::set<std::string> ids(const Snapshot& snapshot) {
    std::set<std::string> all;
    for (const auto& finding : findings(snapshot)) {
        all.insert(std::string(finding.id));
    }
    return all;
}
using Ids = std::set<std::string>;

TEST(Findings, ACarInWhichEverythingFitsHasNone) {
    EXPECT_EQ(ids(sound()), Ids{});
    EXPECT_EQ(ids(Snapshot()), Ids{});
}

TEST(Findings, EveryRuleIsReportedWhenItIsBrokenAndOnlyThen) {
    using Change = std::function<void(Snapshot&)>;
    const auto engine = [](Snapshot& snapshot) -> Ecu& { return snapshot.ecus[0]; };
    const auto gearbox = [](Snapshot& snapshot) -> Ecu& { return snapshot.ecus[1]; };
    const std::map<std::string, std::vector<Change>> changes{
        {"vins_differ", {[&](auto& s) { set(gearbox(s).vin, std::string("WBA5B3C50GG252337")); }}},
        {"vin_from_several", {[&](auto& s) { gearbox(s).vin = engine(s).vin; }}},
        {"vin_malformed", {[&](auto& s) { set(engine(s).vin, std::string("5UXKR6C57EOJ71584")); }}},
        {"vin_check_digit",
         {[&](auto& s) { set(engine(s).vin, std::string("5UXKR6C58E0J71584")); }}},
        {"vin_missing", {[&](auto& s) { lack(engine(s).vin); }}},
        {"name_missing", {[&](auto& s) { lack(engine(s).name); }}},
        {"performance_missing", {[&](auto& s) { lack(engine(s).performance_spark); }}},
        {"calibration_missing", {[&](auto& s) { lack(gearbox(s).calids); }}},
        {"calibrations_uneven", {[&](auto& s) { engine(s).cvns.value->push_back("00000002"); }}},
        {"verification_number_empty",
         {[&](auto& s) { gearbox(s).cvns.value->front() = "00000000"; },
          [&](auto& s) { gearbox(s).cvns.value->front() = "FFFFFFFF"; }}},
        {"code_count_differs",
         {[&](auto& s) { engine(s).stored.value->push_back(*Dtc::from_text("P0301")); },
          [&](auto& s) { gearbox(s).status.value->dtc_count = 1; }}},
        {"lamp_without_code", {[&](auto& s) { gearbox(s).status.value->mil = true; }}},
        {"unfinished_without_support",
         {[&](auto& s) { engine(s).status.raw[0][5] = 0x02; },
          [&](auto& s) { engine(s).status.raw[0][3] = 0x41 | 0x02; }}},
        {"cycle_without_support", {[&](auto& s) {
             set(engine(s).status_cycle, status(false, 0, {0x07, 0xE7, 0x00}));
         }}},
        {"monitor_unnamed", {[&](auto& s) { engine(s).status.value->unnamed_incomplete = true; }}},
        {"frame_without_code",
         {[&](auto& s) { (*engine(s).freeze_frame.value)->cause = *Dtc::from_text("P0171"); }}},
        {"lamp_distance_too_long",
         {[&](auto& s) { engine(s).parameters[0x21].value->value = 10.5; }}},
        {"lamp_time_too_long", {[&](auto& s) { engine(s).parameters[0x4D].value->value = 11; }}},
        {"conditions_exceed_cycles",
         {[&](auto& s) { (*engine(s).performance_spark.value)[0] = 21; }}},
        {"sensor_locations_both", {[&](auto& s) { engine(s).pids.value->insert(0x1D); }}},
        {"requirements_differ",
         {[&](auto& s) { set(gearbox(s).obd_requirement, std::uint8_t{6}); }}},
        {"fuels_differ", {[&](auto& s) { set(gearbox(s).fuel_type, std::uint8_t{4}); }}},
        {"voltages_differ",
         {[&](auto& s) { s.adapter.volts = 14.0; }, [&](auto& s) { s.adapter.volts = 10.8; }}},
    };
    Ids tried;
    for (const auto& [id, breaks] : changes) {
        for (const auto& change : breaks) {
            auto snapshot = sound();
            change(snapshot);
            EXPECT_EQ(ids(snapshot), Ids{id});
        }
        tried.insert(id);
    }
    // Two that come together with others.
    auto both = sound();
    set(engine(both).performance_compression, std::vector<std::uint16_t>{1, 2});
    EXPECT_EQ(ids(both), (Ids{"both_performance", "ignition_differs"}));
    auto diesel = sound();
    set(diesel.ecus[1].status, status(false, 0, {0x0F, 0xE8, 0x00}));
    EXPECT_EQ(ids(diesel), (Ids{"ignition_differs", "performance_missing"}));
    tried.insert({"both_performance", "ignition_differs"});
    const auto all = finding_ids();
    EXPECT_EQ(tried, Ids(all.begin(), all.end()));
}

TEST(Findings, WhatOnlyNorthAmericaAsksForIsNotMissedElsewhere) {
    auto european = sound();
    set(european.ecus[0].vin, std::string("WVWZZZ1KZ8W000001"));
    lack(european.ecus[0].name);
    lack(european.ecus[1].calids);
    lack(european.ecus[0].performance_spark);
    EXPECT_EQ(ids(european), Ids{});
    auto old = sound();
    set(old.ecus[0].vin, std::string("1G1JC524417123456"));  // 2001, by its check digit or not
    lack(old.ecus[0].name);
    EXPECT_FALSE(ids(old).contains("name_missing"));
}

TEST(Findings, SeveralOfOneRuleAreOne) {
    auto snapshot = sound();
    snapshot.ecus[0].cvns.value->front() = "00000000";
    snapshot.ecus[1].cvns.value->front() = "FFFFFFFF";
    const auto found = findings(snapshot);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].units.size(), 2U);
    EXPECT_EQ(found[0].detail, "00000000; FFFFFFFF");
    EXPECT_EQ(found[0].weight, Finding::Weight::contradiction);
}

TEST(Findings, HaveWordsInBothLanguages) {
    for (const auto id : finding_ids()) {
        const auto text = finding_text(id);
        EXPECT_FALSE(text.en.empty() || text.es.empty()) << id;
    }
    EXPECT_TRUE(finding_text("no such").en.empty());
}

TEST(Combined, SupportedByAnyCompleteByAllLampByAny) {
    auto snapshot = sound();
    EXPECT_EQ(combined_mil(snapshot), true);
    EXPECT_EQ(combined_ignition(snapshot), Ignition::spark);
    EXPECT_EQ(combined_readiness(snapshot, Monitor::catalyst), Readiness::complete);
    EXPECT_EQ(combined_readiness(snapshot, Monitor::heated_catalyst), Readiness::unsupported);
    // The second unit supports the catalyst too, and has not finished.
    set(snapshot.ecus[1].status, status(false, 0, {0x04, 0x01, 0x01}));
    EXPECT_EQ(combined_readiness(snapshot, Monitor::catalyst), Readiness::incomplete);
    // Units with components alone do not know the ignition.
    auto first = sound();
    std::swap(first.ecus[0], first.ecus[1]);
    set(first.ecus[0].status, status(false, 0, {0x0C, 0x00, 0x00}));
    EXPECT_EQ(combined_ignition(first), Ignition::spark);
    // A dark lamp is certain only when every unit that should say so has.
    auto dark = sound();
    dark.ecus[0].status.value->mil = false;
    EXPECT_EQ(combined_mil(dark), false);
    dark.ecus[1].status.value.reset();
    dark.ecus[1].status.absence = Absence::silent;
    EXPECT_EQ(combined_mil(dark), std::nullopt);
    dark.ecus[1].status.absence = Absence::unsupported;
    EXPECT_EQ(combined_mil(dark), false);
    EXPECT_EQ(combined_vin(sound()), "5UXKR6C57E0J71584");
    auto two = sound();
    set(two.ecus[1].vin, std::string("WBA5B3C50GG252337"));
    EXPECT_EQ(combined_vin(two), std::nullopt);
    EXPECT_EQ(combined_vin(Snapshot()), std::nullopt);
    EXPECT_EQ(combined_mil(Snapshot()), std::nullopt);
    EXPECT_EQ(combined_ignition(Snapshot()), std::nullopt);
}

}  // namespace
}  // namespace obd
