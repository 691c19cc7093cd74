#pragma once

#include "protocols/base/time.hpp"
#include "protocols/j1939/transport.hpp"
#include "protocols/passthru/wire.hpp"
#include "protocols/simulator/elm.hpp"
#include "protocols/simulator/vehicle.hpp"

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace protocols::simulator {

/// How a J2534 device deviates from what the standard says, as real ones do.
struct PassThruQuirks {
    /// What "nothing received" looks like: ERR_BUFFER_EMPTY, ERR_TIMEOUT, or success.
    std::uint32_t nothing = passthru::api::buffer_empty;
    bool tx_indications = true;     ///< Says when a message has left, and repeats it.
    bool start_indications = true;  ///< Says when a message of several frames begins.
    int gone_after_calls = 0;       ///< The cable is pulled out at that call; 0: never.
    int hangs_at_call = 0;          ///< Does not return from that call nor later; 0: always does.
    int breaks_message = 0;         ///< That message is received without its data; 0: none.
    int loses_message = 0;          ///< That one is not received at all.
    int overflows_at_read = 0;      ///< That read lost what had been received; 0: none.
    bool no_periodic = false;       ///< Does not send messages by itself.
    bool no_j1850 = false;          ///< Does not offer it.
    bool no_iso15765 = false;       ///< Offers CAN frames only.
};

/// A J2534 device (SAE J2534-1, 04.04) on a vehicle, in simulated time: filters, flow control,
/// initialisation, buffers and results as the standard says. One device, one channel a protocol.
class PassThru {
public:
    explicit PassThru(Vehicle vehicle, PassThruQuirks quirks = {});

    struct Outcome {
        passthru::Returned returned;
        Instant at;  ///< When the call returns.
    };
    [[nodiscard]] Outcome call(const passthru::Call& call, Instant now);
    [[nodiscard]] bool hangs() const {
        return quirks_.hangs_at_call != 0 && calls_ >= quirks_.hangs_at_call;
    }

private:
    using Duration = Instant::duration;
    using Message = passthru::api::Message;
    struct Filter {
        std::uint32_t type = 0;
        Bytes mask;
        Bytes pattern;
        Bytes flow_control;
    };
    struct Waiting {
        Instant at;
        Message message;
    };
    struct Periodic {
        Message message;
        Duration interval{};
        Instant next{};
    };
    struct Channel {
        std::uint32_t protocol = 0;
        std::uint32_t flags = 0;
        std::uint32_t baud = 0;
        std::map<std::uint32_t, Filter> filters;
        std::map<std::uint32_t, Periodic> periodic;
        std::deque<Waiting> received;
        std::map<std::uint32_t, std::uint32_t> config;
        std::set<std::uint8_t> lookup;  ///< Functional addresses of J1850 PWM.
        bool initialised = false;       ///< K-line: a session is open.
        Instant used{};
        std::map<std::uint8_t, Bytes> transfers;  ///< SAE J1939: what a unit has announced.
        std::map<std::uint32_t, std::vector<Waiting>> held;  ///< Frames that wait for flow control.
    };

    passthru::Returned now_return(const passthru::Call& call, Instant& at);
    std::uint32_t open();
    std::uint32_t connect(const passthru::Call& call, passthru::Returned& returned);
    std::uint32_t read(
        Channel& channel, const passthru::Call& call, passthru::Returned& returned, Instant& at
    );
    std::uint32_t write(
        Channel& channel, const passthru::Call& call, passthru::Returned& returned, Instant& at
    );
    std::uint32_t start_filter(
        Channel& channel, const passthru::Call& call, passthru::Returned& returned
    );
    std::uint32_t start_periodic(
        Channel& channel, const passthru::Call& call, passthru::Returned& returned, Instant at
    );
    /// Sends the periodic messages that are due by `at`.
    void send_periodic(Channel& channel, Instant at);
    void ask(Channel& channel, const Message& message, Instant at);
    std::uint32_t five_baud(Channel& channel, passthru::Returned& returned, Instant& at) const;
    std::uint32_t fast(Channel& channel, passthru::Returned& returned, Instant& at) const;

    [[nodiscard]] bool on_its_bus(const Channel& channel) const;
    [[nodiscard]] bool hears_can(const Channel& channel) const;
    void ask_can(Channel& channel, const Message& message, Instant at);
    void ask_raw_can(Channel& channel, const Message& message, Instant at);
    void ask_j1939(Channel& channel, const Message& message, Instant at);
    void serve_group(
        Channel& channel, const Ecu& ecu, const j1939::Id& asked, std::uint32_t group, Instant at
    );
    void grant(Channel& channel, std::uint8_t own, std::uint8_t to, ByteView data, Instant at);
    void ask_legacy(Channel& channel, const Message& message, Instant at);
    void deliver(Channel& channel, Instant at, Message message);
    [[nodiscard]] static bool passes(const Channel& channel, const Message& message);
    [[nodiscard]] double seconds(Instant at) const;

    Vehicle vehicle_;
    PassThruQuirks quirks_;
    bool open_ = false;
    bool gone_ = false;
    int calls_ = 0;
    int received_ = 0;
    int reads_ = 0;
    std::map<std::uint32_t, Channel> channels_;
    std::uint32_t next_id_ = 1;
    std::optional<Instant> woke_;
};

/// The device behind the worker's protocol, for tests without processes.
class PassThruWorker : public Answering {
public:
    explicit PassThruWorker(PassThru device) : device_(std::move(device)) {}

    void receive(std::string_view bytes, Instant now) override;
    [[nodiscard]] std::optional<Instant> due() const override;
    [[nodiscard]] std::string take(Instant now) override;

private:
    struct Piece {
        Instant at;
        std::string bytes;
    };
    PassThru device_;
    std::string input_;
    std::deque<Piece> output_;
};

}  // namespace protocols::simulator
