#pragma once

#include "protocols/base/result.hpp"
#include "protocols/bus/bus.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace protocols::bus {

/// One diagnostic request, sent functionally to every control unit unless one alone is named.
struct Request {
    Bytes data;  ///< Service byte first, at most 7 bytes; SAE J1939: a parameter group.
    /// Frames expected from all responders together where that is certain, else nothing. Lets an
    /// adapter return without waiting for more.
    std::optional<int> frames;
    /// Control units that must answer, where that is known: when each has, nothing more is waited
    /// for. Empty: not known.
    struct Expected {
        EcuAddress unit;
        int messages = 1;  ///< Legacy buses spread one answer over several.
    };
    std::vector<Expected> expected;
    /// A list of codes on a legacy bus (SAE J1979 6.3), each unit's: its message that has room left
    /// is the last one. `messages` are then the least; who has no codes may say nothing at all.
    bool until_padded = false;
    /// Asked of this unit alone: only then does one that cannot serve it owe a refusal (ISO 14229-1
    /// 7.5, SAE J1939-21).
    std::optional<EcuAddress> only{};
    /// Holds something no answer repeats: sent so that what is left when a digit is lost is no
    /// whole request, without a count behind it.
    bool unrepeated = false;
};

/// Which PIDs there are: every unit of SAE J1979 and ISO 15031-5 answers it.
inline const Request support_request{{0x01, 0x00}, {}, {}};
/// Which protocol a unit speaks: every unit of SAE J1979-2 and ISO 27145 answers it.
inline const Request identifier_request{{0x22, 0xF8, 0x10}, {}, {}};

/// `7F service code` (ISO 14229-1, SAE J1979 6.2.4); SAE J1939: `refused_group` and what kind of
/// refusal the acknowledgement is.
struct Negative {
    EcuAddress source;
    std::uint8_t service = 0;
    std::uint8_t code = 0;
};

inline constexpr std::uint8_t response_pending = 0x78;
inline constexpr std::uint8_t busy_repeat_request = 0x21;
inline constexpr std::uint8_t refused_group = 0xE8;  ///< As service: PGN 59392, SAE J1939-21.
inline constexpr std::uint8_t group_not_served = 1;
inline constexpr std::uint8_t group_busy = 3;

/// Everything the vehicle said to one request. No message and no failure means silence.
struct Answer {
    std::vector<Message> messages;    ///< Positive responses to this very request.
    std::vector<Negative> negatives;  ///< Final negative responses; response-pending is not kept.
    std::optional<Failure> failure;   ///< Why nothing can be concluded, e.g. bus_failed.
    std::vector<std::string> problems;
    std::set<EcuAddress> late;     ///< Units that said something which answers something else.
    bool incomplete = false;       ///< Something arrived damaged or in part.
    std::set<EcuAddress> in_part;  ///< Units whose message of several frames did not come whole.

    /// What one unit said, in the order it came.
    [[nodiscard]] std::vector<Bytes> of(EcuAddress unit) const;
};

/// True when every expected unit has given all its messages, or its final refusal. False when
/// nothing is known to be expected.
[[nodiscard]] bool complete(const Request& request, const Answer& answer);

/// True when a unit that must answer has not given everything.
[[nodiscard]] bool lacks(const Request& request, const Answer& answer);

/// Sorts messages into those that answer `request` and those that do not (SAE J1979: service + 40,
/// same PID, TID or infotype; ISO 14229-1: same identifier, or same report of the same group). What
/// does not fit becomes a problem, never a reading.
[[nodiscard]] Answer sort_answer(const Request& request, std::vector<Message> messages);

}  // namespace protocols::bus
