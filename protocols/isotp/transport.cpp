#include "protocols/isotp/transport.hpp"

#include <algorithm>
#include <array>

namespace protocols::isotp {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t classic = 8;
constexpr std::size_t short_length_max = 0xFFF;
constexpr std::uint8_t clear_to_send = 0;
constexpr std::uint8_t wait = 1;
constexpr std::uint8_t overflow = 2;

}  // namespace

std::chrono::microseconds separation_time(std::uint8_t byte) {
    constexpr std::uint8_t milliseconds_max = 0x7F;
    constexpr std::uint8_t hundreds_first = 0xF1;
    constexpr std::uint8_t hundreds_last = 0xF9;
    if (byte >= hundreds_first && byte <= hundreds_last) {
        return (byte - hundreds_first + 1) * 100us;
    }
    return std::min(byte, milliseconds_max) * 1000us;
}

std::size_t field_length(std::size_t bytes) {
    constexpr std::array<std::size_t, 7> longer{12, 16, 20, 24, 32, 48, 64};
    if (bytes <= classic) {
        return bytes;
    }
    const auto* const fits = std::ranges::lower_bound(longer, bytes);
    return fits == longer.end() ? longer.back() : *fits;
}

// ---- receiving

Bytes Receiver::flow(std::uint8_t status) const {
    constexpr std::size_t flow_bytes = 3;
    Bytes frame(shape_.padding ? classic : flow_bytes, shape_.padding.value_or(0));
    frame[0] = static_cast<std::uint8_t>(0x30 | status);
    frame[1] = shape_.block_size;
    frame[2] = shape_.separation;
    return frame;
}

std::optional<Instant> Receiver::deadline() const {
    return expected_ == 0 ? std::nullopt : std::optional(deadline_);
}

Receiver::Out Receiver::expire(Instant now) {
    Out out;
    if (expected_ != 0 && now >= deadline_) {
        expected_ = 0;
        out.error = Error::timeout_cr;
    }
    return out;
}

Receiver::Out Receiver::take(ByteView frame, Instant now) {
    Out out;
    if (frame.empty()) {
        return out;
    }
    switch (frame[0] >> 4) {
        case 0: {
            // Up to 7 bytes in the low digit; more, on CAN FD, in a byte of their own.
            const bool escaped = frame.size() > classic && frame[0] == 0 && frame.size() > 1;
            const std::size_t length = escaped ? frame[1] : frame[0] & 0x0F;
            const std::size_t begin = escaped ? 2 : 1;
            const bool too_short_for_escape = escaped && length < classic;
            if (length == 0 || begin + length > frame.size() || too_short_for_escape ||
                (!escaped && length > classic - 1)) {
                return out;
            }
            if (expected_ != 0) {
                out.error = Error::unexpected_pdu;
            }
            expected_ = 0;
            const auto data = frame.subspan(begin, length);
            out.message = Bytes(data.begin(), data.end());
            return out;
        }
        case 1:
            return first(frame, now);
        case 2:
            return consecutive(frame, now);
        default:
            return out;  // flow control is for the sender, the rest reserved
    }
}

Receiver::Out Receiver::first(ByteView frame, Instant now) {
    Out out;
    // A first frame is full, and its message does not fit into a single one.
    if (frame.size() < classic) {
        return out;
    }
    std::size_t length = static_cast<std::size_t>(frame[0] & 0x0F) << 8 | frame[1];
    std::size_t begin = 2;
    if (length == 0) {
        constexpr std::size_t escape_end = 6;
        length = static_cast<std::size_t>(big_endian(frame.subspan(2, 4)));
        begin = escape_end;
        if (length <= short_length_max) {
            return out;
        }
    }
    const std::size_t single_max = frame.size() == classic ? classic - 1 : frame.size() - 2;
    if (length <= single_max) {
        return out;
    }
    if (expected_ != 0) {
        out.error = Error::unexpected_pdu;
    }
    expected_ = 0;
    if (length > shape_.message_bytes_max) {
        out.flow_control = flow(overflow);
        return out;
    }
    const auto data = frame.subspan(begin);
    message_.assign(data.begin(), data.end());
    expected_ = length;
    sequence_ = 1;
    in_block_ = 0;
    deadline_ = now + shape_.times.n_cr;
    out.flow_control = flow(clear_to_send);
    return out;
}

Receiver::Out Receiver::consecutive(ByteView frame, Instant now) {
    Out out;
    if (expected_ == 0) {
        return out;
    }
    if ((frame[0] & 0x0F) != sequence_) {
        expected_ = 0;
        out.error = Error::wrong_sn;
        return out;
    }
    sequence_ = static_cast<std::uint8_t>((sequence_ + 1) & 0x0F);
    const auto data = frame.subspan(1, std::min(frame.size() - 1, expected_ - message_.size()));
    message_.insert(message_.end(), data.begin(), data.end());
    deadline_ = now + shape_.times.n_cr;
    if (message_.size() == expected_) {
        expected_ = 0;
        out.message = std::move(message_);
        return out;
    }
    if (shape_.block_size != 0 && ++in_block_ == shape_.block_size) {
        in_block_ = 0;
        out.flow_control = flow(clear_to_send);
    }
    return out;
}

// ---- sending

std::size_t Sender::single_max() const {
    return shape_.frame_bytes > classic ? shape_.frame_bytes - 2 : classic - 1;
}

Bytes Sender::padded(Bytes frame) const {
    if (shape_.padding) {
        frame.resize(std::max(classic, field_length(frame.size())), *shape_.padding);
    } else if (frame.size() > classic) {
        constexpr std::uint8_t filler = 0xCC;  // CAN FD has no lengths in between
        frame.resize(field_length(frame.size()), filler);
    }
    return frame;
}

bool Sender::begin(Bytes message, Instant now, bool functional) {
    const bool one_frame = message.size() <= single_max();
    if (busy() || message.empty() || message.size() > shape_.message_bytes_max ||
        (functional && !one_frame)) {
        return false;
    }
    message_ = std::move(message);
    state_ = one_frame ? State::single : State::first;
    sent_ = 0;
    sequence_ = 1;
    waits_ = 0;
    at_ = now;
    return true;
}

std::optional<Bytes> Sender::next(Instant now) {
    if (state_ == State::single) {
        Bytes frame;
        if (message_.size() < classic) {
            frame = {static_cast<std::uint8_t>(message_.size())};
        } else {
            frame = {0, static_cast<std::uint8_t>(message_.size())};
        }
        frame.insert(frame.end(), message_.begin(), message_.end());
        state_ = State::idle;
        return padded(std::move(frame));
    }
    if (state_ == State::first) {
        const auto length = message_.size();
        Bytes frame{
            static_cast<std::uint8_t>(0x10 | length >> 8),
            static_cast<std::uint8_t>(length & 0xFF)};
        if (length > short_length_max) {
            frame = {0x10, 0x00};
            for (int shift = 24; shift >= 0; shift -= 8) {
                frame.push_back(static_cast<std::uint8_t>(length >> shift & 0xFF));
            }
        }
        sent_ = shape_.frame_bytes - frame.size();
        frame.insert(frame.end(), message_.begin(), message_.begin() + static_cast<long>(sent_));
        state_ = State::waiting;
        at_ = now + shape_.times.n_bs;
        return frame;
    }
    if (state_ != State::sending || now < at_) {
        return std::nullopt;
    }
    const auto end = std::min(sent_ + shape_.frame_bytes - 1, message_.size());
    Bytes frame{static_cast<std::uint8_t>(0x20 | sequence_)};
    frame.insert(
        frame.end(), message_.begin() + static_cast<long>(sent_),
        message_.begin() + static_cast<long>(end)
    );
    sent_ = end;
    sequence_ = static_cast<std::uint8_t>((sequence_ + 1) & 0x0F);
    if (sent_ == message_.size()) {
        state_ = State::idle;
    } else if (blocks_ && --left_in_block_ == 0) {
        state_ = State::waiting;
        at_ = now + shape_.times.n_bs;
    } else {
        at_ = now + separation_;
    }
    return padded(std::move(frame));
}

std::optional<Error> Sender::take(ByteView frame, Instant now) {
    constexpr std::size_t flow_bytes = 3;
    if (state_ != State::waiting || frame.size() < flow_bytes || frame[0] >> 4 != 3) {
        return std::nullopt;
    }
    switch (frame[0] & 0x0F) {
        case clear_to_send:
            blocks_ = frame[1] != 0;
            left_in_block_ = frame[1];
            separation_ = separation_time(frame[2]);
            waits_ = 0;
            state_ = State::sending;
            at_ = now;
            return std::nullopt;
        case wait:
            if (++waits_ > shape_.waits_max) {
                state_ = State::idle;
                return Error::wft_overrun;
            }
            at_ = now + shape_.times.n_bs;
            return std::nullopt;
        case overflow:
            state_ = State::idle;
            return Error::buffer_overflow;
        default:
            state_ = State::idle;
            return Error::invalid_fs;
    }
}

std::optional<Instant> Sender::due() const {
    return busy() ? std::optional(at_) : std::nullopt;
}

std::optional<Error> Sender::expire(Instant now) {
    if (state_ != State::waiting || now < at_) {
        return std::nullopt;
    }
    state_ = State::idle;
    return Error::timeout_bs;
}

}  // namespace protocols::isotp
