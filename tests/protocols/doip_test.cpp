// Diagnostics over IP: messages, activation, one request, against a gateway in its variants.
#include "protocols/simulator/doip.hpp"
#include "protocols/doip/connect.hpp"
#include "tests/support/virtual_link.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

namespace protocols {
namespace {

namespace sim = protocols::simulator;
using bus::EcuAddress;
using bus::Request;
using doip::Type;
using namespace std::chrono_literals;

Bytes bytes(std::string_view hex) {
    std::string digits(hex);
    std::erase(digits, ' ');
    return *from_hex(digits);
}

std::string raw(std::string_view hex) {
    const auto all = bytes(hex);
    return {all.begin(), all.end()};
}

std::string hex_of(std::string_view text) {
    return to_hex(Bytes(text.begin(), text.end()));
}

sim::Vehicle vehicle(std::string_view name = "uds-2027") {
    return sim::built_in_vehicle(name).value();
}

TEST(DoipMessages, AreTakenFromAStreamWhole) {
    const auto encoded = doip::encode(Type::activate, bytes("0E00 01 00000000"));
    EXPECT_EQ(hex_of(encoded), "02FD0005000000070E000100000000");
    EXPECT_EQ(hex_of(doip::encode(Type::identify, {}, doip::version_any)), "FF00000100000000");
    // One byte at a time, two messages behind each other.
    doip::Inbox inbox;
    const auto both = encoded + doip::encode(Type::alive_request, {}, doip::version_2019);
    std::vector<doip::Message> messages;
    for (const char c : both) {
        inbox.push(std::string_view(&c, 1));
        const auto next = inbox.next();
        ASSERT_TRUE(next.has_value());
        if (next.value()) {
            messages.push_back(*next.value());
        }
    }
    ASSERT_EQ(messages.size(), 2U);
    EXPECT_TRUE(messages[0].is(Type::activate));
    EXPECT_EQ(to_hex(messages[0].payload), "0E000100000000");
    EXPECT_TRUE(messages[1].is(Type::alive_request));
    EXPECT_EQ(messages[1].version, doip::version_2019);
}

TEST(DoipMessages, WhatCannotBeFollowedIsRefused) {
    const auto refused = [](std::string_view hex) {
        doip::Inbox inbox;
        inbox.push(raw(hex));
        return inbox.next().has_error();
    };
    EXPECT_TRUE(refused("02FE 0005 00000007"));
    EXPECT_TRUE(refused("4154 5A0D 0A3E4154"));
    EXPECT_TRUE(refused("02FD 8001 00010011")) << "one byte over the limit";
    EXPECT_FALSE(refused("02FD 8001 00010010"));
    EXPECT_FALSE(refused("02FD 8001 0000"));
}

TEST(DoipMessages, PayloadsAreReadOrRefused) {
    const auto vin = std::string("3130473448443743543534304337323532");  // 17 letters
    const auto said = doip::read_announcement(bytes(vin + "1000 001122334455 000000000000 00"));
    ASSERT_TRUE(said.has_value());
    EXPECT_EQ(said.value().vin, "10G4HD7CT540C7252");
    EXPECT_EQ(said.value().address, 0x1000);
    EXPECT_EQ(said.value().entity[5], 0x55);
    EXPECT_TRUE(
        doip::read_announcement(bytes(vin + "1000 001122334455 000000000000 00 00")).has_value()
    );
    EXPECT_TRUE(doip::read_announcement(bytes(vin + "1000")).has_error());
    EXPECT_TRUE(doip::read_announcement(Bytes(32, 0x00)).has_error()) << "no letters";
    const auto activation = doip::read_activation(bytes("0E00 1000 10 00000000")).value();
    EXPECT_EQ(activation.entity, 0x1000);
    EXPECT_EQ(activation.code, doip::activation_done);
    EXPECT_TRUE(doip::read_activation(bytes("0E00 1000 10 00000000 00000000")).has_value());
    EXPECT_TRUE(doip::read_activation(bytes("0E00 1000 10 000000")).has_error());
    const auto payload = bytes("1001 0E00 7F2231");
    const auto addressed = doip::read_addressed(payload).value();
    EXPECT_EQ(addressed.source, 0x1001);
    EXPECT_EQ(addressed.target, 0x0E00);
    EXPECT_EQ(to_hex(addressed.data), "7F2231");
    EXPECT_TRUE(doip::read_addressed(bytes("1001 0E00")).has_error());
    for (int code = 0; code <= 0xFF; ++code) {
        EXPECT_FALSE(doip::activation_text(static_cast<std::uint8_t>(code)).empty());
        EXPECT_FALSE(doip::refusal_text(static_cast<std::uint8_t>(code)).empty());
    }
}

// ---- Against a gateway --------------------------------------------------------------------------

Result<doip::Connection> connected(sim::DoipEntity& entity, doip::Offer& offer) {
    doip::Connect connect(offer);
    return tests::VirtualLink(entity).run(connect);
}

TEST(DoipConnect, FindsWhoAnswersAndInWhat) {
    doip::Offer offer;
    sim::DoipEntity entity(vehicle());
    const auto connection = connected(entity, offer).value();
    EXPECT_TRUE(connection.identifiers) << "nobody answers service 01";
    EXPECT_EQ(connection.first_answer.messages.size(), 3U);
    EXPECT_EQ(connection.session.entity, 0x1000);
    sim::DoipEntity classic(vehicle("healthy-petrol"));
    const auto other = connected(classic, offer).value();
    EXPECT_FALSE(other.identifiers);
    EXPECT_EQ(other.first_answer.messages[0].source, EcuAddress::doip(0x1001));
}

TEST(DoipConnect, LearnsHowTheGatewayWantsToBeSpokenTo) {
    for (const bool newer : {true, false}) {
        sim::DoipQuirks quirks;
        if (newer) {
            quirks.version = doip::version_2019;
        } else {
            quirks.default_activation_only = true;
        }
        doip::Offer offer;
        sim::DoipEntity entity(vehicle(), quirks);
        EXPECT_EQ(connected(entity, offer).error().fault, Fault::link_lost);
        sim::DoipEntity again(vehicle(), quirks);
        EXPECT_TRUE(connected(again, offer).has_value()) << newer;
    }
}

TEST(DoipConnect, SaysWhyItIsNotLetIn) {
    for (const auto code : bytes("0001020304050742")) {
        sim::DoipQuirks quirks;
        quirks.refuses = code;
        doip::Offer offer;
        sim::DoipEntity entity(vehicle(), quirks);
        const auto refused = connected(entity, offer).error();
        EXPECT_EQ(refused.fault, Fault::gateway_refused);
        EXPECT_EQ(refused.detail, doip::activation_text(code));
    }
    sim::DoipQuirks quirks;
    quirks.refuses = doip::activation_type_unsupported;
    doip::Offer offer;
    sim::DoipEntity entity(vehicle(), quirks);
    EXPECT_EQ(connected(entity, offer).error().fault, Fault::link_lost);
    sim::DoipEntity again(vehicle(), quirks);
    EXPECT_EQ(connected(again, offer).error().fault, Fault::gateway_refused) << "neither kind";
    EXPECT_EQ(offer.activation, 0x00);
    // Nobody speaks behind it.
    sim::DoipEntity silent(vehicle("silent"));
    EXPECT_EQ(connected(silent, offer).error().fault, Fault::no_protocol);
    sim::DoipQuirks mute;
    mute.never_acknowledges = true;
    sim::DoipEntity deaf(vehicle(), mute);
    const auto nothing = connected(deaf, offer).error();
    EXPECT_EQ(nothing.fault, Fault::no_protocol);
    EXPECT_EQ(nothing.detail, "the gateway did not acknowledge the request");
}

TEST(DoipConnect, WaitsForAConfirmationAtTheVehicle) {
    sim::DoipQuirks quirks;
    quirks.confirmed_at_vehicle = true;
    doip::Offer offer;
    sim::DoipEntity entity(vehicle(), quirks);
    EXPECT_TRUE(connected(entity, offer).has_value());
}

/// Says what it is told to, one piece each time something arrives.
class Script : public sim::Answering {
public:
    explicit Script(std::deque<std::string> pieces) : pieces_(std::move(pieces)) {}

    void receive(std::string_view sent, Instant now) override {
        got.emplace_back(sent);
        if (!pieces_.empty()) {
            out_ = std::move(pieces_.front());
            pieces_.pop_front();
            due_ = now + 1ms;
        }
    }
    [[nodiscard]] std::optional<Instant> due() const override { return due_; }
    [[nodiscard]] std::string take(Instant) override {
        due_.reset();
        return std::move(out_);
    }

    std::vector<std::string> got;

private:
    std::deque<std::string> pieces_;
    std::string out_;
    std::optional<Instant> due_;
};

TEST(DoipConnect, ToldToWaitForeverItGivesUp) {
    const auto wait = doip::encode(Type::activated, bytes("0E00 1000 11 00000000"));
    doip::Offer offer;
    Script script({wait + wait + wait});
    doip::Connect connect(offer);
    EXPECT_EQ(
        tests::VirtualLink(script).run(connect).error().detail, "nobody confirmed it at the vehicle"
    );
    Script noise({raw("4154 5A0D 0A3E 4154")});
    doip::Connect other(offer);
    EXPECT_EQ(tests::VirtualLink(noise).run(other).error().fault, Fault::gateway_refused);
    Script nothing({});
    doip::Connect third(offer);
    EXPECT_EQ(
        tests::VirtualLink(nothing).run(third).error().detail,
        "it does not answer a routing activation"
    );
    // An alive check in between is answered.
    Script checked(
        {doip::encode(Type::alive_request, {}),
         doip::encode(Type::activated, bytes("0E00 1000 01 00000000"))}
    );
    doip::Connect fourth(offer);
    EXPECT_EQ(tests::VirtualLink(checked).run(fourth).error().fault, Fault::gateway_refused);
    ASSERT_EQ(checked.got.size(), 2U);
    EXPECT_EQ(hex_of(checked.got[1]), "02FD0008000000020E00");
}

std::string said(std::string_view addresses_and_data) {
    return doip::encode(Type::diagnostic, bytes(addresses_and_data));
}
std::string taken() {
    return doip::encode(Type::diagnostic_taken, bytes("E000 0E00 00"));
}

/// Data of every message that answered, in order, then the negatives.
std::string asked(Script& script, Request request, std::string* why = nullptr) {
    doip::Session session;
    session.entity = 0x1000;
    doip::Ask ask(std::move(request), session);
    const auto result = tests::VirtualLink(script).run(ask);
    if (result.has_error()) {
        return "fault " + result.error().detail;
    }
    std::string text;
    const auto& answer = result.value().answer;
    for (const auto& message : answer.messages) {
        text += message.source.text() + ":" + to_hex(message.data) + " ";
    }
    for (const auto& negative : answer.negatives) {
        text += negative.source.text() + "!" + to_hex(negative.code) + " ";
    }
    if (why != nullptr) {
        *why = answer.failure ? answer.failure->detail : "";
    }
    return text;
}

const Request speed{{0x22, 0xF4, 0x0C}, {}, {}};

TEST(DoipAsk, TakesWhatIsForItAndAnswersThisRequest) {
    Script script(
        {taken() + said("1001 0E00 62F40C0BB8") + said("1002 0E01 62F40C0BB9") +
         said("1003 0E00 62F40D00") + said("1002 0E00 7F2231")}
    );
    EXPECT_EQ(asked(script, speed), "1001:62F40C0BB8 1002!31 ");
    ASSERT_EQ(script.got.size(), 1U);
    EXPECT_EQ(hex_of(script.got[0]), "02FD8001000000070E00E00022F40C");
}

TEST(DoipAsk, WaitsForWhoAskedForTimeAndAsksWhoIsBusyAgain) {
    Script pending({taken() + said("1001 0E00 7F2278")});
    EXPECT_EQ(asked(pending, speed), "1001!78 ") << "for the whole of P2*, then it stands as that";
    Script busy({taken() + said("1001 0E00 7F2221"), taken() + said("1001 0E00 62F40C0BB8")});
    EXPECT_EQ(asked(busy, speed), "1001:62F40C0BB8 ");
    EXPECT_EQ(busy.got.size(), 2U);
    Script always(std::deque<std::string>(9, taken() + said("1001 0E00 7F2221")));
    EXPECT_EQ(asked(always, speed), "1001!21 ");
    EXPECT_EQ(always.got.size(), 4U);
}

TEST(DoipAsk, AsksTheEntityItselfWhereItDoesNotKnowTheAddressOfAll) {
    const auto unknown = doip::encode(Type::diagnostic_refused, bytes("E000 0E00 03"));
    Script script({unknown, taken() + said("1000 0E00 62F40C0BB8")});
    EXPECT_EQ(asked(script, speed), "1000:62F40C0BB8 ");
    EXPECT_EQ(hex_of(script.got[1]), "02FD8001000000070E00100022F40C");
    // And says why it cannot, where that is not known either.
    Script twice({unknown, unknown});
    std::string why;
    EXPECT_EQ(asked(twice, speed, &why), "");
    EXPECT_EQ(why, "the gateway refused the request: it does not know the address asked for");
    Script unreachable({doip::encode(Type::diagnostic_refused, bytes("1001 0E00 06"))});
    auto one = speed;
    one.only = EcuAddress::doip(0x1001);
    EXPECT_EQ(asked(unreachable, one, &why), "");
    EXPECT_EQ(why, "the gateway refused the request: the control unit cannot be reached");
    EXPECT_EQ(hex_of(unreachable.got[0]), "02FD8001000000070E00100122F40C");
}

TEST(DoipAsk, EndsWhereItCannotGoOn) {
    Script refused({doip::encode(Type::header_refused, bytes("02"))});
    EXPECT_EQ(asked(refused, speed), "fault the gateway refused a message: 02");
    Script noise({raw("00112233445566778899")});
    EXPECT_TRUE(asked(noise, speed).starts_with("fault not a DoIP header"));
    Script silent({});
    std::string why;
    EXPECT_EQ(asked(silent, speed, &why), "");
    EXPECT_EQ(why, "the gateway did not acknowledge the request");
    EXPECT_EQ(silent.got.size(), 4U);
    // A vehicle that never ends is not listened to for ever.
    std::string flood = taken();
    for (int i = 0; i < 1000; ++i) {
        flood += said("1001 0E00 7F2278");
    }
    Script endless({flood});
    EXPECT_EQ(asked(endless, speed), "1001!78 ");
    sim::DoipEntity entity(vehicle());
    doip::Ask ask(speed, {});
    EXPECT_EQ(tests::VirtualLink(entity).cut_after(1).run(ask).error().fault, Fault::link_lost);
}

TEST(DoipAsk, IsDoneWhenEverybodyWhoMustHasAnswered) {
    auto request = speed;
    request.expected = {{EcuAddress::doip(0x1001), 1}, {EcuAddress::doip(0x1002), 1}};
    Script script({taken() + said("1002 0E00 62F40C0BB9") + said("1001 0E00 62F40C0BB8")});
    doip::Ask ask(request, {});
    tests::VirtualLink link(script);
    const auto before = link.now();
    ASSERT_TRUE(link.run(ask).has_value());
    EXPECT_LT(link.now() - before, 10ms);
    // Who is missing is asked once more.
    Script lacking(
        {taken() + said("1002 0E00 62F40C0BB9"),
         taken() + said("1001 0E00 62F40C0BB8") + said("1002 0E00 62F40C0BB9")}
    );
    EXPECT_EQ(asked(lacking, request), "1001:62F40C0BB8 1002:62F40C0BB9 ");
    EXPECT_EQ(lacking.got.size(), 2U);
}

TEST(DoipEntity, AnnouncesItselfToWhoAsks) {
    const auto question = doip::encode(Type::identify, {}, doip::version_any);
    const auto answer = sim::DoipEntity::announce(vehicle(), question);
    ASSERT_TRUE(answer);
    doip::Inbox inbox;
    inbox.push(*answer);
    const auto message = *inbox.next().value();
    EXPECT_EQ(doip::read_announcement(message.payload).value().vin, "1HGCR2F37VA112233");
    EXPECT_FALSE(sim::DoipEntity::announce(vehicle(), "noise"));
    EXPECT_FALSE(sim::DoipEntity::announce(vehicle(), doip::encode(Type::alive_request, {})));
}

}  // namespace
}  // namespace protocols
