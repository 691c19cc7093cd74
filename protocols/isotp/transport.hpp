#pragma once

#include "protocols/base/hex.hpp"
#include "protocols/base/time.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

/// ISO 15765-2 between one tester and one control unit, both directions, without a bus: CAN data
/// fields in, CAN data fields and messages out. Times are those of ISO 15765-4 unless set.
namespace protocols::isotp {

struct Times {
    std::chrono::milliseconds n_bs{75};   ///< Sender: until a flow control comes.
    std::chrono::milliseconds n_cr{150};  ///< Receiver: until the next consecutive frame comes.
};

/// How this side sends and receives.
struct Shape {
    std::size_t frame_bytes =
        8;  ///< Longest data field: 8, or 12, 16, 20, 24, 32, 48, 64 (CAN FD).
    std::optional<std::uint8_t> padding =
        std::uint8_t{0x00};       ///< Nothing: frames as short as can be.
    std::uint8_t block_size = 0;  ///< Asked of the other side: frames between flow controls.
    std::uint8_t separation = 0;  ///< Asked of the other side: its STmin byte.
    std::size_t message_bytes_max = 4095;  ///< Longer ones are refused (overflow).
    int waits_max = 10;                    ///< Flow controls that say "wait", in a row (N_WFTmax).
    Times times;
};

/// Why a transfer ended without a message (ISO 15765-2 9.8).
enum class Error {
    timeout_bs,       ///< No flow control came.
    timeout_cr,       ///< No consecutive frame came.
    wrong_sn,         ///< A consecutive frame out of turn.
    invalid_fs,       ///< A flow control with a reserved status.
    unexpected_pdu,   ///< A new message began before the last one had ended; the new one is taken.
    wft_overrun,      ///< "Wait" too often.
    buffer_overflow,  ///< The other side has no room.
};

/// The time a separation byte stands for; reserved values are the longest (127 ms).
[[nodiscard]] std::chrono::microseconds separation_time(std::uint8_t byte);

/// Receives the messages of one sender.
class Receiver {
public:
    explicit Receiver(Shape shape = {}) : shape_(shape) {}

    struct Out {
        std::optional<Bytes> message;
        std::optional<Bytes> flow_control;  ///< To be sent to the sender at once.
        std::optional<Error> error;
    };
    /// One data field of the sender. What is no frame of ISO 15765-2, or nobody asked for, is
    /// ignored, as the standard says.
    [[nodiscard]] Out take(ByteView frame, Instant now);
    /// When the message that is under way must have gone on; nullopt: none is.
    [[nodiscard]] std::optional<Instant> deadline() const;
    /// That time has passed.
    [[nodiscard]] Out expire(Instant now);

private:
    Out first(ByteView frame, Instant now);
    Out consecutive(ByteView frame, Instant now);
    [[nodiscard]] Bytes flow(std::uint8_t status) const;

    Shape shape_;
    Bytes message_;
    std::size_t expected_ = 0;  ///< Bytes of the message under way; 0: none is.
    std::uint8_t sequence_ = 0;
    std::size_t in_block_ = 0;
    Instant deadline_{};
};

/// Sends messages to one receiver, one at a time.
class Sender {
public:
    explicit Sender(Shape shape = {}) : shape_(shape) {}

    /// Begins a message. False: one is under way, it is empty, or longer than can be sent;
    /// `functional` ones must fit into one frame.
    [[nodiscard]] bool begin(Bytes message, Instant now, bool functional = false);
    /// The next data field that is due; nullopt: none yet.
    [[nodiscard]] std::optional<Bytes> next(Instant now);
    /// A data field of the receiver: a flow control. Others are ignored.
    [[nodiscard]] std::optional<Error> take(ByteView frame, Instant now);
    /// When next() has something, or expire() must be called; nullopt: nothing is under way.
    [[nodiscard]] std::optional<Instant> due() const;
    [[nodiscard]] std::optional<Error> expire(Instant now);
    [[nodiscard]] bool busy() const { return state_ != State::idle; }

private:
    enum class State { idle, single, first, waiting, sending };

    [[nodiscard]] Bytes padded(Bytes frame) const;
    [[nodiscard]] std::size_t single_max() const;

    Shape shape_;
    State state_ = State::idle;
    Bytes message_;
    std::size_t sent_ = 0;
    std::uint8_t sequence_ = 1;
    std::size_t left_in_block_ = 0;  ///< 0: no limit.
    bool blocks_ = false;
    std::chrono::microseconds separation_{};
    int waits_ = 0;
    Instant at_{};
};

/// Data field lengths that CAN and CAN FD have.
[[nodiscard]] std::size_t field_length(std::size_t bytes);

}  // namespace protocols::isotp
