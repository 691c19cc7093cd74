#include "protocols/isotp/reassembly.hpp"

#include <algorithm>
#include <functional>

namespace protocols::isotp {
namespace {

enum class Pci : std::uint8_t { single = 0, first = 1, consecutive = 2, flow_control = 3 };

constexpr std::size_t first_frame_data_bytes = 6;
constexpr std::size_t consecutive_frame_data_bytes = 7;

/// The last frame is sent at its full eight bytes or without any padding (ISO 15765-2:2016
/// 10.4.2): what lies between lost bytes on its way, maybe data before the padding.
bool whole(ByteView frame, std::size_t data_bytes) {
    constexpr std::size_t full = 8;
    return frame.size() == full || frame.size() == data_bytes + 1;
}

}  // namespace

void Reassembly::add(ByteView frame) {
    if (frame.empty() || frame.size() > 8) {
        problems_.emplace_back("frame without data or longer than 8 bytes");
        return;
    }
    switch (static_cast<Pci>(frame[0] >> 4)) {
        case Pci::single:
            return single(frame);
        case Pci::first:
            return first(frame);
        case Pci::consecutive:
            return consecutive(frame);
        case Pci::flow_control:
            return;  // addressed to a sender; a receiver has no use for it
    }
    problems_.emplace_back("reserved protocol control information");
}

void Reassembly::single(ByteView frame) {
    const std::size_t length = frame[0] & 0x0F;
    if (length == 0 || length > 7) {
        problems_.emplace_back("single frame with an impossible length");
        return;
    }
    if (length > frame.size() - 1) {
        problems_.emplace_back("single frame shorter than its length");
        return;
    }
    if (incomplete()) {
        abandon("a new message began before the last frame");
    }
    if (length < 7) {
        habits_.insert(
            frame.size() == length + 1 ? Habit::single_cut
            : frame.size() == 8        ? Habit::single_full
                                       : Habit::single_odd
        );
    }
    learn_padding(frame.subspan(1 + length));
    messages_.emplace_back(frame.begin() + 1, frame.begin() + 1 + static_cast<long>(length));
}

void Reassembly::first(ByteView frame) {
    if (frame.size() < 8) {
        problems_.emplace_back("first frame shorter than 8 bytes");
        return;
    }
    const auto length = static_cast<std::size_t>((frame[0] & 0x0F) << 8 | frame[1]);
    if (length < 8) {
        problems_.emplace_back("first frame announces fewer than 8 bytes");
        return;
    }
    if (incomplete()) {
        if (std::ranges::equal(frame, last_frame_)) {
            return;
        }
        abandon("a new message began before the last frame");
    }
    expected_bytes_ = length;
    partial_.assign(frame.begin() + 2, frame.end());
    next_sequence_ = 1;
    last_frame_.assign(frame.begin(), frame.end());
    static_assert(first_frame_data_bytes < 8);
}

void Reassembly::consecutive(ByteView frame) {
    if (std::ranges::equal(frame, last_frame_)) {
        return;
    }
    if (!incomplete()) {
        problems_.emplace_back("consecutive frame without a first frame");
        stray_ = true;
        return;
    }
    if ((frame[0] & 0x0F) != next_sequence_) {
        return abandon("wrong sequence number");
    }
    const auto missing = expected_bytes_ - partial_.size();
    const auto wanted = std::min(missing, consecutive_frame_data_bytes);
    if (!whole(frame, wanted)) {
        return abandon("consecutive frame that lost bytes");
    }
    partial_.insert(
        partial_.end(), frame.begin() + 1, frame.begin() + 1 + static_cast<long>(wanted)
    );
    next_sequence_ = (next_sequence_ + 1) & 0x0F;
    if (frame.size() < 8) {
        habits_.insert(Habit::last_cut);
    }
    learn_padding(frame.subspan(1 + wanted));
    last_frame_.assign(frame.begin(), frame.end());
    if (partial_.size() == expected_bytes_) {
        messages_.push_back(std::move(partial_));
        partial_.clear();
        expected_bytes_ = 0;
    }
}

void Reassembly::learn_padding(ByteView padding) {
    if (std::ranges::adjacent_find(padding, std::ranges::not_equal_to()) != padding.end()) {
        habits_.insert(Habit::padding_mixed);
    }
}

void Reassembly::abandon(const char* why) {
    problems_.emplace_back(why);
    partial_.clear();
    expected_bytes_ = 0;
}

}  // namespace protocols::isotp
