#pragma once

#include "protocols/bus/answer.hpp"
#include "protocols/isotp/transport.hpp"
#include "protocols/passthru/exchange.hpp"

#include <deque>
#include <map>
#include <optional>
#include <vector>

namespace protocols::passthru {

/// An open channel on which control units can be asked.
struct Session {
    std::uint32_t device = 0;
    std::uint32_t channel = 0;
    bus::Protocol bus = bus::Protocol::undecided;
    /// The device does not do ISO 15765: frames, with a transport of our own.
    bool raw = false;
};

/// Gives each call its number, so that a late return is never taken for another's.
class Numbers {
public:
    [[nodiscard]] std::uint32_t next() { return ++last_; }

private:
    std::uint32_t last_ = 0;
};

/// Opens a channel for one bus and makes it ready: flow control for 8 units on 11-bit CAN, for
/// those that a raw request finds on 29-bit CAN (their addresses are not known before), a channel
/// of frames where the device does not offer ISO 15765 or its flow control, the initialisation of
/// K-line buses, the functional lookup of J1850 PWM (SAE J1699-3 practice). Faults: no_protocol
/// (detail: `not offered`, `no bus`, `silent`), link_lost.
class OpenBus {
public:
    using Output = Session;

    OpenBus(std::uint32_t device, bus::Protocol bus, Numbers& numbers);

    [[nodiscard]] Action<Session> resume(const Event& event, Instant now);

private:
    enum class Stage {
        raw_channel,
        raw_filter,
        raw_write,
        raw_read,
        raw_close,
        channel,
        filter,
        flow_close,
        address,
        lookup,
        init,
        keep_alive,
        undo,
    };

    Action<Session> put(Stage stage, Call call, Instant now);
    Action<Session> on_returned(const Returned& returned, Instant now);
    Action<Session> open_channel(Instant now);
    Action<Session> open_frames(Instant now);
    Action<Session> next_filter(Instant now);
    Action<Session> after_filters(Instant now);
    Action<Session> keep_alive(Instant now);
    Action<Session> give_up(std::string why, Instant now);
    [[nodiscard]] api::Message message(Bytes data) const;
    [[nodiscard]] Call of_channel(Function function) const;

    bus::Protocol bus_;
    Numbers* numbers_;
    Session session_;
    std::uint32_t protocol_ = 0;  ///< Of the open channel.
    Stage stage_ = Stage::channel;
    CallLibrary call_{{}};
    bool identifier_asked_ = false;     ///< 22 F810 was sent to whoever was silent before.
    std::vector<std::uint32_t> units_;  ///< 29-bit identifiers that answered the raw request.
    std::size_t filter_ = 0;
    std::string why_;
};

static_assert(Machine<OpenBus>);

/// What came of one request, before it is sorted.
struct Talked {
    std::vector<bus::Message> messages;
    std::optional<Failure> failure;  ///< The bus did not take it.
    bool incomplete = false;         ///< A message of several frames did not come whole.
};

/// One request to all control units on an open channel, and everything that answers it in time:
/// own messages and indications are skipped, response-pending waits longer, and nothing is waited
/// for once everybody expected has answered. Fault: link_lost (also: the device was pulled out).
class Talk {
public:
    using Output = Talked;

    Talk(bus::Request request, Session session, Numbers& numbers);

    [[nodiscard]] Action<Talked> resume(const Event& event, Instant now);

private:
    enum class Stage { clear, write, read, flow };

    Action<Talked> put(Stage stage, Call call, Instant now);
    Action<Talked> on_returned(const Returned& returned, Instant now);
    Action<Talked> read_on(Instant now);
    void take(const api::Message& message, Instant now);
    void take_frame(const api::Message& message, Instant now);
    void keep(bus::Message message, Instant now);
    Action<Talked> write_request(Instant now);
    [[nodiscard]] api::Message can_message(std::uint32_t id, ByteView data) const;

    bus::Request request_;
    Session session_;
    Numbers* numbers_;
    Stage stage_ = Stage::clear;
    CallLibrary call_{{}};
    Instant until_{};
    Instant give_up_{};
    std::map<std::uint32_t, isotp::Receiver> receivers_;  ///< By identifier, on a raw channel.
    std::deque<api::Message> flows_;                      ///< Flow controls to be sent.
    Talked talked_;
};

static_assert(Machine<Talk>);

/// J2534 protocol a bus is spoken on.
[[nodiscard]] std::uint32_t protocol_of(bus::Protocol bus);

}  // namespace protocols::passthru
