#include "protocols/elm327/ask.hpp"

#include "protocols/base/text.hpp"
#include "protocols/elm327/frames.hpp"
#include "protocols/elm327/heavy.hpp"

#include <algorithm>
#include <iterator>

namespace protocols::elm327 {
namespace {

using namespace std::chrono_literals;

// SAE J1979 6.2.4.3: a busy control unit is asked again after 200 ms at the earliest.
constexpr auto busy_pause = 200ms;
constexpr auto damaged_pause = 50ms;
// A control unit that only said "pending" before the prompt gets the rest of P2* (ISO 15765-4).
constexpr auto pending_pause = 1000ms;
// After an interrupt the prompt comes at once, or something is wrong with the adapter.
constexpr auto interrupt_patience = 1000ms;

bool any_with_code(const bus::Answer& answer, std::uint8_t code) {
    return std::ranges::any_of(answer.negatives, [code](const bus::Negative& negative) {
        return negative.code == code;
    });
}

/// Adds what units said in `before` that said nothing in `answer`.
void keep_missing(const bus::Answer& before, bus::Answer& answer) {
    const auto silent = [said = answer](bus::EcuAddress unit) {
        return std::ranges::count(said.messages, unit, &bus::Message::source) == 0 &&
               std::ranges::count(said.negatives, unit, &bus::Negative::source) == 0;
    };
    for (const auto& message : before.messages) {
        if (silent(message.source)) {
            answer.messages.push_back(message);
        }
    }
    for (const auto& negative : before.negatives) {
        if (silent(negative.source)) {
            answer.negatives.push_back(negative);
        }
    }
}

constexpr std::string_view digits = "0123456789ABCDEF";
constexpr int digit_max = 15;  // one hex digit

/// How often an adapter that counts so has to count; nullopt where that is not certain.
std::optional<int> count_of(const bus::Request& request, Counting counting, bool can) {
    if (counting == Counting::none) {
        return std::nullopt;
    }
    std::optional<int> count = request.frames;
    if (counting == Counting::messages && can) {
        count = 0;
        for (const auto& expected : request.expected) {
            *count += expected.messages;
        }
    }
    return count && *count >= 1 ? count : std::nullopt;
}

}  // namespace

std::optional<std::string> counted_command(const bus::Request& request, const Manner& manner) {
    if (bus::is_j1939(manner.protocol)) {
        return std::nullopt;  // how many units answer is not known, nor in how many frames
    }
    const bool can = bus::is_can(manner.protocol);
    const auto hex = to_hex(request.data);
    const auto digit = count_of(request, manner.counting, can);
    if (digit && *digit <= digit_max && !request.unrepeated) {
        return hex + digits[static_cast<std::size_t>(*digit)];
    }
    if (!can || manner.counting_stpx == Counting::unknown) {
        return std::nullopt;
    }
    const auto count = count_of(request, manner.counting_stpx, can);
    if (!count) {
        return std::nullopt;
    }
    return stpx_command(manner.protocol, request.data, *count);
}

std::string stpx_command(bus::Protocol protocol, const Bytes& data, int count) {
    const std::string header = bus::is_can29(protocol) ? "18DB33F1" : "7DF";
    return "STPXH:" + header + ",D:" + to_hex(data) + ",R:" + std::to_string(count);
}

Sorted sort_lines(
    const bus::Request& request, const Manner& manner, const std::vector<std::string>& lines
) {
    if (bus::is_j1939(manner.protocol)) {
        return {sort_group_lines(request, lines), {}};
    }
    auto frames = manner.headers ? read_frames(lines, manner.protocol) : read_headerless(lines);
    auto answer = bus::sort_answer(request, std::move(frames.messages));
    answer.problems.insert(answer.problems.end(), frames.problems.begin(), frames.problems.end());
    answer.incomplete = frames.incomplete;
    answer.in_part = std::move(frames.in_part);
    std::set<isotp::Habit> new_habits;
    std::ranges::set_difference(
        frames.habits, manner.habits, std::inserter(new_habits, new_habits.end())
    );
    return {std::move(answer), std::move(new_habits)};
}

Ask::Ask(bus::Request request, Manner manner) : request_(std::move(request)), manner_(manner) {}

Action<Asked> Ask::resume(const Event& event, Instant now) {
    if (std::holds_alternative<Started>(event)) {
        counted_ = counted_command(request_, manner_);
        may_interrupt_ = manner_.interrupts && !request_.expected.empty();
        return begin(now);
    }
    if (stage_ == Stage::pause) {
        if (const auto* lost = std::get_if<LinkLost>(&event)) {
            return Finished<Asked>{Failure{Fault::link_lost, lost->reason}};
        }
        return begin(now);
    }
    if (stage_ == Stage::ask) {
        return on_exchange(event, now);
    }
    if (stage_ == Stage::close) {
        auto closing = exchange_.resume(event, now);
        auto* closed = std::get_if<Finished<Reply>>(&closing);
        if (closed == nullptr) {
            return forward<Asked>(std::move(closing));
        }
        return closed->result.has_value() ? begin(now) : on_reply(std::move(closed->result), now);
    }
    auto action = resync_.resume(event, now);
    if (auto* finished = std::get_if<Finished<Reply>>(&action)) {
        return on_reply(std::move(finished->result), now);
    }
    return forward<Asked>(std::move(action));
}

Action<Asked> Ask::begin(Instant now) {
    stage_ = Stage::ask;
    ++attempt_;
    command_ = counted_.value_or(to_hex(request_.data));
    interrupted_ = false;
    sending_interrupt_ = false;
    exchange_ = Exchange(command_);
    return forward<Asked>(exchange_.resume(Started{}, now));
}

Action<Asked> Ask::on_exchange(const Event& event, Instant now) {
    if (sending_interrupt_ && std::holds_alternative<Sent>(event)) {
        sending_interrupt_ = false;
        return WaitUntil{std::min(exchange_.deadline(), now + interrupt_patience)};
    }
    auto action = exchange_.resume(event, now);
    if (auto* finished = std::get_if<Finished<Reply>>(&action)) {
        return on_reply(std::move(finished->result), now);
    }
    if (!std::holds_alternative<Received>(event)) {
        return forward<Asked>(std::move(action));
    }
    if (interrupted_) {
        return WaitUntil{std::min(exchange_.deadline(), now + interrupt_patience)};
    }
    if (may_interrupt_ && !counted_ && has_everything()) {
        interrupted_ = true;
        sending_interrupt_ = true;
        before_interrupt_ = exchange_.lines_so_far();
        return Send{" "};
    }
    return forward<Asked>(std::move(action));
}

bool Ask::has_everything() const {
    const auto reply = read_reply(exchange_.lines_so_far(), command_);
    const auto [answer, new_habits] = sort_lines(request_, manner_, reply.lines);
    return !answer.incomplete && new_habits.empty() && !reply.has(Remark::line_damaged) &&
           bus::complete(request_, answer);
}

Action<Asked> Ask::again_after(std::chrono::milliseconds pause, Instant now) {
    stage_ = Stage::pause;
    return WaitUntil{now + pause};
}

Action<Asked> Ask::finish() {
    return Finished<Asked>{std::move(asked_)};
}

Action<Asked> Ask::on_reply(Result<Reply> result, Instant now) {
    if (result.has_error()) {
        if (result.error().fault != Fault::adapter_silent || stage_ == Stage::resync ||
            attempt_ >= manner_.attempts) {
            return Finished<Asked>{result.error()};
        }
        if (interrupted_) {
            // Everything had arrived; only the prompt is missing.
            asked_.interrupt_failed = true;
            asked_.answer =
                sort_lines(request_, manner_, read_reply(before_interrupt_, command_).lines).answer;
        }
        stage_ = Stage::resync;
        resync_ = Resync();
        return forward<Asked>(resync_.resume(Started{}, now));
    }
    if (stage_ == Stage::resync) {
        return asked_.interrupt_failed ? finish() : begin(now);
    }
    auto reply = std::move(result.value());
    if (interrupted_) {
        asked_.interrupted = true;
        std::erase(reply.remarks, Remark::stopped);
    }
    return judge(reply, now);
}

Action<Asked> Ask::judge(const Reply& reply, Instant now) {
    const auto fault = fault_of(reply);
    const bool may_repeat = attempt_ < manner_.attempts;
    if (fault == Fault::adapter_restarted || fault == Fault::link_lost) {
        return Finished<Asked>{Failure{*fault, printable(reply.raw)}};
    }
    if (fault == Fault::adapter_rejected && counted_) {
        (command_.starts_with("STPX") ? asked_.stpx_rejected : asked_.digit_rejected) = true;
        counted_.reset();
        return begin(now);
    }
    const bool passing = fault == Fault::interrupted || fault == Fault::reply_damaged ||
                         fault == Fault::adapter_asleep;
    if (passing && may_repeat) {
        return again_after(damaged_pause, now);
    }
    if (fault == Fault::bus_failed && reply.has(Remark::bus_busy) && may_repeat) {
        return again_after(busy_pause, now);
    }
    // Who must answer and does not, on a bus with sessions: the session has run out.
    const bool session_over = bus::has_session(manner_.protocol) && bus::lacks(request_, {}) &&
                              (fault == Fault::vehicle_silent || fault == Fault::bus_failed);
    // An adapter may report the opened bus in one reply and the data only in the next.
    if (session_over && may_repeat && reopened_ && reply.has(Remark::bus_init_ok)) {
        return begin(now);
    }
    asked_.reopened_in_vain = session_over && reopened_;
    if (session_over && may_repeat && manner_.reopens && !reopened_) {
        reopened_ = true;
        stage_ = Stage::close;
        exchange_ = Exchange("ATPC");
        return forward<Asked>(exchange_.resume(Started{}, now));
    }
    if (fault && *fault != Fault::vehicle_silent) {
        asked_.answer.failure = Failure{*fault, printable(reply.raw)};
        return finish();
    }
    auto [answer, new_habits] = sort_lines(request_, manner_, reply.lines);
    answer.incomplete = answer.incomplete || reply.has(Remark::line_damaged);

    const bool lacks_somebody = bus::lacks(request_, answer);
    if (counted_ && (answer.incomplete || lacks_somebody) && may_repeat) {
        if (!answer.incomplete) {
            lacking_ = std::move(answer);
        }
        counted_.reset();
        return begin(now);
    }
    if (any_with_code(answer, bus::response_pending) && may_repeat) {
        return again_after(pending_pause, now);
    }
    const bool busy = any_with_code(answer, bus::busy_repeat_request) ||
                      (bus::is_j1939(manner_.protocol) && any_with_code(answer, bus::group_busy));
    if (busy && may_repeat) {
        return again_after(busy_pause, now);
    }
    if (answer.incomplete && may_repeat) {
        may_interrupt_ = false;
        said_.insert(said_.end(), answer.messages.begin(), answer.messages.end());
        return again_after(damaged_pause, now);
    }
    if (!std::ranges::includes(shown_, new_habits)) {
        if (may_repeat) {
            shown_ = std::move(new_habits);
            said_.insert(said_.end(), answer.messages.begin(), answer.messages.end());
            return begin(now);
        }
        // No attempt is left to make sure: what was not said before in the same words is left out.
        std::erase_if(answer.messages, [this](const bus::Message& message) {
            return std::ranges::find(said_, message) == said_.end();
        });
        answer.problems.emplace_back("frames cut as never before, and not twice the same");
        answer.incomplete = true;
        new_habits.clear();
    }
    // Who must answer and did not is asked once more; what the others said then stands.
    const bool reopened = reopened_ || asked_.reopened_in_vain;
    // On SAE J1939 it is asked by itself: a unit owes all no refusal (SAE J1939-21 5.4.4).
    const bool asked_apart = bus::is_j1939(manner_.protocol) && !request_.only;
    if (lacks_somebody && may_repeat && !lacking_ && !reopened && !asked_apart) {
        lacking_ = std::move(answer);
        return begin(now);
    }
    if (lacking_) {
        keep_missing(*lacking_, answer);
    }
    asked_.habits = std::move(new_habits);
    asked_.answer = std::move(answer);
    return finish();
}

}  // namespace protocols::elm327
