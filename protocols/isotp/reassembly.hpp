#pragma once

#include "protocols/base/hex.hpp"

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace protocols::isotp {

/// Longest message a 12-bit FF_DL can announce (ISO 15765-2:2016 9.6.3.1).
inline constexpr std::size_t message_bytes_max = 4095;

/// CAN frames a message of `bytes` takes: seven in a single frame, else six in the first and seven
/// in each that follows (ISO 15765-2:2016 9.6, classic CAN).
[[nodiscard]] constexpr int frames_of(std::size_t bytes) {
    constexpr std::size_t single = 7;
    return bytes <= single ? 1 : 1 + static_cast<int>(bytes / single);
}

/// How frames are cut for printing, by vehicle and adapter. ISO 15765-4 has every frame at eight
/// bytes; an adapter may leave the padding out. A frame that follows no known habit may have lost
/// bytes, or hold those of another line.
enum class Habit {
    single_cut,     ///< Single frames end with their data.
    single_full,    ///< Single frames come with their padding.
    single_odd,     ///< Neither.
    last_cut,       ///< The last frame of a segmented message ends with its data.
    padding_mixed,  ///< Padding that is not one byte repeated.
    segment_odd,    ///< Headers off: segments that are not six and then seven bytes.
};

/// Puts together what one sender transmits (ISO 15765-2:2016 9.6, receive side, classic CAN). One
/// object per source identifier: interleaved senders never share state.
class Reassembly {
public:
    /// Adds the data bytes of one CAN frame, N_PCI first, at most 8 bytes. A repeated consecutive
    /// frame is counted once; a wrong sequence number abandons the message (9.6.4.4).
    void add(ByteView frame);

    /// Complete messages in order of completion, without N_PCI and padding.
    [[nodiscard]] const std::vector<Bytes>& messages() const { return messages_; }
    /// True while an announced message has bytes missing.
    [[nodiscard]] bool incomplete() const { return expected_bytes_ != 0; }
    /// What this sender's frames showed; those that need no padding show nothing.
    [[nodiscard]] const std::set<Habit>& habits() const { return habits_; }
    /// True when a consecutive frame came that no message was waiting for: one of this sender's
    /// messages may hold a late frame of an earlier one in its place.
    [[nodiscard]] bool stray() const { return stray_; }
    /// What was ignored or abandoned, in words for a log.
    [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }

private:
    void single(ByteView frame);
    void first(ByteView frame);
    void consecutive(ByteView frame);
    void abandon(const char* why);
    void learn_padding(ByteView padding);

    std::vector<Bytes> messages_;
    std::vector<std::string> problems_;
    Bytes partial_;
    Bytes last_frame_;
    std::size_t expected_bytes_ = 0;
    std::uint8_t next_sequence_ = 1;
    std::set<Habit> habits_;
    bool stray_ = false;
};

}  // namespace protocols::isotp
