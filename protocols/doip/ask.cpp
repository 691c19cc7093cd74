#include "protocols/doip/ask.hpp"

#include <algorithm>

namespace protocols::doip {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr auto acknowledge_max = 2s;  // A_DoIP_Diagnostic_Message (ISO 13400-2 table 19)
constexpr auto network_margin = 150ms;
constexpr auto p2_max = 50ms + network_margin;  // ISO 15765-4 5.2, and the way there and back
constexpr auto p2_star_max = 5s + network_margin;
constexpr auto busy_pause = 200ms;
constexpr int attempts_max = 4;
constexpr int heard_max = 256;  // no vehicle says more to one request

}  // namespace

Ask::Ask(bus::Request request, Session session)
    : request_(std::move(request)), session_(std::move(session)) {}

Action<Ask::Output> Ask::resume(const Event& event, Instant now) {
    if (const auto* lost = std::get_if<LinkLost>(&event)) {
        return Finished<Output>{Failure{Fault::link_lost, lost->reason}};
    }
    if (const auto* received = std::get_if<Received>(&event)) {
        session_.inbox.push(received->bytes);
        return go_on(now);
    }
    if (std::holds_alternative<Started>(event)) {
        return send(now);
    }
    if (std::holds_alternative<Sent>(event)) {
        return go_on(now);
    }
    if (std::exchange(pausing_, false)) {
        return send(now);
    }
    return finish(now);
}

Action<Ask::Output> Ask::send(Instant now) {
    ++attempts_;
    messages_.clear();
    heard_ = 0;
    waiting_for_.clear();
    failure_.reset();
    taken_ = false;
    deadline_ = now + acknowledge_max;
    const auto target =
        request_.only ? static_cast<std::uint16_t>(request_.only->value()) : session_.target;
    return Send{encode(
        Type::diagnostic, addressed(tester_address, target, request_.data), session_.version
    )};
}

Action<Ask::Output> Ask::go_on(Instant now) {
    for (;;) {
        const auto next = session_.inbox.next();
        if (next.has_error()) {
            return Finished<Output>{Failure{Fault::link_lost, next.error().detail}};
        }
        if (!next.value()) {
            return WaitUntil{deadline_};
        }
        if (auto action = take(*next.value(), now)) {
            return std::move(*action);
        }
    }
}

std::optional<Action<Ask::Output>> Ask::take(const Message& message, Instant now) {
    if (message.is(Type::alive_request)) {
        const Bytes mine{tester_address >> 8, tester_address & 0xFF};
        return Send{encode(Type::alive_response, mine, session_.version)};
    }
    if (message.is(Type::header_refused)) {
        return Finished<Output>{
            Failure{Fault::link_lost, "the gateway refused a message: " + to_hex(message.payload)}};
    }
    const bool ours = message.is(Type::diagnostic) || message.is(Type::diagnostic_taken) ||
                      message.is(Type::diagnostic_refused);
    const auto read =
        ours ? read_addressed(message.payload) : Result<Addressed>(Failure{Fault::malformed, ""});
    if (pausing_ || read.has_error() || read.value().target != tester_address) {
        return std::nullopt;  // of another matter, or of an earlier request
    }
    const auto& said = read.value();
    if (message.is(Type::diagnostic_taken)) {
        if (!taken_) {
            taken_ = true;
            deadline_ = now + p2_max;
        }
        return std::nullopt;
    }
    if (message.is(Type::diagnostic_refused)) {
        const auto code = said.data[0];
        if (code == refused_target_unknown && !request_.only &&
            session_.target == obd_units_address) {
            session_.target = session_.entity;
            return send(now);
        }
        failure_ = Failure{
            Fault::bus_failed,
            "the gateway refused the request: " + std::string(refusal_text(code))};
        return finish(now);
    }
    taken_ = true;
    const Bytes data(said.data.begin(), said.data.end());
    const bool pending = data.size() == 3 && data[0] == 0x7F && data[1] == request_.data[0] &&
                         data[2] == bus::response_pending;
    const bool again = pending && !waiting_for_.insert(said.source).second;
    if (!pending) {
        waiting_for_.erase(said.source);
    }
    bus::Message heard{bus::EcuAddress::doip(said.source), data};
    if (!again && std::ranges::find(messages_, heard) == messages_.end()) {  // none says it twice
        messages_.push_back(std::move(heard));
    }
    deadline_ = now + (waiting_for_.empty() ? milliseconds(p2_max) : milliseconds(p2_star_max));
    if (complete() || ++heard_ == heard_max) {
        return finish(now);
    }
    return std::nullopt;
}

bool Ask::complete() const {
    if (!waiting_for_.empty()) {
        return false;
    }
    const auto answer = bus::sort_answer(request_, messages_);
    if (request_.only) {  // nobody else was asked
        return !answer.messages.empty() || !answer.negatives.empty();
    }
    return bus::complete(request_, answer);
}

Action<Ask::Output> Ask::finish(Instant now) {
    auto answer = bus::sort_answer(request_, messages_);
    answer.failure = failure_;
    if (!taken_ && !answer.failure) {
        answer.failure = Failure{Fault::bus_failed, "the gateway did not acknowledge the request"};
    }
    const bool busy = std::ranges::any_of(answer.negatives, [](const bus::Negative& negative) {
        return negative.code == bus::busy_repeat_request;
    });
    if (attempts_ < attempts_max && (busy || !(taken_ || failure_))) {
        pausing_ = true;
        deadline_ = now + busy_pause;
        return WaitUntil{deadline_};
    }
    if (bus::lacks(request_, answer) && !answer.failure && attempts_ < 2) {
        return send(now);
    }
    return Finished<Output>{Output{std::move(answer), std::move(session_)}};
}

}  // namespace protocols::doip
