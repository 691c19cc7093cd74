#include "obd/decode/dtc.hpp"
#include "obd/decode/dtc_text.hpp"
#include "obd/decode/information.hpp"
#include "obd/decode/monitors.hpp"
#include "obd/decode/parameters.hpp"
#include "obd/decode/signals.hpp"
#include "obd/decode/test_results.hpp"
#include "obd/decode/vin.hpp"
#include "obd/snapshot/explain.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace obd {
namespace {

using protocols::Bytes;

Bytes hex(std::string_view text) {
    return *protocols::from_hex(text);
}
std::vector<Bytes> messages(std::initializer_list<std::string_view> texts) {
    std::vector<Bytes> list;
    for (const auto text : texts) {
        list.push_back(hex(text));
    }
    return list;
}
std::string joined(const std::vector<Dtc>& codes) {
    std::string all;
    for (const auto code : codes) {
        all += (all.empty() ? "" : " ") + code.text();
    }
    return all;
}

TEST(DecodeDtc, ReadsTheCountOnCanAndNeverOnLegacy) {  // SAE J1979 6.3
    EXPECT_EQ(joined(read_dtcs(messages({"430203010420"}), Framing::can).value()), "P0301 P0420");
    EXPECT_EQ(joined(read_dtcs(messages({"43013300000000"}), Framing::legacy).value()), "P0133");
    EXPECT_EQ(
        joined(read_dtcs(messages({"43030003020303", "43030400000000"}), Framing::legacy).value()),
        "P0300 P0302 P0303 P0304"
    );
    EXPECT_EQ(joined(read_dtcs(messages({"4300"}), Framing::can).value()), "");
}

TEST(DecodeDtc, RefusesACountThatContradictsTheBytes) {
    for (const auto* text : {"43000301", "430303010420", "4302030104", "4301013307", "43"}) {
        EXPECT_TRUE(read_dtcs(messages({text}), Framing::can).has_error()) << text;
    }
    EXPECT_TRUE(read_dtcs(messages({"430203010420AAAA"}), Framing::can).has_value());
    EXPECT_TRUE(read_dtcs(messages({"430133"}), Framing::legacy).has_value());
    EXPECT_TRUE(read_dtcs(messages({"43013304"}), Framing::legacy).has_error());
}

TEST(DecodeDtc, NamesEveryCodeThereAndBack) {
    for (unsigned number = 0; number < 0x10000; number += 7) {
        const Dtc code(static_cast<std::uint16_t>(number));
        EXPECT_EQ(Dtc::from_text(code.text()), code);
    }
    EXPECT_EQ(Dtc(0x0420).text(), "P0420");
    EXPECT_EQ(Dtc(0xC100).text(), "U0100");
    EXPECT_EQ(Dtc(0x9234).text(), "B1234");
    for (const auto* text : {"P042", "X0420", "P4420", "P04200", "p0420"}) {
        EXPECT_FALSE(Dtc::from_text(text)) << text;
    }
}

TEST(DecodeMonitors, TellsUnsupportedFromIncomplete) {  // SAE J1979 PID 01 bytes B to D
    const auto status = read_monitor_status(hex("8307FF00")).value();
    EXPECT_TRUE(status.mil);
    EXPECT_EQ(status.dtc_count, 3);
    EXPECT_EQ(status.ignition, Ignition::spark);
    EXPECT_EQ(status.monitors.at(Monitor::misfire), Readiness::complete);
    // A completion bit without its support bit means nothing.
    const auto lone = read_monitor_status(hex("00000001")).value();
    EXPECT_EQ(lone.monitors.at(Monitor::catalyst), Readiness::unsupported);
    const auto diesel = read_monitor_status(hex("00790303")).value();
    EXPECT_EQ(diesel.ignition, Ignition::compression);
    EXPECT_EQ(diesel.monitors.at(Monitor::nmhc_catalyst), Readiness::incomplete);
    EXPECT_FALSE(diesel.monitors.contains(Monitor::catalyst));
}

TEST(DecodeMonitors, LetsAReservedUnfinishedMonitorBeSeen) {
    EXPECT_TRUE(read_monitor_status(hex("000F0404")).value().unnamed_incomplete);
    EXPECT_FALSE(read_monitor_status(hex("00080400")).value().unnamed_incomplete);
}

TEST(DecodeMonitors, NeedsFourBytes) {
    for (const auto* text : {"", "83", "8307FF", "8307FF0000"}) {
        EXPECT_TRUE(read_monitor_status(hex(text)).has_error()) << text;
    }
}

TEST(DecodeMonitors, NamesEachMonitorOnce) {
    std::set<std::string_view> codes;
    for (int i = 0; i <= static_cast<int>(Monitor::pm_filter); ++i) {
        const auto monitor = static_cast<Monitor>(i);
        codes.insert(code(monitor));
        EXPECT_EQ(monitor_from_code(code(monitor)), monitor);
    }
    EXPECT_EQ(codes.size(), static_cast<std::size_t>(Monitor::pm_filter) + 1);
}

TEST(DecodeInformation, NeverTrimsAVerificationNumber) {  // SAE J1979 6.9 infotype 06
    EXPECT_EQ(
        read_cvns(messages({"4906010012340B"}), Framing::can).value(),
        std::vector<std::string>{"0012340B"}
    );
    EXPECT_EQ(
        read_cvns(messages({"4906021791BC820000010B0000"}), Framing::can).value(),
        (std::vector<std::string>{"1791BC82", "0000010B"})
    );
    EXPECT_TRUE(read_cvns(messages({"490602001234"}), Framing::can).has_error());
}

TEST(DecodeInformation, KeepsEveryCharacterOfAVin) {
    EXPECT_EQ(
        read_vin(messages({"4902013147314A43353434345237323532333637"}), Framing::can).value(),
        "1G1JC5444R7252367"
    );
    EXPECT_EQ(
        read_vin(
            messages(
                {"49020100000057", "49020242534548", "49020339323033", "49020430434739",
                 "49020530303030"}
            ),
            Framing::legacy
        )
            .value(),
        "WBSEH92030CG90000"
    );
}

TEST(DecodeInformation, RefusesAVinWithAMissingMessageOrCharacter) {
    EXPECT_TRUE(
        read_vin(
            messages({"49020100000031", "49020244344750", "49020435423132", "49020533343536"}),
            Framing::legacy
        )
            .has_error()
    );
    EXPECT_TRUE(read_vin(
                    messages({"490201575657"
                              "5A5A5A314A4D3336"
                              "333937360000"}),
                    Framing::can
    )
                    .has_error());
}

TEST(DecodeInformation, InsistsOnTheMessageNumbersOfALegacyBus) {
    const auto with = [](std::string_view third) {
        return read_calids(
            messages({"49040131365A36", "49040238410000", third, "49040400000000"}), Framing::legacy
        );
    };
    EXPECT_EQ(with("49040300000000").value(), std::vector<std::string>{"16Z68A"});
    EXPECT_TRUE(with("49040500000000").has_error());
    EXPECT_TRUE(with("49040200000000").has_error());
}

TEST(DecodeInformation, CountsPerformanceItemsBehindTheCountByte) {
    const auto counters = read_performance(
                              messages({"4908020"
                                        "00A0014"}),
                              Framing::can
    )
                              .value();
    EXPECT_EQ(counters, (std::vector<std::uint16_t>{10, 20}));
}

TEST(DecodeInformation, ReadsSupportBitsMostSignificantFirst) {
    const auto ids = read_support(0x20, hex("80018001")).value();
    EXPECT_EQ(ids, (std::set<std::uint8_t>{0x21, 0x30, 0x31, 0x40}));
    EXPECT_TRUE(read_support(0, hex("800180")).has_error());
}

TEST(DecodeVin, ChecksTheDigitOnlyWhereItApplies) {  // 49 CFR 565.15
    const auto american = check_vin("1M8GDM9AXKP042788");
    EXPECT_TRUE(american.well_formed);
    EXPECT_TRUE(american.check_digit_applies);
    EXPECT_TRUE(american.check_digit_matches);
    const auto european = check_vin("WP0ZZZ99ZTS392124");
    EXPECT_TRUE(european.well_formed);
    EXPECT_FALSE(european.check_digit_applies);
    EXPECT_FALSE(check_vin("1M8GDM9A1KP042788").check_digit_matches);
    for (const auto* text :
         {"1M8GDM9AXKP04278", "1M8GDM9AXKP0427889", "IM8GDM9AXKP042788", "1M8GDM9AXKP04278O",
          "1M8GDM9AXKP04278 "}) {
        EXPECT_FALSE(check_vin(text).well_formed) << text;
    }
}

TEST(DecodeVin, TellsTheTwoThirtyYearCyclesApart) {
    EXPECT_EQ(check_vin("5UXKR6C57E0J71584").model_year, 2014);
    EXPECT_EQ(check_vin("3N1CB51D65L534526").model_year, 2005);
    // A car of 1994, or a heavy vehicle of 2024: only the papers tell.
    EXPECT_EQ(check_vin("1G1JC5444R7252367").model_year, std::nullopt);
    EXPECT_EQ(check_vin("1XKAD49X9EJ305678").model_year, std::nullopt);
    EXPECT_EQ(check_vin("1G1JC5444T7252367").model_year, 1996);
    EXPECT_EQ(check_vin("93YBSR7RHEJ298116").model_year, 2014);  // Brazil: 1984 has no OBD
    EXPECT_EQ(check_vin("WP0ZZZ99ZTS392124").model_year, 1996);
}

TEST(DecodeParameter, HasACompleteRowForEveryPidOfTheTable) {
    int rows = 0;
    std::set<std::string> ids;
    for (int pid = 0; pid < 0x100; ++pid) {
        const auto* row = parameter_row(static_cast<std::uint8_t>(pid));
        if (row == nullptr) {
            continue;
        }
        ++rows;
        EXPECT_TRUE(ids.insert(row->id).second) << row->id;
        EXPECT_FALSE(row->name_en.empty() || row->name_es.empty() || row->unit.empty()) << row->id;
        EXPECT_FALSE(row->clause.empty()) << row->id;
        EXPECT_GE(row->bytes, 1U);
        EXPECT_NE(row->div, 0);
    }
    EXPECT_GT(rows, 40);
}

TEST(DecodeParameter, NeverFillsUpAShortReply) {
    const auto* speed = parameter_row(0x0C);
    ASSERT_NE(speed, nullptr);
    EXPECT_DOUBLE_EQ(read_parameter(*speed, hex("1AF8")).value().value, 1726);
    EXPECT_TRUE(read_parameter(*speed, hex("1A")).has_error());
    EXPECT_TRUE(read_parameter(*speed, hex("1AF800")).has_error());
    EXPECT_TRUE(read_parameter(*speed, {}).has_error());
    const auto* pressure = parameter_row(0x54);
    ASSERT_NE(pressure, nullptr);
    EXPECT_DOUBLE_EQ(read_parameter(*pressure, hex("FFFF")).value().value, -1);  // two's complement
}

std::vector<Signal> signals_of(std::uint8_t pid, const Bytes& data) {
    const auto* row = signals_row(pid);
    EXPECT_NE(row, nullptr) << static_cast<int>(pid);
    const auto read = read_signals(*row, data);
    EXPECT_TRUE(read.has_value()) << static_cast<int>(pid);
    return read.has_value() ? read.value() : std::vector<Signal>();
}

TEST(Signals, AreScaledAsTheStandardStates) {
    EXPECT_DOUBLE_EQ(*signals_of(0x14, {0x5A, 0x80})[0].value, 0.45);
    EXPECT_DOUBLE_EQ(*signals_of(0x14, {0x5A, 0x80})[1].value, 0);
    EXPECT_DOUBLE_EQ(*signals_of(0x24, {0x80, 0x00, 0x40, 0x00})[0].value, 1);
    EXPECT_DOUBLE_EQ(*signals_of(0x24, {0x80, 0x00, 0x40, 0x00})[1].value, 2);
    EXPECT_DOUBLE_EQ(*signals_of(0x3B, {0x80, 0x00, 0x7F, 0x00})[1].value, -1);
    EXPECT_DOUBLE_EQ(*signals_of(0x64, {0x7D, 0, 0, 0, 0xFF})[0].value, 0);
    EXPECT_DOUBLE_EQ(*signals_of(0x64, {0x7D, 0, 0, 0, 0xFF})[4].value, 130);
    EXPECT_DOUBLE_EQ(
        *signals_of(0x7F, {7, 0, 0, 0x0E, 0x10, 0, 0, 0, 1, 0, 0, 0, 0})[0].value, 3600
    );
}

TEST(Signals, WhatAUnitDoesNotHaveIsNoValue) {
    EXPECT_FALSE(signals_of(0x15, {0x5A, 0xFF})[1].value);  // not used for trim
    const auto temperatures = signals_of(0x67, {0x02, 0x50, 0x51});
    EXPECT_FALSE(temperatures[0].value);
    EXPECT_DOUBLE_EQ(*temperatures[1].value, 41);
    EXPECT_FALSE(signals_of(0x65, {0x01, 0x03})[1].value);
    EXPECT_DOUBLE_EQ(*signals_of(0x65, {0x01, 0x03})[0].value, 1);
}

TEST(Signals, AShorterFormLeavesTheSecondBankOut) {
    EXPECT_EQ(signals_of(0x06, {0x80}).size(), 1U);
    const auto both = signals_of(0x09, {0x80, 0xFF});
    ASSERT_EQ(both.size(), 2U);
    EXPECT_EQ(both[1].row->id, "long_trim_bank4");
    EXPECT_DOUBLE_EQ(*both[1].value, 99.21875);
    for (const auto& bytes : {Bytes{}, Bytes{1, 2, 3}}) {
        EXPECT_EQ(
            read_signals(*signals_row(0x06), bytes).error().fault, protocols::Fault::malformed
        );
    }
}

TEST(Signals, StatesHaveWordsAndReservedOnesHaveNone) {
    EXPECT_EQ(signals_of(0x03, {0x02, 0x00})[0].meaning_es, "lazo cerrado");
    EXPECT_EQ(signals_of(0x03, {0x03, 0x00})[0].meaning_en, "");  // two bits are no state
    EXPECT_EQ(signals_of(0x12, {0x04})[0].meaning_en, "off or to the atmosphere");
    EXPECT_DOUBLE_EQ(*signals_of(0x13, {0x21})[0].value, 1);
    EXPECT_DOUBLE_EQ(*signals_of(0x13, {0x21})[1].value, 0);
    EXPECT_DOUBLE_EQ(*signals_of(0x13, {0x21})[5].value, 1);
}

TEST(Signals, WhereSourcesDisagreeThereIsNoValueButAReason) {
    for (const std::uint8_t pid : {std::uint8_t{0x74}, std::uint8_t{0x8C}, std::uint8_t{0xC4}}) {
        const auto* row = signals_row(pid);
        EXPECT_TRUE(row->signals.empty());
        EXPECT_NE(row->note_en.find("disagree"), std::string::npos);
        EXPECT_FALSE(row->note_es.empty());
    }
}

TEST(Signals, EveryRowOfTheTableIsSound) {
    std::set<std::string> ids;
    for (const auto pid : signal_pids()) {
        const auto& row = *signals_row(pid);
        EXPECT_EQ(parameter_row(pid), nullptr) << "in both tables: " << static_cast<int>(pid);
        EXPECT_TRUE(row.note_en.empty() == row.note_es.empty());
        EXPECT_FALSE(row.signals.empty() && row.note_en.empty()) << static_cast<int>(pid);
        for (const auto& signal : row.signals) {
            EXPECT_TRUE(ids.insert(signal.id).second) << signal.id;
            EXPECT_LE(signal.at + signal.size, row.bytes.back()) << signal.id;
            EXPECT_LT(signal.lowest(), signal.highest()) << signal.id;
            EXPECT_FALSE(signal.name_en.empty() || signal.name_es.empty()) << signal.id;
            EXPECT_FALSE(signal.gate && signal.at == 0) << signal.id;
        }
        // Every signal stays within the range that explain names.
        for (const int fill : {0x00, 0xFF, 0x80, 0x7F}) {
            for (const auto bytes : row.bytes) {
                for (const auto& one :
                     signals_of(pid, Bytes(bytes, static_cast<std::uint8_t>(fill)))) {
                    if (one.value) {
                        EXPECT_GE(*one.value, one.row->lowest()) << one.row->id;
                        EXPECT_LE(*one.value, one.row->highest()) << one.row->id;
                    }
                }
            }
        }
    }
}

TEST(Signals, EveryPidUpToC8IsNamedOrReserved) {
    // Reserved, or nothing about them could be established.
    const std::set<int> unknown{0x95, 0x96, 0x97, 0xAB, 0xAC, 0xAD, 0xAE, 0xAF, 0xB0,
                                0xB1, 0xB3, 0xB4, 0xB5, 0xB6, 0xB7, 0xB8, 0xB9, 0xBA,
                                0xBB, 0xBC, 0xBD, 0xBE, 0xBF, 0xC1, 0xC2};
    for (int pid = 0; pid <= 0xC8; ++pid) {
        const auto said = explain_pid(static_cast<std::uint8_t>(pid));
        EXPECT_EQ(said.has_value(), !unknown.contains(pid)) << std::hex << pid;
    }
    const auto speed = explain_pid(0x0C).value();
    EXPECT_EQ(speed.at("clause"), "SAE J1979-DA, PID $0C");
    EXPECT_EQ(speed.at("signals").at(0).at("formula"), "AB / 4");
    EXPECT_EQ(explain_pid(0x32).value().at("signals").at(0).at("formula"), "signed AB / 4");
    EXPECT_EQ(explain_pid(0x06).value().at("signals").at(1).at("formula"), "B × 100 / 128 − 100");
    EXPECT_EQ(explain_pid(0x13).value().at("signals").at(7).at("formula"), "A, bit 7");
}

TEST(TestResults, PassBetweenTheirLimitsEndsIncluded) {
    const auto at = [](std::string_view value) {
        return read_test_results(hex("462181240" + std::string(value) + "00500078"))
            .value()[0]
            .passed;
    };
    EXPECT_TRUE(at("050"));
    EXPECT_TRUE(at("078"));
    EXPECT_FALSE(at("04F"));
    EXPECT_FALSE(at("079"));
}

TEST(TestResults, FromScalingEightyOnCountsAreSigned) {
    // -1 between -2 and 1, by a known and by an unknown signed identifier.
    for (const auto* id : {"81", "EE"}) {
        const auto message = hex("460181" + std::string(id) + "FFFFFFFE0001");
        EXPECT_TRUE(read_test_results(message).value()[0].passed) << id;
    }
    EXPECT_FALSE(read_test_results(hex("46018101FFFFFFFE0001")).value()[0].passed);
    EXPECT_DOUBLE_EQ(scaling(0x96)->value(0xFFF6), -1);
    EXPECT_EQ(scaling(0xEE), nullptr);
}

TEST(TestResults, OnlyWholeRecordsAreRead) {
    EXPECT_EQ(read_test_results(hex("46218124006400500078218224006400500078")).value().size(), 2U);
    for (const auto* text : {"", "46", "462181240064005000", "4621812400640050007800"}) {
        EXPECT_TRUE(read_test_results(hex(text)).has_error()) << text;
    }
    EXPECT_TRUE(read_legacy_test_result(hex("46301103AC01")).has_error());
}

TEST(TestResults, ALegacyLimitIsTheLowestWhenTheComponentSaysSo) {
    const auto low = read_legacy_test_result(hex("46309103AC01FE")).value();
    EXPECT_EQ(low.component, 0x11);
    EXPECT_TRUE(low.passed);
    EXPECT_EQ(low.lowest_counts, 0x01FE);
    EXPECT_FALSE(low.highest_counts);
    EXPECT_FALSE(read_legacy_test_result(hex("463091000101FE")).value().passed);
}

TEST(TestResults, MonitorsHaveNamesInBothLanguages) {
    EXPECT_EQ(monitor_name(0x21)->en, "Catalyst bank 1");
    EXPECT_EQ(monitor_name(0xA2)->es, "Fallo de encendido cilindro 1");
    EXPECT_EQ(monitor_name(0xE0), nullptr);
}

DtcText words(std::string_view code) {
    return dtc_text(*Dtc::from_text(code));
}

TEST(DtcTexts, NameThePartAndItsFault) {
    EXPECT_EQ(words("P0420").en, "Catalyst system, bank 1: efficiency below threshold");
    EXPECT_EQ(
        words("P0420").es, "Sistema del catalizador, banco 1: eficiencia por debajo del límite"
    );
    EXPECT_EQ(words("P0420").monitor, "CAT");
    EXPECT_EQ(words("P0301").es, "Cilindro 1: fallo de encendido detectado");
    EXPECT_EQ(words("P0442").monitor, "EVAP");
    EXPECT_EQ(words("U0100").source, DtcText::Source::part);
    // Families go on in decimal: P0139, P0140, P0141.
    EXPECT_EQ(words("P0141").en, "Oxygen sensor, bank 1 sensor 2: heater circuit malfunction");
    EXPECT_EQ(words("P0141").monitor, "O2H");
    EXPECT_EQ(words("P0140").monitor, "O2S");
    EXPECT_EQ(words("P0296").en, "Cylinder 12: contribution or balance");
    EXPECT_EQ(words("P0A2E").en, "Drive motor A temperature sensor: circuit intermittent");
    EXPECT_EQ(words("P0A10").en, "DC/DC converter status: circuit high");
    EXPECT_EQ(words("P3408").en, "Cylinder 1 deactivation, exhaust valve control: circuit high");
    EXPECT_EQ(words("P3496").en, "Cylinder 12 deactivation, exhaust valve control: circuit high");
    EXPECT_EQ(words("P2335").en, "Ignition coil L secondary: circuit malfunction");
    EXPECT_EQ(words("P0239").en, "Boost sensor B: circuit malfunction");
    EXPECT_EQ(words("U0415").en, "Data from the anti-lock brake module: invalid data received");
    EXPECT_EQ(words("P016A").source, DtcText::Source::subsystem);
}

TEST(DtcTexts, SayWhoDefinesWhatTheyDoNotName) {
    using Source = DtcText::Source;
    for (const auto& [code, source] : std::map<std::string, Source>{
             {"P09FA", Source::subsystem},
             {"P1420", Source::manufacturer},
             {"P2ABC", Source::subsystem},
             {"P3000", Source::manufacturer},
             {"P33FF", Source::manufacturer},
             {"P3400", Source::part},
             {"P3FFF", Source::subsystem},
             {"U1000", Source::manufacturer},
             {"U2FFF", Source::manufacturer},
             {"U3001", Source::subsystem},
             {"C0035", Source::subsystem},
             {"C1234", Source::manufacturer},
             {"C3000", Source::reserved},
             {"B3000", Source::reserved}}) {
        EXPECT_EQ(words(code).source, source) << code;
        EXPECT_FALSE(words(code).en.empty() || words(code).es.empty()) << code;
    }
    EXPECT_EQ(words("P0410").source, Source::part);
    EXPECT_EQ(words("P04FF").en, "Standard code: auxiliary emission control");
}

TEST(DtcTexts, TellWhichMonitorACodeCountsFor) {
    EXPECT_EQ(monitor_of("P0420"), "CAT");
    EXPECT_EQ(monitor_of("P0301"), "MIS");
    EXPECT_EQ(monitor_of("P0171"), "FUE");
    EXPECT_EQ(monitor_of("P0133"), "O2S");
    EXPECT_EQ(monitor_of("P0135"), "O2H");
    EXPECT_EQ(monitor_of("P0442"), "EVAP");
    EXPECT_EQ(monitor_of("P0118"), "CCM");  // no monitor of its own
    EXPECT_EQ(monitor_of("P1234"), "CCM");  // its maker's
    EXPECT_EQ(monitor_of("U0100"), "");
    EXPECT_EQ(monitor_of("B1000"), "");
    EXPECT_EQ(monitor_of("junk"), "");
}

TEST(DtcTexts, EveryCodeHasWordsInBothLanguages) {
    int named = 0;
    for (int number = 0; number <= 0xFFFF; ++number) {
        const auto text = dtc_text(Dtc(static_cast<std::uint16_t>(number)));
        ASSERT_FALSE(text.en.empty() || text.es.empty()) << number;
        named += text.source == DtcText::Source::part ? 1 : 0;
    }
    EXPECT_EQ(named, 2195);
}

}  // namespace
}  // namespace obd
