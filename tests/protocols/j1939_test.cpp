// SAE J1939-21, rule by rule.
#include "protocols/j1939/transport.hpp"

#include <gtest/gtest.h>

#include <random>

namespace protocols::j1939 {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t vin_group = 0xFEEC;
constexpr std::uint8_t engine = 0x00;

Frame frame(std::uint32_t identifier, std::string_view hex) {
    return {id_from(identifier), from_hex(hex).value()};
}

/// A transfer as a unit sends it: announcement, then its packets.
std::vector<Frame> transfer(
    const Bytes& data,
    std::uint32_t group,
    std::uint8_t source,
    std::uint8_t destination,
    std::uint8_t at_once = 0xFF
) {
    const auto packets = static_cast<std::uint8_t>((data.size() + 6) / 7);
    const bool broadcast = destination == everybody;
    std::vector<Frame> frames;
    frames.push_back(
        {{7, connection_group, destination, source},
         {static_cast<std::uint8_t>(broadcast ? 32 : 16),
          static_cast<std::uint8_t>(data.size() & 0xFF),
          static_cast<std::uint8_t>(data.size() >> 8), packets, at_once,
          static_cast<std::uint8_t>(group & 0xFF), static_cast<std::uint8_t>(group >> 8 & 0xFF),
          static_cast<std::uint8_t>(group >> 16)}}
    );
    for (std::size_t i = 0; i < packets; ++i) {
        Bytes packet{static_cast<std::uint8_t>(i + 1)};
        for (std::size_t k = 7 * i; k < 7 * (i + 1); ++k) {
            packet.push_back(k < data.size() ? data[k] : std::uint8_t{0xFF});
        }
        frames.push_back({{7, transfer_group, destination, source}, packet});
    }
    return frames;
}

Bytes text(std::size_t size) {
    Bytes data;
    for (std::size_t i = 0; i < size; ++i) {
        data.push_back(static_cast<std::uint8_t>(i * 7 + 1));
    }
    return data;
}

TEST(J1939Id, TakesIdentifiersApartAndPutsThemTogether) {
    EXPECT_EQ(id_from(0x18FEECF9), (Id{6, 0xFEEC, everybody, 0xF9}));
    EXPECT_EQ(id_from(0x18EA00F9), (Id{6, 0xEA00, 0x00, 0xF9}));
    EXPECT_EQ(id_from(0x1CECFF03), (Id{7, 0xEC00, everybody, 0x03}));
    EXPECT_EQ(id_from(0x19FD8000), (Id{6, 0x1FD80, everybody, 0x00}));  // data page 1
    for (const std::uint32_t identifier : {0x18FEECF9U, 0x18EA00F9U, 0x0CF00400U, 0x19FD8000U}) {
        EXPECT_EQ(to_identifier(id_from(identifier)), identifier);
    }
    EXPECT_EQ(to_identifier(request(vin_group).id), 0x18EAFFF9U);
    EXPECT_EQ(to_hex(request(vin_group).data), "ECFE00");
    EXPECT_EQ(to_identifier(request(vin_group, engine).id), 0x18EA00F9U);
}

TEST(J1939Receiver, GivesSingleFramesAsTheyAre) {
    Receiver receiver;
    const auto out = receiver.take(frame(0x18FECA00, "0400FFFF00000000"), {});
    ASSERT_TRUE(out.message);
    EXPECT_EQ(
        *out.message, (Message{0xFECA, 0x00, everybody, from_hex("0400FFFF00000000").value()})
    );
    EXPECT_FALSE(receiver.take(frame(0x18EA0300, "ECFE00"), {}).message);  // for somebody else
    EXPECT_FALSE(receiver.take(frame(0x18FECAF9, "00"), {}).message);      // one's own
    EXPECT_FALSE(receiver.deadline());
}

TEST(J1939Receiver, ReadsAcknowledgements) {
    Receiver receiver;
    const auto out = receiver.take(frame(0x18E8FF00, "01FFFFFFF9CEFE00"), {});
    const auto read = acknowledgement_from(*out.message);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->kind, Acknowledgement::Kind::negative);
    EXPECT_EQ(read->group, 0xFECEU);
    EXPECT_FALSE(acknowledgement_from({0xE800, 0, everybody, from_hex("04FFFFFFF9CEFE00").value()})
    );
    EXPECT_FALSE(acknowledgement_from({0xE800, 0, everybody, from_hex("01FFFF").value()}));
    EXPECT_FALSE(acknowledgement_from({0xFECA, 0, everybody, from_hex("01FFFFFFF9CEFE00").value()})
    );
}

TEST(J1939Receiver, PutsBroadcastsOfEveryLengthTogether) {
    for (const std::size_t size : {9U, 14U, 15U, 17U, 18U, 255U, 1784U, 1785U}) {
        Receiver receiver;
        std::optional<Message> message;
        for (const auto& one : transfer(text(size), vin_group, engine, everybody)) {
            EXPECT_FALSE(message);
            const auto out = receiver.take(one, {});
            EXPECT_FALSE(out.send) << "nobody answers a broadcast";
            message = out.message;
        }
        ASSERT_TRUE(message) << size;
        EXPECT_EQ(*message, (Message{vin_group, engine, everybody, text(size)}));
        EXPECT_FALSE(receiver.deadline());
    }
}

TEST(J1939Receiver, GrantsAndAcknowledgesTransfersToItself) {
    for (const std::uint8_t at_once : {std::uint8_t{1}, std::uint8_t{2}, std::uint8_t{0xFF}}) {
        Receiver receiver;
        const auto frames = transfer(text(25), vin_group, engine, tester, at_once);
        auto out = receiver.take(frames[0], {});
        ASSERT_TRUE(out.send);
        EXPECT_EQ(to_identifier(out.send->id), 0x1CEC00F9U);
        EXPECT_EQ(
            to_hex(out.send->data), at_once == 1   ? "110101FFFFECFE00"
                                    : at_once == 2 ? "110201FFFFECFE00"
                                                   : "110401FFFFECFE00"
        );
        for (std::size_t i = 1; i < 4; ++i) {
            out = receiver.take(frames[i], {});
            EXPECT_EQ(out.send.has_value(), i % at_once == 0) << i;
        }
        out = receiver.take(frames[4], {});
        ASSERT_TRUE(out.message);
        EXPECT_EQ(out.message->data, text(25));
        EXPECT_EQ(to_hex(out.send->data), "13190004FFECFE00");
    }
}

TEST(J1939Receiver, KeepsTransfersOfSeveralSourcesApart) {
    Receiver receiver;
    const auto one = transfer(text(17), vin_group, 0x00, everybody);
    const auto other = transfer(text(30), vin_group, 0x03, everybody);
    const auto own = transfer(text(20), 0xFEDA, 0x00, tester);
    std::vector<Message> messages;
    for (std::size_t i = 0; i < other.size(); ++i) {
        for (const auto* list : {&one, &other, &own}) {
            if (i < list->size()) {
                if (auto out = receiver.take((*list)[i], {}); out.message) {
                    messages.push_back(std::move(*out.message));
                }
            }
        }
    }
    ASSERT_EQ(messages.size(), 3U);
    EXPECT_EQ(messages[0].data, text(17));
    EXPECT_EQ(messages[1].data, text(20));
    EXPECT_EQ(messages[2].data, text(30));
}

TEST(J1939Receiver, NeverFillsAGap) {
    // A broadcast that lost a frame is lost.
    auto frames = transfer(text(25), vin_group, engine, everybody);
    Receiver broadcast;
    EXPECT_FALSE(broadcast.take(frames[0], {}).error);
    EXPECT_FALSE(broadcast.take(frames[1], {}).error);
    EXPECT_EQ(broadcast.take(frames[3], {}).error, Error::out_of_order);
    EXPECT_FALSE(broadcast.take(frames[4], {}).message);
    // Of a transfer it is asked for again, and then it is whole.
    frames = transfer(text(25), vin_group, engine, tester);
    Receiver receiver;
    Instant now{};
    for (const std::size_t i : {0U, 1U, 1U, 3U, 4U}) {  // one twice, one lost
        EXPECT_FALSE(receiver.take(frames[i], now).message);
    }
    now = *receiver.deadline();
    const auto again = receiver.expire(now);
    ASSERT_TRUE(again.send);
    EXPECT_EQ(to_hex(again.send->data), "110302FFFFECFE00");
    for (const std::size_t i : {2U, 3U}) {
        EXPECT_FALSE(receiver.take(frames[i], now).message);
    }
    EXPECT_EQ(receiver.take(frames[4], now).message->data, text(25));
}

TEST(J1939Receiver, APacketThatComesTwiceAndDiffersIsNobodysWord) {
    for (const auto destination : {everybody, tester}) {
        for (std::size_t packet = 1; packet <= 2; ++packet) {
            Receiver receiver;
            const auto frames = transfer(text(20), vin_group, engine, destination);
            bool wrong = false;
            bool given = false;
            for (std::size_t i = 0; i < frames.size(); ++i) {
                given = given || receiver.take(frames[i], Instant{}).message.has_value();
                if (i == packet) {
                    EXPECT_FALSE(receiver.take(frames[i], Instant{}).error) << "the same again";
                    auto other = frames[i];
                    other.data[7] ^= 0x01;
                    wrong = receiver.take(other, Instant{}).error == Error::out_of_order;
                }
            }
            EXPECT_TRUE(wrong) << packet;
            EXPECT_FALSE(given) << packet;
        }
    }
}

TEST(J1939Receiver, GivesUpInTime) {
    Receiver receiver;
    Instant now{};
    static_cast<void>(receiver.take(transfer(text(25), vin_group, engine, tester)[0], now));
    int grants = 1;
    for (;;) {
        const auto wait = *receiver.deadline() - now;
        EXPECT_EQ(wait, 1250ms);  // T2
        now += wait;
        const auto out = receiver.expire(now);
        if (out.error) {
            EXPECT_EQ(out.error, Error::timeout);
            EXPECT_EQ(to_hex(out.send->data), "FF03FFFFFFECFE00");
            break;
        }
        ++grants;
    }
    EXPECT_EQ(grants, 3);
    EXPECT_FALSE(receiver.deadline());
    const auto frames = transfer(text(25), vin_group, engine, everybody);
    static_cast<void>(receiver.take(frames[0], now));
    EXPECT_EQ(*receiver.deadline() - now, 750ms);  // T1
    const auto out = receiver.expire(now + 750ms);
    EXPECT_EQ(out.error, Error::timeout);
    EXPECT_FALSE(out.send);
    EXPECT_FALSE(receiver.take(frames[1], now).message);  // nobody announced it any more
}

TEST(J1939Receiver, RefusesWhatContradictsItself) {
    Receiver receiver;
    for (const auto* bad : {"1008000201ECFE00", "1019000501ECFE00", "10FFFFFFFFECFE00"}) {
        const auto out = receiver.take(frame(0x1CECF900, bad), {});
        EXPECT_EQ(out.error, Error::malformed) << bad;
        EXPECT_EQ(to_hex(out.send->data), "FF02FFFFFFECFE00") << bad;
    }
    EXPECT_FALSE(receiver.take(frame(0x1CECFF00, "2008000201ECFE00"), {}).send);
    EXPECT_FALSE(receiver.take(frame(0x1CECF900, "10190004"), {}).send);
    // The other side gives up.
    static_cast<void>(receiver.take(transfer(text(25), vin_group, engine, tester)[0], {}));
    EXPECT_EQ(receiver.take(frame(0x1CECF900, "FF01FFFFFFECFE00"), {}).error, Error::aborted);
    EXPECT_FALSE(receiver.deadline());
    EXPECT_FALSE(receiver.take(frame(0x1CECF900, "FF01FFFFFFECFE00"), {}).error);
}

/// Frames lost, doubled and out of turn: whole messages, or none.
TEST(J1939Receiver, NeverSaysWhatNobodySent) {
    std::mt19937 random(7);
    int whole = 0;
    for (int round = 0; round < 5000; ++round) {
        Receiver receiver;
        const auto size = 9 + random() % 300;
        const auto destination = random() % 2 == 0 ? everybody : tester;
        auto frames = transfer(text(size), vin_group, engine, destination);
        for (int damages = static_cast<int>(random() % 4); damages > 0; --damages) {
            const auto at = 1 + random() % (frames.size() - 1);
            switch (random() % 3) {
                case 0:
                    frames.erase(frames.begin() + static_cast<long>(at));
                    break;
                case 1:
                    frames.insert(frames.begin() + static_cast<long>(at), frames[at]);
                    break;
                default:
                    std::swap(frames[at], frames[1 + random() % (frames.size() - 1)]);
            }
            if (frames.size() < 2) {
                break;
            }
        }
        for (const auto& one : frames) {
            if (const auto out = receiver.take(one, {}); out.message) {
                ++whole;
                EXPECT_EQ(out.message->data, text(size));
            }
        }
    }
    EXPECT_GT(whole, 1000);
}

}  // namespace
}  // namespace protocols::j1939
