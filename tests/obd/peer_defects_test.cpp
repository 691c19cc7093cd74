// Defects that other programs have, one test each, numbered as in the list they were collected in.
// 30 (an unknown J2534 code ends the program) comes with J2534; of 31 (J1939 status bits), what
// can be tested here is that a J1939 vehicle gives no reading: connect_test.cpp, heavy_duty.
#include "obd/session/reading.hpp"
#include "obd/snapshot/combined.hpp"
#include "obd/snapshot/json.hpp"
#include "obd/snapshot/meaning.hpp"
#include "protocols/elm327/ask.hpp"
#include "protocols/elm327/frames.hpp"
#include "protocols/simulator/elm.hpp"
#include "tests/support/virtual_link.hpp"

#include <boost/json/serialize.hpp>

#include <gtest/gtest.h>

namespace obd {
namespace {

namespace json = boost::json;
namespace sim = protocols::simulator;
namespace elm327 = protocols::elm327;
using protocols::Bytes;
using protocols::bus::Protocol;

constexpr auto can = Framing::can;
constexpr auto legacy = Framing::legacy;

/// What one text means; the messages of every unit.
json::array said(std::vector<std::string> lines, Framing framing = can) {
    const auto meaning = meaning_of_text(lines, framing);
    EXPECT_TRUE(meaning.has_value());
    return meaning.has_value() ? meaning.value().at("messages").as_array() : json::array();
}
json::value one(std::vector<std::string> lines, Framing framing = can) {
    const auto all = said(std::move(lines), framing);
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? json::value(json::object()) : all[0];
}
double number(const json::value& message) {
    return message.at("parameters").at(0).at("value").to_number<double>();
}
double signal(const json::value& message, std::size_t at = 0) {
    return message.at("parameters").at(0).at("signals").at(at).at("value").to_number<double>();
}
std::string codes(const json::value& message) {
    return json::serialize(message.at("codes"));
}

struct Read {
    Snapshot snapshot;
    std::vector<std::string> sent;
};
Read read(const sim::Vehicle& vehicle) {
    sim::Elm elm(vehicle, *sim::find_dialect("elm327-2.3"), 38400);
    tests::VirtualLink link(elm);
    Reading reading;
    Read read;
    read.snapshot = link.run(reading).value();
    read.sent = link.sent();
    return read;
}
Read read(std::string_view name) {
    return read(sim::built_in_vehicle(name).value());
}

elm327::Frames frames(std::vector<std::string> lines, Protocol protocol = Protocol::can11_500) {
    return elm327::read_frames(lines, protocol);
}

TEST(PeerDefects, D01_TheFrameNumberOfAFreezeFrameIsNotData) {
    EXPECT_DOUBLE_EQ(number(one({"420C002648"})), 2450);
    EXPECT_DOUBLE_EQ(number(one({"42050080"})), 88);
    EXPECT_EQ(one({"4202000133"}).at("parameters").at(0).at("cause"), "P0133");
}

TEST(PeerDefects, D02_NoCharacterOfAVinIsStripped) {
    EXPECT_EQ(
        one({"490201314731"
             "4A4335343434"
             "523732353233"
             "3637"})
            .at("vin"),
        "1G1JC5444R7252367"
    );
    EXPECT_EQ(
        one({"49020157503"
             "05A5A5A39395A5453333932313230"})
            .at("vin"),
        "WP0ZZZ99ZTS392120"
    );
    EXPECT_EQ(one({"4906010B092000"}).at("calibration_verification_numbers").at(0), "0B092000");
}

TEST(PeerDefects, D03_ASecondCalibrationIsKept) {
    const auto ecu = read("diesel").snapshot.ecus.at(0);
    EXPECT_EQ(ecu.calids.value->size(), 2U);
    EXPECT_EQ(ecu.cvns.value->size(), 2U);
}

TEST(PeerDefects, D04_LegacyCodesHaveNoCountByte) {
    EXPECT_EQ(codes(one({"47013300000000"}, legacy)), "[\"P0133\"]");
    EXPECT_EQ(
        codes(one({"47013301340135", "47013600000000"}, legacy)),
        "[\"P0133\",\"P0134\",\"P0135\",\"P0136\"]"
    );
}

TEST(PeerDefects, D05_SilenceAndBusErrorsAreNotNoCodes) {
    for (const std::string word : {"NO DATA", "CAN ERROR", "BUFFER FULL", "UNABLE TO CONNECT"}) {
        EXPECT_TRUE(meaning_of_text({word}, can).has_error()) << word;
    }
    auto vehicle = sim::built_in_vehicle("mil-on").value();
    vehicle.ecus[0].negatives["03"] = 0x11;
    const auto ecu = read(vehicle).snapshot.ecus.at(0);
    EXPECT_FALSE(ecu.stored.value);
    EXPECT_EQ(ecu.stored.absence, Absence::negative);
}

TEST(PeerDefects, D06_ANegativeResponseIsNoValueAndPendingIsNoEnd) {
    const auto refused = one({"7F0112"});
    EXPECT_EQ(refused.at("negative"), "12");
    EXPECT_FALSE(refused.as_object().contains("parameters"));
    auto vehicle = sim::built_in_vehicle("healthy-petrol").value();
    vehicle.ecus[0].delays["0906"] = {2, std::chrono::milliseconds(400)};
    EXPECT_TRUE(read(vehicle).snapshot.ecus.at(0).cvns.value);
}

TEST(PeerDefects, D07_AShortReplyIsNotFilledUp) {
    for (const std::string text : {"4105", "410C1A", "4101000765"}) {
        EXPECT_TRUE(one({text}).as_object().contains("error")) << text;
    }
}

TEST(PeerDefects, D08_TheAnswerToAnotherPidIsNotThisOnes) {
    const auto answer = protocols::bus::sort_answer(
        {{0x01, 0x05}, {}, {}},
        {{protocols::bus::EcuAddress::can11(0x7E8), {0x41, 0x0C, 0x1A, 0xF8}}}
    );
    EXPECT_TRUE(answer.messages.empty());
    EXPECT_EQ(answer.problems.size(), 1U);
}

TEST(PeerDefects, D09_TheLampOfAnyUnitCounts) {
    const auto snapshot = read("eight-units").snapshot;
    EXPECT_FALSE(snapshot.ecus.at(0).status.value->mil);
    EXPECT_TRUE(snapshot.ecus.at(1).status.value->mil);
    EXPECT_EQ(combined_mil(snapshot), true);
    EXPECT_EQ(to_json(snapshot).at("vehicle").at("codes").at(0).at("ecu"), "7E8");
}

TEST(PeerDefects, D10_ADuplicateFrameCountsOnce) {
    const auto twice = frames(
        {"7E81014490201314731", "7E8214A433534343452", "7E8214A433534343452", "7E82237323532333637"}
    );
    ASSERT_EQ(twice.messages.size(), 1U);
    EXPECT_EQ(twice.messages[0].data.size(), 20U);
}

TEST(PeerDefects, D11_OxygenSensorBanksAreInOrder) {
    const auto two = one({"411301"}).at("parameters").at(0).at("signals");
    EXPECT_EQ(two.at(0).at("id"), "o2_bank1_sensor1");
    EXPECT_EQ(two.at(0).at("value"), 1);
    EXPECT_EQ(two.at(4).at("value"), 0);
}

TEST(PeerDefects, D12_PowerTakeOffIsTheLowestBit) {
    EXPECT_EQ(signal(one({"411E01"})), 1);
    EXPECT_EQ(signal(one({"411E80"})), 0);
}

TEST(PeerDefects, D13_EvaporativePressureIsSigned) {
    EXPECT_DOUBLE_EQ(number(one({"4154FF38"})), -200);
    EXPECT_DOUBLE_EQ(number(one({"4132FF38"})), -50);
}

TEST(PeerDefects, D14_AMessageShorterThanItsLengthIsNone) {
    const auto cut = frames({"7E81020490401434D31", "7E821373235343835", "7E8223700000000"});
    EXPECT_TRUE(cut.messages.empty());
    EXPECT_TRUE(cut.incomplete);
}

TEST(PeerDefects, D15_ManyCodesOfSeveralUnitsWithPadding) {
    const auto units = said({"7E8100A43040133017A", "7E821044207E8AAAAAA", "7E90443010700"});
    ASSERT_EQ(units.size(), 2U);
    EXPECT_EQ(codes(units[0]), "[\"P0133\",\"P017A\",\"P0442\",\"P07E8\"]");
    EXPECT_EQ(codes(units[1]), "[\"P0700\"]");
}

TEST(PeerDefects, D15a_CountBytesSumsAndInterleavedUnits) {
    const auto numbers = one({"4906021791BC82"
                              "0A0B0C0D"})
                             .at("calibration_verification_numbers");
    EXPECT_EQ(json::serialize(numbers), "[\"1791BC82\",\"0A0B0C0D\"]");
    const auto counters = one({"490802000A0014"}).at("counters");
    EXPECT_EQ(json::serialize(counters), "[10,20]");
    EXPECT_EQ(codes(one({"430101330000"})), "[\"P0133\"]");
    // The last byte happens to be the sum of the others.
    EXPECT_EQ(codes(one({"43020133017A"})), "[\"P0133\",\"P017A\"]");
    const auto woven = said(
        {"7E8100A430401010102", "7E9100A430402010202", "7E82101030104000000", "7E92102030204000000"}
    );
    ASSERT_EQ(woven.size(), 2U);
    EXPECT_EQ(codes(woven[0]), "[\"P0101\",\"P0102\",\"P0103\",\"P0104\"]");
    EXPECT_EQ(codes(woven[1]), "[\"P0201\",\"P0202\",\"P0203\",\"P0204\"]");
}

TEST(PeerDefects, D16_FrameCountsAreHexAndTestsAreKeyedByMonitor) {
    protocols::bus::Request request{{0x09, 0x02}, 10, {}};
    EXPECT_EQ(elm327::counted_command(request, {Protocol::can11_500}), "0902A");
    const auto results = one({"46218024000100000002"
                              "22802400030000"
                              "0004"})
                             .at("results");
    ASSERT_EQ(results.as_array().size(), 2U);
    EXPECT_EQ(results.at(0).at("monitor"), "21");
    EXPECT_EQ(results.at(1).at("monitor"), "22");
    EXPECT_EQ(results.at(1).at("value"), 3);
    EXPECT_EQ(std::ranges::count(read("can29").sent, "ATSH7E0\r"), 0);
}

TEST(PeerDefects, D17_SixteenFramesAndMoreStayInOrder) {
    const auto bench = read("adapter-bench").snapshot;
    const auto truth = sim::built_in_vehicle("adapter-bench").value();
    ASSERT_TRUE(bench.ecus.at(0).calids.value);
    EXPECT_EQ(bench.ecus[0].calids.value->size(), truth.ecus[0].infotypes.at(0x04).size());
    EXPECT_GT(bench.ecus[0].calids.raw.at(0).size(), 6U + 16U * 7U);
    EXPECT_EQ(read("can11-250-2009").snapshot.protocol, Protocol::can11_250);
}

TEST(PeerDefects, D18_ContinuousMonitorsAreNotForgotten) {
    const auto status = one({"410100770000"}).at("parameters").at(0).at("status").at("monitors");
    EXPECT_EQ(status.at("MIS"), "incomplete");
    EXPECT_EQ(status.at("CCM"), "incomplete");
    EXPECT_EQ(codes(one({"43020133017A"})), "[\"P0133\",\"P017A\"]");
    EXPECT_EQ(
        one({"460180"
             "0A0BB00BB00BB0"})
            .at("results")
            .at(0)
            .at("unit"),
        "mV"
    );
}

TEST(PeerDefects, D19_CodesThatLookLikeTheServiceOrEndInZeros) {
    EXPECT_EQ(codes(one({"43014300"})), "[\"C0300\"]");
    EXPECT_EQ(codes(one({"43010430"})), "[\"P0430\"]");
    EXPECT_EQ(codes(one({"43010400"})), "[\"P0400\"]");
    // Codes are asked for whatever PID 01 counts.
    auto vehicle = sim::built_in_vehicle("mil-on").value();
    vehicle.ecus[0].parameters[0x01].fixed[0] = 0;
    EXPECT_EQ(read(vehicle).snapshot.ecus.at(0).stored.value->size(), 2U);
}

TEST(PeerDefects, D20_NothingIsReplacedInsideDataAndNoMemoryIsWritten) {
    EXPECT_EQ(codes(one({"7E8044301C481"})), "[\"U0481\"]");
    EXPECT_EQ(codes(one({"4301C405"})), "[\"U0405\"]");
    for (const auto* const name : {"healthy-petrol", "iso9141-2003"}) {
        for (const auto& command : read(name).sent) {
            EXPECT_FALSE(command.starts_with("ATSP") || command.starts_with("ATPP")) << command;
        }
    }
}

TEST(PeerDefects, D21_LongIdentifiersPaddingAndTheLamp) {
    const auto wide = said({"18DAF11006410081234567", "18DAF12803410D00AAAAAAAA"});
    ASSERT_EQ(wide.size(), 2U);
    EXPECT_EQ(wide[0].at("ecu"), "18DAF110");
    EXPECT_EQ(number(wide[1]), 0);
    const auto status = one({"41018307E500"}).at("parameters").at(0).at("status");
    EXPECT_EQ(status.at("mil"), true);
    EXPECT_EQ(status.at("dtc_count"), 3);
}

TEST(PeerDefects, D22_OddCountsUnitsAndVehiclesWithoutMonitors) {
    EXPECT_EQ(codes(one({"43010133"})), "[\"P0133\"]");
    EXPECT_EQ(one({"46218124006400500078"}).at("results").at(0).at("unit"), "count");
    Snapshot none;
    none.ecu(protocols::bus::EcuAddress::can11(0x7E8)).status.value =
        read_monitor_status(Bytes{0, 0, 0, 0}).value();
    EXPECT_EQ(combined_readiness(none, Monitor::catalyst), Readiness::unsupported);
}

TEST(PeerDefects, D23_InfotypesLengthsAndPermanentCodes) {
    EXPECT_EQ(one({"490103"}, legacy).at("messages"), 3);
    EXPECT_EQ(one({"411C06"}).at("parameters").at(0).at("meaning"), "EOBD");
    EXPECT_TRUE(
        one({"411D0300"}).as_object().contains("note") ||
        one({"411D0300"}).as_object().contains("error")
    );
    EXPECT_EQ(codes(one({"4A010420"})), "[\"P0420\"]");
    // Set bits of D are what is incomplete.
    EXPECT_EQ(
        one({"410100070101"}).at("parameters").at(0).at("status").at("monitors").at("CAT"),
        "incomplete"
    );
}

TEST(PeerDefects, D24_UnknownRefusalsLastBitsDieselsAndNoCode) {
    EXPECT_EQ(one({"7F01E7"}).at("negative"), "E7");
    EXPECT_EQ(one({"420C011AF8"}).at("parameters").at(0).at("frame"), 1);
    EXPECT_EQ(
        json::serialize(one({"410000000001"}).at("parameters").at(0).at("supported")), "[\"20\"]"
    );
    const auto diesel =
        one({"4101000F4000"}).at("parameters").at(0).at("status").at("monitors").as_object();
    EXPECT_EQ(diesel.at("PMF"), "complete");
    EXPECT_FALSE(diesel.contains("CAT"));
    EXPECT_EQ(codes(one({"43000000000000"}, legacy)), "[]");
    EXPECT_TRUE(one({"4202000000"}).at("parameters").at(0).at("cause").is_null());
}

TEST(PeerDefects, D25_CodesAreCountedFromBytesAndBothUnitsAreKept) {
    const auto units = said({"7E80441050C7B", "7E80341057B", "7E90341057C"});
    EXPECT_EQ(units.size(), 3U);
    EXPECT_EQ(
        codes(one({"4306430043014302430343044305"})),
        "[\"C0300\",\"C0301\",\"C0302\",\"C0303\",\"C0304\",\"C0305\"]"
    );
}

TEST(PeerDefects, D26_TwoRepliesAreNotOneAndABadInitialisationIsSeen) {
    const auto two = said({"7E8024300", "7E90443010300"});
    ASSERT_EQ(two.size(), 2U);
    EXPECT_EQ(codes(two[0]), "[]");
    EXPECT_EQ(codes(two[1]), "[\"P0300\"]");
    EXPECT_EQ(
        elm327::fault_of(elm327::read_reply("BUS INIT: ...ERROR\r\r", "0100")),
        protocols::Fault::bus_failed
    );
}

TEST(PeerDefects, D27_NoUnitIsHiddenByACountAndChecksumsCount) {
    protocols::bus::Request unknown{{0x01, 0x00}, {}, {}};
    EXPECT_EQ(elm327::counted_command(unknown, {Protocol::can11_500}), std::nullopt);
    EXPECT_EQ(frames({"486B104105800A"}, Protocol::iso9141).messages.size(), 0U);
    EXPECT_EQ(frames({"486B1041058089"}, Protocol::iso9141).messages.size(), 1U);
    const auto vin = read("iso9141-2003").snapshot.ecus.at(0).vin;
    EXPECT_EQ(vin.value.has_value(), !vin.raw.empty());
}

TEST(PeerDefects, D28_TrimsAndInjectionTimingHaveTheirZeroInTheMiddle) {
    for (const std::string pid : {"06", "07", "08", "09", "55", "56", "57", "58"}) {
        EXPECT_DOUBLE_EQ(signal(one({"41" + pid + "80"})), 0) << pid;
    }
    EXPECT_DOUBLE_EQ(number(one({"412D80"})), 0);
    EXPECT_DOUBLE_EQ(number(one({"415D6900"})), 0);
}

TEST(PeerDefects, D29_EachUnitHasItsOwnReassembly) {
    const auto woven = frames(
        {"7E81014490201314731", "7E91014490201574241", "7E8214A433534343452", "7E9214A433534343452",
         "7E82237323532333637", "7E92237323532333638"}
    );
    ASSERT_EQ(woven.messages.size(), 2U);
    EXPECT_EQ(woven.messages[0].data.back(), '7');
    EXPECT_EQ(woven.messages[1].data.back(), '8');
}

TEST(PeerDefects, D32_TheCountByteIsBelievedOrTheAnswerRefused) {
    EXPECT_TRUE(one({"4300013301340135"}).as_object().contains("error"));
    EXPECT_TRUE(one({"430301330134"}).as_object().contains("error"));
}

}  // namespace
}  // namespace obd
