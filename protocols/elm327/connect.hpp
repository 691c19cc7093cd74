#pragma once

#include "protocols/base/machine.hpp"
#include "protocols/bus/answer.hpp"
#include "protocols/elm327/adapter.hpp"
#include "protocols/elm327/exchange.hpp"
#include "protocols/isotp/reassembly.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace protocols::elm327 {

/// An adapter that is set up and a bus that answered.
struct Connection {
    AdapterIdentity adapter;
    bus::Protocol protocol = bus::Protocol::undecided;
    bool headers = true;       ///< False: the adapter does not show who answers, whatever it said.
    bus::Answer first_answer;  ///< To service 01 PID 00: not asked again.
    std::set<isotp::Habit> habits;  ///< How its frames were cut.
};

/// Sets an adapter up from any state and finds the bus the vehicle answers on: CAN first, then fast
/// K-line, slow K-line and J1850 (ISO 15765-4:2021 clause 6; a vehicle on CAN answers in under a
/// second). Trials use ATTP, which writes nothing into the adapter.
/// Faults: link_lost, adapter_silent, not_an_adapter, wiring_fault, no_protocol (detail: what each
/// trial said).
class Connect {
public:
    using Output = Connection;

    /// `first`: the protocol this vehicle answered on before, tried before all others.
    explicit Connect(bus::Protocol first = bus::Protocol::undecided);

    [[nodiscard]] Action<Connection> resume(const Event& event, Instant now);

    /// What is going on, for people: `adapter`, `voltage`, or a protocol's name.
    [[nodiscard]] std::string step() const;
    [[nodiscard]] const AdapterIdentity& adapter() const { return connection_.adapter; }

private:
    enum class Stage { reset, identify, set_up, select, probe };

    Action<Connection> begin_again(Instant now);
    Action<Connection> begin(std::string command, Instant now, Limits limits = {});
    Action<Connection> on_reply(const Result<Reply>& result, Instant now);
    Action<Connection> after_identity(const Reply& reply, Instant now);
    Action<Connection> after_set_up(const Reply& reply, Instant now);
    Action<Connection> after_probe(const Reply& reply, Instant now);
    Action<Connection> set_up(Instant now);
    Action<Connection> select(Instant now);
    Action<Connection> fail(Fault fault, std::string detail) const;

    Stage stage_ = Stage::reset;
    std::size_t index_ = 0;  ///< Into the set-up commands, then into the protocols.
    bool probed_twice_ = false;
    bool repeated_ = false;  ///< The setting in hand was put twice.
    int resyncs_ = 0;
    std::vector<bus::Protocol> order_;
    std::string trials_;
    Connection connection_;
    std::string command_;
    Exchange exchange_{"ATZ"};
    std::optional<Resync> resync_;  ///< Set while a silent adapter is brought back to its prompt.

    static constexpr int resyncs_max = 2;
};

static_assert(Machine<Connect>);

}  // namespace protocols::elm327
