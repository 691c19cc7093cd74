// Reading everything a vehicle supports.
#include "obd/decode/uds_records.hpp"
#include "obd/session/reading.hpp"
#include "obd/snapshot/json.hpp"
#include "protocols/simulator/elm.hpp"
#include "tests/support/virtual_link.hpp"

#include <boost/json/serialize.hpp>

#include <gtest/gtest.h>

#include <set>

namespace obd {
namespace {

namespace sim = protocols::simulator;
using protocols::Fault;

constexpr std::uint32_t baud = 38400;

ReadingSettings everything() {
    ReadingSettings settings;
    settings.all = true;
    settings.total = std::chrono::seconds(900);
    return settings;
}

struct Read {
    Snapshot snapshot;
    std::vector<std::string> sent;
};

Read read_all(std::string_view vehicle, std::string_view dialect = "elm327-2.3") {
    sim::Elm elm(sim::built_in_vehicle(vehicle).value(), *sim::find_dialect(dialect), baud);
    tests::VirtualLink link(elm);
    Reading reading(everything());
    auto result = link.run(reading);
    EXPECT_TRUE(result.has_value()) << vehicle;
    Read read;
    read.snapshot = result.has_value() ? std::move(result.value()) : Snapshot();
    read.sent = link.sent();
    return read;
}

std::string text(const Snapshot& snapshot) {
    return boost::json::serialize(to_json(snapshot));
}

/// What a vehicle has beyond what an inspection reads, of one unit, by request.
std::set<std::string> beyond(const sim::Ecu& ecu, bool can) {
    const auto id = [](std::uint8_t byte) { return protocols::to_hex(byte); };
    std::set<std::string> requests;
    for (const auto& [infotype, items] : ecu.infotypes) {
        if (infotype > 0x0B) {
            requests.insert("09" + id(infotype));
        }
    }
    for (const auto& [test, results] : ecu.tests) {
        requests.insert("06" + id(test));
    }
    for (const auto& [sensor, tests] : ecu.oxygen_tests) {
        for (const auto& [test, data] : tests) {
            if (!can) {
                requests.insert("05" + id(test) + id(sensor));
            }
        }
    }
    for (std::size_t frame = 1; frame < ecu.freeze_frames.size(); ++frame) {
        for (const auto& [pid, data] : ecu.freeze_frames[frame]) {
            requests.insert("02" + id(pid) + id(static_cast<std::uint8_t>(frame)));
        }
    }
    return requests;
}

/// The same in SAE J1979-2.
std::set<std::string> beyond_uds(const sim::Ecu& ecu) {
    const auto id = [](std::uint8_t byte) { return protocols::to_hex(byte); };
    std::set<std::string> requests;
    for (const auto& [parameter, data] : ecu.later_parameters) {
        requests.insert("22F5" + id(parameter));
    }
    for (const auto& [monitor, results] : ecu.tests) {
        requests.insert("22F6" + id(monitor));
    }
    bool first = true;
    for (const auto& code : ecu.whole) {
        constexpr unsigned pending_or_confirmed = 0x0C;
        if ((code.status & pending_or_confirmed) != 0) {
            const bool planned = std::exchange(first, false) && (code.status & 0x08) != 0;
            if (!planned) {
                requests.insert(protocols::to_hex(ask_of_code(0x04, code.number, 0xFF)));
            }
            requests.insert(protocols::to_hex(ask_of_code(0x06, code.number, 0xFE)));
        }
        for (const auto& [record, data] : code.extended) {
            requests.insert("191A" + id(record));
        }
        if (code.readiness_group != 0) {
            requests.insert("195633" + id(code.readiness_group));
        }
    }
    return requests;
}

TEST(Everything, IsReadOfEveryBuiltInVehicle) {
    for (const auto name : sim::vehicle_names()) {
        const auto vehicle = sim::built_in_vehicle(name).value();
        if (vehicle.ecus.empty()) {
            continue;
        }
        const auto read = read_all(name);
        EXPECT_TRUE(read.snapshot.complete) << name;
        // What speaks both is read in one of them, and the snapshot says so.
        EXPECT_EQ(read.snapshot.notes.empty(), name != "both-2025") << name;
        for (const auto& truth : vehicle.ecus) {
            if (!truth.groups.empty()) {
                continue;
            }
            const auto ecu = std::ranges::find(read.snapshot.ecus, truth.address, &Ecu::address);
            ASSERT_NE(ecu, read.snapshot.ecus.end()) << name;
            for (const auto& [request, item] : ecu->more) {
                EXPECT_TRUE(item.value) << name << " " << request << " " << item.detail;
            }
            const bool uds = ecu->tongue == Tongue::j1979_2;
            const auto expected =
                uds ? beyond_uds(truth) : beyond(truth, protocols::bus::is_can(vehicle.protocol));
            for (const auto& request : expected) {
                EXPECT_TRUE(ecu->more.contains(request)) << name << " " << request;
            }
            // Every PID stands in the snapshot, with the bytes the vehicle sent.
            for (const auto& [pid, parameter] : truth.parameters) {
                const bool judged = pid == 0x01 || pid == 0x41 || pid == 0x1C || pid == 0x51;
                const auto request = (uds ? "22F4" : "01") + protocols::to_hex(pid);
                EXPECT_TRUE(judged || ecu->parameters.contains(pid) || ecu->more.contains(request))
                    << name << " " << request;
            }
        }
        // What an inspection reads, and what nobody may send.
        EXPECT_EQ(std::ranges::count(read.sent, "04\r"), 0) << name;
        for (const auto& command : read.sent) {
            EXPECT_FALSE(command.starts_with("08")) << name;
        }
        std::set<std::string> different;
        for (const auto& command : read.sent) {
            const bool setting = command.starts_with("AT") || command.starts_with("ST");
            const bool search = command.starts_with("0100") || command.starts_with("22F810");
            // On SAE J1939 a unit is asked alone in the words that all were asked in.
            const bool heavy = command.starts_with("00");
            if (!setting && !search && !heavy && command.size() > 1) {
                EXPECT_TRUE(different.insert(command).second) << name << " twice: " << command;
            }
        }
        EXPECT_LE(text(read.snapshot).size(), 64U * 1024U) << name;
    }
}

TEST(Everything, SaysTheSameThroughEveryAdapterThatLosesNothing) {
    // The fullest ones; what moves is left out.
    for (const auto* const name : {"eight-units", "plug-in-hybrid", "diesel", "j1850-vpw-2001"}) {
        const auto keys = [](const Snapshot& snapshot) {
            std::set<std::string> all;
            for (const auto& ecu : snapshot.ecus) {
                for (const auto& [request, item] : ecu.more) {
                    const bool fixed = request[1] != '1';
                    const auto raw = item.raw.empty() ? "" : protocols::to_hex(item.raw.front());
                    all.insert(ecu.address.text() + request + (fixed ? raw : ""));
                }
            }
            return all;
        };
        const auto expected = keys(read_all(name).snapshot);
        EXPECT_GT(expected.size(), 20U) << name;
        EXPECT_EQ(keys(read_all(name, "elm327-1.5-clone").snapshot), expected) << name;
        EXPECT_EQ(keys(read_all(name, "stn2255").snapshot), expected) << name;
    }
}

TEST(Everything, GoesOnWhereverTheLinkWasCut) {
    const auto whole = read_all("eight-units").snapshot;
    int cuts = 0;
    for (int cut = 100;; cut += 37) {
        sim::Elm elm(
            sim::built_in_vehicle("eight-units").value(), *sim::find_dialect("elm327-2.3"), baud
        );
        tests::VirtualLink link(elm);
        Reading reading(everything());
        auto result = link.cut_after(cut).run(reading);
        if (result.has_value()) {
            break;
        }
        ++cuts;
        result = link.cut_after(1 << 30).run(reading);
        ASSERT_TRUE(result.has_value()) << cut << " " << result.error().detail;
        ASSERT_EQ(result.value().ecus.size(), whole.ecus.size());
        for (std::size_t i = 0; i < whole.ecus.size(); ++i) {
            EXPECT_EQ(result.value().ecus[i].more.size(), whole.ecus[i].more.size()) << cut;
        }
    }
    EXPECT_GT(cuts, 5);
}

TEST(Everything, HasEveryFreezeFrameWithACause) {
    const auto read = read_all("eight-units");
    const auto& gearbox = read.snapshot.ecus.at(1);
    EXPECT_EQ((*gearbox.freeze_frame.value)->cause.text(), "P0741");
    const auto at = [&](const std::string& request) {
        const auto found = gearbox.more.find(request);
        return found == gearbox.more.end() ? "" : protocols::to_hex(found->second.raw.at(0));
    };
    EXPECT_EQ(at("020201"), "4202010741");
    EXPECT_EQ(at("020C01"), "420C012328");
    EXPECT_EQ(at("020D01"), "420D0140");
    // There is no third: its cause is asked for, nothing else.
    EXPECT_EQ(std::ranges::count(read.sent, "020202\r"), 1);
    EXPECT_EQ(std::ranges::count(read.sent, "020C02\r"), 0);
    // A vehicle without a frame is asked for none.
    const auto healthy = read_all("healthy-petrol");
    EXPECT_EQ(std::ranges::count(healthy.sent, "020201\r"), 0);
}

TEST(Everything, WhatAUnitRefusesOrDoesNotSayStandsAsThat) {
    auto vehicle = sim::built_in_vehicle("plug-in-hybrid").value();
    vehicle.ecus[0].negatives["0914"] = 0x22;
    vehicle.ecus[0].infotypes[0x12] = {{0x01}};  // one byte where two belong
    sim::Elm elm(vehicle, *sim::find_dialect("elm327-2.3"), baud);
    Reading reading(everything());
    const auto result = tests::VirtualLink(elm).run(reading);
    ASSERT_TRUE(result.has_value());
    const auto& more = result.value().ecus.at(0).more;
    EXPECT_EQ(more.at("0914").absence, Absence::negative);
    EXPECT_EQ(more.at("0914").code, 0x22);
    EXPECT_EQ(more.at("0912").absence, Absence::malformed);
    EXPECT_FALSE(more.at("0912").value);
    const auto shown = to_json(result.value()).at("ecus").at(0).at("more").as_object();
    EXPECT_EQ(shown.at("0914").at("state"), "negative");
    EXPECT_FALSE(shown.at("0912").as_object().contains("meaning"));
}

}  // namespace
}  // namespace obd
