#pragma once

#include "protocols/base/machine.hpp"
#include "protocols/bus/answer.hpp"
#include "protocols/elm327/adapter.hpp"
#include "protocols/elm327/exchange.hpp"
#include "protocols/isotp/reassembly.hpp"

#include <optional>
#include <set>
#include <string>

namespace protocols::elm327 {

/// How requests are put to this adapter and this vehicle.
struct Manner {
    bus::Protocol protocol = bus::Protocol::undecided;
    Counting counting = Counting::unknown;    ///< What the response-count digit means.
    Counting counting_stpx = Counting::none;  ///< What `r:` of STPX means; unknown: not used.
    bool batches = false;                     ///< Several requests may share a line (`STBC 1`).
    /// Whether a space ends the adapter's waiting once every expected answer is there (ELM327 data
    /// sheet, "Interrupting the ELM327"); a space that comes too late does nothing.
    bool interrupts = true;
    bool headers = true;  ///< False: the adapter does not show who answers.
    bool reopens = true;  ///< Whether opening a K-line session again may help against silence.
    int attempts = 4;     ///< Before what came stands.
    /// How this vehicle and adapter cut frames. An answer that shows another habit is asked for
    /// twice: it may have lost bytes on its way.
    std::set<isotp::Habit> habits{isotp::Habit::single_cut, isotp::Habit::single_full};
};

/// The request with the number of frames or messages after which the adapter may return: a digit
/// behind it (ELM327), or `STPX h:,d:,r:` for what a digit cannot count. nullopt: the number is not
/// certain, or this adapter does not count.
[[nodiscard]] std::optional<std::string> counted_command(
    const bus::Request& request, const Manner& manner
);

/// `STPX` for a request to all units with a number of frames or messages (STN).
[[nodiscard]] std::string stpx_command(bus::Protocol protocol, const Bytes& data, int count);

/// Lines sorted for a request, and habits of cutting frames that `manner` does not know.
struct Sorted {
    bus::Answer answer;
    std::set<isotp::Habit> new_habits;
};
[[nodiscard]] Sorted sort_lines(
    const bus::Request& request, const Manner& manner, const std::vector<std::string>& lines
);

/// What came of one request.
struct Asked {
    bus::Answer answer;
    bool digit_rejected = false;    ///< The adapter does not know the response-count digit.
    bool stpx_rejected = false;     ///< It does not know STPX.
    bool interrupted = false;       ///< A space was sent to end the waiting.
    bool reopened_in_vain = false;  ///< Silence, also in a session opened for this request.
    bool interrupt_failed = false;  ///< The adapter did not come back to its prompt after it.
    std::set<isotp::Habit> habits;  ///< Habits not known before, shown twice in a row.
};

/// One diagnostic request to the vehicle and every control unit's answer (SAE J1979, over an
/// adapter in `ATH1`). Repeats a damaged or busy answer a limited number of times, waits out
/// response-pending, opens a K-line session again that has run out, resynchronises after silence,
/// asks again without the count digit when fewer answers came than were expected, and once more
/// when a unit that must answer did not. What the bus or vehicle failed to do is in
/// `answer.failure`; Faults: link_lost, adapter_silent, adapter_restarted.
class Ask {
public:
    using Output = Asked;

    Ask(bus::Request request, Manner manner);

    [[nodiscard]] Action<Asked> resume(const Event& event, Instant now);

private:
    enum class Stage { ask, pause, close, resync };

    Action<Asked> begin(Instant now);
    Action<Asked> on_exchange(const Event& event, Instant now);
    Action<Asked> on_reply(Result<Reply> result, Instant now);
    Action<Asked> judge(const Reply& reply, Instant now);
    [[nodiscard]] bool has_everything() const;
    Action<Asked> again_after(std::chrono::milliseconds pause, Instant now);
    Action<Asked> finish();

    bus::Request request_;
    Manner manner_;
    Stage stage_ = Stage::ask;
    int attempt_ = 0;
    std::optional<std::string> counted_;  ///< How the request is put while set.
    bool may_interrupt_ = false;
    bool sending_interrupt_ = false;
    bool interrupted_ = false;
    std::optional<bus::Answer> lacking_;  ///< The answer in which somebody was missing.
    bool reopened_ = false;               ///< A K-line session that had run out was opened again.
    std::set<isotp::Habit> shown_;        ///< New habits of the answer before.
    std::vector<bus::Message> said_;      ///< In answers that were asked for again.
    std::string before_interrupt_;
    std::string command_;
    Asked asked_;
    Exchange exchange_{""};
    Resync resync_;
};

static_assert(Machine<Ask>);

}  // namespace protocols::elm327
