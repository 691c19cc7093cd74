#include "protocols/doip/connect.hpp"

#include <utility>

namespace protocols::doip {
namespace {

using namespace std::chrono_literals;

constexpr auto activation_max = 2s;     // A_DoIP_Ctrl (ISO 13400-2 table 19)
constexpr auto confirmation_max = 30s;  // somebody presses a button in the vehicle

}  // namespace

Connect::Connect(Offer& offer) : offer_(&offer) {
    connection_.session.version = offer.version;
}

Action<Connection> Connect::resume(const Event& event, Instant now) {
    if (asking_) {
        auto action = asking_->resume(event, now);
        if (auto* finished = std::get_if<Finished<Ask::Output>>(&action)) {
            return on_asked(std::move(finished->result), now);
        }
        return forward<Connection>(std::move(action));
    }
    if (const auto* lost = std::get_if<LinkLost>(&event)) {
        return Finished<Connection>{Failure{Fault::link_lost, lost->reason}};
    }
    if (const auto* received = std::get_if<Received>(&event)) {
        connection_.session.inbox.push(received->bytes);
        return on_bytes(now);
    }
    if (std::holds_alternative<Started>(event)) {
        deadline_ = now + activation_max;
        const Bytes request{
            tester_address >> 8, tester_address & 0xFF, offer_->activation, 0, 0, 0, 0};
        return Send{encode(Type::activate, request, offer_->version)};
    }
    if (std::holds_alternative<Sent>(event)) {
        return on_bytes(now);
    }
    return Finished<Connection>{Failure{
        Fault::gateway_refused, confirming_ ? "nobody confirmed it at the vehicle"
                                            : "it does not answer a routing activation"}};
}

Action<Connection> Connect::on_bytes(Instant now) {
    for (;;) {
        const auto next = connection_.session.inbox.next();
        if (next.has_error()) {
            return Finished<Connection>{Failure{
                Fault::gateway_refused, "it speaks something else: " + next.error().detail}};
        }
        if (!next.value()) {
            return WaitUntil{deadline_};
        }
        const auto& message = *next.value();
        if (message.is(Type::header_refused)) {
            if (std::exchange(offer_->version, version_2019) == version_2019) {
                return Finished<Connection>{
                    Failure{Fault::gateway_refused, "it takes neither version of the protocol"}};
            }
            return Finished<Connection>{
                Failure{Fault::link_lost, "the gateway wants another version of the protocol"}};
        }
        if (message.is(Type::alive_request)) {
            const Bytes mine{tester_address >> 8, tester_address & 0xFF};
            return Send{encode(Type::alive_response, mine, offer_->version)};
        }
        if (message.is(Type::activated)) {
            if (auto action = on_activation(message, now)) {
                return std::move(*action);
            }
        }
    }
}

std::optional<Action<Connection>> Connect::on_activation(const Message& message, Instant now) {
    const auto read = read_activation(message.payload);
    if (read.has_error()) {
        return Finished<Connection>{Failure{Fault::gateway_refused, read.error().detail}};
    }
    const auto code = read.value().code;
    if (code == activation_done) {
        connection_.session.entity = read.value().entity;
        return ask(bus::support_request, now);
    }
    if (code == activation_to_be_confirmed) {
        if (!std::exchange(confirming_, true)) {
            deadline_ = now + confirmation_max;
        }
        return std::nullopt;
    }
    if (code == activation_type_unsupported && std::exchange(offer_->activation, 0x00) != 0x00) {
        return Finished<Connection>{
            Failure{Fault::link_lost, "the gateway wants the default activation"}};
    }
    return Finished<Connection>{
        Failure{Fault::gateway_refused, std::string(activation_text(code))}};
}

Action<Connection> Connect::ask(const bus::Request& request, Instant now) {
    request_ = &request;
    asking_.emplace(request, std::move(connection_.session));
    return forward<Connection>(asking_->resume(Started{}, now));
}

Action<Connection> Connect::on_asked(Result<Ask::Output> result, Instant now) {
    if (result.has_error()) {
        return Finished<Connection>{result.error()};
    }
    auto& [answer, session] = result.value();
    connection_.session = std::move(session);
    const bool identifiers = request_ == &bus::identifier_request;
    if (!answer.messages.empty()) {
        connection_.first_answer = std::move(answer);
        connection_.identifiers = identifiers;
        return Finished<Connection>{std::move(connection_)};
    }
    if (!identifiers) {
        return ask(bus::identifier_request, now);
    }
    return Finished<Connection>{Failure{
        Fault::no_protocol,
        answer.failure ? answer.failure->detail : "ISO 13400 (DoIP): no control unit answered"}};
}

}  // namespace protocols::doip
