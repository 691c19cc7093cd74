#include "protocols/elm327/baud.hpp"
#include "protocols/elm327/connect.hpp"
#include "protocols/simulator/elm.hpp"
#include "tests/support/conversation.hpp"
#include "tests/support/virtual_link.hpp"

#include <gtest/gtest.h>

namespace protocols::elm327 {
namespace {

const Chip elm{false, "ELM327 v2.3"};
const Chip stn{true, "STN2255 v5.10.3"};

TEST(Baud, HandshakeOfAnElm327) {
    tests::Conversation talk;
    talk.expect_sent("ATBRD 08\r")
        .answer("OK\r")
        .expect_baud(500'000)
        .answer("\rELM327 v2.3\r")
        .expect_sent("\r")
        .answer("OK\r\r>");
    const auto result = talk.run(ChangeBaud(elm, 38'400, 500'000));
    ASSERT_TRUE(result.has_value());
    EXPECT_TRUE(result.value().changed);
    talk.check_link_loss_at_every_step([] { return ChangeBaud(elm, 38'400, 500'000); });
}

TEST(Baud, DividersAreTheDataSheets) {
    EXPECT_EQ(faster_rates(elm, 38'400), (std::vector<std::uint32_t>{115'200, 230'400, 500'000}));
    EXPECT_EQ(faster_rates(stn, 500'000), (std::vector<std::uint32_t>{1'000'000, 2'000'000}));
    const auto refused = [](const Chip& chip, std::uint32_t rate, std::string command) {
        tests::Conversation talk;
        talk.expect_sent(std::move(command)).answer("?\r\r>");
        return !talk.run(ChangeBaud(chip, 38'400, rate)).value().changed;
    };
    EXPECT_TRUE(refused(elm, 115'200, "ATBRD 23\r"));
    EXPECT_TRUE(refused(elm, 230'400, "ATBRD 11\r"));
    EXPECT_TRUE(refused(stn, 2'000'000, "STBR 2000000\r"));
}

TEST(Baud, AnAdapterThatOnlySaysOkKeepsItsRate) {
    tests::Conversation talk;
    talk.expect_sent("ATBRD 08\r").answer("OK\r\r>");
    const auto result = talk.run(ChangeBaud(elm, 38'400, 500'000));
    ASSERT_TRUE(result.has_value());
    EXPECT_FALSE(result.value().changed);
    EXPECT_EQ(result.value().why_not, "answers OK  >");
}

TEST(Baud, NoiseAtTheNewRateGoesBack) {
    tests::Conversation talk;
    talk.expect_sent("ATBRD 08\r")
        .answer("OK\r")
        .expect_baud(500'000)
        .answer("\x82\x93\xFF")
        .stay_silent()
        .expect_baud(38'400)
        .stay_silent()
        .expect_sent("ATI\r")
        .answer("ELM327 v2.3\r\r>");
    const auto result = talk.run(ChangeBaud(elm, 38'400, 500'000));
    ASSERT_TRUE(result.has_value());
    EXPECT_FALSE(result.value().changed);
    EXPECT_EQ(result.value().why_not, "unreadable at the new rate");
}

TEST(Baud, TheWrongNameAtTheNewRateIsNotConfirmed) {
    tests::Conversation talk;
    talk.expect_sent("ATBRD 08\r")
        .answer("OK\r")
        .expect_baud(500'000)
        .answer("ELM327 v1.5\r")
        .stay_silent()
        .expect_baud(38'400)
        .stay_silent()
        .expect_sent("ATI\r")
        .answer("ELM327 v2.3\r\r>");
    EXPECT_FALSE(talk.run(ChangeBaud(elm, 38'400, 500'000)).value().changed);
}

struct Line {
    simulator::Vehicle vehicle = simulator::built_in_vehicle("healthy-petrol").value();
    simulator::Elm adapter;
    explicit Line(std::string_view name, std::uint32_t own_rate)
        : adapter(vehicle, *simulator::find_dialect(name), own_rate) {}
};

Result<Connection> connect(Line& line, ConnectOptions options) {
    line.adapter.host_baud(options.at != 0 ? options.at : options.baud);
    Connect machine(std::move(options));
    return tests::VirtualLink(line.adapter).run(machine);
}

TEST(Baud, AnAdapterIsFoundAtWhateverRateItSpeaks) {
    for (const auto* name : {"elm327-2.3", "elm327-1.5-clone", "stn2255"}) {
        for (const std::uint32_t rate :
             {9'600U, 38'400U, 57'600U, 115'200U, 500'000U, 2'000'000U}) {
            Line line(name, rate);
            const auto result = connect(line, {.baud = 38'400});
            ASSERT_TRUE(result.has_value()) << name << " at " << rate;
            EXPECT_EQ(result.value().baud, rate) << name;
            EXPECT_FALSE(result.value().first_answer.messages.empty()) << name;
        }
    }
}

TEST(Baud, AKnownFasterRateIsUsedWithTheAdapterItIsKnownOf) {
    Line line("elm327-2.3", 38'400);
    const auto result = connect(line, {.baud = 38'400, .known = {"ELM327 v2.3", "", 500'000}});
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result.value().baud, 500'000U);

    Line other("elm327-1.5-clone", 38'400);
    const auto unknown = connect(other, {.baud = 38'400, .known = {"ELM327 v2.3", "", 500'000}});
    EXPECT_EQ(unknown.value().baud, 38'400U);
    // What is remembered need not be true any more.
    Line refused("elm327-1.5-clone", 38'400);
    const auto wrong = connect(refused, {.baud = 38'400, .known = {"ELM327 v1.5", "", 500'000}});
    EXPECT_EQ(wrong.value().baud, 38'400U);
}

TEST(Baud, AnAdapterLeftAtAFasterRateIsFoundAndReset) {
    Line line("stn2255", 115'200);
    tests::VirtualLink link(line.adapter);
    line.adapter.host_baud(115'200);
    ChangeBaud raise(stn, 115'200, 2'000'000);
    ASSERT_TRUE(link.run(raise).value().changed);
    // The program ended there; the next one opens the line at the adapter's own rate.
    line.adapter.host_baud(115'200);
    Connect next({.baud = 115'200});
    const auto found = link.run(next);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found.value().baud, 2'000'000U);
    // And one that knows where this side stands goes back with it.
    Connect knowing({.baud = 115'200, .at = 2'000'000});
    const auto again = link.run(knowing);
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(again.value().baud, 115'200U);
}

TEST(Baud, ASilentLineIsGivenUpAtItsOwnRate) {
    tests::Conversation talk;
    talk.expect_sent("ATZ\r").stay_silent().expect_sent("ATI\r").stay_silent();
    for (const std::uint32_t rate :
         {115'200U, 9'600U, 500'000U, 57'600U, 230'400U, 1'000'000U, 2'000'000U}) {
        talk.expect_baud(rate).expect_sent("ATI\r").stay_silent();
    }
    talk.expect_baud(38'400);
    const auto result = talk.run(Connect({.baud = 38'400}));
    ASSERT_TRUE(result.has_error());
    EXPECT_EQ(result.error().fault, Fault::adapter_silent);
}

}  // namespace
}  // namespace protocols::elm327
