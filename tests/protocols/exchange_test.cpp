#include "protocols/elm327/exchange.hpp"

#include "tests/support/conversation.hpp"

#include <gtest/gtest.h>

namespace protocols::elm327 {
namespace {

using tests::Conversation;
using Lines = std::vector<std::string>;

TEST(Elm327Exchange, GivesTheLinesBeforeThePrompt) {
    const auto result =
        Conversation().expect_sent("010C\r").answer("41 0C 1A F8 \r\r>").run(Exchange("010C"));
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result.value().lines, Lines{"41 0C 1A F8"});
}

TEST(Elm327Exchange, SaysTheSameHoweverTheAnswerIsCutUp) {
    const std::string answer = "010C\r41 0C 1A F8 \r\r>";
    for (std::size_t split = 1; split < answer.size(); ++split) {
        const auto result = Conversation()
                                .expect_sent("010C\r")
                                .answer(answer.substr(0, split))
                                .answer(answer.substr(split))
                                .run(Exchange("010C"));
        ASSERT_TRUE(result.has_value()) << split;
        EXPECT_EQ(result.value().lines, Lines{"41 0C 1A F8"}) << split;
    }
}

TEST(Elm327Exchange, TellsASilentVehicleFromASilentAdapter) {
    const auto vehicle =
        Conversation().expect_sent("0100\r").answer("NO DATA\r\r>").run(Exchange("0100"));
    ASSERT_TRUE(vehicle.has_value());
    EXPECT_EQ(fault_of(vehicle.value()), Fault::vehicle_silent);

    const auto adapter = Conversation().expect_sent("0100\r").stay_silent().run(Exchange("0100"));
    ASSERT_TRUE(adapter.has_error());
    EXPECT_EQ(adapter.error().fault, Fault::adapter_silent);
}

TEST(Elm327Exchange, ReportsTheLinkLostAtEveryStep) {
    Conversation()
        .expect_sent("ATI\r")
        .answer("ELM")
        .answer("327 v2.3")
        .answer("\r\r>")
        .check_link_loss_at_every_step([] { return Exchange("ATI"); });
}

TEST(Elm327Exchange, KeepsWhatCameBeforeTheAdapterFellSilent) {
    const auto result = Conversation()
                            .expect_sent("0902\r")
                            .answer("7E8 10 14 49")
                            .stay_silent()
                            .run(Exchange("0902"));
    ASSERT_TRUE(result.has_error());
    EXPECT_EQ(result.error().fault, Fault::adapter_silent);
    EXPECT_EQ(result.error().detail, "7E8 10 14 49");
}

TEST(Elm327Exchange, WaitsLongerWhileTheAdapterSearches) {
    const Limits limits;
    const auto patience = [&](std::string_view first_bytes) {
        Exchange exchange("0100", limits);
        static_cast<void>(exchange.resume(Started{}, Instant{}));
        static_cast<void>(exchange.resume(Sent{}, Instant{}));
        const auto action = exchange.resume(Received{first_bytes}, Instant{});
        return std::get<WaitUntil>(action).deadline - Instant{};
    };
    EXPECT_EQ(patience("7E8"), limits.quiet);
    EXPECT_EQ(patience("SEARCHING..."), limits.total);
    EXPECT_EQ(patience("BUS INIT: "), limits.total);
}

TEST(Elm327Exchange, RefusesAnEndlessReply) {
    constexpr std::size_t limit = 100;
    const auto with = [](std::size_t bytes) {
        return Conversation()
            .expect_sent("ATMA\r")
            .answer(std::string(bytes, 'A'))
            .answer("\r>")
            .run(Exchange("ATMA", {.reply_bytes = limit}));
    };
    EXPECT_TRUE(with(limit - 1).has_value());
    ASSERT_TRUE(with(limit + 1).has_error());
    EXPECT_EQ(with(limit + 1).error().fault, Fault::reply_too_long);
}

TEST(Elm327Resync, FindsThePromptAgainBehindALateAnswer) {
    const auto result = Conversation()
                            .answer("41 0C 1A F8\r\r>")
                            .expect_sent("ATI\r")
                            .answer("\rELM327 v1.5\r\r>")
                            .run(Resync());
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result.value().lines, Lines{"ELM327 v1.5"});
}

TEST(Elm327Resync, GivesUpOnAnAdapterThatStaysSilent) {
    Conversation talk;
    talk.stay_silent();
    for (int i = 0; i < 3; ++i) {
        talk.expect_sent("ATI\r").stay_silent();
    }
    const auto result = talk.run(Resync());
    ASSERT_TRUE(result.has_error());
    EXPECT_EQ(result.error().fault, Fault::adapter_silent);
}

}  // namespace
}  // namespace protocols::elm327
