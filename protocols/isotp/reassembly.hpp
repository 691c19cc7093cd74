#pragma once

#include "protocols/base/hex.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace protocols::isotp {

/// Longest message a 12-bit FF_DL can announce (ISO 15765-2:2016 9.6.3.1).
inline constexpr std::size_t message_bytes_max = 4095;

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
    /// True when a message ended with a frame without padding. ISO 15765-4 has every frame at eight
    /// bytes, so this is a vehicle that takes liberties, or bytes lost on the way.
    [[nodiscard]] bool unpadded() const { return unpadded_; }
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

    std::vector<Bytes> messages_;
    std::vector<std::string> problems_;
    Bytes partial_;
    Bytes last_frame_;
    std::size_t expected_bytes_ = 0;
    std::uint8_t next_sequence_ = 1;
    bool unpadded_ = false;
    bool stray_ = false;
};

}  // namespace protocols::isotp
