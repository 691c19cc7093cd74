// SAE J1939 through a J2534 device that knows frames only.
#include "tests/support/truck.hpp"
#include "protocols/passthru/connect.hpp"
#include "protocols/simulator/passthru.hpp"
#include "tests/support/virtual_link.hpp"

#include <gtest/gtest.h>

namespace protocols::passthru {
namespace {

using namespace std::chrono_literals;

/// An open channel of frames on a truck.
class OnTruck {
public:
    explicit OnTruck(simulator::PassThruQuirks quirks = {})
        : worker_(simulator::PassThru(tests::truck(250'000), quirks)), link_(worker_) {
        Call open;
        open.function = Function::open;
        Call connect;
        connect.function = Function::connect;
        connect.handle = call(open).handle;
        connect.protocol = api::can;
        connect.flags = api::can_29bit_id;
        connect.baud = 250'000;
        channel_ = call(connect).handle;
        for (const std::uint32_t group : {0xE8U, 0xECU, 0xEBU}) {
            Call filter;
            filter.function = Function::start_filter;
            filter.handle = channel_;
            filter.type = api::pass_filter;
            for (const auto id : {0x03FF0000U, group << 16}) {
                api::Message one;
                one.protocol = api::can;
                for (int shift = 24; shift >= 0; shift -= 8) {
                    one.data.push_back(static_cast<std::uint8_t>(id >> shift & 0xFF));
                }
                filter.messages.push_back(std::move(one));
            }
            EXPECT_EQ(call(filter).status, api::noerror);
        }
    }
    Result<bus::Answer> ask(std::uint32_t group, std::optional<std::uint8_t> unit = {}) {
        auto request = j1939::request_of(group);
        if (unit) {
            request.only = bus::EcuAddress::legacy(*unit);
        }
        AskGroup machine(std::move(request), channel_, numbers_);
        return link_.run(machine);
    }

private:
    Returned call(Call one) {
        one.id = numbers_.next();
        CallLibrary machine(std::move(one));
        return link_.run(machine).value();
    }
    simulator::PassThruWorker worker_;
    tests::VirtualLink link_;
    Numbers numbers_;
    std::uint32_t channel_ = 0;
};

TEST(Truck, AnswersInOneFrameInBroadcastsAndInTransfers) {
    OnTruck truck;
    auto answer = truck.ask(0xFECA).value();  // one frame, and a broadcast of several
    ASSERT_EQ(answer.messages.size(), 2U);
    EXPECT_EQ(answer.messages[0].source, bus::EcuAddress::legacy(0x00));
    EXPECT_EQ(to_hex(answer.messages[0].data), "00FECA04FF64000301FFFF");
    EXPECT_EQ(answer.messages[1].source, bus::EcuAddress::legacy(0x3D));
    EXPECT_EQ(answer.messages[1].data.size(), 3U + 22U);
    EXPECT_FALSE(answer.incomplete);
    answer = truck.ask(0xFEEC, 0x00).value();  // granted frame by frame
    ASSERT_EQ(answer.messages.size(), 1U);
    EXPECT_EQ(
        std::string(answer.messages[0].data.begin() + 3, answer.messages[0].data.end()),
        "1XKAD49X3CJ305678*"
    );
    answer = truck.ask(0xFEEC, 0x3D).value();
    EXPECT_TRUE(answer.messages.empty());
    ASSERT_EQ(answer.negatives.size(), 1U);
    EXPECT_EQ(answer.negatives[0].source, bus::EcuAddress::legacy(0x3D));
    EXPECT_EQ(answer.negatives[0].code, bus::group_not_served);
    answer = truck.ask(0xFEDA).value();
    EXPECT_EQ(answer.messages.size(), 2U);
    answer = truck.ask(0x9E00).value();  // nobody has it, and nobody need say so
    EXPECT_TRUE(answer.messages.empty() && answer.negatives.empty() && !answer.failure);
}

TEST(Truck, NeverGivesPartOfAMessageForTheWhole) {
    int incomplete = 0;
    for (int lost = 1; lost < 12; ++lost) {
        simulator::PassThruQuirks quirks;
        quirks.loses_message = lost;
        OnTruck truck(quirks);
        const auto answer = truck.ask(0xFECA).value();
        incomplete += answer.incomplete ? 1 : 0;
        EXPECT_EQ(answer.incomplete, !answer.in_part.empty());
        for (const auto& message : answer.messages) {
            const bool engine = message.source == bus::EcuAddress::legacy(0x00);
            EXPECT_EQ(message.data.size(), 3U + (engine ? 8U : 22U)) << lost;
        }
        const auto own = truck.ask(0xFEEC, 0x00).value();  // asked for again where it lacks
        if (!own.messages.empty()) {
            EXPECT_EQ(own.messages[0].data.size(), 3U + 18U) << lost;
        }
    }
    EXPECT_EQ(incomplete, 4);  // packets of the broadcast
}

TEST(Truck, IsFoundAtEitherRateBeforeSlowBusesAreTried) {
    for (const std::uint32_t baud : {250'000U, 500'000U}) {
        simulator::PassThruWorker worker{simulator::PassThru(tests::truck(baud))};
        tests::VirtualLink link(worker);
        Numbers numbers;
        Connect machine(bus::Protocol::undecided, numbers);
        const auto result = link.run(machine);
        ASSERT_TRUE(result.has_value()) << baud << result.error().detail;
        const auto heavy = baud == 500'000 ? bus::Protocol::j1939_500 : bus::Protocol::j1939;
        EXPECT_EQ(result.value().session.bus, heavy);
        // Neither unit has DM5: they are known by who they say they are.
        EXPECT_TRUE(result.value().identifiers);
        EXPECT_EQ(result.value().first_answer.messages.size(), 1U);
    }
}

TEST(Truck, ALinkThatIsCutAnywhereIsSaid) {
    int cuts = 0;
    for (int cut = 0;; ++cut) {
        simulator::PassThruWorker worker{simulator::PassThru(tests::truck(250'000))};
        tests::VirtualLink link(worker);
        Numbers numbers;
        Connect machine(bus::Protocol::undecided, numbers);
        const auto result = link.cut_after(cut).run(machine);
        if (result.has_value()) {
            break;
        }
        EXPECT_EQ(result.error().fault, Fault::link_lost);
        ++cuts;
    }
    EXPECT_GT(cuts, 50);
}

}  // namespace
}  // namespace protocols::passthru
