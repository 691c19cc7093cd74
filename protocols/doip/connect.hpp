#pragma once

#include "protocols/doip/ask.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace protocols::doip {

/// How a vehicle is spoken to. What one connection teaches the next starts with.
struct Offer {
    std::uint8_t version = version_2012;
    std::uint8_t activation = 0x01;  ///< Required by regulation; 00: the default one.
};

/// A gateway that lets the station in, and a vehicle that answered.
struct Connection {
    Session session;
    bus::Answer first_answer;  ///< To service 01 PID 00: not asked again.
    /// Nobody answered that: `first_answer` is to 22 F810.
    bool identifiers = false;
};

/// Activates routing (ISO 13400-2 7.3) and finds out who answers. Faults: link_lost, also where the
/// gateway wants another version or another kind of activation, which `offer` then holds: connect
/// again; gateway_refused (detail: its reason); no_protocol: no unit answered.
class Connect {
public:
    using Output = Connection;

    explicit Connect(Offer& offer);

    [[nodiscard]] Action<Connection> resume(const Event& event, Instant now);

private:
    Action<Connection> on_bytes(Instant now);
    /// Something to do at once, or nothing.
    std::optional<Action<Connection>> on_activation(const Message& message, Instant now);
    Action<Connection> ask(const bus::Request& request, Instant now);
    Action<Connection> on_asked(Result<Ask::Output> result, Instant now);

    Offer* offer_;
    Connection connection_;
    Instant deadline_{};
    bool confirming_ = false;
    const bus::Request* request_ = nullptr;
    std::optional<Ask> asking_;
};

static_assert(Machine<Connect>);

}  // namespace protocols::doip
