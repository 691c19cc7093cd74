#include "protocols/elm327/batch.hpp"

#include "tests/support/conversation.hpp"

#include <gtest/gtest.h>

namespace protocols::elm327 {
namespace {

using tests::Conversation;

const auto engine = bus::EcuAddress::can11(0x7E8);
const auto gearbox = bus::EcuAddress::can11(0x7E9);

Manner stn() {
    Manner manner{bus::Protocol::can11_500};
    manner.counting = Counting::frames;
    manner.batches = true;
    return manner;
}

bus::Request one(std::string_view hex, int frames, std::vector<bus::EcuAddress> units) {
    bus::Request request{*from_hex(hex), frames, {}};
    for (const auto unit : units) {
        request.expected.push_back({unit, 1});
    }
    return request;
}

std::vector<bus::Request> codes() {
    return {one("0101", 2, {engine, gearbox}), one("03", 1, {engine}), one("0902", 3, {engine})};
}

constexpr auto status = "7E806410100076100\r7E906410100040000\r";
constexpr auto stored = "7E8024300\r";
constexpr auto vin = "7E8101449020131474B\r7E82143523246333944\r7E82241313132323333\r";

/// What was settled, of each request.
std::vector<std::size_t> settled(const Result<BatchAsked>& result) {
    std::vector<std::size_t> counts;
    for (const auto& answer : result.value().answers) {
        counts.push_back(answer ? answer->messages.size() + answer->negatives.size() : 0);
    }
    return counts;
}
using Counts = std::vector<std::size_t>;

Result<BatchAsked> with(const std::string& reply, std::vector<bus::Request> requests = codes()) {
    return Conversation()
        .expect_sent("01012|031|09023\r")
        .answer(reply)
        .run(AskBatch(std::move(requests), stn()));
}

TEST(AskBatch, EachRequestGetsItsOwnAnswerHoweverTheyAreSeparated) {
    for (const std::string between : {"", "\r", "|\r", "\r\r"}) {
        // A bar is no data: whoever prints one is asked one by one.
        const auto result =
            with(std::string(status) + between + stored + between + vin + between + ">");
        ASSERT_TRUE(result.has_value());
        const bool bars = between.find('|') != between.npos;
        EXPECT_EQ(result.value().taken, !bars) << between;
        EXPECT_EQ(settled(result), bars ? (Counts{0, 0, 0}) : (Counts{2, 1, 1})) << between;
    }
}

TEST(AskBatch, WhoMustAnswerAndDoesNotLeavesOnlyThatRequestOpen) {
    const auto result = with("7E806410100076100\r\r" + std::string(stored) + "\rNO DATA\r\r>");
    ASSERT_TRUE(result.has_value());
    EXPECT_TRUE(result.value().taken);
    EXPECT_EQ(settled(result), (Counts{0, 1, 0}));
}

TEST(AskBatch, NothingCountsWhenAnythingIsDamagedStrangeOrSuperfluous) {
    const std::string good = std::string(status) + stored;
    for (const std::string bad :
         {"7E8101449020131474B\r7E82241313132323333\r",  // a frame is missing
          "7E8101449020131474B\r",                       // two are
          "7E8101449020131474B<RX ERROR\r",              // damaged on the bus
          "7E8044105\r", "7E80341057B\r",                // nobody asked for it
          "hello\r", "7E8037F0178\r", "BUFFER FULL\r", "?\r"}) {
        const auto result = with(good + bad + "\r>");
        ASSERT_TRUE(result.has_value()) << bad;
        EXPECT_FALSE(result.value().taken) << bad;
        EXPECT_EQ(settled(result), (Counts{0, 0, 0})) << bad;
    }
}

TEST(AskBatch, ARefusalIsTheAnswerOfTheOnlyRequestOfItsService) {
    const auto result = with(std::string(status) + stored + "7E8037F0911\r\r>");
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(settled(result), (Counts{2, 1, 1}));
    EXPECT_EQ(result.value().answers[2]->negatives.at(0).code, 0x11);
    // Two of service 09: it could be either's.
    const auto unclear =
        Conversation()
            .expect_sent("09023|090A1\r")
            .answer("7E8037F0911\r" + std::string(vin) + "\r>")
            .run(AskBatch({one("0902", 3, {engine}), one("090A", 1, {engine})}, stn()));
    ASSERT_TRUE(unclear.has_value());
    EXPECT_FALSE(unclear.value().taken);
}

TEST(AskBatch, ComesBackToThePromptAfterSilenceAndReportsARestart) {
    const auto silent = Conversation()
                            .expect_sent("01012|031|09023\r")
                            .stay_silent()
                            .stay_silent()
                            .expect_sent("ATI\r")
                            .answer("ELM327 v1.4b\r\r>")
                            .run(AskBatch(codes(), stn()));
    ASSERT_TRUE(silent.has_value());
    EXPECT_FALSE(silent.value().taken);
    const auto restarted = with("LV RESET\r\r>");
    ASSERT_TRUE(restarted.has_error());
    EXPECT_EQ(restarted.error().fault, Fault::adapter_restarted);
    Conversation()
        .expect_sent("01012|031|09023\r")
        .answer(status)
        .answer(std::string(stored) + vin + "\r>")
        .check_link_loss_at_every_step([] { return AskBatch(codes(), stn()); });
}

TEST(CountedCommand, StpxCountsWhatOneDigitCannot) {
    auto manner = stn();
    auto request = one("0908", 15, {engine, gearbox});
    EXPECT_EQ(counted_command(request, manner), "0908F");
    request.frames = 16;
    EXPECT_EQ(counted_command(request, manner), std::nullopt);
    manner.counting_stpx = Counting::frames;
    EXPECT_EQ(counted_command(request, manner), "STPXH:7DF,D:0908,R:16");
    manner.counting_stpx = Counting::messages;
    EXPECT_EQ(counted_command(request, manner), "STPXH:7DF,D:0908,R:2");
    request.frames = 2;
    EXPECT_EQ(counted_command(request, manner), "09082");
    request.unrepeated = true;
    EXPECT_EQ(counted_command(request, manner), "STPXH:7DF,D:0908,R:2") << "no digit behind it";
    request = one("0908", 16, {engine, gearbox});
    manner.protocol = bus::Protocol::can29_250;
    EXPECT_EQ(counted_command(request, manner), "STPXH:18DB33F1,D:0908,R:2");
    manner.protocol = bus::Protocol::iso9141;
    EXPECT_EQ(counted_command(request, manner), std::nullopt);
    request.frames.reset();
    manner.protocol = bus::Protocol::can11_500;
    manner.counting_stpx = Counting::frames;
    EXPECT_EQ(counted_command(request, manner), std::nullopt);
}

}  // namespace
}  // namespace protocols::elm327
