#pragma once

#include "protocols/elm327/ask.hpp"
#include "protocols/elm327/baud.hpp"
#include "protocols/elm327/connect.hpp"
#include "protocols/elm327/ladder.hpp"

#include <array>
#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace protocols::elm327 {

enum class Outcome { passed, failed, not_tested };
[[nodiscard]] std::string_view id(Outcome outcome);

/// What an adapter was tried for.
enum class Trial {
    unknown_commands,  ///< A command that does not exist gets `?`.
    long_output,       ///< `ATPPS` prints its dozen lines whole, twice the same.
    voltage,           ///< ATRV says what a vehicle's supply can be, steadily.
    headers,           ///< ATH1 shows who answers, ATH0 hides it.
    spaces,            ///< ATS0 prints without spaces.
    same_twice,        ///< Two readings of the VIN are equal.
    segmented,         ///< Every answer of several frames arrives whole.
    long_answers,      ///< One of 20 frames and more does.
    second_unit,       ///< So do those of a second control unit (its own flow control).
    count_digit,       ///< What the response-count digit means is known.
    interrupt,         ///< A space ends its waiting.
    stpx_count,        ///< What `r:` of STPX means is known (STN).
    batches,           ///< Several commands may share a line (STN).
};
inline constexpr std::size_t trials = 13;
[[nodiscard]] std::string_view id(Trial trial);

struct Finding {
    Outcome outcome = Outcome::not_tested;
    std::string detail;  ///< For a log, e.g. the longest answer seen.
};

/// What an adapter is and can do, as tried rather than as claimed.
struct Qualification {
    AdapterIdentity identity;
    std::string device;     ///< STDI; empty unless an STN.
    std::string serial;     ///< STSN; empty unless an STN.
    std::string claimed;    ///< Version in the banner; empty when it names none.
    std::string effective;  ///< Version by the commands it knows; empty when it agrees to all.
    std::array<bool, ladder.size()> accepted{};
    std::vector<Contradiction> contradictions;
    std::array<Finding, trials> findings;
    struct RoundTrip {  ///< Of the shortest command, from its last byte to the prompt.
        std::chrono::microseconds median{};
        std::chrono::microseconds p95{};
        std::chrono::microseconds longest{};
    };
    RoundTrip round_trip;
    Counting counting = Counting::unknown;
    Counting counting_stpx = Counting::none;
    bool interrupts = true;
    bool batches = false;
    std::uint32_t line_baud = 0;  ///< 0: a link without rates.
    std::uint32_t best_baud = 0;  ///< Fastest at which everything arrived as at the line's own.
    struct Rate {
        std::uint32_t baud = 0;
        bool carried = false;
        std::string why_not;
    };
    std::vector<Rate> rates;
    bus::Protocol protocol = bus::Protocol::undecided;  ///< undecided: no vehicle answered.
    std::size_t units = 0;
    int longest_frames = 0;  ///< Frames of the longest answer that arrived whole.
    int silences = 0;        ///< Commands it never answered.

    [[nodiscard]] Finding& operator[](Trial trial) {
        return findings[static_cast<std::size_t>(trial)];
    }
    [[nodiscard]] const Finding& operator[](Trial trial) const {
        return findings[static_cast<std::size_t>(trial)];
    }
};

/// What a reading may rely on afterwards.
[[nodiscard]] KnownAdapter known_adapter(const Qualification& qualification);

/// Tries an adapter out, best on a vehicle with its ignition on; half a minute. Only reads and only
/// settings that a reset undoes: nothing is written into the adapter's memory. Leaves it reset.
/// Faults: link_lost, adapter_silent, not_an_adapter, wiring_fault.
class Qualify {
public:
    using Output = Qualification;

    explicit Qualify(std::uint32_t baud, bus::Protocol first = bus::Protocol::undecided);

    [[nodiscard]] Action<Qualification> resume(const Event& event, Instant now);

    /// What is going on: `adapter`, `adapter_rates`, a protocol's name, `commands`, `answers`,
    /// `rates`.
    [[nodiscard]] std::string step() const;
    /// Rate this side is at.
    [[nodiscard]] std::uint32_t baud() const { return baud_; }

private:
    struct Say {
        std::string command;
        void (Qualify::*heard)(const Reply&);
    };
    struct Put {
        bus::Request request;
        Manner manner;
        void (Qualify::*answered)(const Asked&);
    };
    struct Join {
        void (Qualify::*joined)(const Result<Connection>&);
    };
    struct Change {
        std::uint32_t to;
        void (Qualify::*changed)(const Result<BaudChange>&);
    };
    struct Look {
        void (Qualify::*look)();
    };
    using Step = std::variant<Say, Put, Join, Change, Look>;

    Action<Qualification> next(Instant now);
    Action<Qualification> finish();
    void conclude();
    [[nodiscard]] Chip chip() const;
    Action<Qualification> on_said(const Result<Reply>& result, Instant now);
    void say(std::string command, void (Qualify::*heard)(const Reply&)) {
        steps_.push_back(Say{std::move(command), heard});
    }
    void ask(Bytes request, void (Qualify::*answered)(const Asked&), bool all_expected = false);

    // The adapter alone.
    void on_first_connection(const Result<Connection>& result);
    void on_nothing(const Reply&) {}
    void on_round_trip(const Reply& reply);
    void on_device(const Reply& reply);
    void on_serial(const Reply& reply);
    void on_invented(const Reply& reply);
    void on_rung(const Reply& reply);
    void on_parameters(const Reply& reply);
    void on_batches_on(const Reply& reply);
    void on_batch(const Reply& reply);
    void on_voltage(const Reply& reply);
    // With a vehicle.
    void on_connection(const Result<Connection>& result);
    void on_without_headers(const Reply& reply);
    void on_without_spaces(const Reply& reply);
    void on_infotypes(const Asked& asked);
    void on_vin(const Asked& asked);
    void plan_answers();
    void plan_counting();
    void on_counted(const Reply& reply);
    void on_counted_one(const Reply& reply);
    void on_stpx(const Reply& reply);
    void on_stpx_one(const Reply& reply);
    void judge_count(const Reply& reply, Counting& counting, Finding& finding) const;
    void judge_one(const Reply& reply, Counting& counting, Finding& finding) const;
    void on_interrupted(const Asked& asked);
    void on_answer(const Asked& asked);
    void judge_answers();
    // Faster rates.
    void plan_rates();
    void on_faster(const Result<BaudChange>& result);
    void on_faster_identity(const Reply& reply);
    void on_faster_output(const Reply& reply);
    void after_rate();
    void next_rate();
    void lost_rate(const Failure& failure);
    void on_slower(const Result<BaudChange>& result);
    void on_reconnected(const Result<Connection>& result);

    std::uint32_t own_baud_;
    std::uint32_t baud_;
    bus::Protocol first_;
    Qualification found_;
    std::deque<Step> steps_;
    Step step_ = Look{nullptr};
    std::variant<std::monostate, Exchange, Connect, Ask, ChangeBaud, Resync> running_;
    std::string section_ = "adapter";
    Instant sent_{};
    std::chrono::microseconds took_{};
    bool silent_ = false;  ///< The command in hand got no answer.
    bool ended_ = false;   ///< The last reset is on its way.
    std::optional<Failure> failure_;
    std::vector<std::chrono::microseconds> round_trips_;
    std::size_t rung_ = 0;
    std::vector<double> volts_;
    std::vector<std::string> parameters_;  ///< Lines of ATPPS.
    std::optional<Connection> connection_;
    Manner manner_;
    std::map<bus::EcuAddress, Bytes> infotypes_;  ///< The four bytes of infotype 00.
    std::vector<bus::Message> vin_;
    /// The answer the count digit is tried on: the same every time, of several frames.
    struct Sample {
        Bytes request;
        std::vector<bus::Message> messages;
        int frames = 0;
    };
    Sample sample_;
    [[nodiscard]] int frames(const std::vector<bus::Message>& messages) const;
    bool whole_ = true;
    std::set<bus::EcuAddress> segmented_;  ///< Units with an answer of several frames.
    std::set<bus::EcuAddress> lacking_;    ///< Units whose answer did not come whole.
    std::vector<std::uint32_t> faster_;
};

static_assert(Machine<Qualify>);

}  // namespace protocols::elm327
