// Heavy-duty vehicles on SAE J1939: what units send, filed where every other vehicle's answers are.
#include "protocols/elm327/heavy.hpp"
#include "obd/session/heavy_plan.hpp"
#include "obd/session/reading.hpp"
#include "obd/snapshot/combined.hpp"
#include "obd/snapshot/findings.hpp"
#include "obd/snapshot/json.hpp"
#include "protocols/j1939/groups.hpp"
#include "protocols/simulator/elm.hpp"
#include "protocols/simulator/passthru.hpp"
#include "tests/support/corpus.hpp"
#include "tests/support/virtual_link.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <gtest/gtest.h>

namespace obd {
namespace {

namespace json = boost::json;
namespace sim = protocols::simulator;
using protocols::Bytes;
using protocols::Fault;
using protocols::from_hex;
using protocols::bus::EcuAddress;
using protocols::bus::Protocol;

constexpr auto engine = EcuAddress::legacy(0x00);
constexpr auto aftertreatment = EcuAddress::legacy(0x3D);
constexpr auto brakes = EcuAddress::legacy(0x0B);

sim::Vehicle truck(std::string_view name = "truck-2014") {
    return sim::built_in_vehicle(name).value();
}

sim::Ecu& unit(sim::Vehicle& vehicle, EcuAddress address) {
    return *std::ranges::find(vehicle.ecus, address, &sim::Ecu::address);
}

Snapshot read(const sim::Vehicle& vehicle, std::string_view adapter = "elm327-2.3") {
    sim::Elm elm(vehicle, *sim::find_dialect(adapter), 38400);
    Reading reading;
    auto result = tests::VirtualLink(elm).run(reading);
    EXPECT_TRUE(result.has_value()) << adapter;
    return result.has_value() ? std::move(result.value()) : Snapshot();
}

Snapshot through_device(const sim::Vehicle& vehicle) {
    sim::PassThruWorker worker{sim::PassThru(vehicle)};
    ReadingSettings settings;
    settings.interface = Interface::j2534;
    Reading reading(settings);
    auto result = tests::VirtualLink(worker).run(reading);
    EXPECT_TRUE(result.has_value());
    return result.has_value() ? std::move(result.value()) : Snapshot();
}

/// What was said, without adapter and notes.
std::string said(const Snapshot& snapshot) {
    return json::serialize(to_json(snapshot).at("ecus"));
}

std::string texts(const Item<std::vector<Dtc>>& item) {
    std::string all = item.value ? "" : std::string(id(item.absence));
    for (const auto code : item.value.value_or(std::vector<Dtc>())) {
        all += (all.empty() ? "" : ", ") + code.text();
    }
    return all;
}

std::string shown(const Snapshot& snapshot) {
    return json::serialize(to_json(snapshot));
}

TEST(Heavy, ATruckWithItsLampOnFillsThePathsOfEveryOtherVehicle) {
    const auto snapshot = read(truck());
    ASSERT_TRUE(snapshot.complete);
    EXPECT_EQ(snapshot.protocol, Protocol::j1939);
    EXPECT_EQ(
        to_json(snapshot).at("protocol").at("spoken"), "SAE J1939 (CAN 29/250) · SAE J1939-73"
    );
    ASSERT_EQ(snapshot.ecus.size(), 3U);
    const auto& ecu = snapshot.ecus[0];
    EXPECT_EQ(ecu.address, engine);
    EXPECT_EQ(ecu.vin.value, "1XKAD49X9EJ305678");
    EXPECT_EQ(ecu.name.value, "MAKER X15 HD 79512345 A1");
    EXPECT_TRUE(ecu.status.value->mil);
    EXPECT_EQ(ecu.status.value->dtc_count, 2);
    EXPECT_EQ(ecu.obd_requirement.value, 0x14);
    EXPECT_EQ(texts(ecu.stored), "SPN 3364 FMI 18, SPN 4364 FMI 18");
    EXPECT_EQ(texts(ecu.pending), "SPN 3226 FMI 13");
    EXPECT_EQ(texts(ecu.permanent), "SPN 3364 FMI 18");
    EXPECT_EQ(ecu.calids.value, (std::vector<std::string>{"ECM-3830008-1", "ECM-3830009-4"}));
    EXPECT_EQ(ecu.cvns.value, (std::vector<std::string>{"4E9CFFD2", "1B2C3D4E"}));
    const std::map<std::uint8_t, double> numbers{{0x0C, 650},  {0x05, 83},  {0x0D, 0},
                                                 {0x1F, 600},  {0x21, 182}, {0x30, 42},
                                                 {0x31, 9500}, {0x4D, 260}, {0x4E, 14000}};
    for (const auto& [pid, value] : numbers) {
        ASSERT_TRUE(ecu.parameters.at(pid).value) << int{pid};
        EXPECT_EQ(ecu.parameters.at(pid).value->value, value) << int{pid};
    }
    ASSERT_TRUE(ecu.freeze_frame.value && *ecu.freeze_frame.value);
    const auto& frame = **ecu.freeze_frame.value;
    EXPECT_EQ(frame.cause.text(), "SPN 3364 FMI 18");
    EXPECT_EQ(frame.values.at(0x0C).value, 1606);
    EXPECT_EQ(frame.values.at(0x04).value, 50);
    EXPECT_EQ(frame.values.at(0x05).value, 85);
    EXPECT_EQ(frame.values.at(0x0D).value, 25);
    EXPECT_EQ(
        to_json(snapshot).at("vehicle").at("codes").at(0).at("es"),
        "Calidad del reactivo (DEF): bajo su rango, moderado"
    );
    // A unit that is no part of on-board diagnostics has nothing to say, and lacks nothing.
    EXPECT_EQ(snapshot.ecus[2].address, brakes);
    EXPECT_FALSE(snapshot.ecus[2].obd_requirement.value);
    EXPECT_EQ(snapshot.ecus[2].stored.absence, Absence::not_asked) << "nobody waited for it";
    for (const auto& finding : findings(snapshot)) {
        EXPECT_NE(finding.weight, Finding::Weight::contradiction) << finding.id << finding.detail;
    }
}

TEST(Heavy, MonitorsAreSupportedByAnyAndCompleteByAllUnits) {
    auto vehicle = truck("truck-2018");
    const auto snapshot = read(vehicle);
    EXPECT_EQ(combined_readiness(snapshot, Monitor::nox_scr), Readiness::complete);
    EXPECT_EQ(combined_readiness(snapshot, Monitor::pm_filter), Readiness::complete);
    EXPECT_EQ(combined_readiness(snapshot, Monitor::cold_start_aid), Readiness::unsupported);
    unit(vehicle, aftertreatment).groups[0xFECE][7] = 0x08;  // its NOx monitor did not finish
    EXPECT_EQ(combined_readiness(read(vehicle), Monitor::nox_scr), Readiness::incomplete);
    EXPECT_EQ(combined_readiness(read(vehicle), Monitor::pm_filter), Readiness::complete);
}

TEST(Heavy, EveryAdapterReadsTheSame) {
    for (const auto* name : {"truck-2014", "truck-2018"}) {
        const auto whole = said(read(truck(name)));
        for (const std::string adapter : {"elm327-1.5-clone", "elm327-2.1-clone", "stn2255"}) {
            if (name == std::string("truck-2018") && adapter == "elm327-2.1-clone") {
                // It agrees to a bus of its own at 500 kbit/s and then is silent on it.
                EXPECT_FALSE(read(truck(name), adapter).connected);
                continue;
            }
            EXPECT_TRUE(said(read(truck(name), adapter)) == whole) << name << adapter;
        }
        EXPECT_TRUE(said(through_device(truck(name))) == whole) << name;
    }
}

TEST(Heavy, NothingIsAskedThatChangesTheVehicle) {
    sim::Elm elm(truck(), *sim::find_dialect("elm327-2.3"), 38400);
    Reading reading;
    tests::VirtualLink link(elm);
    ASSERT_TRUE(link.run(reading).has_value());
    for (const auto& command : link.sent()) {
        for (const auto* never : {"00FECC", "00FED3", "00E300", "00C300", "04", "14"}) {
            EXPECT_FALSE(command.starts_with(never)) << command;
        }
    }
}

TEST(Heavy, IsReadInPiecesOfAnySize) {
    const auto whole = said(read(truck()));
    for (const std::size_t size : {1U, 2U, 7U, 40U}) {
        sim::Elm elm(truck(), *sim::find_dialect("elm327-2.3"), 38400);
        Reading reading;
        tests::VirtualLink link(elm);
        link.chunk(size);
        const auto result = link.run(reading);
        ASSERT_TRUE(result.has_value());
        EXPECT_TRUE(said(result.value()) == whole) << size;
    }
}

TEST(Heavy, ALinkThatIsCutAnywhereIsPluggedInAgainAndReadToTheEnd) {
    const auto whole = said(read(truck()));
    int cuts = 0;
    for (int cut = 0;; cut += 3) {
        sim::Elm elm(truck(), *sim::find_dialect("elm327-2.3"), 38400);
        Reading reading;
        tests::VirtualLink link(elm);
        link.cut_after(cut);
        auto result = link.run(reading);
        if (result.has_value()) {
            break;
        }
        ASSERT_EQ(result.error().fault, Fault::link_lost);
        link.cut_after(1 << 30);
        result = link.run(reading);
        ASSERT_TRUE(result.has_value()) << cut << result.error().detail;
        EXPECT_TRUE(result.value().complete) << cut;
        EXPECT_TRUE(said(result.value()) == whole) << cut;
        ++cuts;
    }
    EXPECT_GT(cuts, 40);
}

TEST(Heavy, AnotherTruckIsNotReadOn) {
    for (const bool other_vin : {true, false}) {
        Reading reading;
        {
            sim::Elm elm(truck(), *sim::find_dialect("elm327-2.3"), 38400);
            tests::VirtualLink link(elm);
            link.cut_after(200);
            ASSERT_TRUE(link.run(reading).has_error());
        }
        auto vehicle = truck();
        auto& groups = unit(vehicle, engine).groups;
        if (other_vin) {
            groups[0xFEEC][16] = '9';
        } else {
            groups[0xFECE][5] = 0x00;
        }
        sim::Elm elm(vehicle, *sim::find_dialect("elm327-2.3"), 38400);
        const auto result = tests::VirtualLink(elm).run(reading);
        ASSERT_TRUE(result.has_error());
        EXPECT_EQ(result.error().fault, Fault::vehicle_changed);
    }
}

TEST(Heavy, TheLampIsToldByWhoCommandsIt) {
    auto vehicle = truck("truck-2018");
    EXPECT_EQ(combined_mil(read(vehicle)), std::optional(false));
    auto& active = unit(vehicle, engine).groups[0xFECA];
    auto& emission = unit(vehicle, engine).groups[0xFED4];
    active[0] = 0x40;
    EXPECT_EQ(combined_mil(read(vehicle)), std::optional(true)) << "DM1 alone";
    active[0] = 0xC0;
    emission[0] = 0xC0;
    EXPECT_EQ(combined_mil(read(vehicle)), std::optional(false)) << "the other unit tells";
    EXPECT_NE(shown(read(vehicle)).find(R"("mil":null)"), std::string::npos);
    active[0] = 0x80;
    EXPECT_EQ(combined_mil(read(vehicle)), std::nullopt) << "an error is no lamp off";
    active[0] = 0x40;
    active[1] = 0x3F;  // flashing
    EXPECT_EQ(combined_mil(read(vehicle)), std::optional(true));
    // Lit by a unit that does not say what it is, it is lit.
    active[0] = 0x00;
    emission[0] = 0x00;
    EXPECT_EQ(combined_mil(read(vehicle)), std::optional(false));
    unit(vehicle, engine).groups[0xFECE][2] = 0xFF;
    emission[0] = 0x40;
    EXPECT_EQ(combined_mil(read(vehicle)), std::optional(true));
    unit(vehicle, engine).groups[0xFECE][2] = 0x14;
    // Who serves neither says nothing of it, and had to.
    auto& groups = unit(vehicle, engine).groups;
    groups.erase(0xFECA);
    groups.erase(0xFED4);
    EXPECT_EQ(combined_mil(read(vehicle)), std::nullopt);
}

TEST(Heavy, RefusalsAndSilenceAreToldApart) {
    auto vehicle = truck();
    auto& ecu = unit(vehicle, aftertreatment);
    ecu.groups.erase(0xFD80);  // refuses when it is asked alone
    ecu.negatives["00FECF"] = 2;
    ecu.negatives["00FED4"] = 3;  // and stays busy
    const auto snapshot = read(vehicle);
    const auto& told = snapshot.ecus[1];
    EXPECT_EQ(told.permanent.absence, Absence::unsupported);
    EXPECT_EQ(told.pending.absence, Absence::negative);
    EXPECT_EQ(told.pending.code, 2);
    EXPECT_EQ(told.stored.absence, Absence::negative);
    EXPECT_EQ(told.stored.code, 3);
    EXPECT_EQ(protocols::to_hex(told.pending.raw.at(0)), "00E80002");
    EXPECT_EQ(through_device(vehicle).ecus[1].permanent.absence, Absence::unsupported);
}

TEST(Heavy, ThatNoFreezeFrameIsStoredIsForBothOfItsGroupsToSay) {
    auto vehicle = truck();
    auto& ecu = unit(vehicle, engine);
    ecu.negatives["00FECD"] = 3;  // DM4 stays busy
    EXPECT_FALSE(read(vehicle).ecus[0].freeze_frame.value);
    EXPECT_EQ(read(vehicle).ecus[0].freeze_frame.absence, Absence::negative);
    ecu.negatives["00FECD"] = 1;  // it has none
    ASSERT_TRUE(read(vehicle).ecus[0].freeze_frame.value);
    EXPECT_FALSE(*read(vehicle).ecus[0].freeze_frame.value);
    ecu.negatives["00FECD"] = 3;
    ecu.groups[0xFDB7] = {0x06, 0x24, 0x0D, 0x12, 0x01, 0xAA, 0xBB, 0xFF};
    const auto told = read(vehicle).ecus[0].freeze_frame.value;
    ASSERT_TRUE(told && *told);
    EXPECT_EQ((*told)->cause.text(), "SPN 3364 FMI 18");
}

TEST(Heavy, AUnitThatOnlyTellsItsCodesIsAskedWhatItIs) {
    // Its first answer is lost on the way: it is heard first when codes are asked for.
    HeavyPlan plan(
        Protocol::j1939,
        protocols::elm327::sort_group_lines(
            protocols::j1939::request_of(0xFECE), {"60FECE00000014070000000000"}
        ),
        false, {}
    );
    ASSERT_EQ(plan.snapshot().ecus.size(), 0U) << "nine bytes are no frame";
    HeavyPlan other(
        Protocol::j1939,
        protocols::elm327::sort_group_lines(
            protocols::j1939::request_of(0xFECE), {"60FECE000000140700000000"}
        ),
        false, {}
    );
    ASSERT_EQ(other.snapshot().ecus.size(), 1U);
    ASSERT_EQ(protocols::to_hex(other.next()->data), "00FEEC");
    other.take({});
    ASSERT_EQ(protocols::to_hex(other.next()->data), "00FED4");
    other.take(protocols::elm327::sort_group_lines(
        protocols::j1939::request_of(0xFED4), {"60FED43D40FF240D1201FFFF"}
    ));
    ASSERT_EQ(other.snapshot().ecus.size(), 2U);
    EXPECT_EQ(combined_mil(other.snapshot()), std::nullopt) << "nobody knows what it is";
    const auto asked = other.next();
    EXPECT_EQ(protocols::to_hex(asked->data), "00FECE");
    EXPECT_EQ(asked->only, std::optional(aftertreatment));
    other.take(protocols::elm327::sort_group_lines(*asked, {"60FECE3D0100140404000000"}));
    EXPECT_EQ(combined_mil(other.snapshot()), std::optional(true));
    EXPECT_EQ(texts(other.snapshot().ecus[1].stored), "SPN 3364 FMI 18");
}

TEST(Heavy, ATruckOlderThanDM5IsReadAndKnowsNoMonitors) {
    auto vehicle = truck();
    for (auto& ecu : vehicle.ecus) {
        ecu.groups.erase(0xFECE);
    }
    const auto snapshot = read(vehicle);
    ASSERT_TRUE(snapshot.connected);
    EXPECT_EQ(combined_vin(snapshot), "1XKAD49X9EJ305678");
    EXPECT_EQ(texts(snapshot.ecus[0].stored), "SPN 3364 FMI 18, SPN 4364 FMI 18");
    EXPECT_FALSE(snapshot.ecus[0].status.value);
    EXPECT_EQ(snapshot.ecus[0].status.absence, Absence::unsupported);
    EXPECT_TRUE(said(through_device(vehicle)) == said(snapshot));
}

TEST(Heavy, WhatIsLeftOutIsNotAskedFor) {
    sim::Elm elm(truck(), *sim::find_dialect("elm327-2.3"), 38400);
    ReadingSettings settings;
    settings.left_out = {"00FDB5", "00C2"};
    settings.engine_at_end = true;
    Reading reading(settings);
    tests::VirtualLink link(elm);
    const auto result = link.run(reading);
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(std::ranges::count(link.sent(), "00FDB5\r"), 0);
    EXPECT_EQ(std::ranges::count(link.sent(), "00C200\r"), 0);
    EXPECT_EQ(std::ranges::count(link.sent(), "00F004\r"), 2);
    EXPECT_EQ(result.value().ecus[0].speed_at_end.value->value, 650);
}

/// The corpus writes frames as their identifier and data.
std::vector<std::string> lines_of(const json::value& exchange) {
    std::vector<std::string> lines;
    std::string line;
    for (const char c : std::string(exchange.at("raw").as_string()) + "\r") {
        if (c == '\r') {
            lines.push_back(std::exchange(line, ""));
        } else {
            line += c;
        }
    }
    return lines;
}

TEST(Heavy, DialoguesOfTheCorpus) {
    const auto text = tests::corpus_text("dialogues.jsonl");
    if (text.empty()) {
        GTEST_SKIP() << "the reference corpus is not here";
    }
    std::istringstream all(text);
    std::map<std::string, json::value> found;
    for (std::string line; std::getline(all, line);) {
        auto dialogue = json::parse(line);
        if (dialogue.at("protocol") == "J1939") {
            found[std::string(dialogue.at("id").as_string())] = std::move(dialogue);
        }
    }
    ASSERT_EQ(found.size(), 3U);
    // Four modules, one of which meets on-board diagnostics.
    const auto& readiness = found.at("j1939-dm5-a").at("exchanges").at(0);
    HeavyPlan plan(
        Protocol::j1939,
        protocols::elm327::sort_group_lines(
            protocols::j1939::request_of(0xFECE), lines_of(readiness)
        ),
        false, {}
    );
    ASSERT_EQ(plan.snapshot().ecus.size(), 4U);
    EXPECT_EQ(plan.snapshot().ecus[0].obd_requirement.value, 0x14);
    EXPECT_EQ(
        plan.snapshot().ecus[0].status.value->monitors.at(Monitor::misfire), Readiness::incomplete
    );
    EXPECT_EQ(engine_units(plan.snapshot()).size(), 1U);
    ASSERT_TRUE(plan.next());
    plan.take({});
    EXPECT_EQ(plan.next()->expected.size(), 1U) << "codes are asked of the one that must answer";
    // A CVN of FF is no padding.
    for (const auto& exchange : found.at("j1939-dm19-one").at("exchanges").as_array()) {
        auto line = lines_of(exchange).at(0);
        std::erase(line, ' ');
        const auto data = from_hex(line.substr(8)).value();
        const auto read = j1939::read_dm19(data).value();
        ASSERT_EQ(read.size(), 1U);
        EXPECT_EQ(read[0].cvn, "4E9CFFD2");
        EXPECT_EQ(read[0].calid, "38300081-1");
    }
    // Nobody answers all; each one refuses.
    const auto& refused = found.at("j1939-dm27-nack").at("exchanges").as_array();
    for (std::size_t i = 1; i < refused.size(); ++i) {
        auto request = protocols::j1939::request_of(0xFD82);
        const auto answer = protocols::elm327::sort_group_lines(request, lines_of(refused[i]));
        EXPECT_TRUE(answer.messages.empty());
        ASSERT_EQ(answer.negatives.size(), 1U) << i;
        EXPECT_EQ(answer.negatives[0].code, protocols::bus::group_not_served);
    }
}

}  // namespace
}  // namespace obd
