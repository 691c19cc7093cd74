#include "protocols/elm327/qualify.hpp"
#include "protocols/simulator/elm.hpp"
#include "tests/support/virtual_link.hpp"

#include <gtest/gtest.h>

namespace protocols::elm327 {
namespace {

namespace sim = simulator;

Result<Qualification> qualify(
    const sim::Dialect& dialect,
    std::string_view vehicle = "adapter-bench",
    std::uint32_t baud = 38'400
) {
    sim::Elm adapter(sim::built_in_vehicle(vehicle).value(), dialect, baud);
    adapter.host_baud(baud);
    Qualify machine(baud);
    return tests::VirtualLink(adapter).run(machine);
}

Qualification of(std::string_view name, std::string_view vehicle = "adapter-bench") {
    return qualify(*sim::find_dialect(name), vehicle).value();
}

std::string failed(const Qualification& found) {
    std::string names;
    for (std::size_t i = 0; i < trials; ++i) {
        if (found.findings[i].outcome == Outcome::failed) {
            names += std::string(names.empty() ? "" : " ") + std::string(id(Trial(i)));
        }
    }
    return names;
}

TEST(Ladder, ReadsTheVersionABannerClaims) {
    EXPECT_EQ(claimed_version("ELM327 v2.3"), "2.3");
    EXPECT_EQ(claimed_version("ELM327 v1.4b"), "1.4b");
    EXPECT_EQ(claimed_version("OBDII V1.5"), "1.5");
    EXPECT_EQ(claimed_version("vLinker"), std::nullopt);
    EXPECT_EQ(claimed_version("v2."), std::nullopt);
}

TEST(Ladder, FindsHowAnAdapterContradictsItself) {
    using Accepted = std::array<bool, ladder.size()>;
    const Accepted all{true, true, true, true, true, true, true, true, true};
    const Accepted upto14b{true, true, true, true, true, false, false, false, false};
    const Accepted gap{true, true, false, true, true, false, false, false, false};
    EXPECT_EQ(effective_version(all), "2.3");
    EXPECT_EQ(effective_version(upto14b), "1.4b");
    EXPECT_EQ(effective_version(gap), "1.3");
    EXPECT_EQ(effective_version(Accepted{}), "1.0");
    using List = std::vector<Contradiction>;
    EXPECT_EQ(contradictions("ELM327 v2.3", all, false), List{});
    EXPECT_EQ(contradictions("ELM327 v1.4b", upto14b, false), List{});
    EXPECT_EQ(contradictions("ELM327 v2.1", upto14b, false), List{Contradiction::claims_too_much});
    EXPECT_EQ(contradictions("ELM327 v1.5", upto14b, false), List{Contradiction::never_released});
    EXPECT_EQ(
        contradictions("ELM327 v1.4b", gap, false),
        (List{Contradiction::claims_too_much, Contradiction::gaps})
    );
    EXPECT_EQ(contradictions("ELM327 v1.4b", gap, true), List{});
    // More than it claims is no lie.
    EXPECT_EQ(contradictions("ELM327 v1.3", upto14b, false), List{});
}

TEST(Qualify, AGenuineElm327PassesEverything) {
    const auto found = of("elm327-2.3");
    EXPECT_EQ(failed(found), "");
    for (std::size_t i = 0; i < trials; ++i) {
        const bool stn_only = Trial(i) == Trial::stpx_count || Trial(i) == Trial::batches;
        EXPECT_EQ(found.findings[i].outcome, stn_only ? Outcome::not_tested : Outcome::passed)
            << id(Trial(i));
    }
    EXPECT_EQ(found.claimed, "2.3");
    EXPECT_EQ(found.effective, "2.3");
    EXPECT_TRUE(found.contradictions.empty());
    EXPECT_EQ(found.counting, Counting::frames);
    EXPECT_EQ(found.line_baud, 38'400U);
    EXPECT_EQ(found.best_baud, 500'000U);
    EXPECT_EQ(found.units, 3U);
    EXPECT_EQ(found.longest_frames, 24);
    EXPECT_GT(found.round_trip.median.count(), 0);
    EXPECT_LE(found.round_trip.median, found.round_trip.p95);
    const auto known = known_adapter(found);
    EXPECT_EQ(known.baud, 500'000U);
    EXPECT_TRUE(known.is(found.identity));
}

TEST(Qualify, AnStnProvesItselfByItsOwnCommands) {
    const auto found = of("stn2255");
    EXPECT_EQ(failed(found), "");
    EXPECT_EQ(found.identity.stn, "STN2255 v5.10.3");
    EXPECT_EQ(found.device, "OBDLink EX r2.0");
    EXPECT_EQ(found.serial, "225510000042");
    EXPECT_EQ(found.best_baud, 2'000'000U);
    EXPECT_TRUE(found.contradictions.empty());
    EXPECT_TRUE(found.batches);
    EXPECT_EQ(found.counting_stpx, Counting::messages);
    EXPECT_TRUE(known_adapter(found).batches);
    EXPECT_EQ(known_adapter(found).counting_stpx, Counting::messages);
    auto older = *sim::find_dialect("stn2255");
    older.batches = false;
    older.counting_stpx = Counting::frames;
    const auto old = qualify(older).value();
    EXPECT_EQ(failed(old), "batches");
    EXPECT_FALSE(old.batches);
    EXPECT_EQ(old.counting_stpx, Counting::frames);
    EXPECT_EQ(qualify(older, "silent").value()[Trial::batches].outcome, Outcome::not_tested);
}

TEST(Qualify, TheCommonCloneIsKnownByItsVersion) {
    const auto found = of("elm327-1.5-clone");
    EXPECT_EQ(found.claimed, "1.5");
    EXPECT_EQ(found.effective, "1.4b");
    EXPECT_EQ(found.contradictions, std::vector{Contradiction::never_released});
    EXPECT_EQ(failed(found), "count_digit");
    EXPECT_EQ(found.counting, Counting::none);
    EXPECT_EQ(found.best_baud, 38'400U);
    EXPECT_EQ(found.rates.size(), 3U);
    EXPECT_EQ(known_adapter(found).baud, 0U);
}

TEST(Qualify, ABadCloneIsCaughtInEverythingItDoes) {
    const auto found = of("elm327-2.1-clone");
    EXPECT_EQ(failed(found), "unknown_commands segmented long_answers second_unit count_digit");
    EXPECT_EQ(found.longest_frames, 7);
}

// One defect at a time, so that no test leans on another.
TEST(Qualify, EachDefectIsFoundByItsOwnTrial) {
    const auto genuine = *sim::find_dialect("elm327-2.3");
    auto dialect = genuine;
    dialect.hides_headers = true;
    EXPECT_EQ(failed(qualify(dialect).value()), "headers");
    dialect = genuine;
    dialect.agrees_to_anything = true;
    EXPECT_EQ(failed(qualify(dialect).value()), "unknown_commands");
    dialect = genuine;
    dialect.only_first_flow_control = true;
    EXPECT_EQ(failed(qualify(dialect).value()), "segmented long_answers second_unit");
    dialect = genuine;
    dialect.volts_error = -5.5;
    EXPECT_EQ(failed(qualify(dialect).value()), "voltage");
    dialect = genuine;
    dialect.missing = {"S"};
    EXPECT_EQ(failed(qualify(dialect).value()), "spaces");
    dialect = genuine;
    dialect.missing = {"FE"};
    const auto gap = qualify(dialect).value();
    EXPECT_EQ(
        gap.contradictions, (std::vector{Contradiction::claims_too_much, Contradiction::gaps})
    );
    EXPECT_EQ(gap.effective, "1.3");
    dialect = genuine;
    dialect.counting = Counting::messages;
    const auto counting = qualify(dialect).value();
    EXPECT_EQ(failed(counting), "");
    EXPECT_EQ(counting.counting, Counting::messages);
    // One answer cannot tell an adapter that counts messages from one that counts nothing.
    const auto alone = qualify(dialect, "healthy-petrol").value();
    EXPECT_EQ(alone[Trial::count_digit].outcome, Outcome::not_tested);
    EXPECT_EQ(alone.counting, Counting::none);
}

TEST(Qualify, WithoutAVehicleItSaysWhatItCouldNotTry) {
    const auto found = of("elm327-2.3", "silent");
    EXPECT_EQ(found.protocol, bus::Protocol::undecided);
    EXPECT_EQ(found[Trial::headers].outcome, Outcome::not_tested);
    EXPECT_EQ(found[Trial::segmented].outcome, Outcome::not_tested);
    EXPECT_EQ(found[Trial::voltage].outcome, Outcome::not_tested);
    EXPECT_EQ(found[Trial::unknown_commands].outcome, Outcome::passed);
    EXPECT_EQ(found.best_baud, 500'000U);
}

TEST(Qualify, WorksOnEveryBus) {
    for (const auto name : sim::vehicle_names()) {
        const auto found = of("elm327-2.3", name);
        EXPECT_EQ(failed(found), "") << name;
        EXPECT_EQ(found.protocol, sim::built_in_vehicle(name).value().protocol) << name;
    }
}

TEST(Qualify, ALinkWithoutRatesTriesNone) {
    const auto found = qualify(*sim::find_dialect("stn2255"), "adapter-bench", 0).value();
    EXPECT_TRUE(found.rates.empty());
    EXPECT_EQ(found.best_baud, 0U);
}

TEST(Qualify, ARateThisMachineOrTheCableCannotDoIsLeftOut) {
    // Adapter and host agree on the rate, and the cable swallows everything above 115200.
    class BadCable : public sim::Elm {
    public:
        using Elm::Elm;
        void host_baud(std::uint32_t baud) override {
            Elm::host_baud(baud > 115'200 ? 1'234 : baud);
        }
    };
    BadCable adapter(
        sim::built_in_vehicle("adapter-bench").value(), *sim::find_dialect("stn2255"), 38'400
    );
    adapter.host_baud(38'400);
    Qualify machine(38'400);
    const auto found = tests::VirtualLink(adapter).run(machine);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found.value().best_baud, 115'200U);
    ASSERT_EQ(found.value().rates.size(), 5U);
    EXPECT_TRUE(found.value().rates[0].carried);
    EXPECT_FALSE(found.value().rates[1].carried);
}

TEST(Qualify, ALostLinkEndsItAtEveryStep) {
    for (int events = 0; events < 500; events += 7) {
        sim::Elm adapter(
            sim::built_in_vehicle("healthy-petrol").value(), *sim::find_dialect("stn2255"), 38'400
        );
        adapter.host_baud(38'400);
        Qualify machine(38'400);
        const auto result = tests::VirtualLink(adapter).cut_after(events).run(machine);
        if (result.has_value()) {
            EXPECT_GT(events, 100);
            break;
        }
        EXPECT_EQ(result.error().fault, Fault::link_lost) << events;
    }
}

TEST(Qualify, WritesNothingIntoTheAdapter) {
    class Watched : public sim::Elm {
    public:
        using Elm::Elm;
        void receive(std::string_view bytes, Instant now) override {
            said += bytes;
            Elm::receive(bytes, now);
        }
        std::string said;
    };
    Watched adapter(
        sim::built_in_vehicle("adapter-bench").value(), *sim::find_dialect("stn2255"), 38'400
    );
    Qualify machine(38'400);
    ASSERT_TRUE(tests::VirtualLink(adapter).run(machine).has_value());
    for (const auto* writing :
         {"ATPP0", "ATPPF", "ATSP", "ATSD", "ATCV", "AT@3", "STWBR", "STSAV"}) {
        EXPECT_EQ(adapter.said.find(writing), std::string::npos) << writing;
    }
    EXPECT_TRUE(adapter.said.ends_with("ATZ\r"));
}

}  // namespace
}  // namespace protocols::elm327
