#include "protocols/elm327/ask.hpp"

#include "tests/support/conversation.hpp"

#include <gtest/gtest.h>

namespace protocols::elm327 {
namespace {

using bus::Protocol;
using tests::Conversation;

constexpr Manner can{Protocol::can11_500, true};

bus::Request request(std::string_view hex) {
    return {*from_hex(hex), std::nullopt, 0};
}

bus::Request counted(std::string_view hex, int frames, int responders) {
    return {*from_hex(hex), frames, responders};
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

TEST(Elm327Ask, ReportsTheLinkLostAtEveryStep) {
    Conversation()
        .expect_sent("0906\r")
        .answer("7E8 03 7F 09 78\r\r>")
        .stay_silent()
        .expect_sent("0906\r")
        .answer("7E8 07 49 06 01 00 12 34 0B\r\r>")
        .check_link_loss_at_every_step([] { return Ask(request("0906"), can); });
}

}  // namespace
}  // namespace protocols::elm327
