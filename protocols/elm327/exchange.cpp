#include "protocols/elm327/exchange.hpp"

#include "protocols/base/text.hpp"

#include <algorithm>
#include <utility>

namespace protocols::elm327 {

Exchange::Exchange(std::string command, Limits limits)
    : command_(std::move(command)), limits_(limits) {}

Action<Reply> Exchange::resume(const Event& event, Instant now) {
    return std::visit([&](const auto& e) { return on(e, now); }, event);
}

std::string_view Exchange::lines_so_far() const {
    const auto end = raw_.find_last_of("\r\n");
    return end == raw_.npos ? std::string_view() : std::string_view(raw_).substr(0, end);
}

Action<Reply> Exchange::on(const Started&, Instant) {
    return Send{command_ + '\r'};
}

Action<Reply> Exchange::on(const Sent&, Instant now) {
    give_up_ = now + limits_.total;
    deadline_ = std::min(now + limits_.first_byte, give_up_);
    return WaitUntil{deadline_};
}

Action<Reply> Exchange::on(const Received& received, Instant now) {
    const auto prompt = received.bytes.find('>');
    raw_ += received.bytes.substr(0, prompt);
    if (raw_.size() > limits_.reply_bytes) {
        return Finished<Reply>{Failure{Fault::reply_too_long, printable(raw_, 64)}};
    }
    if (prompt == std::string_view::npos) {
        const bool searching = raw_.find("SEARCH") != raw_.npos || raw_.find("INIT") != raw_.npos;
        deadline_ = searching ? give_up_ : std::min(now + limits_.quiet, give_up_);
        return WaitUntil{deadline_};
    }
    return Finished<Reply>{read_reply(raw_, command_)};
}

Action<Reply> Exchange::on(const DeadlinePassed&, Instant) {
    return Finished<Reply>{Failure{Fault::adapter_silent, printable(raw_)}};
}

Action<Reply> Exchange::on(const LinkLost& lost, Instant) {
    return Finished<Reply>{Failure{Fault::link_lost, lost.reason}};
}

Action<Reply> Exchange::on(const BaudSet&, Instant) {
    return WaitUntil{deadline_};  // not asked for here
}

Action<Reply> Resync::next(Instant now) {
    if (attempt_ == attempts_max) {
        return Finished<Reply>{Failure{Fault::adapter_silent, printable(drained_)}};
    }
    ++attempt_;
    asking_ = true;
    ask_ = Exchange(
        "ATI", {.first_byte = std::chrono::milliseconds(1000),
                .quiet = std::chrono::milliseconds(1000),
                .total = std::chrono::milliseconds(2000)}
    );
    return forward<Reply>(ask_.resume(Started{}, now));
}

Action<Reply> Resync::resume(const Event& event, Instant now) {
    constexpr std::chrono::milliseconds listen_time{1000};
    if (asking_) {
        auto action = ask_.resume(event, now);
        auto* finished = std::get_if<Finished<Reply>>(&action);
        if (finished == nullptr) {
            return action;
        }
        if (finished->result.has_error()) {
            return finished->result.error().fault == Fault::link_lost ? action : next(now);
        }
        // The bytes before the identity may end an older reply with its prompt; ours must name it.
        return finished->result.value().lines.empty() ? next(now) : action;
    }
    if (const auto* lost = std::get_if<LinkLost>(&event)) {
        return Finished<Reply>{Failure{Fault::link_lost, lost->reason}};
    }
    if (std::holds_alternative<Started>(event)) {
        deadline_ = now + listen_time;
        return WaitUntil{deadline_};
    }
    if (const auto* received = std::get_if<Received>(&event)) {
        drained_ = received->bytes;
        if (received->bytes.find('>') == std::string_view::npos) {
            return WaitUntil{deadline_};
        }
    }
    return next(now);
}

}  // namespace protocols::elm327
