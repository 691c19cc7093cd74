#include "protocols/simulator/elm.hpp"
#include "station/adapters/fitness.hpp"
#include "station/adapters/json.hpp"
#include "station/adapters/memory.hpp"
#include "station/app/learning.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/virtual_link.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace station::adapters {
namespace {

namespace sim = protocols::simulator;
namespace elm327 = protocols::elm327;
using protocols::bus::Protocol;

Judged judged(std::string_view adapter, std::string_view vehicle = "adapter-bench") {
    sim::Elm elm(sim::built_in_vehicle(vehicle).value(), *sim::find_dialect(adapter), 38'400);
    elm.host_baud(38'400);
    elm327::Qualify machine(38'400);
    return judge(tests::VirtualLink(elm).run(machine).value());
}

std::string reasons(const Judged& judged) {
    std::string ids;
    for (const auto& reason : judged.reasons) {
        EXPECT_FALSE(reason.es.empty());
        EXPECT_FALSE(reason.en.empty());
        ids += std::string(ids.empty() ? "" : " ") + std::string(reason.id);
    }
    return ids;
}

TEST(Fitness, SaysWhatEachAdapterMayBeUsedForAndWhy) {
    EXPECT_EQ(judged("elm327-2.3").fitness, Fitness::fit);
    EXPECT_EQ(reasons(judged("elm327-2.3")), "");
    EXPECT_EQ(judged("stn2255").fitness, Fitness::fit);
    EXPECT_EQ(judged("elm327-1.5-clone").fitness, Fitness::reading_only);
    EXPECT_EQ(reasons(judged("elm327-1.5-clone")), "never_released count_digit");
    EXPECT_EQ(judged("elm327-2.1-clone").fitness, Fitness::unfit);
    EXPECT_EQ(
        reasons(judged("elm327-2.1-clone")), "segmented second_unit unknown_commands count_digit"
    );
}

TEST(Fitness, WhatWasNotTriedIsSaid) {
    EXPECT_EQ(judged("elm327-2.3", "silent").fitness, Fitness::reading_only);
    EXPECT_EQ(reasons(judged("elm327-2.3", "silent")), "no_vehicle");
    EXPECT_EQ(reasons(judged("elm327-2.3", "truck-2018")), "heavy_vehicle");
    const auto ordinary = judged("elm327-2.3", "healthy-petrol");
    EXPECT_EQ(ordinary.fitness, Fitness::fit);
    EXPECT_EQ(reasons(ordinary), "long_answers_untested second_unit_untested");
}

TEST(Fitness, ReadingsThatDifferAreWorseThanAnythingElse) {
    elm327::Qualification found;
    found.protocol = Protocol::can11_500;
    found[elm327::Trial::same_twice].outcome = elm327::Outcome::failed;
    found.contradictions = {elm327::Contradiction::gaps};
    found.silences = 1;
    const auto result = judge(found);
    EXPECT_EQ(result.fitness, Fitness::unfit);
    EXPECT_EQ(result.reasons.front().id, "same_twice");
    EXPECT_EQ(result.reasons.at(1).allows, Fitness::reading_only);
}

TEST(Memory, KeepsWhatAnAdapterCanDo) {
    tests::Folder folder;
    const elm327::KnownAdapter known{
        "ELM327 v2.3", "", 500'000, elm327::Counting::messages, false, elm327::Counting::frames,
        true};
    {
        auto memory = Memory::open(folder.path()).value();
        EXPECT_FALSE(memory.adapter("serial:/dev/a@38400").value());
        ASSERT_TRUE(
            memory.remember("serial:/dev/a@38400", {known, "unfit", "earlier", "{}"}).has_value()
        );
        ASSERT_TRUE(
            memory.remember("serial:/dev/a@38400", {known, "fit", "2026-01-02T03:04:05.000Z", "{}"})
                .has_value()
        );
    }
    auto memory = Memory::open(folder.path()).value();
    const auto kept = memory.adapter("serial:/dev/a@38400").value();
    ASSERT_TRUE(kept);
    EXPECT_EQ(kept->adapter.banner, known.banner);
    EXPECT_EQ(kept->adapter.baud, known.baud);
    EXPECT_EQ(kept->adapter.counting, known.counting);
    EXPECT_EQ(kept->adapter.interrupts, known.interrupts);
    EXPECT_EQ(kept->adapter.counting_stpx, known.counting_stpx);
    EXPECT_EQ(kept->adapter.batches, known.batches);
    EXPECT_EQ(kept->fitness, "fit");
    EXPECT_FALSE(memory.adapter("serial:/dev/b@38400").value());
}

TEST(Memory, FindsTheBusOfAVehicleAndElseOfItsKind) {
    tests::Folder folder;
    auto memory = Memory::open(folder.path()).value();
    EXPECT_EQ(memory.bus_of("3N1AD7C3KL5200419", "PTR-1").value(), Protocol::undecided);
    ASSERT_TRUE(memory.remember_bus("3N1AD7C3KL5200419", "PTR-1", Protocol::can29_500).has_value());
    EXPECT_EQ(memory.bus_of("3N1AD7C3KL5200419", "").value(), Protocol::can29_500);
    EXPECT_EQ(memory.bus_of("", "PTR-1").value(), Protocol::can29_500);
    EXPECT_EQ(memory.bus_of("3N1ZZZZZZL9999999", "").value(), Protocol::can29_500);
    EXPECT_EQ(memory.bus_of("3N1ZZZZZZ19999999", "").value(), Protocol::undecided);  // other year
    EXPECT_EQ(memory.bus_of("", "").value(), Protocol::undecided);
    EXPECT_EQ(memory.bus_of("3N1", "OTHER").value(), Protocol::undecided);
}

TEST(Learning, TheNextReadingBeginsOnTheBusOfTheLastOne) {
    tests::Folder folder;
    reading::ReadingDone done;
    done.snapshot.emplace();
    done.snapshot->connected = true;
    done.snapshot->protocol = Protocol::iso9141;
    done.snapshot->ecu(protocols::bus::EcuAddress::legacy(0x10)).vin.value = "3N1AD7C3KL5200419";
    const protocols::link::Endpoint endpoint{};
    {
        app::Learning learning(folder.path());
        EXPECT_EQ(learning.settings(endpoint, "", "ABC").first, Protocol::undecided);
        learning.learn(done, "", "ABC");
    }
    app::Learning learning(folder.path());
    EXPECT_EQ(learning.settings(endpoint, "", "ABC").first, Protocol::iso9141);
    EXPECT_EQ(learning.settings(endpoint, "3N1AD7C3KL5200419", "").first, Protocol::iso9141);
    EXPECT_FALSE(learning.qualified(endpoint));
}

TEST(Learning, AMemoryThatCannotBeReadCostsNothing) {
    tests::Folder folder;
    std::ofstream(folder.path() / "memory.sqlite") << "this is no database, it is a text file";
    app::Learning learning(folder.path());
    learning.learn({}, "3N1AD7C3KL5200419", "ABC");
    EXPECT_EQ(learning.settings({}, "3N1AD7C3KL5200419", "ABC").first, Protocol::undecided);
    EXPECT_FALSE(learning.qualified({}));
}

}  // namespace
}  // namespace station::adapters
