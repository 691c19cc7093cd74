// The edges of the decoders of SAE J1979-2 and SAE J1939: what is cut, unknown, or fits twice.
#include "obd/decode/dtc_text.hpp"
#include "obd/decode/j1939.hpp"
#include "obd/decode/uds_records.hpp"

#include <gtest/gtest.h>

namespace obd {
namespace {

using protocols::Bytes;

Bytes bytes(std::string_view hex) {
    std::string digits(hex);
    std::erase(digits, ' ');
    return *protocols::from_hex(digits);
}

TEST(TongueEdges, ACodeOfSaeJ1939IsReadFromItsText) {
    EXPECT_EQ(Dtc::from_text("SPN 3364 FMI 18"), Dtc::j1939(3364, 18));
    EXPECT_EQ(Dtc::from_text("SPN 524287 FMI 31"), Dtc::j1939(524287, 31));
    for (const auto* bad :
         {"SPN 524288 FMI 31", "SPN 1 FMI 32", "SPN  FMI 1", "SPN 1 FMI ", "SPN 1x FMI 1",
          "SPN 1 FMI 1x", "SPN -1 FMI 1", "SPN 1", "spn 1 FMI 1", "XSPN 1 FMI 1"}) {
        EXPECT_FALSE(Dtc::from_text(bad)) << bad;
    }
}

TEST(TongueEdges, WhatNobodyNamedIsShownByItsNumber) {
    const auto known = dtc_text(Dtc::j1939(110, 0));
    EXPECT_EQ(known.en.find("110"), std::string::npos) << known.en;
    const auto parameter = dtc_text(Dtc::j1939(500001, 31));
    EXPECT_NE(parameter.en.find("Parameter 500001"), std::string::npos);
    EXPECT_NE(parameter.es.find("Parámetro 500001"), std::string::npos);
    EXPECT_EQ(dtc_text(Dtc::j1939(516095, 31)).en.find("Maker"), std::string::npos);
    EXPECT_NE(
        dtc_text(Dtc::j1939(516096, 31)).en.find("Maker's own parameter 516096"), std::string::npos
    );
    EXPECT_NE(dtc_text(Dtc::j1939(110, 30)).en.find("FMI 30"), std::string::npos);
    EXPECT_NE(dtc_text(Dtc::j1939(110, 30)).es.find("FMI 30"), std::string::npos);
}

TEST(TongueEdges, AFreezeFrameOfATruckIsWholeOrRefused) {
    EXPECT_TRUE(j1939::read_dm25(bytes("06240D12")).has_error());
    EXPECT_FALSE(j1939::read_dm25(bytes("00 240D1201")).value()) << "of no length: none";
    EXPECT_FALSE(j1939::read_dm25(bytes("04 00000000")).value());
    EXPECT_TRUE(j1939::read_dm25(bytes("03 240D1201")).has_error());
    EXPECT_TRUE(j1939::read_dm25(bytes("05 240D1201")).has_error());
    const auto frame = j1939::read_dm25(bytes("05 240D1201 FF")).value();
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->cause.text(), "SPN 3364 FMI 18");
    EXPECT_TRUE(frame->values.empty());
    // DM4: as many values as fit into its length.
    const auto values = [](std::string_view hex) {
        std::string text;
        const auto read = j1939::read_dm4(bytes(hex)).value();
        for (const auto& [pid, value] : read->values) {
            text +=
                protocols::to_hex(pid) + "=" + std::to_string(static_cast<int>(value.value)) + " ";
        }
        return text;
    };
    EXPECT_EQ(values("0C 240D1201 00 00 401F 32 7B 0028"), "04=50 05=83 0C=1000 0D=40 ");
    EXPECT_EQ(values("0B 240D1201 00 00 401F 32 7B 00"), "04=50 05=83 0C=1000 ");
    EXPECT_EQ(values("08 240D1201 00 00 401F"), "0C=1000 ");
    EXPECT_EQ(values("07 240D1201 00 00 40"), "");
    EXPECT_EQ(values("0C 240D1201 00 00 FFFF FF 7B FFFF"), "05=83 ") << "not available";
    EXPECT_TRUE(j1939::read_dm4(bytes("0C 240D1201")).has_error());
    EXPECT_FALSE(j1939::read_dm4(bytes("0C 00000000 00 00 401F 32 7B 0028")).has_error());
}

TEST(TongueEdges, IdentifiersHaveTheLengthsOfTheirPages) {
    using Lengths = std::vector<std::size_t>;
    EXPECT_EQ(identifier_lengths(0xF40C), Lengths{2});
    EXPECT_EQ(identifier_lengths(0xF400), Lengths{4});
    EXPECT_EQ(identifier_lengths(0xF520), Lengths{4});
    EXPECT_EQ(identifier_lengths(0xF501), Lengths{});
    EXPECT_EQ(identifier_lengths(0xF6A0), Lengths{4});
    EXPECT_EQ(identifier_lengths(0xF601), Lengths{});
    EXPECT_EQ(identifier_lengths(0xF820), Lengths{4});
    EXPECT_EQ(identifier_lengths(0xF810), Lengths{1});
    EXPECT_EQ(identifier_lengths(0xF802), Lengths{17});
    EXPECT_EQ(identifier_lengths(0xF80A), Lengths{20});
    EXPECT_EQ(identifier_lengths(0xF804), Lengths{});
    EXPECT_EQ(identifier_lengths(0x0100), Lengths{});
    // One of unknown length is taken as the last one only.
    const std::vector<std::uint16_t> asked{0xF40D, 0xF804};
    const auto message = bytes("62F40D00 F804414243");
    const auto parts = split_identifiers(message, asked).value();
    ASSERT_EQ(parts.size(), 2U);
    EXPECT_EQ(parts[1].data.size(), 3U);
    const std::vector<std::uint16_t> turned{0xF804, 0xF40D};
    const auto swallowed = bytes("62F804414243F40D00");
    EXPECT_EQ(split_identifiers(swallowed, turned).value().size(), 1U);
    EXPECT_TRUE(split_identifiers(bytes("62F40D00F8"), asked).has_error());
    EXPECT_TRUE(split_identifiers(bytes("62F40D00F804"), asked).has_error()) << "no data";
}

TEST(TongueEdges, CodesInAClassicFormAreAtMostWhatAByteCounts) {
    const auto of = [](int codes) {
        auto message = bytes("594233FFFF04");
        for (int i = 1; i <= codes; ++i) {
            for (const int byte : {2, i >> 8, i & 0xFF, 0, 8}) {
                message.push_back(static_cast<std::uint8_t>(byte));
            }
        }
        return as_classic(message, 0x03);
    };
    EXPECT_EQ(of(255).value().size(), 2U + 2U * 255U);
    EXPECT_TRUE(of(256).has_error());
    EXPECT_TRUE(as_classic(bytes("594233FFFF04 02042000"), 0x03).has_error()) << "cut";
    EXPECT_TRUE(as_classic(bytes("62F601"), 0x06).has_error());
    EXPECT_TRUE(as_classic(bytes("62F601 01"), 0x01).has_error()) << "another service";
    EXPECT_EQ(
        protocols::to_hex(as_classic(bytes("62F640 80000000"), 0x06).value()), "464080000000"
    );
    // Test results are whole or not at all.
    EXPECT_TRUE(as_classic(bytes("62F601 010B0BB003E80F"), 0x06).has_error());
    EXPECT_EQ(
        protocols::to_hex(as_classic(bytes("62F601 010B0BB003E80FA0"), 0x06).value()),
        "4601010B0BB003E80FA0"
    );
}

TEST(TongueEdges, AFrameThatFitsTwiceIsNotGuessedAt) {
    // PIDs of several lengths: only what follows tells which it is.
    std::uint16_t several = 0;
    for (std::uint16_t pid = 1; pid <= 0xFF && several == 0; ++pid) {
        several = identifier_lengths(static_cast<std::uint16_t>(0xF400 | pid)).size() > 1
                      ? static_cast<std::uint16_t>(0xF400 | pid)
                      : several;
    }
    ASSERT_NE(several, 0) << "the table has none any more: this test goes";
    const auto lengths = identifier_lengths(several);
    const auto frame = [&](std::size_t length, std::string_view then, int identifiers) {
        auto message = bytes("5904 042000 AF 00");
        message.push_back(static_cast<std::uint8_t>(identifiers));
        message.push_back(static_cast<std::uint8_t>(several >> 8));
        message.push_back(static_cast<std::uint8_t>(several & 0xFF));
        message.insert(message.end(), length, 0x11);
        const auto rest = bytes(then);
        message.insert(message.end(), rest.begin(), rest.end());
        return message;
    };
    for (const auto length : lengths) {
        const auto message = frame(length, "", 1);
        const auto alone = read_snapshot_report(message);
        ASSERT_TRUE(alone.has_value()) << length;
        EXPECT_EQ(alone.value().records[0].parts[0].data.size(), length);
    }
    const auto shorter = frame(lengths.front(), "F40D3C", 2);
    EXPECT_TRUE(read_snapshot_report(shorter).has_value());
    // Behind the longer one the same bytes could be an identifier nobody knows.
    const auto twice = read_snapshot_report(frame(lengths.front() + 1, "F40D3C", 2));
    ASSERT_TRUE(twice.has_error());
    EXPECT_TRUE(twice.error().detail.starts_with("the frames fit")) << twice.error().detail;
}

}  // namespace
}  // namespace obd
