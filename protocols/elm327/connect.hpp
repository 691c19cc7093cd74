#pragma once

#include "protocols/base/machine.hpp"
#include "protocols/bus/answer.hpp"
#include "protocols/elm327/adapter.hpp"
#include "protocols/elm327/baud.hpp"
#include "protocols/elm327/exchange.hpp"
#include "protocols/isotp/reassembly.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace protocols::elm327 {

/// What is known before anything is said.
struct ConnectOptions {
    bus::Protocol first = bus::Protocol::undecided;  ///< Tried before all others.
    std::uint32_t baud = 0;   ///< Rate the serial line was opened with; 0: a link without rates.
    std::uint32_t at = 0;     ///< Rate this side is at now, when another.
    KnownAdapter known = {};  ///< Used when the adapter that answers is that one.
};

/// An adapter that is set up and a bus that answered.
struct Connection {
    AdapterIdentity adapter;
    bus::Protocol protocol = bus::Protocol::undecided;
    bool headers = true;       ///< False: the adapter does not show who answers, whatever it said.
    bus::Answer first_answer;  ///< To service 01 PID 00: not asked again.
    /// Nobody answered that: `first_answer` is to 22 F810. On SAE J1939 it is to DM5, else to the
    /// vehicle identification.
    bool identifiers = false;
    std::set<isotp::Habit> habits;  ///< How its frames were cut.
    std::uint32_t baud = 0;         ///< Rate in use; not the one asked for when raised or found.
    bool batches = false;           ///< Several commands may share a line.
};

/// Sets an adapter up from any state and finds the bus the vehicle answers on: CAN first, then fast
/// K-line, slow K-line and J1850 (ISO 15765-4:2021 clause 6; a vehicle on CAN answers in under a
/// second). Trials use ATTP, which writes nothing into the adapter. An adapter that is silent at
/// the line's rate is looked for at others; a faster one that is known to work is used. SAE J1939
/// is tried right after CAN at a rate that somebody acknowledges, else at the end. Faults:
/// link_lost, adapter_silent, not_an_adapter, wiring_fault, no_protocol (detail: what each trial
/// said).
class Connect {
public:
    using Output = Connection;

    explicit Connect(ConnectOptions options = {});

    [[nodiscard]] Action<Connection> resume(const Event& event, Instant now);

    /// What is going on, for people: `adapter`, `adapter_rates`, or a protocol's name.
    [[nodiscard]] std::string step() const;
    [[nodiscard]] const AdapterIdentity& adapter() const { return connection_.adapter; }
    /// Rate this side is at.
    [[nodiscard]] std::uint32_t baud() const { return connection_.baud; }

private:
    enum class Stage {
        reset,
        identify,
        scan,
        set_up,
        raise,
        select,  // from here on: buses
        probe,
        heavy_enter,
        heavy,
        heavy_leave,
    };

    Action<Connection> begin_again(Instant now);
    Action<Connection> begin(std::string command, Instant now, Limits limits = {});
    Action<Connection> on_reply(const Result<Reply>& result, Instant now);
    Action<Connection> silent(const Failure& failure, Instant now);
    Action<Connection> on_raised(const Result<BaudChange>& result, Instant now);
    Action<Connection> scan();
    Action<Connection> after_scan(const Result<Reply>& result, Instant now);
    Action<Connection> after_identity(const Reply& reply, Instant now);
    Action<Connection> after_set_up(const Reply& reply, Instant now);
    Action<Connection> after_probe(const Reply& reply, Instant now);
    Action<Connection> probe(const bus::Request& request, Instant now);
    void expect_heavy(bus::Protocol silent);
    Action<Connection> heavy_command(Instant now);
    Action<Connection> after_heavy_command(const Reply& reply, Instant now);
    Action<Connection> leave_heavy(std::string_view why, Instant now);
    Action<Connection> after_heavy(const Reply& reply, Instant now);
    Action<Connection> set_up(Instant now);
    Action<Connection> select(Instant now);
    Action<Connection> fail(Fault fault, std::string detail) const;

    ConnectOptions options_;
    Stage stage_ = Stage::reset;
    std::size_t index_ = 0;    ///< Into the set-up commands, then into the protocols.
    std::size_t setting_ = 0;  ///< Into what brings the adapter to SAE J1939 or back.
    bool probed_twice_ = false;
    const bus::Request* probe_ = &bus::support_request;  ///< What the bus in hand is asked.
    bool repeated_ = false;                              ///< The setting in hand was put twice.
    int resyncs_ = 0;
    std::vector<bus::Protocol> order_;
    std::string trials_;
    Connection connection_;
    std::string command_ = "ATZ";
    Exchange exchange_{"ATZ"};
    std::optional<Resync> resync_;  ///< Set while a silent adapter is brought back to its prompt.
    std::optional<ChangeBaud> raise_;
    std::vector<std::uint32_t> rates_;  ///< Still to be tried.
    bool heard_once_ = false;           ///< Something readable came at the rate in hand.
    Failure why_silent_{Fault::adapter_silent, ""};

    static constexpr int resyncs_max = 2;
};

static_assert(Machine<Connect>);

}  // namespace protocols::elm327
