// Reading's part that asks units by themselves, and counts them again.
#include "obd/session/reading.hpp"

#include <algorithm>
#include <utility>

namespace obd {

using protocols::Fault;
using protocols::forward;
using protocols::Instant;
using protocols::Started;
namespace elm327 = protocols::elm327;
namespace passthru = protocols::passthru;

Reading::Action Reading::on_answer(const protocols::bus::Answer& answer, Instant now) {
    answer_ = answer;
    apart_.clear();
    if (manner_.headers && !answer_.failure) {
        apart_ = answer_.in_part;
        // An adapter that is kept busy by other units does not wait for one that asked for time.
        for (const auto& negative : answer_.negatives) {
            if (negative.code == protocols::bus::response_pending &&
                protocols::bus::is_can(manner_.protocol)) {
                apart_.insert(negative.source);
            }
        }
    }
    // On SAE J1939 only who is asked alone owes a refusal.
    if (protocols::bus::is_j1939(manner_.protocol) && !request_.only && !answer_.failure) {
        for (const auto& expected : request_.expected) {
            const bool refused =
                std::ranges::count(
                    answer_.negatives, expected.unit, &protocols::bus::Negative::source
                ) > 0;
            if (answer_.of(expected.unit).empty() && !refused) {
                apart_.insert(expected.unit);
            }
        }
    }
    // What does not fit into the adapter when all answer at once may fit one by one.
    if (answer_.failure && answer_.failure->fault == Fault::buffer_full && manner_.headers &&
        protocols::bus::is_can(manner_.protocol) && request_.expected.size() > 1) {
        for (const auto& expected : request_.expected) {
            apart_.insert(expected.unit);
        }
        answer_.incomplete = true;
        answer_.in_part = apart_;
    }
    return ask_apart(now);
}

/// Whether a unit speaks that did not answer the first request: what it knows was never asked for.
bool Reading::uncounted(const protocols::bus::Answer& answer) const {
    constexpr int counts_max = 2;  // a vehicle where units come and go is read as it is
    const auto unknown = [this](const protocols::bus::EcuAddress& unit) {
        return unit.known() && !was_read(unit) &&
               std::ranges::find(plan_->snapshot().ecus, unit, &Ecu::address) ==
                   plan_->snapshot().ecus.end();
    };
    return counts_ < counts_max && manner_.headers && !protocols::bus::is_j1939(manner_.protocol) &&
           (std::ranges::any_of(answer.late, unknown) ||
            std::ranges::any_of(answer.messages, unknown, &protocols::bus::Message::source));
}

/// Reads from the beginning, with everybody who has ever answered; goes on where it was when nobody
/// new says what it supports.
Reading::Action Reading::on_counted(protocols::bus::Answer answer, Instant now) {
    const auto [request, before] = std::move(*counting_);
    counting_.reset();
    auto& ecus = plan_->snapshot().ecus;
    const bool somebody_new =
        std::ranges::any_of(answer.messages, [&](const protocols::bus::Message& message) {
            return std::ranges::find(ecus, message.source, &Ecu::address) == ecus.end();
        });
    if (!somebody_new) {
        request_ = request;
        return on_answer(before, now);
    }
    auto notes = std::move(plan_->snapshot().notes);
    notes.emplace_back(
        "a control unit spoke that had not answered at first: read from the beginning"
    );
    for (const auto& ecu : ecus) {
        if (answer.of(ecu.address).empty() && !ecu.pids.raw.empty()) {
            answer.messages.push_back({ecu.address, ecu.pids.raw.front()});
        }
    }
    plan_.emplace(Plan(manner_.protocol, answer, plan_options()));
    plan_->snapshot().notes.insert(plan_->snapshot().notes.begin(), notes.begin(), notes.end());
    survey_.reset();
    answered_.clear();
    return ask_next(now);
}

/// The next unit that is to be asked by itself, or on with the plan.
Reading::Action Reading::ask_apart(Instant now) {
    if (apart_.empty()) {
        take(answer_);
        return ask_next(now);
    }
    if (settings_.interface != Interface::elm327) {
        auto request = request_;
        request.only = *apart_.begin();
        request.expected = {{*apart_.begin(), 1}};
        if (settings_.interface == Interface::doip) {
            auto& ask =
                stage_.emplace<protocols::doip::Ask>(std::move(request), std::move(gateway_));
            return forward<Snapshot>(ask.resume(Started{}, now));
        }
        auto& ask = stage_.emplace<passthru::Ask>(std::move(request), session_, numbers_);
        return forward<Snapshot>(ask.resume(Started{}, now));
    }
    auto& unit = stage_.emplace<elm327::AskUnit>(request_, manner_, *apart_.begin());
    return forward<Snapshot>(unit.resume(Started{}, now));
}

}  // namespace obd
