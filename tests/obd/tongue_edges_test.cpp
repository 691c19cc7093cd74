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

// Each of these was a change of the decoder that no test noticed.
TEST(TongueEdges, TheHighestValueOfSaeJ1939IsOneAndTheNextIsNone) {
    auto readiness = j1939::read_dm5(bytes("FA FB 14 00 00 00 00 00")).value();
    EXPECT_EQ(readiness.active, 0xFA);
    EXPECT_EQ(readiness.previously_active, std::nullopt);
    EXPECT_EQ(readiness.compliance, 0x14);
    readiness = j1939::read_dm5(bytes("FB 03 FF 00 00 00 00 00")).value();
    EXPECT_EQ(readiness.active, std::nullopt);
    EXPECT_EQ(readiness.previously_active, 3);
    const auto since = j1939::read_dm21(bytes("FFFA 00FB 0000 FFFF")).value();
    EXPECT_EQ(since.km_with_mil, 0xFAFF);
    EXPECT_EQ(since.km_since_clear, std::nullopt);
    EXPECT_EQ(since.minutes_with_mil, 0);
    EXPECT_EQ(since.minutes_since_clear, std::nullopt);
    std::string heavy_duty;
    for (int compliance = 0; compliance <= 0xFF; ++compliance) {
        if (j1939::is_hd_obd(static_cast<std::uint8_t>(compliance))) {
            heavy_duty += protocols::to_hex(static_cast<std::uint8_t>(compliance));
        }
    }
    EXPECT_EQ(heavy_duty, "13142223");
    const auto counts = j1939::read_dm29(bytes("01 02 03 04 05")).value();
    EXPECT_EQ(counts.emission_pending, 1);
    EXPECT_EQ(counts.all_pending, 2);
    EXPECT_EQ(counts.mil_on, 3);
    EXPECT_EQ(counts.previously_mil_on, 4);
    EXPECT_EQ(counts.permanent, 5);
}

TEST(TongueEdges, CodesOfATruckAreReadToTheLastByteAndNoFurther) {
    const auto lamps = [](std::string_view hex) { return j1939::read_codes(bytes(hex)).value(); };
    EXPECT_TRUE(lamps("20 00").codes.empty()) << "lamps alone";
    EXPECT_EQ(lamps("20 00").lamps.red_stop, j1939::Lamp::error);
    EXPECT_EQ(lamps("10 30").lamps.red_stop, j1939::Lamp::on);
    EXPECT_EQ(lamps("00 00").lamps.red_stop, j1939::Lamp::off);
    EXPECT_TRUE(j1939::read_codes(bytes("20")).has_error());
    // Of two bytes behind a code both are padding or the message is cut.
    EXPECT_EQ(lamps("0000 6E000501 FFFF").codes.size(), 1U);
    for (const auto* cut : {"0000 6E000501 FF00", "0000 6E000501 00FF", "0000 6E000501 0000"}) {
        EXPECT_TRUE(j1939::read_codes(bytes(cut)).has_error()) << cut;
    }
    // Nothing is what has neither a parameter nor a failure mode.
    EXPECT_TRUE(lamps("0000 00000000").codes.empty());
    ASSERT_EQ(lamps("0000 00000501").codes.size(), 1U);
    ASSERT_EQ(lamps("0000 6E000001").codes.size(), 1U);
    EXPECT_FALSE(lamps("0000 6E000501").codes[0].older_method);
    EXPECT_TRUE(lamps("0000 6E000581").codes[0].older_method);
    EXPECT_EQ(lamps("0000 6E000581").codes[0].occurrences, 1);
    EXPECT_EQ(lamps("0000 6E0005FF").codes[0].occurrences, std::nullopt);
    for (const auto* cause : {"04 00000501", "04 6E000001"}) {
        EXPECT_TRUE(j1939::read_dm25(bytes(cause)).value()) << cause;
    }
}

TEST(TongueEdges, RecordsOfATruckAreWhole) {
    const auto name = std::string("41424344 45464748 494A4B4C 4D4E7EFF");
    const auto one = j1939::read_dm19(bytes("04030201" + name)).value();
    ASSERT_EQ(one.size(), 1U);
    EXPECT_EQ(one[0].cvn, "01020304");
    EXPECT_EQ(one[0].calid, "ABCDEFGHIJKLMN~");
    EXPECT_TRUE(j1939::read_dm19(bytes("04030201" + name + "04")).has_error());
    EXPECT_TRUE(j1939::read_dm19({}).has_error());
    const auto none = j1939::read_dm20(bytes("0500 0600")).value();
    EXPECT_EQ(none.ignition_cycles, 5);
    EXPECT_EQ(none.obd_conditions, 6);
    EXPECT_TRUE(none.ratios.empty());
    EXPECT_TRUE(j1939::read_dm20(bytes("0500 0600 01")).has_error());
    EXPECT_TRUE(j1939::read_dm20(bytes("0500 06")).has_error());
    // DM24: a bit that is 0 says yes.
    const auto supports = [](std::string_view bits) {
        const auto row = j1939::read_dm24(bytes("6E00" + std::string(bits) + "02")).value().at(0);
        return std::string(row.freeze_frame ? "f" : "") + (row.data_stream ? "d" : "") +
               (row.test_results ? "t" : "");
    };
    EXPECT_EQ(supports("18"), "fdt");
    EXPECT_EQ(supports("19"), "dt");
    EXPECT_EQ(supports("1A"), "ft");
    EXPECT_EQ(supports("1B"), "t");
    EXPECT_EQ(supports("1C"), "fd");
    EXPECT_EQ(supports("1F"), "");
    const auto result = j1939::read_dm30(bytes("F7 6E0005 8400 0700 0900 0800")).value().at(0);
    EXPECT_EQ(result.test, 0xF7);
    EXPECT_EQ(result.spn, 110U);
    EXPECT_EQ(result.raw, 7);
    EXPECT_EQ(result.highest, 9);
    EXPECT_EQ(result.lowest, 8);
    EXPECT_FALSE(result.value) << "what a count is worth is not known";
    // A value may be the last of its message; one byte less and there is none.
    EXPECT_EQ(j1939::read_values(65265, bytes("FF 0064")).at(0).value->value, 100);
    EXPECT_FALSE(j1939::read_values(65265, bytes("FF 00")).at(0).value);
}

TEST(TongueEdges, AFamilyNeedsAYearAndMayBeNameless) {
    const auto text = [](std::string_view letters) {
        return j1939::read_dm56(Bytes(letters.begin(), letters.end()));
    };
    EXPECT_EQ(text("2011E-MY").value().family, "");
    EXPECT_EQ(text("2011E-MY").value().year, 2011);
    EXPECT_EQ(text("2014V-MYABC*").value().family, "ABC");
    EXPECT_TRUE(text("2014V-MYABC*").value().vehicle);
    for (const auto* bad :
         {"2011", "2011E-M", "20x1E-MY", "/011E-MY", ":011E-MY", "2011F-MY", "2011E_MY",
          "2011E-MY\x01"}) {
        EXPECT_TRUE(text(bad).has_error()) << bad;
    }
}

TEST(TongueEdges, AReportHasWhatItsKindHasAndNothingElse) {
    const auto read = [](std::string_view hex) { return read_dtc_report(bytes(hex)).value(); };
    auto report = read("59 02 FF");
    EXPECT_EQ(report.kind, 0x02);
    EXPECT_EQ(report.status_available, 0xFF);
    EXPECT_EQ(report.group, std::nullopt);
    EXPECT_EQ(report.severity_available, std::nullopt);
    EXPECT_TRUE(report.codes.empty());
    report = read("59 0A 7F 042000 08");  // every code it can have
    EXPECT_EQ(report.status_available, 0x7F);
    ASSERT_EQ(report.codes.size(), 1U);
    EXPECT_EQ(report.codes[0].severity, std::nullopt);
    EXPECT_EQ(report.codes[0].format, DtcFormat::iso14229);
    report = read("59 42 33 FF 1E 04 02 042000 08");
    EXPECT_EQ(report.group, 0x33);
    EXPECT_EQ(report.status_available, 0xFF);
    EXPECT_EQ(report.severity_available, 0x1E);
    EXPECT_EQ(report.readiness_group, std::nullopt);
    EXPECT_EQ(report.codes[0].severity, 0x02);
    report = read("59 55 33 03 04");
    EXPECT_EQ(report.kind, 0x55);
    EXPECT_EQ(report.status_available, 0x03);
    EXPECT_EQ(report.severity_available, std::nullopt);
    EXPECT_EQ(report.readiness_group, std::nullopt);
    report = read("59 56 33 FF 04 0B");
    EXPECT_EQ(report.readiness_group, 0x0B);
    EXPECT_EQ(report.record, std::nullopt);
    EXPECT_EQ(read("59 1A FF 92").record, 0x92);
}

TEST(TongueEdges, WhatASharedAnswerCannotBeIsSaidApart) {
    const std::vector<std::uint16_t> asked{0xF404, 0xF405};
    const auto said = [&](std::string_view hex) {
        return split_identifiers(bytes(hex), asked).error().detail;
    };
    EXPECT_TRUE(said("62 F406 10 F405 20").starts_with("does not fit what was asked for"));
    EXPECT_TRUE(said("41 F404 10 F405 20").starts_with("no answer with identifiers"));
    EXPECT_TRUE(said("62 F404").starts_with("no answer with identifiers"));
}

TEST(TongueEdges, OnlyTheSameServiceIsMadeClassic) {
    const auto classic = [](std::string_view hex, std::uint8_t service) {
        return protocols::to_hex(as_classic(bytes(hex), service).value());
    };
    EXPECT_EQ(classic("62 F40D 50", 0x01), "410D50") << "the shortest there is";
    EXPECT_EQ(classic("62 F808 0001 0002", 0x09), "49080200010002");
    EXPECT_EQ(classic("62 F80B 0001", 0x09), "490B010001");
    EXPECT_TRUE(as_classic(bytes("62 F808 0001 02"), 0x09).has_error());
    EXPECT_TRUE(as_classic(bytes("62 F80B 0001 02"), 0x09).has_error());
    for (const auto& [hex, service] :
         {std::pair{"62 F600 00000000", 0x01},
          {"62 F600 00000000", 0x09},
          {"62 F40D 50", 0x06},
          {"62 F40D 50", 0x09},
          {"62 F80B 0001", 0x01},
          {"62 F80B 0001", 0x06}}) {
        EXPECT_TRUE(as_classic(bytes(hex), static_cast<std::uint8_t>(service)).has_error()) << hex;
    }
    // A byte counts the items: 255 at most.
    Bytes many = bytes("62 F806");
    many.resize(3 + 255 * 4, 0x11);
    EXPECT_EQ(as_classic(many, 0x09).value()[2], 0xFF);
    many.resize(3 + 256 * 4, 0x11);
    EXPECT_TRUE(as_classic(many, 0x09).has_error());
}

}  // namespace
}  // namespace obd
