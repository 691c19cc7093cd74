// SAE J1939 as adapters print it: lines to messages by group and unit, and what is never made up.
#include "protocols/j1939/groups.hpp"
#include "protocols/elm327/ask.hpp"
#include "protocols/elm327/heavy.hpp"
#include "tests/support/conversation.hpp"

#include <gtest/gtest.h>

namespace protocols::elm327 {
namespace {

using bus::EcuAddress;
using Lines = std::vector<std::string>;

std::string told(const bus::Answer& answer) {
    std::string all;
    for (const auto& message : answer.messages) {
        all += message.source.text() + ":" + to_hex(message.data) + " ";
    }
    for (const auto& negative : answer.negatives) {
        all += negative.source.text() + "!" + std::to_string(negative.code) + " ";
    }
    for (const auto unit : answer.in_part) {
        all += unit.text() + "? ";
    }
    return all;
}

bus::Request group(std::uint32_t number, std::optional<std::uint8_t> unit = {}) {
    auto request = j1939::request_of(number);
    if (unit) {
        request.only = EcuAddress::legacy(*unit);
    }
    return request;
}

std::string sorted(const bus::Request& request, const Lines& lines) {
    return told(sort_group_lines(request, lines));
}

TEST(Groups, AreAskedForAsTheirThreeBytes) {
    EXPECT_EQ(to_hex(j1939::request_of(0xFEEC).data), "00FEEC");
    EXPECT_EQ(j1939::group_of(j1939::request_of(0x1FDB8)), 0x1FDB8U);
    EXPECT_EQ(j1939::group_of({{0x01, 0x00}, {}, {}}), 0U);
}

TEST(GroupLines, HavePriorityAndGroupOrTheWholeIdentifier) {
    for (const auto* line :
         {"6 0FECE 00 00 00 14 37 E0 1E E0 1E ", "60FECE0000001437E01EE01E",
          "18 FE CE 00 00 00 14 37 E0 1E E0 1E ", "18FECE0000001437E01EE01E"}) {
        EXPECT_EQ(sorted(group(0xFECE), {line}), "00:00FECE00001437E01EE01E ") << line;
    }
    // To the tester alone: the destination is no part of the group.
    EXPECT_EQ(sorted(group(0xD300), {"18D3F9000102030405060708"}), "00:00D3000102030405060708 ");
    EXPECT_EQ(sorted(group(0xD300), {"60D3F9000102030405060708"}), "00:00D3000102030405060708 ");
    // To somebody else: not for us.
    EXPECT_EQ(sorted(group(0xD300), {"60D321000102030405060708"}), "");
}

TEST(GroupLines, EverydayTrafficAndWhatIsNoFrameAreLeftOut) {
    const auto answer = sort_group_lines(
        group(0xFECE),
        {"60F004007DFFFFFFFFFFFFFF", "NONSENSE", "60FECE", "60FECE00000014370000000011", "60FECE0"}
    );
    EXPECT_EQ(told(answer), "");
    EXPECT_EQ(answer.problems.size(), 4U);
    const std::string one = "60FECE000102030405060708";
    const std::string other = "60FECE001102030405060708";
    EXPECT_EQ(sorted(group(0xFECE), {one, one}), "00:00FECE0102030405060708 ");
    EXPECT_EQ(
        sorted(group(0xFECE), {one, other}), "00:00FECE0102030405060708 00:00FECE1102030405060708 "
    );
}

TEST(GroupLines, AFrameThatLostBytesIsNotBelieved) {
    for (std::size_t digits = 2; digits < 16; digits += 2) {
        const auto line = std::string("60FECE000102030405060708").substr(0, 24 - digits);
        EXPECT_EQ(sorted(group(0xFECE), {line}), "00? ") << line;
        EXPECT_EQ(sorted(group(0xFECA), {line}), "") << line;
    }
}

TEST(GroupLines, MessagesOfSeveralFramesComeWholeOrNotAtAll) {
    const Lines vin{
        "7 0ECFF 00 20 12 00 03 FF EC FE 00 ", "7 0EBFF 00 01 31 58 4B 41 44 34 39 ",
        "7 0EBFF 00 02 58 30 4A 4A 33 30 35 ", "7 0EBFF 00 03 36 37 38 2A FF FF FF "};
    EXPECT_EQ(sorted(group(0xFEEC), vin), "00:00FEEC31584B4144343958304A4A3330353637382A ");
    for (std::size_t lost = 0; lost < vin.size(); ++lost) {
        auto lines = vin;
        lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(lost));
        EXPECT_EQ(sorted(group(0xFEEC), lines), "00? ") << lost;
    }
    // One packet too many: which one is another message's, nobody can say.
    auto more = vin;
    more.push_back("7 0EBFF 00 03 36 37 39 2A FF FF FF ");
    EXPECT_EQ(sorted(group(0xFEEC), more), "00? ");
    // Another unit's frames between them, and another group's message under way.
    Lines mixed{vin[0], "70ECFF3D200A0002FFCAFE00", vin[1], "70EBFF3D0104FF64000301FF", vin[2]};
    mixed.push_back(vin[3]);
    EXPECT_EQ(sorted(group(0xFEEC), mixed), "00:00FEEC31584B4144343958304A4A3330353637382A ");
}

TEST(GroupLines, PacketsWithoutTheirAnnouncementAreNoMessage) {
    // They may be of any group, and the last one may be lost.
    for (const auto* to : {"70EBFF00", "70EBF900"}) {
        EXPECT_EQ(
            sorted(
                group(0xFED4),
                {std::string(to) + "0104FF64000301AA", std::string(to) + "02BBCCDDFFFFFFFF"}
            ),
            "00? "
        );
    }
    // … and take nothing from what the unit has said.
    EXPECT_EQ(
        sorted(group(0xFED4), {"70EBFF000104FF64000301AA", "60FED40000FF00000000FFFF"}),
        "00:00FED400FF00000000FFFF "
    );
}

TEST(GroupLines, RefusalsAreOfTheGroupThatWasAskedFor) {
    const auto line = [](const char* kind, const char* of) {
        return Lines{std::string("60E8FF3D") + kind + "FFFFFFF9" + of};
    };
    EXPECT_EQ(sorted(group(0xFD82, 0x3D), line("01", "82FD00")), "3D!1 ");
    EXPECT_EQ(sorted(group(0xFD82, 0x3D), line("02", "82FD00")), "3D!2 ");
    EXPECT_EQ(sorted(group(0xFD82, 0x3D), line("03", "82FD00")), "3D!3 ");
    EXPECT_EQ(sorted(group(0xFD82, 0x3D), line("00", "82FD00")), "");  // done, without data
    EXPECT_EQ(sorted(group(0xFD82, 0x3D), line("01", "ECFE00")), "");  // of another request
    EXPECT_EQ(sorted(group(0xFD82, 0x01), line("01", "82FD00")), "");  // of another unit
}

Manner manner() {
    Manner manner;
    manner.protocol = bus::Protocol::j1939;
    return manner;
}

TEST(AskOnJ1939, WaitsOutABusyUnitAndEndsWhenAllHaveAnswered) {
    auto request = group(0xFECE);
    request.expected = {{EcuAddress::legacy(0x00), 1}};
    tests::Conversation talk;
    talk.expect_sent("00FECE\r").answer("60E8FF0003FFFFFFF9CEFE00\r\r>").stay_silent();
    talk.expect_sent("00FECE\r").answer("60FECE0000001437E01EE01E\r");
    talk.expect_sent(" ").answer("\r>");
    const auto asked = talk.run(Ask(request, manner()));
    ASSERT_TRUE(asked.has_value());
    EXPECT_EQ(told(asked.value().answer), "00:00FECE00001437E01EE01E ");
    EXPECT_TRUE(asked.value().interrupted);
    talk.check_link_loss_at_every_step([&] { return Ask(request, manner()); });
    // Who is silent to all is not asked again here: it is asked alone.
    tests::Conversation silent;
    silent.expect_sent("00FECE\r").answer("NO DATA\r\r>");
    EXPECT_EQ(told(silent.run(Ask(request, manner())).value().answer), "");
}

}  // namespace
}  // namespace protocols::elm327
