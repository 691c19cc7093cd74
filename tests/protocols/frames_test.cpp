#include "protocols/elm327/frames.hpp"

#include "protocols/isotp/reassembly.hpp"

#include <gtest/gtest.h>

namespace protocols::elm327 {
namespace {

using bus::Protocol;
using Lines = std::vector<std::string>;

std::map<std::string, std::vector<std::string>> by_sender(const Frames& frames) {
    std::map<std::string, std::vector<std::string>> all;
    for (const auto& message : frames.messages) {
        all[message.source.text()].push_back(to_hex(message.data));
    }
    return all;
}
using Senders = std::map<std::string, std::vector<std::string>>;

TEST(Elm327Frames, PutsInterleavedAnswersOfSeveralUnitsTogether) {
    const auto frames = read_frames(
        {"7E8 10 0A 43 04 01 08 01 18", "7E9 10 0A 43 04 03 01 03 02",
         "7E9 21 03 03 03 04 AA AA AA", "7E8 21 01 19 01 20 00 00 00"},
        Protocol::can11_500
    );
    EXPECT_EQ(
        by_sender(frames),
        (Senders{{"7E8", {"43040108011801190120"}}, {"7E9", {"43040301030203030304"}}})
    );
    EXPECT_FALSE(frames.incomplete);
}

TEST(Elm327Frames, ReadsExtendedIdentifiersWithAndWithoutSpaces) {
    for (const auto* line : {"18 DA F1 10 06 41 00 BE 3F B8 13", "18DAF110064100BE3FB813"}) {
        EXPECT_EQ(
            by_sender(read_frames({line}, Protocol::can29_500)),
            (Senders{{"18DAF110", {"4100BE3FB813"}}})
        );
    }
}

TEST(Elm327Frames, KeepsForeignTrafficOutOfTheReading) {
    const auto frames =
        read_frames({"7E2 04 41 0C 40 40", "7E8 04 41 0C 40 80"}, Protocol::can11_500);
    EXPECT_EQ(by_sender(frames), (Senders{{"7E8", {"410C4080"}}}));
    ASSERT_EQ(frames.problems.size(), 1U);
    EXPECT_NE(frames.problems[0].find("7E2"), std::string::npos);
}

TEST(Elm327Frames, CountsARepeatedFrameOnce) {
    const auto frames =
        read_frames({"7E8 04 41 15 00 FF", "7E8 04 41 15 00 FF"}, Protocol::can11_500);
    EXPECT_EQ(by_sender(frames), (Senders{{"7E8", {"411500FF"}}}));
}

TEST(Elm327Frames, SaysWhichUnitsAnswerIsIncomplete) {
    const auto frames = read_frames(
        {"7E9 10 0E 43 06 13 36 13 40", "7E8 02 43 00", "7E9 21 13 38 00 87 13 37 13"},
        Protocol::can11_500
    );
    EXPECT_EQ(by_sender(frames), (Senders{{"7E8", {"4300"}}}));
    EXPECT_TRUE(frames.incomplete);
    EXPECT_NE(frames.problems.back().find("7E9"), std::string::npos);
}

// Each row: header form, checksum, payload (SAE J1850, ISO 9141-2, ISO 14230-2).
TEST(Elm327Frames, ReadsLegacyHeadersOfEveryForm) {
    EXPECT_EQ(
        by_sender(read_frames({"48 6B 10 41 0C 0D 48 93"}, Protocol::j1850_vpw)),
        (Senders{{"10", {"410C0D48"}}})
    );
    EXPECT_EQ(
        by_sender(read_frames({"41 6B 10 41 00 80 00 00 01 B4"}, Protocol::j1850_pwm)),
        (Senders{{"10", {"410080000001"}}})
    );
    EXPECT_EQ(
        by_sender(read_frames({"48 6B 11 41 0C 1F 40 70"}, Protocol::iso9141)),
        (Senders{{"11", {"410C1F40"}}})
    );
    EXPECT_EQ(
        by_sender(read_frames({"84 F1 11 41 0C 1F 44 36"}, Protocol::kwp_fast)),
        (Senders{{"11", {"410C1F44"}}})
    );
    // A length byte of its own (format byte 80), and no addresses at all (format byte 04).
    EXPECT_EQ(
        by_sender(read_frames({"80 F1 11 04 41 0C 1F 44 36"}, Protocol::kwp_slow)),
        (Senders{{"11", {"410C1F44"}}})
    );
    EXPECT_EQ(
        by_sender(read_frames({"04 41 0C 1F 44 B4"}, Protocol::kwp_slow)),
        (Senders{{"?", {"410C1F44"}}})
    );
}

TEST(Elm327Frames, RefusesAWrongChecksum) {
    const auto frames = read_frames({"41 6B 10 42 00 00 00 00 00 00 AA"}, Protocol::j1850_pwm);
    EXPECT_TRUE(frames.messages.empty());
    EXPECT_TRUE(frames.incomplete);
    EXPECT_FALSE(
        read_frames({"41 6B 10 42 00 00 00 00 00 00 AA"}, Protocol::j1850_pwm, Checksum::ignore)
            .messages.empty()
    );
}

TEST(Elm327Frames, ReadsSegmentsWithoutHeaders) {
    const auto frames = read_headerless(
        {"014", "0: 49 02 01 31 44 34", "1: 47 50 30 30 52 35 35", "2: 42 31 32 33 34 35 36"}
    );
    EXPECT_EQ(by_sender(frames), (Senders{{"?", {"4902013144344750303052353542313233343536"}}}));
    EXPECT_TRUE(frames.problems.empty());
}

TEST(Elm327Frames, WarnsThatSegmentsOfTwoSendersAreToldApartByOrderOnly) {
    const auto frames = read_headerless(
        {"00A", "0:430401080118", "00A", "0:430403010302", "1:01190120AAAAAA", "1:03030304AAAAAA"}
    );
    EXPECT_EQ(
        by_sender(frames), (Senders{{"?", {"43040108011801190120", "43040301030203030304"}}})
    );
    EXPECT_FALSE(frames.problems.empty());
}

TEST(Elm327Frames, TakesAnAnswerOfNoBytesForNone) {
    const auto frames = read_headerless({"000", "0:430401080118"});
    EXPECT_TRUE(frames.messages.empty());
    EXPECT_FALSE(frames.problems.empty());
}

TEST(Elm327Frames, NeverReadsAHalfAnswer) {
    const auto cut =
        read_headerless({"014", "0: 49 02 01 32 54 32", "1: 5A 4B 31 42 41 39 41", "2: 43 30 32"});
    EXPECT_TRUE(cut.messages.empty());
    EXPECT_TRUE(cut.incomplete);
    const auto swapped =
        read_headerless({"014", "0: 49 02 01 32 54 32", "2: 5A 4B 31 42 41 39 41"});
    EXPECT_TRUE(swapped.messages.empty());
    EXPECT_TRUE(swapped.incomplete);
}

}  // namespace
}  // namespace protocols::elm327

namespace protocols::isotp {
namespace {

Bytes hex(std::string_view text) {
    return *from_hex(text);
}

std::vector<std::string> texts(const std::vector<Bytes>& messages) {
    std::vector<std::string> list;
    for (const auto& message : messages) {
        list.push_back(to_hex(message));
    }
    return list;
}

TEST(IsoTpReassembly, AbandonsAMessageOnAWrongSequenceNumber) {  // ISO 15765-2:2016 9.6.4.4
    Reassembly reassembly;
    for (const auto* frame : {"1014490201314434", "22423132333435AA", "2147503030523535"}) {
        reassembly.add(hex(frame));
    }
    EXPECT_TRUE(reassembly.messages().empty());
    EXPECT_EQ(reassembly.problems().front(), "wrong sequence number");
}

TEST(IsoTpReassembly, WrapsTheSequenceNumberAfterFifteen) {
    Reassembly reassembly;
    Bytes first{0x10, 0x78, 1, 2, 3, 4, 5, 6};  // 120 bytes: 17 consecutive frames
    reassembly.add(first);
    for (std::uint8_t i = 1; i <= 17; ++i) {
        reassembly.add(Bytes{static_cast<std::uint8_t>(0x20 | (i & 0x0F)), i, i, i, i, i, i, i});
    }
    ASSERT_EQ(reassembly.messages().size(), 1U);
    EXPECT_EQ(reassembly.messages()[0].size(), 120U);
    EXPECT_FALSE(reassembly.incomplete());
}

TEST(IsoTpReassembly, RefusesImpossibleLengths) {
    Reassembly reassembly;
    for (const auto* frame :
         {"00", "0841000001020304", "01", "1007410000010203", "100A4100", "F0"}) {
        reassembly.add(hex(frame));
    }
    EXPECT_TRUE(reassembly.messages().empty());
    EXPECT_EQ(reassembly.problems().size(), 6U);
    EXPECT_FALSE(reassembly.incomplete());
}

TEST(IsoTpReassembly, DropsPaddingBehindTheLastByte) {
    Reassembly reassembly;
    reassembly.add(hex("100A430401080118"));
    reassembly.add(hex("2101190120AAAAAA"));
    EXPECT_EQ(texts(reassembly.messages()), std::vector<std::string>{"43040108011801190120"});
}

}  // namespace
}  // namespace protocols::isotp
