#include "protocols/elm327/ask.hpp"

#include "protocols/base/text.hpp"
#include "protocols/elm327/frames.hpp"

#include <algorithm>
#include <set>

namespace protocols::elm327 {
namespace {

using namespace std::chrono_literals;

// SAE J1979 6.2.4.3: a busy control unit is asked again after 200 ms at the earliest.
constexpr auto busy_pause = 200ms;
constexpr auto damaged_pause = 50ms;
// A control unit that only said "pending" before the prompt gets the rest of P2* (ISO 15765-4).
constexpr auto pending_pause = 1000ms;

bool any_with_code(const bus::Answer& answer, std::uint8_t code) {
    return std::ranges::any_of(answer.negatives, [code](const bus::Negative& negative) {
        return negative.code == code;
    });
}

int responders(const bus::Answer& answer) {
    std::set<bus::EcuAddress> all;
    for (const auto& message : answer.messages) {
        all.insert(message.source);
    }
    for (const auto& negative : answer.negatives) {
        all.insert(negative.source);
    }
    return static_cast<int>(all.size());
}

constexpr std::string_view digits = "0123456789ABCDEF";

}  // namespace

Ask::Ask(bus::Request request, Manner manner) : request_(std::move(request)), manner_(manner) {}

Action<Asked> Ask::resume(const Event& event, Instant now) {
    if (std::holds_alternative<Started>(event)) {
        with_digit_ = manner_.counts_frames && request_.frames && *request_.frames >= 1 &&
                      *request_.frames <= 15;
        return begin(now);
    }
    if (stage_ == Stage::pause) {
        if (const auto* lost = std::get_if<LinkLost>(&event)) {
            return Finished<Asked>{Failure{Fault::link_lost, lost->reason}};
        }
        return begin(now);
    }
    auto action =
        stage_ == Stage::resync ? resync_.resume(event, now) : exchange_.resume(event, now);
    if (auto* finished = std::get_if<Finished<Reply>>(&action)) {
        return on_reply(finished->result, now);
    }
    return forward<Asked>(std::move(action));
}

Action<Asked> Ask::begin(Instant now) {
    stage_ = Stage::ask;
    ++attempt_;
    auto command = to_hex(request_.data);
    if (with_digit_) {
        command += digits[static_cast<std::size_t>(*request_.frames)];
    }
    exchange_ = Exchange(std::move(command));
    return forward<Asked>(exchange_.resume(Started{}, now));
}

Action<Asked> Ask::again_after(std::chrono::milliseconds pause, Instant now) {
    stage_ = Stage::pause;
    return WaitUntil{now + pause};
}

Action<Asked> Ask::finish() {
    return Finished<Asked>{std::move(asked_)};
}

Action<Asked> Ask::on_reply(const Result<Reply>& result, Instant now) {
    if (result.has_error()) {
        if (result.error().fault != Fault::adapter_silent || stage_ == Stage::resync ||
            attempt_ >= attempts_max) {
            return Finished<Asked>{result.error()};
        }
        stage_ = Stage::resync;
        resync_ = Resync();
        return forward<Asked>(resync_.resume(Started{}, now));
    }
    if (stage_ == Stage::resync) {
        return begin(now);
    }
    return judge(result.value(), now);
}

Action<Asked> Ask::judge(const Reply& reply, Instant now) {
    const auto fault = fault_of(reply);
    const bool may_repeat = attempt_ < attempts_max;
    if (fault == Fault::adapter_restarted) {
        return Finished<Asked>{Failure{*fault, printable(reply.raw)}};
    }
    if (fault == Fault::adapter_rejected && with_digit_) {
        with_digit_ = false;
        asked_.digit_rejected = true;
        return begin(now);
    }
    if (fault == Fault::interrupted || fault == Fault::reply_damaged) {
        if (may_repeat) {
            return again_after(damaged_pause, now);
        }
    }
    if (fault == Fault::bus_failed && reply.has(Remark::bus_busy) && may_repeat) {
        return again_after(busy_pause, now);
    }
    if (fault && *fault != Fault::vehicle_silent) {
        asked_.answer.failure = Failure{*fault, printable(reply.raw)};
        return finish();
    }
    auto frames = read_frames(reply.lines, manner_.protocol);
    auto answer = bus::sort_answer(request_, std::move(frames.messages));
    answer.problems.insert(answer.problems.end(), frames.problems.begin(), frames.problems.end());
    answer.incomplete = frames.incomplete || reply.has(Remark::line_damaged);

    const bool short_of_answers =
        with_digit_ && (answer.incomplete || responders(answer) < request_.responders);
    if (short_of_answers && may_repeat) {
        with_digit_ = false;
        return begin(now);
    }
    if (any_with_code(answer, bus::response_pending) && may_repeat) {
        return again_after(pending_pause, now);
    }
    if (any_with_code(answer, bus::busy_repeat_request) && may_repeat) {
        return again_after(busy_pause, now);
    }
    if (answer.incomplete && may_repeat) {
        return again_after(damaged_pause, now);
    }
    asked_.answer = std::move(answer);
    return finish();
}

}  // namespace protocols::elm327
