// The machine: carries out its steps one by one. What each step makes of its answer is in
// trials.cpp.
#include "protocols/elm327/qualify.hpp"

#include "protocols/base/ensure.hpp"

namespace protocols::elm327 {
namespace {

constexpr std::array<std::string_view, 3> outcome_ids{"passed", "failed", "not_tested"};
constexpr std::array<std::string_view, trials> trial_ids{
    "unknown_commands", "long_output", "voltage",      "headers",     "spaces",
    "same_twice",       "segmented",   "long_answers", "second_unit", "count_digit",
    "interrupt",        "stpx_count",  "batches"};

constexpr int silences_max = 4;  // an adapter that hangs that often is not worth more

}  // namespace

std::string_view id(Outcome outcome) {
    return outcome_ids[static_cast<std::size_t>(outcome)];
}

std::string_view id(Trial trial) {
    return trial_ids[static_cast<std::size_t>(trial)];
}

KnownAdapter known_adapter(const Qualification& qualification) {
    const auto& identity = qualification.identity;
    const bool faster = qualification.best_baud > qualification.line_baud;
    return {
        .banner = identity.banner,
        .stn = identity.stn,
        .baud = faster ? qualification.best_baud : 0,
        .counting = qualification.counting,
        .interrupts = qualification.interrupts,
        .counting_stpx = qualification.counting_stpx,
        .batches = qualification.batches};
}

Qualify::Qualify(std::uint32_t baud, bus::Protocol first)
    : own_baud_(baud), baud_(baud), first_(first) {}

std::string Qualify::step() const {
    const auto* connect = std::get_if<Connect>(&running_);
    return connect != nullptr ? connect->step() : section_;
}

Action<Qualification> Qualify::resume(const Event& event, Instant now) {
    if (std::holds_alternative<Started>(event)) {
        steps_.push_back(Join{&Qualify::on_first_connection});
        return next(now);
    }
    if (ended_) {  // the reset has left, or the link is gone
        return finish();
    }
    if (std::holds_alternative<Sent>(event)) {
        sent_ = now;
    }
    if (auto* connect = std::get_if<Connect>(&running_)) {
        auto action = connect->resume(event, now);
        baud_ = connect->baud();
        if (auto* finished = std::get_if<Finished<Connection>>(&action)) {
            found_.identity = finished->result.has_value() ? finished->result.value().adapter
                                                           : connect->adapter();
            (this->*std::get<Join>(step_).joined)(finished->result);
            return next(now);
        }
        return forward<Qualification>(std::move(action));
    }
    if (auto* ask = std::get_if<Ask>(&running_)) {
        auto action = ask->resume(event, now);
        if (auto* finished = std::get_if<Finished<Asked>>(&action)) {
            if (finished->result.has_error()) {
                failure_ = finished->result.error();
                return finish();
            }
            (this->*std::get<Put>(step_).answered)(finished->result.value());
            return next(now);
        }
        return forward<Qualification>(std::move(action));
    }
    if (auto* change = std::get_if<ChangeBaud>(&running_)) {
        auto action = change->resume(event, now);
        if (auto* finished = std::get_if<Finished<BaudChange>>(&action)) {
            (this->*std::get<Change>(step_).changed)(finished->result);
            return next(now);
        }
        return forward<Qualification>(std::move(action));
    }
    if (auto* resync = std::get_if<Resync>(&running_)) {
        auto action = resync->resume(event, now);
        if (auto* finished = std::get_if<Finished<Reply>>(&action)) {
            if (finished->result.has_error()) {
                failure_ = finished->result.error();
                return finish();
            }
            (this->*std::get<Say>(step_).heard)({});
            return next(now);
        }
        return forward<Qualification>(std::move(action));
    }
    auto action = std::get<Exchange>(running_).resume(event, now);
    if (auto* finished = std::get_if<Finished<Reply>>(&action)) {
        return on_said(finished->result, now);
    }
    return forward<Qualification>(std::move(action));
}

Action<Qualification> Qualify::on_said(const Result<Reply>& result, Instant now) {
    took_ = std::chrono::duration_cast<std::chrono::microseconds>(now - sent_);
    silent_ = result.has_error();
    const auto heard = std::get<Say>(step_).heard;
    if (!silent_) {
        (this->*heard)(result.value());
        return next(now);
    }
    if (result.error().fault == Fault::link_lost) {
        failure_ = result.error();
        return finish();
    }
    if (baud_ != own_baud_) {  // at a faster rate silence is an answer
        (this->*heard)({});
        return next(now);
    }
    if (++found_.silences > silences_max) {
        failure_ = result.error();
        return finish();
    }
    return forward<Qualification>(running_.emplace<Resync>().resume(Started{}, now));
}

Action<Qualification> Qualify::next(Instant now) {
    while (!failure_ && !steps_.empty()) {
        step_ = std::move(steps_.front());
        steps_.pop_front();
        if (const auto* look = std::get_if<Look>(&step_)) {
            (this->*look->look)();
        } else if (const auto* say = std::get_if<Say>(&step_)) {
            auto& exchange = running_.emplace<Exchange>(say->command);
            return forward<Qualification>(exchange.resume(Started{}, now));
        } else if (const auto* put = std::get_if<Put>(&step_)) {
            auto& ask = running_.emplace<Ask>(put->request, put->manner);
            return forward<Qualification>(ask.resume(Started{}, now));
        } else if (const auto* change = std::get_if<Change>(&step_)) {
            auto& machine = running_.emplace<ChangeBaud>(chip(), baud_, change->to);
            return forward<Qualification>(machine.resume(Started{}, now));
        } else {
            auto& connect = running_.emplace<Connect>(ConnectOptions{first_, own_baud_, baud_, {}});
            return forward<Qualification>(connect.resume(Started{}, now));
        }
    }
    return finish();
}

/// The adapter is left as after power-on, at its own rate.
Action<Qualification> Qualify::finish() {
    const bool gone = failure_ && failure_->fault == Fault::link_lost;
    if (!ended_ && !gone) {
        ended_ = true;
        return Send{"ATZ\r"};
    }
    if (failure_) {
        return Finished<Qualification>{*failure_};
    }
    conclude();
    return Finished<Qualification>{std::move(found_)};
}

Chip Qualify::chip() const {
    const bool stn = !found_.identity.stn.empty();
    return {stn, stn ? found_.identity.stn : found_.identity.banner};
}

}  // namespace protocols::elm327
