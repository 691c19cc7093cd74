#pragma once

#include "protocols/passthru/truck.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace protocols::passthru {

/// What a J2534 device says it is.
struct Identity {
    std::string library;   ///< Its library's version text.
    std::string firmware;  ///< The device's.
    std::string version;   ///< Of the API: `04.04`.
    std::optional<double> volts;
};

/// A device that is open and a bus that answered.
struct Connection {
    Identity identity;
    Session session;
    bus::Answer first_answer;  ///< To service 01 PID 00: not asked again.
    /// Nobody answered that: `first_answer` is to 22 F810. On SAE J1939 it is to DM5, else to the
    /// vehicle identification.
    bool identifiers = false;
};

/// Opens the device and finds the bus the vehicle answers on: `first`, then CAN before slow buses,
/// K-line last (ISO 15765-4 clause 6). Where somebody takes frames of 29 bits and nobody answers
/// them, SAE J1939 is asked for. Faults: link_lost, library_failed, no_protocol (detail: what each
/// trial said).
class Connect {
public:
    using Output = Connection;

    Connect(bus::Protocol first, Numbers& numbers);

    [[nodiscard]] Action<Connection> resume(const Event& event, Instant now);

    /// What is going on, for people: `adapter` or a protocol's name.
    [[nodiscard]] std::string step() const;
    [[nodiscard]] const Identity& identity() const { return connection_.identity; }

private:
    enum class Stage { hello, open, version, battery, undo };

    Action<Connection> put(Stage stage, Call call, Instant now);
    Action<Connection> on_returned(const Returned& returned, Instant now);
    Action<Connection> try_bus(Instant now);
    Action<Connection> on_opened(const Result<Session>& result, Instant now);
    Action<Connection> find_truck(bus::Protocol heavy, Instant now);
    Action<Connection> on_truck(Truck truck, Instant now);
    Action<Connection> on_talked(Result<Talked> result, Instant now);
    Action<Connection> refuse(const std::string& what, const Returned& returned) const;

    std::vector<bus::Protocol> order_;
    Numbers* numbers_;
    Connection connection_;
    std::uint32_t device_ = 0;
    std::size_t index_ = 0;
    bool asked_again_ = false;  ///< The first answer was damaged.
    const bus::Request* request_ = &bus::support_request;
    Stage stage_ = Stage::hello;
    std::variant<CallLibrary, OpenBus, Talk, FindTruck> running_;
    std::string trials_;
};

static_assert(Machine<Connect>);

/// One request to the vehicle on an open channel. A busy unit is asked again; a K-line session that
/// has run out is opened again, once. Fault: link_lost.
class Ask {
public:
    struct Output {
        bus::Answer answer;
        Session session;  ///< Another channel when the bus had to be opened again.
    };

    Ask(bus::Request request, Session session, Numbers& numbers);

    [[nodiscard]] Action<Output> resume(const Event& event, Instant now);

private:
    Action<Output> talk(Instant now);
    Action<Output> on_talked(Result<Talked> result, Instant now);
    Action<Output> on_group(Result<bus::Answer> result, Instant now);

    bus::Request request_;
    Session session_;
    Numbers* numbers_;
    std::variant<Talk, AskGroup, CallLibrary, OpenBus> running_;
    int attempts_ = 0;
    bool pausing_ = false;
    bool reopened_ = false;
    bus::Answer answer_;
};

static_assert(Machine<Ask>);

}  // namespace protocols::passthru
