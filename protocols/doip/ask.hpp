#pragma once

#include "protocols/base/machine.hpp"
#include "protocols/bus/answer.hpp"
#include "protocols/doip/message.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace protocols::doip {

/// Logical addresses (ISO 13400-2 table 13).
inline constexpr std::uint16_t tester_address = 0x0E00;     ///< Of external legislated testers.
inline constexpr std::uint16_t obd_units_address = 0xE000;  ///< All units of legislated OBD.

/// An activated connection, and what has arrived on it.
struct Session {
    std::uint8_t version = version_2012;
    std::uint16_t entity = 0;                  ///< The gateway at the other end.
    std::uint16_t target = obd_units_address;  ///< Where requests go that are for everybody.
    Inbox inbox;
};

/// One request to the vehicle. All units are asked, or `request.only`; where the gateway does not
/// know the address of all, it is asked itself. Waits for the units the request expects, else P2max
/// with a margin for the network after the last message, P2*max where a unit asked for time. A busy
/// unit is asked again. Answers alive checks. Faults: link_lost, also when the other side speaks
/// something else.
class Ask {
public:
    struct Output {
        bus::Answer answer;
        Session session;
    };

    Ask(bus::Request request, Session session);

    [[nodiscard]] Action<Output> resume(const Event& event, Instant now);

private:
    Action<Output> send(Instant now);
    Action<Output> go_on(Instant now);
    /// Something to do at once, or nothing.
    std::optional<Action<Output>> take(const Message& message, Instant now);
    Action<Output> finish(Instant now);
    [[nodiscard]] bool complete() const;

    bus::Request request_;
    Session session_;
    std::vector<bus::Message> messages_;
    std::set<std::uint16_t> waiting_for_;  ///< Units that asked for time.
    std::optional<Failure> failure_;
    Instant deadline_{};
    int attempts_ = 0;
    int heard_ = 0;       ///< Messages for this tester, those that ask for time included.
    bool taken_ = false;  ///< The gateway has acknowledged the request.
    bool pausing_ = false;
};

static_assert(Machine<Ask>);

}  // namespace protocols::doip
