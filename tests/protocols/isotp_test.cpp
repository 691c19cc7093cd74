// ISO 15765-2, clause by clause, in simulated time.
#include "protocols/isotp/transport.hpp"

#include <gtest/gtest.h>

#include <random>

namespace protocols::isotp {
namespace {

using namespace std::chrono_literals;

Bytes hex(std::string_view text) {
    return *from_hex(text);
}
Bytes counted(std::size_t size) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) {
        bytes[i] = static_cast<std::uint8_t>(i);
    }
    return bytes;
}
std::string text(const std::optional<Bytes>& bytes) {
    return bytes ? to_hex(*bytes) : "-";
}

TEST(IsoTpReceiver, SingleFramesOfEveryLength) {  // 9.6.2
    for (std::uint8_t length = 1; length <= 7; ++length) {
        Receiver receiver;
        auto frame = counted(8);
        frame[0] = length;
        const auto out = receiver.take(frame, {});
        ASSERT_TRUE(out.message) << int{length};
        EXPECT_EQ(out.message->size(), length);
        EXPECT_FALSE(out.flow_control || out.error);
        // As short as it can be: padding is not required.
        EXPECT_TRUE(receiver.take(ByteView(frame).first(1U + length), {}).message);
        EXPECT_FALSE(receiver.take(ByteView(frame).first(length), {}).message);
    }
    Receiver receiver;
    for (const auto* ignored : {"00", "0011223344556677", "08112233445566", "0F11", ""}) {
        EXPECT_FALSE(receiver.take(hex(ignored), {}).message) << ignored;
    }
}

TEST(IsoTpReceiver, SegmentedMessagesWithFlowControl) {  // 9.6.3 to 9.6.5
    Shape shape;
    shape.block_size = 2;
    shape.separation = 0xF3;
    Receiver receiver(shape);
    auto out = receiver.take(hex("1018000102030405"), {});
    EXPECT_EQ(text(out.flow_control), "3002F30000000000");
    EXPECT_FALSE(receiver.take(hex("2106070809 0A0B0C"), {}).flow_control);
    out = receiver.take(hex("220D0E0F10111213"), {});
    EXPECT_EQ(text(out.flow_control), "3002F30000000000");  // after each block
    out = receiver.take(hex("2314151617AAAAAA"), {});
    EXPECT_EQ(out.message, counted(24));
    EXPECT_FALSE(out.flow_control);
    EXPECT_FALSE(receiver.deadline());
}

TEST(IsoTpReceiver, SequenceNumbersWrapAndAreChecked) {  // 9.6.4.3
    Receiver receiver;
    const auto message = counted(6 + 20 * 7);
    Bytes first{0x10, static_cast<std::uint8_t>(message.size())};
    first.insert(first.end(), message.begin(), message.begin() + 6);
    EXPECT_TRUE(receiver.take(first, {}).flow_control);
    std::optional<Bytes> got;
    for (std::size_t i = 0; i < 20; ++i) {
        Bytes next{static_cast<std::uint8_t>(0x20 | ((i + 1) & 0x0F))};
        next.insert(
            next.end(), message.begin() + static_cast<long>(6 + 7 * i),
            message.begin() + static_cast<long>(13 + 7 * i)
        );
        got = receiver.take(next, {}).message;
    }
    EXPECT_EQ(got, message);
    for (const auto* wrong : {"2006070809", "2206070809", "2F06070809"}) {
        Receiver other;
        EXPECT_TRUE(other.take(hex("1018000102030405"), {}).flow_control);
        EXPECT_EQ(other.take(hex(wrong), {}).error, Error::wrong_sn) << wrong;
        EXPECT_FALSE(other.take(hex("2106070809 0A0B0C"), {}).error);  // it was given up
    }
}

TEST(IsoTpReceiver, WaitsForTheNextFrameAsLongAsNcr) {  // 9.7
    Receiver receiver;
    const Instant start{};
    EXPECT_TRUE(receiver.take(hex("1018000102030405"), start).flow_control);
    EXPECT_EQ(receiver.deadline(), start + 150ms);
    EXPECT_FALSE(receiver.expire(start + 149ms).error);
    EXPECT_FALSE(receiver.take(hex("2106070809 0A0B0C"), start + 149ms).error);
    EXPECT_EQ(receiver.deadline(), start + 299ms);
    EXPECT_EQ(receiver.expire(start + 299ms).error, Error::timeout_cr);
    EXPECT_FALSE(receiver.expire(start + 999ms).error);
    EXPECT_FALSE(receiver.take(hex("220D0E0F10111213"), start + 300ms).message);
}

TEST(IsoTpReceiver, UnexpectedFrames) {  // 9.8.3
    Receiver receiver;
    // A consecutive frame or a flow control that nobody asked for: ignored.
    for (const auto* ignored : {"2106070809", "300000", "4000", "F0"}) {
        const auto out = receiver.take(hex(ignored), {});
        EXPECT_FALSE(out.message || out.error || out.flow_control) << ignored;
    }
    // A new first frame, or a single one, ends the message under way and is taken.
    EXPECT_TRUE(receiver.take(hex("1018000102030405"), {}).flow_control);
    auto out = receiver.take(hex("1009AABBCCDDEEFF"), {});
    EXPECT_EQ(out.error, Error::unexpected_pdu);
    EXPECT_TRUE(out.flow_control);
    EXPECT_EQ(text(receiver.take(hex("21112233"), {}).message), "AABBCCDDEEFF112233");
    EXPECT_TRUE(receiver.take(hex("1018000102030405"), {}).flow_control);
    out = receiver.take(hex("0155"), {});
    EXPECT_EQ(out.error, Error::unexpected_pdu);
    EXPECT_EQ(text(out.message), "55");
}

TEST(IsoTpReceiver, FirstFramesThatAreNone) {  // 9.6.3.2
    Receiver receiver;
    for (const auto* ignored :
         {"1007000102030405", "1001000102030405", "101800010203", "10000000000F0001", "1000"}) {
        const auto out = receiver.take(hex(ignored), {});
        EXPECT_FALSE(out.flow_control || out.message || out.error) << ignored;
    }
    // Too long for this side: overflow, and nothing is under way.
    EXPECT_EQ(text(receiver.take(hex("100000001000AABB"), {}).flow_control), "3200000000000000");
    EXPECT_FALSE(receiver.deadline());
    Shape large;
    large.message_bytes_max = 5000;
    Receiver other(large);
    EXPECT_EQ(text(other.take(hex("100000001000AABB"), {}).flow_control), "3000000000000000");
}

TEST(IsoTpSender, SingleFramesWithAndWithoutPadding) {
    Sender sender;
    ASSERT_TRUE(sender.begin(hex("0100"), {}));
    EXPECT_EQ(text(sender.next({})), "0201000000000000");
    EXPECT_FALSE(sender.busy());
    Shape bare;
    bare.padding.reset();
    Sender plain(bare);
    ASSERT_TRUE(plain.begin(hex("0100"), {}));
    EXPECT_EQ(text(plain.next({})), "020100");
    EXPECT_FALSE(plain.begin({}, {}));
    // Functional addressing: one frame only (ISO 15765-4).
    EXPECT_FALSE(sender.begin(counted(8), {}, true));
    EXPECT_TRUE(sender.begin(counted(7), {}, true));
    EXPECT_FALSE(sender.begin(counted(7), {}));  // one at a time
}

TEST(IsoTpSender, HeedsBlockSizeAndSeparation) {  // 9.6.5
    Sender sender;
    Instant now{};
    ASSERT_TRUE(sender.begin(counted(6 + 4 * 7), now));
    EXPECT_EQ(text(sender.next(now)), "1022000102030405");
    EXPECT_FALSE(sender.next(now));
    EXPECT_FALSE(sender.take(hex("3002050000"), now));
    EXPECT_EQ(text(sender.next(now)).substr(0, 4), "2106");
    EXPECT_FALSE(sender.next(now + 4ms));
    now += 5ms;
    EXPECT_EQ(sender.due(), now);
    EXPECT_EQ(text(sender.next(now)).substr(0, 4), "220D");
    EXPECT_FALSE(sender.next(now + 50ms));  // the block has ended
    EXPECT_FALSE(sender.take(hex("3000F2"), now));
    EXPECT_EQ(text(sender.next(now)).substr(0, 4), "2314");
    EXPECT_FALSE(sender.next(now + 199us));
    EXPECT_EQ(text(sender.next(now + 200us)).substr(0, 4), "241B");
    EXPECT_FALSE(sender.busy());
}

TEST(IsoTpSender, EveryFlowStatus) {  // 9.6.5.2
    const auto waiting = [] {
        Shape shape;
        shape.waits_max = 2;
        Sender sender(shape);
        EXPECT_TRUE(sender.begin(counted(20), {}));
        EXPECT_TRUE(sender.next({}));
        return sender;
    };
    auto sender = waiting();
    EXPECT_FALSE(sender.take(hex("310000"), Instant{} + 70ms));
    EXPECT_FALSE(sender.expire(Instant{} + 140ms));  // each wait begins the time anew
    EXPECT_FALSE(sender.take(hex("310000"), Instant{} + 140ms));
    EXPECT_EQ(sender.take(hex("310000"), Instant{} + 200ms), Error::wft_overrun);
    EXPECT_FALSE(sender.busy());
    sender = waiting();
    EXPECT_EQ(sender.take(hex("320000"), {}), Error::buffer_overflow);
    EXPECT_FALSE(sender.busy());
    for (const auto* reserved : {"330000", "3F0000"}) {
        sender = waiting();
        EXPECT_EQ(sender.take(hex(reserved), {}), Error::invalid_fs) << reserved;
    }
    sender = waiting();
    for (const auto* ignored : {"", "30", "3000", "0100", "2100"}) {
        EXPECT_FALSE(sender.take(hex(ignored), {})) << ignored;
        EXPECT_FALSE(sender.next({})) << ignored;
    }
    EXPECT_FALSE(sender.expire(Instant{} + 74ms));
    EXPECT_EQ(sender.expire(Instant{} + 75ms), Error::timeout_bs);
    EXPECT_FALSE(sender.due());
}

TEST(IsoTpTimes, OfEverySeparationByte) {  // 9.6.5.4
    EXPECT_EQ(separation_time(0x00), 0us);
    EXPECT_EQ(separation_time(0x7F), 127ms);
    EXPECT_EQ(separation_time(0x80), 127ms);
    EXPECT_EQ(separation_time(0xF0), 127ms);
    EXPECT_EQ(separation_time(0xF1), 100us);
    EXPECT_EQ(separation_time(0xF9), 900us);
    EXPECT_EQ(separation_time(0xFA), 127ms);
    EXPECT_EQ(separation_time(0xFF), 127ms);
}

/// Both sides over a bus that takes no time, until the message has arrived.
std::optional<Bytes> carried(const Bytes& message, Shape from, Shape to) {
    Sender sender(from);
    Receiver receiver(to);
    Instant now{};
    if (!sender.begin(message, now)) {
        return std::nullopt;
    }
    for (int frames = 0; frames < 2000; ++frames) {
        const auto frame = sender.next(now);
        if (!frame) {
            if (!sender.due()) {
                return std::nullopt;
            }
            now = *sender.due();
            if (sender.expire(now)) {
                return std::nullopt;
            }
            continue;
        }
        EXPECT_LE(frame->size(), from.frame_bytes);
        EXPECT_EQ(field_length(frame->size()), frame->size());
        auto out = receiver.take(*frame, now);
        EXPECT_FALSE(out.error);
        if (out.message) {
            EXPECT_FALSE(sender.busy());
            return out.message;
        }
        if (out.flow_control && sender.take(*out.flow_control, now)) {
            return std::nullopt;
        }
    }
    return std::nullopt;
}

TEST(IsoTp, CarriesEveryLengthOverCanAndCanFd) {
    for (const std::size_t frame : {8U, 12U, 16U, 20U, 24U, 32U, 48U, 64U}) {
        Shape shape;
        shape.frame_bytes = frame;
        for (std::size_t size = 1; size <= 300; ++size) {
            ASSERT_EQ(carried(counted(size), shape, shape), counted(size)) << frame << " " << size;
        }
        ASSERT_EQ(carried(counted(4095), shape, shape), counted(4095)) << frame;
    }
    Shape large;
    large.message_bytes_max = 10'000;
    EXPECT_EQ(carried(counted(4096), large, large), counted(4096));
    EXPECT_EQ(carried(counted(10'000), large, large), counted(10'000));
    EXPECT_EQ(carried(counted(10'001), large, large), std::nullopt);
    EXPECT_EQ(carried(counted(5000), large, Shape()), std::nullopt);  // overflow
}

TEST(IsoTp, CarriesAnythingWhateverIsAskedAndNeverAWrongMessage) {
    for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
        std::mt19937_64 random(seed);
        Shape from;
        Shape to;
        to.block_size = static_cast<std::uint8_t>(random() % 20);
        to.separation = static_cast<std::uint8_t>(random());
        if (random() % 2 == 0) {
            from.padding.reset();
        }
        const auto message = counted(1 + random() % 600);
        ASSERT_EQ(carried(message, from, to), message) << seed;
        // Frames lost, doubled or swapped: the message, or none.
        Sender sender(from);
        Receiver receiver(to);
        Instant now{};
        ASSERT_TRUE(sender.begin(message, now));
        for (int step = 0; step < 400 && sender.busy(); ++step) {
            const auto frame = sender.next(now);
            if (!frame) {
                now = sender.due().value_or(now);
                static_cast<void>(sender.expire(now));
                static_cast<void>(receiver.expire(now));
                continue;
            }
            const auto luck = random() % 30;
            for (std::uint64_t times = luck == 0 ? 0 : luck == 1 ? 2 : 1; times > 0; --times) {
                const auto out = receiver.take(*frame, now);
                if (out.message) {
                    ASSERT_EQ(*out.message, message) << seed;
                }
                if (out.flow_control && random() % 30 != 0) {
                    static_cast<void>(sender.take(*out.flow_control, now));
                }
            }
        }
    }
}

}  // namespace
}  // namespace protocols::isotp
