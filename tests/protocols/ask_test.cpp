#include "protocols/elm327/ask.hpp"

#include "protocols/elm327/connect.hpp"
#include "protocols/elm327/physical.hpp"
#include "protocols/simulator/elm.hpp"
#include "tests/support/conversation.hpp"
#include "tests/support/virtual_link.hpp"

#include <gtest/gtest.h>

namespace protocols::elm327 {
namespace {

TEST(Answer, ListsOfCodesEndWhereAMessageHasRoomLeft) {
    const auto one = bus::EcuAddress::legacy(0x10);
    const auto other = bus::EcuAddress::legacy(0x18);
    const Bytes full{0x43, 0x03, 0x00, 0x03, 0x01, 0x03, 0x02};
    const Bytes last{0x43, 0x03, 0x03, 0x00, 0x00, 0x00, 0x00};
    bus::Request request{{0x03}, {}, {{one, 1}, {other, 1}}, true};
    bus::Answer answer;
    EXPECT_FALSE(bus::complete(request, answer));
    EXPECT_FALSE(bus::lacks(request, answer));  // silence is allowed
    answer.messages = {{one, full}, {other, last}};
    EXPECT_FALSE(bus::complete(request, answer));
    answer.messages.push_back({one, last});
    EXPECT_TRUE(bus::complete(request, answer));
    // More messages than the codes that PID 01 counts would need: until they have come.
    request.expected[1].messages = 2;
    EXPECT_FALSE(bus::complete(request, answer));
    request.until_padded = false;
    EXPECT_TRUE(bus::lacks(request, answer));
}

using bus::Protocol;
using tests::Conversation;

const Manner can{Protocol::can11_500};

bus::Request request(std::string_view hex) {
    return {*from_hex(hex), std::nullopt, {}};
}

/// Expects one message from each of the units 7E8, 7E9 …
bus::Request counted(std::string_view hex, int frames, int responders) {
    bus::Request one{*from_hex(hex), frames, {}};
    for (int i = 0; i < responders; ++i) {
        const std::string unit = std::string("7E") + "89ABCDEF"[i];
        one.expected.push_back({*bus::EcuAddress::from_text(unit), 1});
    }
    return one;
}

bus::Request from_units(std::string_view hex, int responders) {
    auto one = counted(hex, 0, responders);
    one.frames.reset();
    return one;
}

std::vector<std::string> said(const Asked& asked) {
    std::vector<std::string> list;
    for (const auto& message : asked.answer.messages) {
        list.push_back(message.source.text() + " " + to_hex(message.data));
    }
    return list;
}
using Said = std::vector<std::string>;

TEST(Elm327Ask, KeepsEveryUnitsAnswerByItsSource) {
    const auto result = Conversation()
                            .expect_sent("010C\r")
                            .answer("7E8 04 41 0C 0D 96 \r7E9 04 41 0C 0D 8C \r\r>")
                            .run(Ask(request("010C"), can));
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(said(result.value()), (Said{"7E8 410C0D96", "7E9 410C0D8C"}));
}

TEST(Elm327Ask, AsksTwiceForAnAnswerThatMayHaveLostBytesBeforeItsPadding) {
    // The whole second frame: 7E8 21 08 00 00 00 00 AA AA.
    const auto result = Conversation()
                            .expect_sent("0902\r")
                            .answer("7E8100B490814032C06\r7E821080000AAAA\r\r>")
                            .expect_sent("0902\r")
                            .answer("7E8100B490214032C06\r7E8210800000000AAAA\r\r>")
                            .run(Ask(request("0902"), can));
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(said(result.value()), Said{"7E8 490214032C060800000000"});
    EXPECT_TRUE(result.value().habits.empty());
}

TEST(Elm327Ask, AsksTwiceForALineThatMayHoldAnotherOne) {
    // 7E8 06 43 02 04 20 03 01 cut after seven digits, the next line 7E9 02 43 00 glued to it.
    auto cuts = can;
    cuts.habits = {isotp::Habit::single_cut};
    const auto result = Conversation()
                            .expect_sent("03\r")
                            .answer("7E806430207E9024300\r\r>")
                            .expect_sent("03\r")
                            .answer("7E806430204200301\r7E9024300\r\r>")
                            .run(Ask(request("03"), cuts));
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(said(result.value()), (Said{"7E8 430204200301", "7E9 4300"}));
}

TEST(Elm327Ask, AsksTwiceWhenThePaddingMayBeAnotherLine) {
    // 7E8 22 43 AA AA AA AA AA AA cut after six digits, the next line 7EA 04 41 42 36 E2 glued to
    // it.
    const auto result =
        Conversation()
            .expect_sent("014E42A6\r")
            .answer("7E8100E414E259E4237\r7E8211442A6000CE545\r7E82247EA04414236E2\r\r>")
            .expect_sent("014E42A6\r")
            .answer(
                "7E8100E414E259E4237\r7E8211442A6000CE545\r7E82243AAAAAAAAAAAA\r"
                "7EA04414236E2\r\r>"
            )
            .run(Ask(request("014E42A6"), can));
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(said(result.value()), (Said{"7E8 414E259E42371442A6000CE54543", "7EA 414236E2"}));
}

TEST(Elm327Ask, BelievesAVehicleThatNeverPads) {
    const auto* text = "7E8100A490214032C06\r7E82108001BAA\r\r>";
    const auto asked =
        Conversation().expect_sent("0902\r").answer(text).expect_sent("0902\r").answer(text).run(
            Ask(request("0902"), can)
        );
    ASSERT_TRUE(asked.has_value());
    EXPECT_EQ(said(asked.value()), Said{"7E8 490214032C0608001BAA"});
    EXPECT_EQ(asked.value().habits, std::set{isotp::Habit::last_cut});
    auto knows = can;
    knows.habits.insert(isotp::Habit::last_cut);
    const auto once =
        Conversation().expect_sent("0902\r").answer(text).run(Ask(request("0902"), knows));
    EXPECT_TRUE(once.has_value());
}

TEST(Elm327Ask, NeverTakesAnotherRequestsAnswer) {
    for (const auto* stale : {"7E8 03 41 05 7B\r\r>", "7E8 04 42 0C 1A F8\r\r>"}) {
        const auto result =
            Conversation().expect_sent("010C\r").answer(stale).run(Ask(request("010C"), can));
        ASSERT_TRUE(result.has_value());
        EXPECT_TRUE(result.value().answer.messages.empty()) << stale;
        EXPECT_EQ(result.value().answer.problems.size(), 1U) << stale;
    }
}

TEST(Elm327Ask, KeepsANegativeResponseWithItsCode) {
    const auto result = Conversation()
                            .expect_sent("0A\r")
                            .answer("7E8 03 7F 0A 11\r\r>")
                            .run(Ask(request("0A"), can));
    ASSERT_TRUE(result.has_value());
    ASSERT_EQ(result.value().answer.negatives.size(), 1U);
    EXPECT_EQ(result.value().answer.negatives[0].code, 0x11);
    EXPECT_FALSE(result.value().answer.failure);
}

TEST(Elm327Ask, TakesSilenceForSilenceAndNothingElse) {
    const auto result =
        Conversation().expect_sent("03\r").answer("NO DATA\r\r>").run(Ask(request("03"), can));
    ASSERT_TRUE(result.has_value());
    EXPECT_TRUE(result.value().answer.messages.empty());
    EXPECT_FALSE(result.value().answer.failure);
    EXPECT_FALSE(result.value().answer.incomplete);
}

TEST(Elm327Ask, AsksAgainAfterResponsePendingWithoutAnAnswer) {
    const auto result = Conversation()
                            .expect_sent("0906\r")
                            .answer("7E8 03 7F 09 78\r\r>")
                            .stay_silent()
                            .expect_sent("0906\r")
                            .answer("7E8 07 49 06 01 00 12 34 0B\r\r>")
                            .run(Ask(request("0906"), can));
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(said(result.value()), Said{"7E8 4906010012340B"});
    EXPECT_TRUE(result.value().answer.negatives.empty());
}

TEST(Elm327Ask, DoesNotAskAgainWhenThePendingUnitHasAnswered) {
    const auto result = Conversation()
                            .expect_sent("0105\r")
                            .answer("7E8 03 7F 01 78\r7E8 03 41 05 7B\r\r>")
                            .run(Ask(request("0105"), can));
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(said(result.value()), Said{"7E8 41057B"});
    EXPECT_TRUE(result.value().answer.negatives.empty());
}

TEST(Elm327Ask, RepeatsABusyAnswerALimitedNumberOfTimes) {
    Conversation talk;
    for (int i = 0; i < 4; ++i) {
        talk.expect_sent("0101\r").answer("7E8 03 7F 01 21\r\r>");
        if (i < 3) {
            talk.stay_silent();
        }
    }
    const auto result = talk.run(Ask(request("0101"), can));
    ASSERT_TRUE(result.has_value());
    ASSERT_EQ(result.value().answer.negatives.size(), 1U);
    EXPECT_EQ(result.value().answer.negatives[0].code, bus::busy_repeat_request);
}

TEST(Elm327Ask, UsesTheCountDigitAsOneHexDigit) {
    std::string frames;
    for (int i = 0; i < 12; ++i) {
        frames += "7E" + std::string(1, "89ABCDEF89AB"[i]) + " 03 41 05 7B\r";
    }
    const auto result = Conversation()
                            .expect_sent("0105C\r")
                            .answer(frames + "\r>")
                            .run(Ask(counted("0105", 12, 8), can));
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result.value().answer.messages.size(), 8U);
}

TEST(Elm327Ask, ForgetsTheCountDigitThatTheAdapterRejects) {
    const auto result = Conversation()
                            .expect_sent("01051\r")
                            .answer("?\r\r>")
                            .expect_sent("0105\r")
                            .answer("7E8 03 41 05 7B\r\r>")
                            .run(Ask(counted("0105", 1, 1), can));
    ASSERT_TRUE(result.has_value());
    EXPECT_TRUE(result.value().digit_rejected);
    EXPECT_EQ(said(result.value()), Said{"7E8 41057B"});
}

TEST(Elm327Ask, AsksWithoutTheDigitWhenItCutAnAnswerShort) {
    const auto result = Conversation()
                            .expect_sent("09022\r")
                            .answer("7E8 10 14 49 02 01 31 47 31\r7E8 21 4A 43 35 34 34 34 52\r\r>")
                            .expect_sent("0902\r")
                            .answer(
                                "7E8 10 14 49 02 01 31 47 31\r7E8 21 4A 43 35 34 34 34 52\r"
                                "7E8 22 37 32 35 32 33 36 37\r\r>"
                            )
                            .run(Ask(counted("0902", 2, 1), can));
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(said(result.value()), Said{"7E8 4902013147314A43353434345237323532333637"});
}

TEST(Elm327Ask, TakesALateAnswerForNoOtherRequest) {
    const auto result = Conversation()
                            .expect_sent("010D\r")
                            .stay_silent()
                            .answer("7E8 04 41 0C 1A F8\r\r>")  // of the request before
                            .expect_sent("ATI\r")
                            .answer("ELM327 v1.5\r\r>")
                            .expect_sent("010D\r")
                            .answer("7E8 03 41 0D 28\r\r>")
                            .run(Ask(request("010D"), can));
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(said(result.value()), Said{"7E8 410D28"});
}

TEST(Elm327Ask, SaysWhenTheAdapterRestarted) {
    const auto result =
        Conversation().expect_sent("0100\r").answer("LV RESET\r\r>").run(Ask(request("0100"), can));
    ASSERT_TRUE(result.has_error());
    EXPECT_EQ(result.error().fault, Fault::adapter_restarted);
}

TEST(Elm327Ask, KeepsABusFailureApartFromSilence) {
    const auto result = Conversation()
                            .expect_sent("0100\r")
                            .answer("CAN ERROR\r\r>")
                            .run(Ask(request("0100"), can));
    ASSERT_TRUE(result.has_value());
    ASSERT_TRUE(result.value().answer.failure);
    EXPECT_EQ(result.value().answer.failure->fault, Fault::bus_failed);
}

TEST(Elm327Ask, EndsTheWaitingWhenEveryExpectedUnitHasAnswered) {
    const auto result = Conversation()
                            .expect_sent("0904\r")
                            .answer("7E8 10 13 49 04 01 32 33 37\r7E9 03 7F 09 12\r")
                            .answer("7E8 21 36 31 36 34 32 35 53\r")
                            .answer("7E8 22 00 00 00 00 00 00 AA\r")
                            .expect_sent(" ")
                            .answer("STOPPED\r\r>")
                            .run(Ask(from_units("0904", 2), can));
    ASSERT_TRUE(result.has_value());
    EXPECT_TRUE(result.value().interrupted);
    EXPECT_EQ(result.value().answer.messages.size(), 1U);
    EXPECT_EQ(result.value().answer.negatives.size(), 1U);
    EXPECT_FALSE(result.value().answer.failure);
}

TEST(Elm327Ask, NeverEndsTheWaitingForAHalfLineOrAPendingUnit) {
    const auto result = Conversation()
                            .expect_sent("0105\r")
                            .answer("7E8 03 41 05 7B")
                            .answer("\r7E9 03 7F 01 78\r")
                            .answer("7E9 03 41 05 60\r")
                            .expect_sent(" ")
                            .answer("\r>")
                            .run(Ask(from_units("0105", 2), can));
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(said(result.value()), (Said{"7E8 41057B", "7E9 410560"}));
}

TEST(Elm327Ask, KeepsTheAnswerWhenTheAdapterDoesNotComeBackFromAnInterrupt) {
    const auto result = Conversation()
                            .expect_sent("0105\r")
                            .answer("7E8 03 41 05 7B\r")
                            .expect_sent(" ")
                            .stay_silent()
                            .stay_silent()
                            .expect_sent("ATI\r")
                            .answer("ELM327 v1.5\r\r>")
                            .run(Ask(from_units("0105", 1), can));
    ASSERT_TRUE(result.has_value());
    EXPECT_TRUE(result.value().interrupt_failed);
    EXPECT_EQ(said(result.value()), Said{"7E8 41057B"});
}

TEST(Elm327Ask, AsksAgainWhenAnInterruptCutAnUnexpectedUnitShort) {
    const auto result = Conversation()
                            .expect_sent("0A\r")
                            .answer("7E8 02 4A 00\r")
                            .expect_sent(" ")
                            .answer("7E9 10 0A 4A 04 01 08 01 18\rSTOPPED\r\r>")
                            .stay_silent()
                            .expect_sent("0A\r")
                            .answer("7E8 02 4A 00\r7E9 10 0A 4A 04 01 08 01 18\r")
                            .answer("7E9 21 01 19 01 20 00 00 00\r\r>")
                            .run(Ask(from_units("0A", 1), can));
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(said(result.value()), (Said{"7E8 4A00", "7E9 4A040108011801190120"}));
}

TEST(Elm327Ask, DoesNotInterruptAnAdapterThatMustNotBe) {
    auto careful = can;
    careful.interrupts = false;
    const auto result = Conversation()
                            .expect_sent("0105\r")
                            .answer("7E8 03 41 05 7B\r")
                            .answer("\r>")
                            .run(Ask(from_units("0105", 1), careful));
    ASSERT_TRUE(result.has_value());
    EXPECT_FALSE(result.value().interrupted);
}

TEST(Elm327Ask, ReadsAnAdapterThatShowsNoHeaders) {
    auto plain = can;
    plain.headers = false;
    const auto result = Conversation()
                            .expect_sent("0902\r")
                            .answer("014\r0: 49 02 01 31 44 34\r1: 47 50 30 30 52 35 35\r")
                            .answer("2: 42 31 32 33 34 35 36\r\r>")
                            .run(Ask(request("0902"), plain));
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(said(result.value()), Said{"? 4902013144344750303052353542313233343536"});
}

TEST(Elm327Ask, TellsALostBluetoothHostFromASilentVehicle) {
    const auto result =
        Conversation().expect_sent("0100\r").answer("+DISC\r\r>").run(Ask(request("0100"), can));
    ASSERT_TRUE(result.has_error());
    EXPECT_EQ(result.error().fault, Fault::link_lost);
}

TEST(Elm327Ask, ReportsTheLinkLostAtEveryStep) {
    Conversation()
        .expect_sent("0906\r")
        .answer("7E8 03 7F 09 78\r\r>")
        .stay_silent()
        .expect_sent("0906\r")
        .answer("7E8 07 49 06 01 00 12 34 0B\r\r>")
        .check_link_loss_at_every_step([] { return Ask(request("0906"), can); });
}

TEST(Elm327Ask, OpensAKLineSessionAgainThatRanOut) {
    for (const auto* name : {"iso9141-2003", "kwp-fast-2005", "kwp-slow-2003"}) {
        auto vehicle = simulator::built_in_vehicle(name).value();
        const auto protocol = vehicle.protocol;
        const auto unit = vehicle.ecus.front().address;
        simulator::Elm elm(vehicle, *simulator::find_dialect("elm327-2.1-clone"), 38'400);
        tests::VirtualLink link(elm);
        Connect connect({.first = protocol});
        ASSERT_TRUE(link.run(connect).has_value()) << name;
        link.pass(std::chrono::seconds(6));
        Ask ask({{0x01, 0x01}, 1, {{unit, 1}}}, Manner{protocol});
        const auto asked = link.run(ask);
        ASSERT_TRUE(asked.has_value()) << name;
        EXPECT_FALSE(asked.value().answer.messages.empty()) << name;
    }
}

TEST(Elm327Ask, ASilentUnitOnKLineIsAskedTwiceAndNotMore) {
    Conversation talk;
    talk.expect_sent("0101\r").answer("NO DATA\r\r>");
    talk.expect_sent("ATPC\r").answer("OK\r\r>");
    talk.expect_sent("0101\r").answer("BUS INIT: OK\rNO DATA\r\r>");
    talk.expect_sent("0101\r").answer("NO DATA\r\r>");
    const bus::Request request{{0x01, 0x01}, {}, {{bus::EcuAddress::legacy(0x10), 1}}};
    const auto asked = talk.run(Ask(request, Manner{Protocol::iso9141}));
    ASSERT_TRUE(asked.has_value());
    EXPECT_TRUE(asked.value().answer.messages.empty());
    EXPECT_FALSE(asked.value().answer.failure);
    EXPECT_TRUE(asked.value().reopened_in_vain);
}

TEST(Elm327Ask, AsksOnceMoreWhenAUnitThatMustAnswerDoesNot) {
    const auto unit = [](std::uint32_t id) { return bus::EcuAddress::can11(id); };
    const bus::Request request{{0x01, 0x0D}, {}, {{unit(0x7E8), 1}, {unit(0x7E9), 1}}};
    Conversation found;
    found.expect_sent("010D\r").answer("7E803410D00\r\r>");
    found.expect_sent("010D\r").answer("7E803410D01\r7E903410D01\r\r>");
    EXPECT_EQ(found.run(Ask(request, can)).value().answer.messages.size(), 2U);
    // What the first said is kept when the second time only the other one answers.
    Conversation apart;
    apart.expect_sent("010D\r").answer("7E803410D00\r\r>");
    apart.expect_sent("010D\r").answer("7E903410D01\r\r>");
    const auto both = apart.run(Ask(request, can)).value().answer;
    ASSERT_EQ(both.messages.size(), 2U);
    EXPECT_EQ(both.of(unit(0x7E8)), (std::vector<Bytes>{{0x41, 0x0D, 0x00}}));
    // Nobody is asked a third time.
    Conversation silent;
    silent.expect_sent("010D\r").answer("NO DATA\r\r>");
    silent.expect_sent("010D\r").answer("NO DATA\r\r>");
    EXPECT_TRUE(silent.run(Ask(request, can)).value().answer.messages.empty());
}

const bus::Request calibrations{{0x09, 0x04}, {}, {}};

Conversation apart() {
    Conversation talk;
    talk.expect_sent("ATSH7E1\r").answer("OK\r\r>");
    talk.expect_sent("ATCRA7E9\r").answer("OK\r\r>");
    talk.expect_sent("0904\r");
    talk.answer("7E91013490401424344\r7E92145464748494A4B\r7E9224C4D4E4F505152\r\r>");
    return talk;
}

TEST(Elm327AskUnit, SetsHeaderAndFilterAndTakesThemBack) {
    auto talk = apart();
    talk.expect_sent("ATSH7DF\r").answer("OK\r\r>").expect_sent("ATAR\r").answer("OK\r\r>");
    const auto make = [] { return AskUnit(calibrations, can, bus::EcuAddress::can11(0x7E9)); };
    const auto asked = talk.run(make());
    ASSERT_TRUE(asked.has_value());
    ASSERT_EQ(asked.value().answer.messages.size(), 1U);
    EXPECT_EQ(asked.value().answer.messages[0].data.size(), 19U);
    talk.check_link_loss_at_every_step(make);
}

TEST(Elm327AskUnit, On29BitsTheUnitIsTheTarget) {
    Conversation talk;
    talk.expect_sent("ATSHDA1DF1\r").answer("OK\r\r>");
    talk.expect_sent("ATCRA18DAF11D\r").answer("OK\r\r>");
    talk.expect_sent("0904\r").answer("NO DATA\r\r>");
    talk.expect_sent("0904\r").answer("NO DATA\r\r>");
    talk.expect_sent("ATSHDB33F1\r").answer("OK\r\r>").expect_sent("ATAR\r").answer("OK\r\r>");
    const Manner manner{Protocol::can29_500};
    const auto unit = bus::EcuAddress::can29(0x18DAF11D);
    EXPECT_TRUE(talk.run(AskUnit(calibrations, manner, unit)).value().answer.messages.empty());
}

TEST(Elm327AskUnit, AnAdapterThatCannotIsAskedNothing) {
    Conversation talk;
    talk.expect_sent("ATSH7E1\r").answer("?\r\r>").expect_sent("ATSH7E1\r").answer("?\r\r>");
    talk.expect_sent("ATSH7DF\r").answer("OK\r\r>").expect_sent("ATAR\r").answer("OK\r\r>");
    const auto asked = talk.run(AskUnit(calibrations, can, bus::EcuAddress::can11(0x7E9)));
    ASSERT_TRUE(asked.has_error());
    EXPECT_EQ(asked.error().fault, Fault::adapter_rejected);
}

// With the header of one unit left behind, all others would seem silent.
TEST(Elm327AskUnit, AHeaderThatMayHaveStayedIsAReasonToSetUpAgain) {
    auto talk = apart();
    talk.expect_sent("ATSH7DF\r").answer("STOPPED\r\r>").expect_sent("ATSH7DF\r").answer("?\r\r>");
    const auto asked = talk.run(AskUnit(calibrations, can, bus::EcuAddress::can11(0x7E9)));
    ASSERT_TRUE(asked.has_error());
    EXPECT_EQ(asked.error().fault, Fault::adapter_restarted);
}

TEST(Elm327AskUnit, GivesASilentRequestLittleTimeAndTakesTheUsualOneBack) {
    Manner manner;
    manner.protocol = bus::Protocol::can11_500;
    const auto machine = [&] { return AskUnit::briefly(bus::identifier_request, manner); };
    Conversation talk;
    talk.expect_sent("ATST14\r").answer("OK\r\r>");
    talk.expect_sent("22F810\r").answer("NO DATA\r\r>");
    talk.expect_sent("ATST32\r").answer("OK\r\r>");
    const auto silent = talk.run(machine());
    ASSERT_TRUE(silent.has_value());
    EXPECT_TRUE(silent.value().answer.messages.empty() && !silent.value().answer.failure);
    talk.check_link_loss_at_every_step(machine);
    Conversation refused;  // then the caller asks as long as the adapter pleases
    refused.expect_sent("ATST14\r").answer("?\r\r>").expect_sent("ATST14\r").answer("?\r\r>");
    refused.expect_sent("ATST32\r").answer("OK\r\r>");
    EXPECT_EQ(refused.run(machine()).error().fault, Fault::adapter_rejected);
    Conversation unsure;  // it may wait too little from now on
    unsure.expect_sent("ATST14\r").answer("OK\r\r>");
    unsure.expect_sent("22F810\r").answer("NO DATA\r\r>");
    unsure.expect_sent("ATST32\r").answer("?\r\r>").expect_sent("ATST32\r").answer("?\r\r>");
    EXPECT_EQ(unsure.run(machine()).error().fault, Fault::adapter_restarted);
}

}  // namespace
}  // namespace protocols::elm327
