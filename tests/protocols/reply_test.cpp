#include "protocols/elm327/reply.hpp"

#include "protocols/elm327/adapter.hpp"

#include <gtest/gtest.h>

namespace protocols::elm327 {
namespace {

using Lines = std::vector<std::string>;

struct Row {
    std::string_view raw;
    std::optional<Fault> fault;
};

// One row a different fact (ELM327 data sheet "Error messages and alerts"; STN family manual).
class EveryOutcome : public testing::TestWithParam<Row> {};

TEST_P(EveryOutcome, HasItsOwnFault) {
    EXPECT_EQ(fault_of(read_reply(GetParam().raw, "0100")), GetParam().fault) << GetParam().raw;
}

INSTANTIATE_TEST_SUITE_P(
    Elm327Reply,
    EveryOutcome,
    testing::Values(
        Row{"41 00 BE 3E B8 11 \r\r", std::nullopt},
        Row{"NO DATA\r\r", Fault::vehicle_silent},
        Row{"", Fault::vehicle_silent},
        Row{"?\r\r", Fault::adapter_rejected},
        Row{"UNABLE TO CONNECT\r\r", Fault::bus_failed},
        Row{"SEARCHING...\rUNABLE TO CONNECT\r\r", Fault::bus_failed},
        Row{"BUS INIT: ...ERROR\r\r", Fault::bus_failed},
        Row{"BUS BUSY\r\r", Fault::bus_failed},
        Row{"BUS ERROR\r\r", Fault::bus_failed},
        Row{"CAN ERROR\r\r", Fault::bus_failed},
        Row{"ERR94\r\r", Fault::can_excluded},
        Row{"ERR93\r\r", Fault::bus_failed},
        Row{"LP ALERT\r\r", Fault::adapter_asleep},
        Row{"ACT ALERT\r\r", Fault::adapter_asleep},
        Row{"+DISC\r\r", Fault::link_lost},
        Row{"TIMEOUT\r\r", Fault::vehicle_silent},
        Row{"OUT OF MEMORY\r\r", Fault::buffer_full},
        Row{"FC RX TIMEOUT\r\r", Fault::reply_damaged},
        Row{"?WRONG HEXCHAR COUNT\r\r", Fault::adapter_rejected},
        Row{"NABLE TO\r\r", Fault::bus_failed},
        Row{"BUSINIT:ERR/BUS\r\r", Fault::bus_failed},
        Row{"FB ERROR\r\r", Fault::wiring_fault},
        Row{"DATA ERROR\r\r", Fault::reply_damaged},
        Row{"48 6B 10 41 00 <DATA ERROR\r\r", Fault::reply_damaged},
        Row{"7E8 06 41 00 <RX ERROR\r\r", Fault::reply_damaged},
        Row{"BUFFER FULL\r\r", Fault::buffer_full},
        Row{"7E8 06 41 00 BE 3E B8 11\rBUFFER FULL\r\r", Fault::buffer_full},
        Row{"STOPPED\r\r", Fault::interrupted},
        Row{"7E8 06 41STOPPED\r\r", Fault::interrupted},
        Row{"LV RESET\r\r", Fault::adapter_restarted},
        Row{"41 00 BE 3E\rLV RESET\r\r", Fault::adapter_restarted}
    )
);

TEST(Elm327Reply, RemovesTheEchoAloneOrGluedToTheAnswer) {
    EXPECT_EQ(read_reply("010C\r41 0C 1A F8\r\r", "010C").lines, Lines{"41 0C 1A F8"});
    EXPECT_EQ(read_reply("010C410C1AF8\r\r", "010C").lines, Lines{"410C1AF8"});
    EXPECT_EQ(read_reply("01 0C 1\r41 0C 1A F8\r\r", "010C1").lines, Lines{"41 0C 1A F8"});
}

TEST(Elm327Reply, DropsWhatClonesAndLinksAddToLines) {
    EXPECT_EQ(
        read_reply(std::string_view("\xFC\r\0\r41 0C 1A F8\r\n\r", 18), "010C").lines,
        Lines{"41 0C 1A F8"}
    );
}

TEST(Elm327Reply, UnderstandsProgressGluedToData) {
    for (const auto* raw :
         {"SEARCHING...7E8064100BE3FB813\r\r", "SEARCHING...\r7E8064100BE3FB813\r\r"}) {
        const auto reply = read_reply(raw, "0100");
        EXPECT_EQ(reply.lines, Lines{"7E8064100BE3FB813"}) << raw;
        EXPECT_TRUE(reply.has(Remark::searching)) << raw;
    }
    const auto opened = read_reply("BUS INIT: OK\r86 F1 10 41 00 BE 3E B8 11 8D\r\r", "0100");
    EXPECT_TRUE(opened.has(Remark::bus_init_ok));
    EXPECT_EQ(opened.lines, Lines{"86 F1 10 41 00 BE 3E B8 11 8D"});
}

TEST(Elm327Reply, KeepsStatusWordsAndDataBesideEachOther) {
    const auto reply = read_reply("NO DATA\r7E8 06 41 00 00 01 02 03\r\r", "0100");
    EXPECT_TRUE(reply.has(Remark::no_data));
    EXPECT_EQ(reply.lines, Lines{"7E8 06 41 00 00 01 02 03"});
    EXPECT_EQ(fault_of(reply), std::nullopt);
}

TEST(Elm327Reply, NamesEveryRemarkOnce) {
    std::set<std::string_view> ids;
    for (int i = 0; i <= static_cast<int>(Remark::link_chatter); ++i) {
        ids.insert(id(static_cast<Remark>(i)));
    }
    EXPECT_EQ(ids.size(), static_cast<std::size_t>(Remark::link_chatter) + 1);
    EXPECT_EQ(id(Remark::link_chatter), "link_chatter");
    EXPECT_EQ(id(Remark::stopped), "stopped");
}

TEST(Elm327Adapter, ReadsAVoltageOrNothing) {
    EXPECT_EQ(read_volts("12.6V"), 12.6);
    EXPECT_EQ(read_volts("12.875"), 12.875);
    EXPECT_EQ(read_volts("--.-V"), std::nullopt);
    EXPECT_EQ(read_volts("12ABCD"), std::nullopt);
    EXPECT_EQ(read_volts("61V"), std::nullopt);
    EXPECT_EQ(read_volts(""), std::nullopt);
}

TEST(Elm327Adapter, ReadsAProtocolNumber) {
    EXPECT_EQ(read_protocol_number("A6")->protocol, bus::Protocol::can11_500);
    EXPECT_TRUE(read_protocol_number("A6")->automatic);
    EXPECT_EQ(read_protocol_number("2")->protocol, bus::Protocol::j1850_vpw);
    EXPECT_FALSE(read_protocol_number("2")->automatic);
    EXPECT_EQ(read_protocol_number("A")->protocol, bus::Protocol::j1939);
    EXPECT_FALSE(read_protocol_number("").has_value());
    EXPECT_FALSE(read_protocol_number("D").has_value());
}

}  // namespace
}  // namespace protocols::elm327
