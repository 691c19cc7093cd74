#include "protocols/elm327/batch.hpp"

#include "protocols/base/ensure.hpp"
#include "protocols/elm327/frames.hpp"

#include <algorithm>

namespace protocols::elm327 {
namespace {

std::string line_of(const std::vector<bus::Request>& requests, const Manner& manner) {
    std::string line;
    for (const auto& request : requests) {
        const auto command = counted_command(request, manner);
        ENSURE(command.has_value());
        line += (line.empty() ? "" : "|") + *command;
    }
    return line;
}

}  // namespace

AskBatch::AskBatch(std::vector<bus::Request> requests, Manner manner)
    : requests_(std::move(requests)),
      manner_(std::move(manner)),
      exchange_(line_of(requests_, manner_)) {
    asked_.answers.resize(requests_.size());
}

Action<BatchAsked> AskBatch::resume(const Event& event, Instant now) {
    if (resync_) {
        auto action = resync_->resume(event, now);
        auto* finished = std::get_if<Finished<Reply>>(&action);
        if (finished == nullptr) {
            return forward<BatchAsked>(std::move(action));
        }
        if (finished->result.has_error()) {
            return Finished<BatchAsked>{finished->result.error()};
        }
        return Finished<BatchAsked>{std::move(asked_)};
    }
    auto action = exchange_.resume(event, now);
    auto* finished = std::get_if<Finished<Reply>>(&action);
    if (finished == nullptr) {
        return forward<BatchAsked>(std::move(action));
    }
    if (finished->result.has_value()) {
        return on_reply(finished->result.value());
    }
    if (finished->result.error().fault == Fault::link_lost) {
        return Finished<BatchAsked>{finished->result.error()};
    }
    return forward<BatchAsked>(resync_.emplace().resume(Started{}, now));
}

Action<BatchAsked> AskBatch::on_reply(const Reply& reply) {
    const auto fault = fault_of(reply);
    if (fault == Fault::adapter_restarted || fault == Fault::link_lost) {
        return Finished<BatchAsked>{Failure{*fault, reply.raw}};
    }
    const bool sound = !fault || fault == Fault::vehicle_silent;
    asked_.taken = sound && settle(reply);
    if (!asked_.taken) {
        std::ranges::fill(asked_.answers, std::nullopt);
    }
    return Finished<BatchAsked>{std::move(asked_)};
}

/// False: something in the reply is not as it should be.
bool AskBatch::settle(const Reply& reply) {
    auto frames = read_frames(reply.lines, manner_.protocol);
    const bool known_habits = std::ranges::includes(manner_.habits, frames.habits);
    if (frames.incomplete || !frames.problems.empty() || !known_habits ||
        reply.has(Remark::line_damaged)) {
        return false;
    }
    std::size_t used = 0;
    for (std::size_t i = 0; i < requests_.size(); ++i) {
        auto answer = bus::sort_answer(requests_[i], frames.messages);
        // A refusal names the service only: of the request, if it is the only one of its service.
        const auto same_service = std::ranges::count_if(requests_, [&](const bus::Request& other) {
            return other.data.front() == requests_[i].data.front();
        });
        if (!answer.negatives.empty() && same_service > 1) {
            return false;
        }
        used += answer.messages.size() + answer.negatives.size();
        answer.problems.clear();  // answers to the others
        if (bus::complete(requests_[i], answer)) {
            asked_.answers[i] = std::move(answer);
        }
    }
    return used == frames.messages.size();
}

}  // namespace protocols::elm327
