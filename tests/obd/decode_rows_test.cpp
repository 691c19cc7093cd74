// Tables beyond PIDs: infotypes, oxygen sensor tests, makers; answers of several PIDs.
#include "obd/decode/information.hpp"
#include "obd/decode/information_rows.hpp"
#include "obd/decode/parameters.hpp"
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
        text += protocols::to_hex({&part.pid, 1}) + "=" + protocols::to_hex(part.data) + " ";
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

}  // namespace
}  // namespace obd
