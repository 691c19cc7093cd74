#include "protocols/transcript/transcript.hpp"

#include "protocols/elm327/exchange.hpp"
#include "protocols/simulator/elm.hpp"
#include "tests/support/virtual_link.hpp"

#include <gtest/gtest.h>

namespace protocols::transcript {
namespace {

Transcript recorded() {
    const auto vehicle = simulator::built_in_vehicle("healthy-petrol").value();
    simulator::Elm elm(vehicle, *simulator::find_dialect("elm327-1.5-clone"), 38400);
    tests::VirtualLink link(elm);
    elm327::Exchange exchange("ATZ");
    static_cast<void>(link.run(exchange));
    return link.transcript();
}

TEST(Transcript, IsTheSameAfterWritingAndReading) {
    const auto before = recorded();
    const auto text = to_text(before);
    const auto after = transcript_from_text(text);
    ASSERT_TRUE(after.has_value()) << after.error().detail;
    EXPECT_EQ(to_text(after.value()), text);
    ASSERT_EQ(after.value().entries.size(), before.entries.size());
    for (std::size_t i = 0; i < before.entries.size(); ++i) {
        EXPECT_EQ(after.value().entries[i].bytes, before.entries[i].bytes);
        EXPECT_EQ(after.value().entries[i].at, before.entries[i].at);
    }
    // The clone's stray byte is not ASCII and must survive.
    EXPECT_NE(text.find("\"hex\":\"FC"), std::string::npos);
}

TEST(Transcript, NamesTheLineThatIsNotOne) {
    struct Row {
        std::string text;
        std::string_view complaint;
    };
    const std::string head = "{\"schema\":\"obd-station/transcript/1\"}\n";
    for (const auto& row : {
             Row{"", "line 1"},
             Row{"garbage", "line 1"},
             Row{"{\"schema\":\"other\"}", "line 1"},
             Row{head + "{\"t\":1,\"k\":\"begin\"}\n{\"t\":\"x\",\"k\":\"tx\"}\n", "line 3"},
             Row{head + "{\"t\":1,\"k\":\"sideways\"}", "line 2"},
             Row{head + "{\"t\":1,\"k\":\"rx\",\"hex\":\"0G\"}", "line 2"},
         }) {
        const auto result = transcript_from_text(row.text);
        ASSERT_TRUE(result.has_error()) << row.text;
        EXPECT_EQ(result.error().fault, Fault::malformed);
        EXPECT_NE(result.error().detail.find(row.complaint), std::string::npos) << row.text;
    }
}

TEST(Transcript, ReplaysEventForEvent) {
    const auto transcript = recorded();
    Replayer replayer(transcript);
    ASSERT_TRUE(replayer.next_conversation());
    elm327::Exchange again("ATZ");
    const auto result = replayer.run(again);
    ASSERT_TRUE(result.has_value()) << result.error().detail;
    EXPECT_EQ(result.value().lines.back(), "ELM327 v1.5");
    EXPECT_FALSE(replayer.next_conversation());
}

TEST(Transcript, RefusesAConversationThatWasNotHeld) {
    const auto transcript = recorded();
    Replayer other(transcript);
    ASSERT_TRUE(other.next_conversation());
    elm327::Exchange different("ATI");
    const auto result = other.run(different);
    ASSERT_TRUE(result.has_error());
    EXPECT_EQ(result.error().fault, Fault::replay_diverged);
}

TEST(Transcript, RefusesToGoOnBehindItsEnd) {
    auto transcript = recorded();
    transcript.entries.pop_back();
    Replayer replayer(transcript);
    ASSERT_TRUE(replayer.next_conversation());
    elm327::Exchange again("ATZ");
    const auto result = replayer.run(again);
    ASSERT_TRUE(result.has_error());
    EXPECT_EQ(result.error().fault, Fault::replay_diverged);
}

}  // namespace
}  // namespace protocols::transcript
