#include "protocols/elm327/connect.hpp"

#include "protocols/simulator/elm.hpp"
#include "tests/support/conversation.hpp"
#include "tests/support/virtual_link.hpp"

#include <gtest/gtest.h>

namespace protocols::elm327 {
namespace {

using bus::Protocol;
using tests::Conversation;

Conversation set_up() {
    Conversation talk;
    talk.expect_sent("ATZ\r").answer("\r\rELM327 v1.5\r\r>");
    talk.expect_sent("ATI\r").answer("ELM327 v1.5\r\r>");
    talk.expect_sent("ATE0\r").answer("OK\r\r>");
    talk.expect_sent("STI\r").answer("?\r\r>");
    for (const auto* command : {"ATL0", "ATS0", "ATH1", "ATAT1"}) {
        talk.expect_sent(std::string(command) + "\r").answer("OK\r\r>");
    }
    talk.expect_sent("AT@1\r").answer("OBDII to RS232 Interpreter\r\r>");
    talk.expect_sent("ATRV\r").answer("12.4V\r\r>");
    return talk;
}

TEST(Elm327Connect, FindsACarOnCanAtTheFirstTrial) {
    auto talk = set_up();
    talk.expect_sent("ATTP6\r").answer("OK\r\r>");
    talk.expect_sent("0100\r").answer("7E8064100BE3FB813\r\r>");
    const auto result = talk.run(Connect());
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result.value().protocol, Protocol::can11_500);
    EXPECT_EQ(result.value().adapter.banner, "ELM327 v1.5");
    EXPECT_EQ(result.value().adapter.volts, 12.4);
    EXPECT_TRUE(result.value().adapter.stn.empty());
    EXPECT_EQ(result.value().first_answer.messages.size(), 1U);
}

TEST(Elm327Connect, AsksAgainWhenALineOfTheFirstAnswerMayHoldAnotherOne) {
    auto talk = set_up();
    talk.expect_sent("ATTP6\r").answer("OK\r\r>");
    // 7EA 06 41 00 80 … cut after its service and PID, the start of the line of 7EB glued to it.
    talk.expect_sent("0100\r").answer("7E8064100BE3FB813\r7EA0641007EB0641008\r\r>");
    talk.expect_sent("0100\r").answer("7E8064100BE3FB813\r7EA064100800000 01\r\r>");
    const auto result = talk.run(Connect());
    ASSERT_TRUE(result.has_value());
    const auto& messages = result.value().first_answer.messages;
    ASSERT_EQ(messages.size(), 2U);
    EXPECT_EQ(to_hex(messages[1].data), "410080000001");
}

TEST(Elm327Connect, TriesTheProtocolOfLastTimeFirst) {
    auto talk = set_up();
    talk.expect_sent("ATTP3\r").answer("OK\r\r>");
    talk.expect_sent("0100\r").answer("BUS INIT: OK\r486B104100BE3EB811C9\r\r>");
    const auto result = talk.run(Connect({.first = Protocol::iso9141}));
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result.value().protocol, Protocol::iso9141);
}

TEST(Elm327Connect, FindsTheVehicleWhenItOnlyRefuses) {
    auto talk = set_up();
    talk.expect_sent("ATTP6\r").answer("OK\r\r>");
    talk.expect_sent("0100\r").answer("7EC037F017F\r\r>");
    const auto result = talk.run(Connect());
    ASSERT_TRUE(result.has_value());
    ASSERT_EQ(result.value().first_answer.negatives.size(), 1U);
    EXPECT_EQ(result.value().first_answer.negatives[0].source.text(), "7EC");
    EXPECT_TRUE(result.value().first_answer.messages.empty());
}

TEST(Elm327Connect, AsksOnceMoreWhenTheOpenedBusGaveNoData) {
    auto talk = set_up();
    talk.expect_sent("ATTP5\r").answer("OK\r\r>");
    talk.expect_sent("0100\r").answer("BUS INIT: OK\r\r>");
    talk.expect_sent("0100\r").answer("86F1104100BE3EB8118D\r\r>");
    EXPECT_TRUE(talk.run(Connect({.first = Protocol::kwp_fast})).has_value());
}

TEST(Elm327Connect, StopsAtAWiringFault) {
    auto talk = set_up();
    talk.expect_sent("ATTP6\r").answer("OK\r\r>");
    talk.expect_sent("0100\r").answer("FB ERROR\r\r>");
    const auto result = talk.run(Connect());
    ASSERT_TRUE(result.has_error());
    EXPECT_EQ(result.error().fault, Fault::wiring_fault);
}

TEST(Elm327Connect, AcceptsACloneThatAnswersOnlyATI) {
    Conversation talk;
    talk.expect_sent("ATZ\r").stay_silent();
    talk.expect_sent("ATI\r").answer("OBDII v1.5\r\r>");
    // What everything else hangs on is put twice: the command may have been damaged on its way.
    for (const auto* command :
         {"ATE0", "ATE0", "STI", "ATL0", "ATS0", "ATH1", "ATH1", "ATAT1", "AT@1", "ATRV"}) {
        talk.expect_sent(std::string(command) + "\r").answer("?\r\r>");
    }
    talk.expect_sent("ATTP6\r").answer("OK\r\r>");
    talk.expect_sent("0100\r").answer("7E8 06 41 00 BE 3F B8 13 \r\r>");
    const auto result = talk.run(Connect());
    ASSERT_TRUE(result.has_value());
    EXPECT_TRUE(result.value().adapter.spaces);
    EXPECT_EQ(result.value().adapter.volts, std::nullopt);
}

TEST(Elm327Connect, TellsASilentDeviceFromOneThatIsNoAdapter) {
    const auto silent =
        Conversation().expect_sent("ATZ\r").stay_silent().expect_sent("ATI\r").stay_silent().run(
            Connect()
        );
    ASSERT_TRUE(silent.has_error());
    EXPECT_EQ(silent.error().fault, Fault::adapter_silent);

    const auto noise = Conversation()
                           .expect_sent("ATZ\r")
                           .answer("\x80\x81\x82")
                           .stay_silent()
                           .expect_sent("ATI\r")
                           .answer("login: ")
                           .stay_silent()
                           .run(Connect());
    ASSERT_TRUE(noise.has_error());
    EXPECT_EQ(noise.error().fault, Fault::not_an_adapter);
}

TEST(Elm327Connect, ReportsTheLinkLostAtEveryStep) {
    auto talk = set_up();
    talk.expect_sent("ATTP6\r").answer("OK\r\r>");
    talk.expect_sent("0100\r").answer("7E8064100BE3FB813\r\r>");
    talk.check_link_loss_at_every_step([] { return Connect(); });
}

TEST(Elm327Connect, FindsUnitsThatSpeakJ1979_2Alone) {
    const auto talked = [] {
        auto talk = set_up();
        talk.expect_sent("ATTP6\r").answer("OK\r\r>");
        talk.expect_sent("0100\r").answer("NO DATA\r\r>");
        return talk;
    };
    auto talk = talked();
    talk.expect_sent("22F810\r").answer("7E80462F81001\r7E90462F81001\r\r>");
    const auto result = talk.run(Connect());
    ASSERT_TRUE(result.has_value());
    EXPECT_TRUE(result.value().identifiers);
    EXPECT_EQ(result.value().protocol, bus::Protocol::can11_500);
    EXPECT_EQ(result.value().first_answer.messages.size(), 2U);
    // A refusal says that somebody is there, not that they speak it: the search goes on.
    auto refused = talked();
    refused.expect_sent("22F810\r").answer("7E8037F2231\r\r>");
    refused.expect_sent("ATTP7\r").answer("OK\r\r>");
    refused.expect_sent("0100\r").answer("18DAF1100641009E3F8013\r\r>");
    const auto other = refused.run(Connect());
    ASSERT_TRUE(other.has_value());
    EXPECT_FALSE(other.value().identifiers);
    auto lost = talked();
    lost.expect_sent("22F810\r").answer("7E80462F81001\r\r>");
    lost.check_link_loss_at_every_step([] { return Connect(); });
}

/// CAN is acknowledged at 250 kbit/s alone, and nobody knows OBD there.
Conversation heavy() {
    auto talk = set_up();
    for (const auto* number : {"6", "7", "8", "9"}) {
        talk.expect_sent("ATTP" + std::string(number) + "\r").answer("OK\r\r>");
        const bool silent = *number >= '8';
        talk.expect_sent("0100\r").answer(silent ? "NO DATA\r\r>" : "CAN ERROR\r\r>");
        if (silent) {  // a unit may speak SAE J1979-2 alone
            talk.expect_sent("22F810\r").answer("NO DATA\r\r>");
        }
    }
    return talk;
}

Conversation on_j1939() {
    auto talk = heavy();
    for (const auto* command : {"ATTPA\r", "ATAT0\r", "ATST96\r"}) {
        talk.expect_sent(command).answer("OK\r\r>");
    }
    return talk;
}

TEST(Elm327Connect, AsksForJ1939BeforeSlowBusesWhereFramesAreAcknowledged) {
    auto talk = on_j1939();
    talk.expect_sent("00FECE\r").answer("6 0FECE 00 00 00 14 07 A0 1E 00 00 \r\r>");
    const auto result = talk.run(Connect());
    ASSERT_TRUE(result.has_value()) << result.error().detail;
    EXPECT_EQ(result.value().protocol, bus::Protocol::j1939);
    EXPECT_FALSE(result.value().identifiers);
    ASSERT_EQ(result.value().first_answer.messages.size(), 1U);
    EXPECT_EQ(to_hex(result.value().first_answer.messages[0].data), "00FECE00001407A01E0000");
    talk.check_link_loss_at_every_step([] { return Connect(); });
}

TEST(Elm327Connect, TakesWhatAnswersOnJ1939ForAHeavyDutyVehicle) {
    // Older than DM5: who they are is told, in a broadcast, or who asked is refused.
    for (const auto* answer :
         {"7 0ECFF 00 20 12 00 03 FF EC FE 00 \r7 0EBFF 00 01 31 58 4B 41 44 34 39 \r"
          "7 0EBFF 00 02 58 30 4A 4A 33 30 35 \r7 0EBFF 00 03 36 37 38 2A FF FF FF \r\r>",
          "60E8FF0001FFFFFFF9ECFE00\r\r>"}) {
        auto talk = on_j1939();
        talk.expect_sent("00FECE\r").answer("NO DATA\r\r>");
        talk.expect_sent("00FEEC\r").answer(answer);
        const auto result = talk.run(Connect());
        ASSERT_TRUE(result.has_value()) << answer << result.error().detail;
        EXPECT_TRUE(result.value().identifiers);
    }
}

TEST(Elm327Connect, GoesOnToSlowBusesAfterJ1939WithItsOldWaiting) {
    for (const auto* answer :
         {"NO DATA\r\r>", "7E8037F0011\r\r>", "OK\r\r>", "60F004007DFFFFFFFFFFFFFF\r\r>"}) {
        auto talk = on_j1939();
        talk.expect_sent("00FECE\r").answer(answer);
        talk.expect_sent("00FEEC\r").answer(answer);
        talk.expect_sent("ATAT1\r").answer("OK\r\r>");
        talk.expect_sent("ATST32\r").answer("OK\r\r>");
        talk.expect_sent("ATTP5\r").answer("OK\r\r>");
        talk.expect_sent("0100\r").answer("86F1104100BE3EB8118D\r\r>");
        const auto result = talk.run(Connect());
        ASSERT_TRUE(result.has_value()) << answer;
        EXPECT_EQ(result.value().protocol, bus::Protocol::kwp_fast);
    }
}

TEST(Elm327Connect, TriesJ1939AtBothRatesAtTheEndWhereNobodyAcknowledged) {
    auto talk = set_up();
    for (const auto* number : {"6", "7", "8", "9", "5", "2", "1", "3", "4"}) {
        talk.expect_sent("ATTP" + std::string(number) + "\r").answer("OK\r\r>");
        talk.expect_sent("0100\r").answer(*number >= '6' ? "CAN ERROR\r\r>" : "NO DATA\r\r>");
    }
    for (const auto* command : {"ATTPA\r", "ATAT0\r", "ATST96\r"}) {
        talk.expect_sent(command).answer("OK\r\r>");
    }
    talk.expect_sent("00FECE\r").answer("CAN ERROR\r\r>");
    talk.expect_sent("ATAT1\r").answer("OK\r\r>");
    talk.expect_sent("ATST32\r").answer("OK\r\r>");
    talk.expect_sent("ATPB4201\r").answer("?\r\r>");
    talk.expect_sent("ATPB4201\r").answer("?\r\r>");
    const auto result = talk.run(Connect());
    ASSERT_TRUE(result.has_error());
    EXPECT_EQ(result.error().fault, Fault::no_protocol);
    EXPECT_NE(result.error().detail.find("SAE J1939 (CAN 29/500): not offered"), std::string::npos);
}

TEST(Elm327Connect, DrainsWhatAnEarlierProgramLeftRunning) {
    // The answer to an earlier ATZ comes first: seen by the echo of the next one.
    Conversation late;
    late.expect_sent("ATZ\r").answer("ELM327 v1.5\r\r>");
    late.expect_sent("ATI\r").answer("ATZ\r\r\rELM327 v1.5\r\r>");
    late.answer("ATI\rELM327 v1.5\r\r>").expect_sent("ATI\r").answer("ATI\rELM327 v1.5\r\r>");
    late.expect_sent("ATI\r").answer("ATI\rELM327 v1.5\r\r>");
    late.expect_sent("ATE0\r");
    ASSERT_TRUE(late.run(Connect(), 10).has_error());  // cut: up to here everything was as written

    // A request was running: the first byte of ATZ ended it.
    Conversation stopped;
    stopped.expect_sent("ATZ\r").answer("STOPPED\r\r>");
    stopped.answer("?\r\r>").expect_sent("ATI\r").answer("ELM327 v1.5\r\r>");
    stopped.expect_sent("ATZ\r").answer("ATZ\r\r\rELM327 v1.5\r\r>");
    stopped.expect_sent("ATI\r").answer("ATI\rELM327 v1.5\r\r>");
    stopped.expect_sent("ATE0\r");
    ASSERT_TRUE(stopped.run(Connect(), 9).has_error());
}

TEST(Elm327Connect, FindsEachOfTheNineProtocolsOnEveryAdapter) {
    for (int number = 1; number <= 9; ++number) {
        const auto protocol = static_cast<Protocol>(number);
        for (const auto adapter : simulator::dialect_names()) {
            auto vehicle = simulator::built_in_vehicle("healthy-petrol").value();
            vehicle.protocol = protocol;
            const auto* address = bus::is_can29(protocol) ? "18DAF110"
                                  : bus::is_can(protocol) ? "7E8"
                                                          : "10";
            vehicle.ecus[0].address = *bus::EcuAddress::from_text(address);
            simulator::Elm elm(vehicle, *simulator::find_dialect(adapter), 38400);
            Connect connect;
            tests::VirtualLink link(elm);
            const auto started = link.now();
            const auto result = link.run(connect);
            ASSERT_TRUE(result.has_value()) << bus::name(protocol) << " " << adapter;
            EXPECT_EQ(result.value().protocol, protocol) << adapter;
            EXPECT_EQ(result.value().first_answer.messages.at(0).source.text(), address);
            EXPECT_LT(link.now() - started, std::chrono::seconds(15)) << bus::name(protocol);
        }
    }
}

}  // namespace
}  // namespace protocols::elm327
