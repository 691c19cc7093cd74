// Tables beyond PIDs: infotypes, oxygen sensor tests, makers; answers of several PIDs.
#include "obd/decode/dtc.hpp"
#include "obd/decode/dtc_text.hpp"
#include "obd/decode/information.hpp"
#include "obd/decode/information_rows.hpp"
#include "obd/decode/monitors.hpp"
#include "obd/decode/parameters.hpp"
#include "obd/decode/signals.hpp"
#include "obd/decode/test_results.hpp"
#include "obd/decode/vin.hpp"
#include "obd/snapshot/explain.hpp"

#include <gtest/gtest.h>

#include <set>

namespace obd {
namespace {

using protocols::Bytes;
using protocols::Fault;

Bytes hex(std::string_view text) {
    return *protocols::from_hex(text);
}

std::vector<InformationItem> items(
    std::uint8_t infotype, std::vector<Bytes> messages, Framing framing = Framing::can
) {
    return read_information(*information_row(infotype), messages, framing).value();
}
bool refused(std::uint8_t infotype, std::vector<Bytes> messages, Framing framing = Framing::can) {
    const auto read = read_information(*information_row(infotype), messages, framing);
    return read.has_error() && read.error().fault == Fault::malformed;
}

TEST(Information, TextsAreCutAsTheirRowSays) {
    const auto serial = items(0x0D, {hex("490D014142433132333435363738393031323334")});
    ASSERT_EQ(serial.size(), 1U);
    EXPECT_EQ(serial[0].text, "ABC12345678901234");
    // Legacy messages carry four bytes each: three NULs in front.
    const auto legacy = items(
        0x0D,
        {hex("490D0100000041"), hex("490D0242433132"), hex("490D0333343536"), hex("490D0437383930"),
         hex("490D0531323334")},
        Framing::legacy
    );
    ASSERT_EQ(legacy.size(), 1U);
    EXPECT_EQ(legacy[0].text, "ABC12345678901234");
    EXPECT_TRUE(refused(0x0D, {hex("490D0141424331")}));
    EXPECT_TRUE(refused(0x0D, {hex("490D0141424331323334353637380A3031323334")}));
    const auto numbers = items(0x06, {hex("4906020012AB34FFFFFFFE")});
    ASSERT_EQ(numbers.size(), 2U);
    EXPECT_EQ(numbers[0].text, "0012AB34");
    EXPECT_EQ(numbers[1].text, "FFFFFFFE");
}

TEST(Information, CountersHaveTheStandardsNames) {
    const auto spark = items(0x08, {hex("49080400020003000400FF")});
    ASSERT_EQ(spark.size(), 4U);
    EXPECT_EQ(spark[0].field->id, "OBDCOND");
    EXPECT_EQ(spark[1].field->id, "IGNCNTR");
    EXPECT_EQ(spark[3].field->id, "CATCOND1");
    EXPECT_EQ(spark[3].value, 255);
    // 16, 20 and 28 counters are known; a unit that sends more has some without a name.
    EXPECT_EQ(information_row(0x08)->fields.size(), 28U);
    EXPECT_EQ(information_row(0x0B)->fields.size(), 18U);
    EXPECT_EQ(information_row(0x0B)->fields.back().id, "FUELCOND");
    Bytes long_one{0x49, 0x0B, 20};
    long_one.resize(3 + 40);
    const auto more = items(0x0B, {long_one});
    ASSERT_EQ(more.size(), 20U);
    EXPECT_EQ(more[18].field, nullptr);
    EXPECT_TRUE(refused(0x08, {hex("4908040002")}));
}

TEST(Information, NumbersFillTheirBytesExactly) {
    const auto cycles = items(0x12, {hex("4912010280")});
    ASSERT_EQ(cycles.size(), 1U);
    EXPECT_EQ(cycles[0].value, 640);
    EXPECT_EQ(cycles[0].field->id, "FEOCNTR");
    EXPECT_TRUE(refused(0x12, {hex("49120102")}));
    EXPECT_TRUE(refused(0x12, {hex("491201028000")}));
    EXPECT_TRUE(refused(0x12, {hex("4912")}));
}

TEST(Information, WhatIsNotEstablishedHasANoteAndNoValue) {
    for (const int infotype : {0x16, 0x17, 0x18, 0x19, 0x1A, 0x1B, 0x1C}) {
        const auto* row = information_row(static_cast<std::uint8_t>(infotype));
        ASSERT_NE(row, nullptr);
        EXPECT_FALSE(row->note_en.empty() || row->note_es.empty());
        EXPECT_TRUE(items(row->infotype, {hex("49170400000001")}).empty());
    }
    EXPECT_EQ(information_row(0x7F), nullptr);
}

TEST(Information, EveryRowOfTheTableIsSound) {
    std::set<std::uint8_t> seen;
    for (const auto infotype : information_ids()) {
        const auto& row = *information_row(infotype);
        EXPECT_EQ(row.infotype, infotype);
        EXPECT_TRUE(seen.insert(infotype).second);
        EXPECT_FALSE(row.name_en.empty() || row.name_es.empty() || row.clause.empty());
        const auto kind = row.kind;
        const bool sized = kind == InformationRow::Kind::text || kind == InformationRow::Kind::hex;
        EXPECT_EQ(row.bytes != 0, sized) << int{infotype};
        const bool fields =
            kind == InformationRow::Kind::counters || kind == InformationRow::Kind::numbers;
        EXPECT_EQ(!row.fields.empty(), fields) << int{infotype};
        std::set<std::string> names;
        for (const auto& field : row.fields) {
            EXPECT_TRUE(names.insert(field.id).second) << field.id;
            EXPECT_FALSE(field.name_en.empty() || field.name_es.empty()) << field.id;
        }
        EXPECT_TRUE(explain_service(0x09, infotype).has_value()) << int{infotype};
        EXPECT_FALSE(id(kind).empty());
    }
}

TEST(OxygenTests, AreScaledByTheirTest) {  // SAE J1979 6.5
    const auto constant = read_oxygen_test(hex("4501015A")).value();
    EXPECT_DOUBLE_EQ(constant.row->value(constant.counts), 0.45);
    EXPECT_FALSE(constant.lowest || constant.highest);
    const auto tested = read_oxygen_test(hex("4505013C0078")).value();
    EXPECT_DOUBLE_EQ(tested.row->value(tested.counts), 0.24);
    EXPECT_DOUBLE_EQ(tested.row->value(*tested.highest), 0.48);
    EXPECT_EQ(tested.row->unit, "s");
    EXPECT_EQ(read_oxygen_test(hex("4530013C0078")).value().row, nullptr);  // a maker's
    EXPECT_TRUE(read_oxygen_test(hex("450501")).has_error());
    EXPECT_TRUE(read_oxygen_test(hex("4505013C00")).has_error());
}

TEST(TestResults, AllZeroIsNotRunAndNotPassed) {  // SAE J1979 6.6
    const auto zero = read_test_results(hex("4621800B000000000000")).value()[0];
    EXPECT_FALSE(zero.ran);
    EXPECT_FALSE(zero.passed);
    const auto limit = read_test_results(hex("4621800B000000000001")).value()[0];
    EXPECT_TRUE(limit.ran);
    EXPECT_TRUE(limit.passed);
}

std::string parts(std::string_view data) {
    const auto bytes = hex(data);
    const auto split = split_parameters(bytes);
    if (split.has_error()) {
        return split.error().detail.substr(0, split.error().detail.find(':'));
    }
    std::string text;
    for (const auto& part : split.value()) {
        text += protocols::to_hex(part.pid) + "=" + protocols::to_hex(part.data) + " ";
    }
    return text;
}

TEST(SeveralPids, AreTakenApartWhereThatIsPossibleInOneWay) {  // SAE J1979 6.1
    EXPECT_EQ(parts("0C1AF80D00057B"), "0C=1AF8 0D=00 05=7B ");
    // Fuel trims have one byte or two: what follows decides.
    EXPECT_EQ(parts("06800780"), "06=80 07=80 ");
    EXPECT_EQ(parts("068081078082"), "06=8081 07=8082 ");
    // 0C = 0FA0 behind one byte, or 0F = A0 behind two: who asked knows.
    EXPECT_EQ(parts("06800C0FA0"), "fits in more than one way");
    const auto bytes = hex("06800C0FA0");
    const auto asked = split_parameters(bytes, hex("060C"));
    ASSERT_TRUE(asked.has_value());
    EXPECT_EQ(protocols::to_hex(asked.value().at(1).data), "0FA0");
    EXPECT_TRUE(split_parameters(bytes, hex("060D")).has_error());
    EXPECT_EQ(parts("06800D05"), "06=80 0D=05 ");
    EXPECT_EQ(parts("0C1AF8"), "0C=1AF8 ");
    const std::string misfit = "does not fit any PIDs";
    EXPECT_EQ(parts("0C1A"), misfit);
    EXPECT_EQ(parts(""), misfit);
    EXPECT_EQ(parts("0C1AF80C1AF8"), misfit);  // none comes twice
    EXPECT_EQ(parts("B900"), misfit);          // of unknown length
    EXPECT_EQ(parts("06040705"), "06=04 07=05 ");
    EXPECT_EQ(parts("060407050D"), "fits in more than one way");
}

TEST(VinOrigin, TellsMakerCountryAndRegion) {  // ISO 3780
    const auto honda = vin_origin("1HGCR2F39DA112233");
    EXPECT_EQ(honda.maker, "Honda");
    EXPECT_EQ(honda.country_en, "United States");
    EXPECT_EQ(honda.region_es, "América del Norte");
    const auto mexican = vin_origin("3N1CN7AD5KL812345");
    EXPECT_EQ(mexican.maker, "Nissan");
    EXPECT_EQ(mexican.country_es, "México");
    EXPECT_EQ(vin_origin("3X1").country_en, "");  // not Mexico's any more
    EXPECT_EQ(vin_origin("WVWZZZ1KZ8W000001").country_en, "Germany");
    EXPECT_EQ(vin_origin("SNT00000000000000").country_en, "Germany");
    EXPECT_EQ(vin_origin("SALLSAAF3BA123456").country_en, "United Kingdom");
    EXPECT_EQ(vin_origin("JTDKN3DU5F1923456").country_en, "Japan");
    EXPECT_EQ(vin_origin("J01").country_en, "Japan");  // 0 is the last of a range
    EXPECT_EQ(vin_origin("KMHL14JA5MA123456").region_en, "Asia");
    EXPECT_EQ(vin_origin("93YBSR7RHEJ298116").country_es, "Brasil");
    const auto unknown = vin_origin("ZZZ");
    EXPECT_TRUE(unknown.maker.empty());
    EXPECT_EQ(unknown.region_en, "Europe");
    EXPECT_TRUE(vin_origin("1H").maker.empty());
    EXPECT_TRUE(vin_origin("OIQ").region_en.empty());
}

TEST(Explanations, EveryServiceSaysWhetherItIsSent) {
    for (int service = 0x01; service <= 0x0A; ++service) {
        const auto said = explain_service(static_cast<std::uint8_t>(service), {}).value();
        EXPECT_EQ(said.contains("note"), service == 0x04 || service == 0x08) << service;
        EXPECT_FALSE(said.at("clause").as_string().empty());
    }
    EXPECT_TRUE(explain_service(0x0B, {}).has_error());
    EXPECT_TRUE(explain_service(0x03, std::uint8_t{1}).has_error());
    EXPECT_EQ(
        explain_service(0x09, std::uint8_t{0x08}).value().at("signals").at(3).at("formula"), "GH"
    );
    EXPECT_EQ(explain_scaling(0x0A).value().at("signals").at(0).at("unit"), "mV");
    EXPECT_TRUE(explain_scaling(0xF0).has_error());
}

std::string codes(std::initializer_list<std::string_view> texts, Framing framing = Framing::can) {
    std::vector<Bytes> messages;
    for (const auto text : texts) {
        messages.push_back(hex(text));
    }
    const auto read = read_dtcs(messages, framing);
    if (read.has_error()) {
        return "refused";
    }
    std::string list;
    for (const auto code : read.value()) {
        list += code.text() + " ";
    }
    return list;
}

TEST(Edges, OfCodes) {
    for (const auto* const padding : {"00", "AA", "55", "FF", "CC"}) {
        EXPECT_EQ(codes({"43010133" + std::string(padding) + padding}), "P0133 ") << padding;
    }
    for (const auto* const other : {"01", "AB", "56", "FE", "CD"}) {
        EXPECT_EQ(codes({"43010133" + std::string(other)}), "refused") << other;
    }
    EXPECT_EQ(codes({"430101"}), "refused");
    EXPECT_EQ(codes({"4302013301"}), "refused");
    EXPECT_EQ(codes({""}), "refused");
    EXPECT_EQ(codes({"43"}), "refused");
    EXPECT_EQ(codes({"4300"}), "");
    EXPECT_EQ(codes({"43"}, Framing::legacy), "");
    EXPECT_EQ(codes({"4301"}, Framing::legacy), "refused");
    EXPECT_FALSE(Dtc::from_text("P04Z0"));
    EXPECT_FALSE(Dtc::from_text("P4420"));
    EXPECT_FALSE(Dtc::from_text("X0420"));
    EXPECT_FALSE(Dtc::from_text("P042"));
}

TEST(Edges, OfCodesInWords) {
    using Source = DtcText::Source;
    const auto source = [](const char* code) { return dtc_text(*Dtc::from_text(code)).source; };
    EXPECT_EQ(source("P33FF"), Source::manufacturer);
    EXPECT_EQ(source("P34FF"), Source::subsystem);
    EXPECT_EQ(source("U3000"), Source::subsystem);  // the first of its range
    EXPECT_EQ(source("U3FFF"), Source::subsystem);
    EXPECT_EQ(id(Source::part), "part");
    EXPECT_EQ(id(Source::reserved), "reserved");
}

TEST(Edges, OfInfotypes) {
    const auto calids = [](std::string_view text, Framing framing = Framing::can) {
        return read_calids(std::vector<Bytes>{hex(text)}, framing);
    };
    // A ~B: the first and last characters that count as text.
    EXPECT_EQ(
        calids("49040141207E42000000000000000000000000").value(), std::vector<std::string>{"A ~B"}
    );
    EXPECT_TRUE(calids("490401417F42000000000000000000000000"
                       "00")
                    .has_error());
    EXPECT_TRUE(calids("4904014109420000000000000000000000"
                       "0000")
                    .has_error());
    EXPECT_EQ(
        calids("49040100000000000000000000000000000000").value(), std::vector<std::string>{""}
    );
    EXPECT_TRUE(calids("490400").value().empty());
    EXPECT_TRUE(calids("4904").has_error());
    EXPECT_TRUE(read_calids(std::vector<Bytes>{}, Framing::can).has_error());
    EXPECT_TRUE(calids("49040141424344", Framing::legacy).has_error());  // a quarter of one
    EXPECT_EQ(
        read_performance(std::vector<Bytes>{hex("4908010102")}, Framing::can).value(),
        std::vector<std::uint16_t>{0x0102}
    );
    EXPECT_TRUE(read_ecu_name(std::vector<Bytes>{hex("490A")}, Framing::can).has_error());
    EXPECT_TRUE(read_ecu_name(std::vector<Bytes>{hex("490A0141074201")}, Framing::can).has_error());
    const auto by_row = items(
        0x04,
        {hex("49040141424344"), hex("49040245464748"), hex("4904034A4B4C4D"),
         hex("4904044E4F5051")},
        Framing::legacy
    );
    ASSERT_EQ(by_row.size(), 1U);
    EXPECT_EQ(by_row[0].text, "ABCDEFGHJKLMNOPQ");
    // A row as a data file could have it.
    InformationRow row;
    row.infotype = 0x77;
    row.kind = InformationRow::Kind::numbers;
    row.fields = {{"first", "km", "", "", 1, 3, 2, 10}, {"second", "L", "", "", 2, 1, 100, -1}};
    const auto scaled =
        read_information(row, std::vector<Bytes>{hex("49770104012C")}, Framing::can).value();
    EXPECT_EQ(scaled.at(0).value, 4 * 3 / 2.0 + 10);
    EXPECT_EQ(scaled.at(1).value, 300 / 100.0 - 1);
}

TEST(Edges, OfParametersAndSignals) {
    EXPECT_EQ(parts("0201330C1AF8"), "02=0133 0C=1AF8 ");
    EXPECT_FALSE(obd_requirement(59).empty());
    EXPECT_TRUE(obd_requirement(60).empty());
    EXPECT_TRUE(obd_requirement(255).empty());
    EXPECT_FALSE(fuel_type(32).empty());
    EXPECT_TRUE(fuel_type(33).empty());
    // Two signed bytes; one byte whose lowest bit is a flag.
    SignalsRow row;
    row.pid = 0x77;
    row.bytes = {3};
    SignalRow number;
    number.at = 0;
    number.size = 2;
    number.div = 4;
    number.is_signed = true;
    SignalRow flag;
    flag.at = 2;
    flag.size = 1;
    flag.bit = 0;
    row.signals = {number, flag};
    const auto read = [&](std::string_view data) {
        const auto bytes = hex(data);
        const auto signals = read_signals(row, bytes).value();
        return std::pair(*signals.at(0).value, *signals.at(1).value);
    };
    EXPECT_EQ(read("FF3801"), std::pair(-50.0, 1.0));
    EXPECT_EQ(read("800000"), std::pair(-8192.0, 0.0));
    EXPECT_EQ(read("7FFF02"), std::pair(8191.75, 0.0));
    EXPECT_EQ(number.lowest(), -8192);
    EXPECT_EQ(number.highest(), 8191.75);
    EXPECT_EQ(flag.lowest(), 0);
    EXPECT_EQ(flag.highest(), 1);
    SignalRow plain;
    plain.size = 1;
    EXPECT_EQ(plain.highest(), 255);
}

TEST(Edges, OfTestResults) {
    const auto passed = [](std::string_view rest) {
        return read_test_results(hex("462181" + std::string(rest))).value()[0].passed;
    };
    // −16 ≤ 0 ≤ 16 only where the numbers are signed: from scaling 80 on.
    EXPECT_FALSE(passed("7F0000FFF00010"));
    EXPECT_TRUE(passed("800000FFF00010"));
    EXPECT_TRUE(passed("81FFF0FFF00010"));
    EXPECT_TRUE(passed("810010FFF00010"));
    EXPECT_FALSE(passed("810011FFF00010"));
    EXPECT_FALSE(passed("81FFEFFFF00010"));
    EXPECT_TRUE(read_test_results(hex("46218124000500000000")).value()[0].ran);
    EXPECT_TRUE(read_test_results(hex("46218124000000050005")).value()[0].ran);
    EXPECT_TRUE(read_legacy_test_result(hex("46308100640064")).value().passed);
    EXPECT_FALSE(read_legacy_test_result(hex("46308100630064")).value().passed);
    EXPECT_TRUE(read_legacy_test_result(hex("46300100640064")).value().passed);
    EXPECT_FALSE(read_legacy_test_result(hex("46300100650064")).value().passed);
    const auto limits = read_oxygen_test(hex("450801B48CFF")).value();
    EXPECT_EQ(limits.lowest, 0x8C);
    EXPECT_EQ(limits.highest, 0xFF);
}

TEST(Edges, OfVins) {  // 49 CFR 565.15
    // Seventeen ones have the check digit 1; a letter in the last place adds twice its value.
    for (const std::string pair :
         {"A1", "B2", "C3", "D4", "E5", "F6", "G7", "H8", "J1", "K2", "L3", "M4",
          "N5", "P7", "R9", "S2", "T3", "U4", "V5", "W6", "X7", "Y8", "Z9"}) {
        const int value = pair[1] - '0';
        constexpr int without_the_last = 87;
        const int rest = (without_the_last + 2 * value) % 11;
        std::string vin = "1111111111111111" + pair.substr(0, 1);
        vin[8] = rest == 10 ? 'X' : static_cast<char>('0' + rest);
        EXPECT_TRUE(check_vin(vin).check_digit_matches) << vin;
        vin[8] = rest == 3 ? '4' : '3';
        EXPECT_FALSE(check_vin(vin).check_digit_matches) << vin;
    }
    EXPECT_TRUE(check_vin("10111111111111111").check_digit_applies);
    EXPECT_TRUE(check_vin("51111111111111111").check_digit_applies);
    EXPECT_FALSE(check_vin("61111111111111111").check_digit_applies);
    EXPECT_FALSE(check_vin("01111111111111111").check_digit_applies);
    // Of North America by its first character alone: a letter in position 7 is the later cycle.
    EXPECT_EQ(check_vin("5UXKR6C58407 1584").model_year, std::nullopt);
    EXPECT_EQ(check_vin("5UXKR6C5840J71584").model_year, 2034);
    EXPECT_EQ(check_vin("5UXKR665840J71584").model_year, 2004);
}

TEST(Edges, OfMonitors) {
    EXPECT_TRUE(continuous(Monitor::misfire));
    EXPECT_TRUE(continuous(Monitor::components));
    EXPECT_FALSE(continuous(Monitor::catalyst));
    EXPECT_EQ(monitor_from_code("XYZ"), std::nullopt);
    EXPECT_EQ(monitor_from_code("PMF"), Monitor::pm_filter);
}

}  // namespace
}  // namespace obd
