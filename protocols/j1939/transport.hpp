#pragma once

#include "protocols/base/hex.hpp"
#include "protocols/base/time.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

/// SAE J1939-21 between a tester and a vehicle's control units: identifiers, requests, and messages
/// of up to 1785 bytes, without a bus: frames in, frames and messages out.
namespace protocols::j1939 {

inline constexpr std::uint8_t everybody = 0xFF;  ///< Destination: all.
inline constexpr std::uint8_t tester = 0xF9;     ///< Off-board diagnostic tool 1.

// Parameter groups of the transport itself (SAE J1939-21 5.4, 5.10).
inline constexpr std::uint32_t request_group = 0xEA00;
inline constexpr std::uint32_t acknowledge_group = 0xE800;
inline constexpr std::uint32_t connection_group = 0xEC00;  ///< TP.CM
inline constexpr std::uint32_t transfer_group = 0xEB00;    ///< TP.DT

/// A 29-bit identifier: priority (3 bits), parameter group, destination, source.
struct Id {
    std::uint8_t priority = 6;
    std::uint32_t group = 0;  ///< PGN; its low byte is 0 where the format carries a destination.
    std::uint8_t destination = everybody;
    std::uint8_t source = 0;

    bool operator==(const Id&) const = default;
};
[[nodiscard]] Id id_from(std::uint32_t identifier);
[[nodiscard]] std::uint32_t to_identifier(const Id& id);

struct Frame {
    Id id;
    Bytes data;  ///< At most 8.

    bool operator==(const Frame&) const = default;
};

struct Message {
    std::uint32_t group = 0;
    std::uint8_t source = 0;
    std::uint8_t destination = everybody;
    Bytes data;

    bool operator==(const Message&) const = default;
};

/// Asks `destination` for a parameter group (PGN 59904: three bytes, little endian).
[[nodiscard]] Frame request(
    std::uint32_t group, std::uint8_t destination = everybody, std::uint8_t source = tester
);

/// What a unit says to a request it does not serve (PGN 59392).
struct Acknowledgement {
    enum class Kind : std::uint8_t { positive = 0, negative = 1, denied = 2, busy = 3 };
    Kind kind = Kind::positive;
    std::uint32_t group = 0;  ///< What was asked for.
};
/// nullopt: not one.
[[nodiscard]] std::optional<Acknowledgement> acknowledgement_from(const Message& message);

/// Why a message of several frames did not come (SAE J1939-21 5.10.2.4).
enum class Error {
    timeout,       ///< Nothing more came, also after it was asked for again.
    out_of_order,  ///< A broadcast lost a frame: those cannot be asked for again. Or a frame came
                   ///< twice and differs.
    malformed,     ///< Its announcement contradicts itself.
    aborted,       ///< The other side gave up.
};

/// Puts together what others say: single frames, broadcasts (BAM) and transfers to this address,
/// which it grants (CTS) and acknowledges. At most one broadcast and one transfer a source, as the
/// standard says; a new announcement takes the place of one under way.
class Receiver {
public:
    explicit Receiver(std::uint8_t address = tester) : address_(address) {}

    struct Out {
        std::optional<Message> message;
        std::optional<Frame> send;  ///< To be sent at once.
        std::optional<Error> error;
    };
    [[nodiscard]] Out take(const Frame& frame, Instant now);
    /// When expire() must be called; nullopt: nothing is under way.
    [[nodiscard]] std::optional<Instant> deadline() const;
    /// Asks again for what a transfer lacks, twice; then gives it up. Call until deadline() is
    /// later.
    [[nodiscard]] Out expire(Instant now);
    /// Whose messages are under way, and of which group.
    [[nodiscard]] std::vector<std::pair<std::uint8_t, std::uint32_t>> under_way() const;

private:
    using Key = std::pair<std::uint8_t, bool>;  ///< Source; whether it is a broadcast.
    struct Transfer {
        std::uint32_t group = 0;
        std::size_t bytes = 0;
        std::size_t packets = 0;
        std::size_t at_once = 0;  ///< Packets between two grants.
        std::size_t granted = 0;  ///< Packets up to which frames were granted.
        Bytes data;
        std::size_t received = 0;  ///< Packets.
        int repeats = 0;
        Instant deadline{};
    };

    Out announced(const Frame& frame, bool broadcast, Instant now);
    Out transferred(const Frame& frame, Instant now);
    Out next_grant(std::uint8_t source, Transfer& transfer, Instant now) const;
    [[nodiscard]] Frame answer(std::uint8_t to, Bytes head, std::uint32_t group) const;
    [[nodiscard]] Frame abort(std::uint8_t to, std::uint8_t reason, std::uint32_t group) const;

    std::uint8_t address_;
    std::map<Key, Transfer> transfers_;
};

}  // namespace protocols::j1939
