#include "protocols/passthru/connect.hpp"

#include "protocols/base/text.hpp"

#include <algorithm>
#include <array>

namespace protocols::passthru {
namespace {

using namespace std::chrono_literals;
using bus::Protocol;

constexpr std::array search_order{
    Protocol::can11_500, Protocol::can29_500, Protocol::can11_250,
    Protocol::can29_250, Protocol::j1850_vpw, Protocol::j1850_pwm,
    Protocol::kwp_fast,  Protocol::iso9141,   Protocol::kwp_slow,
};

constexpr std::uint32_t slow = 250'000;
constexpr std::uint32_t fast = 500'000;

Call of(Function function, std::uint32_t handle = 0) {
    Call call;
    call.function = function;
    call.handle = handle;
    return call;
}

}  // namespace

Connect::Connect(Protocol first, Numbers& numbers) : numbers_(&numbers), running_(CallLibrary({})) {
    if (first != Protocol::undecided) {
        order_.push_back(first);
    }
    for (const auto protocol : search_order) {
        if (protocol != first) {
            order_.push_back(protocol);
        }
    }
}

std::string Connect::step() const {
    if (std::holds_alternative<FindTruck>(running_)) {
        return std::string(bus::name(Protocol::j1939));
    }
    const bool searching = !std::holds_alternative<CallLibrary>(running_);
    return searching && index_ < order_.size() ? std::string(bus::name(order_[index_])) : "adapter";
}

Action<Connection> Connect::put(Stage stage, Call call, Instant now) {
    stage_ = stage;
    call.id = numbers_->next();
    return forward<Connection>(running_.emplace<CallLibrary>(std::move(call)).resume(Started{}, now)
    );
}

Action<Connection> Connect::resume(const Event& event, Instant now) {
    if (std::holds_alternative<Started>(event)) {
        return put(Stage::hello, of(Function::hello), now);
    }
    if (auto* open = std::get_if<OpenBus>(&running_)) {
        auto action = open->resume(event, now);
        if (auto* finished = std::get_if<Finished<Session>>(&action)) {
            return on_opened(finished->result, now);
        }
        return forward<Connection>(std::move(action));
    }
    if (auto* talk = std::get_if<Talk>(&running_)) {
        auto action = talk->resume(event, now);
        if (auto* finished = std::get_if<Finished<Talked>>(&action)) {
            return on_talked(std::move(finished->result), now);
        }
        return forward<Connection>(std::move(action));
    }
    if (auto* truck = std::get_if<FindTruck>(&running_)) {
        auto action = truck->resume(event, now);
        auto* finished = std::get_if<Finished<Truck>>(&action);
        if (finished == nullptr) {
            return forward<Connection>(std::move(action));
        }
        if (finished->result.has_error()) {
            return Finished<Connection>{finished->result.error()};
        }
        return on_truck(std::move(finished->result.value()), now);
    }
    auto action = std::get<CallLibrary>(running_).resume(event, now);
    auto* finished = std::get_if<Finished<Returned>>(&action);
    if (finished == nullptr) {
        return forward<Connection>(std::move(action));
    }
    if (finished->result.has_error()) {
        return Finished<Connection>{finished->result.error()};
    }
    return on_returned(finished->result.value(), now);
}

Action<Connection> Connect::refuse(const std::string& what, const Returned& returned) const {
    return Finished<Connection>{Failure{Fault::library_failed, what + ": " + said(returned)}};
}

Action<Connection> Connect::on_returned(const Returned& returned, Instant now) {
    if (returned.status == api::device_not_connected) {
        return Finished<Connection>{
            Failure{Fault::link_lost, "the J2534 device is not plugged in or switched off"}};
    }
    const bool done = returned.status == api::noerror;
    switch (stage_) {
        case Stage::hello:
            if (!done || returned.value != wire_version) {
                return refuse("the J2534 library", returned);
            }
            return put(Stage::open, of(Function::open), now);
        case Stage::open:
            // A program before this one may have ended without closing it.
            if (!done && returned.status != api::device_in_use) {
                return refuse("PassThruOpen", returned);
            }
            device_ = returned.handle;
            return put(Stage::version, of(Function::read_version, device_), now);
        case Stage::version:
            connection_.identity.library = returned.library;
            connection_.identity.firmware = returned.firmware;
            connection_.identity.version = returned.version;
            return put(Stage::battery, of(Function::battery, device_), now);
        case Stage::battery:
            if (done) {
                connection_.identity.volts = returned.value / 1000.0;
            }
            return try_bus(now);
        case Stage::undo:
            ++index_;
            return try_bus(now);
    }
    return refuse("the J2534 library", returned);
}

Action<Connection> Connect::try_bus(Instant now) {
    if (index_ == order_.size()) {
        return Finished<Connection>{Failure{Fault::no_protocol, trials_}};
    }
    if (bus::is_j1939(order_[index_])) {
        return find_truck(order_[index_], now);
    }
    auto& open = running_.emplace<OpenBus>(device_, order_[index_], *numbers_);
    return forward<Connection>(open.resume(Started{}, now));
}

Action<Connection> Connect::find_truck(Protocol heavy, Instant now) {
    connection_.session.device = device_;
    connection_.session.bus = heavy;
    const auto baud = heavy == Protocol::j1939_500 ? fast : slow;
    auto& truck = running_.emplace<FindTruck>(device_, baud, *numbers_);
    return forward<Connection>(truck.resume(Started{}, now));
}

Action<Connection> Connect::on_opened(const Result<Session>& result, Instant now) {
    if (result.has_value()) {
        connection_.session = result.value();
        request_ = &bus::support_request;
        auto& talk = running_.emplace<Talk>(*request_, connection_.session, *numbers_);
        return forward<Connection>(talk.resume(Started{}, now));
    }
    if (result.error().fault != Fault::no_protocol) {
        return Finished<Connection>{result.error()};
    }
    trials_ += std::string(bus::name(order_[index_])) + ": " + result.error().detail + "; ";
    const auto bus = order_[index_];
    if (bus::is_can29(bus) && result.error().detail == "silent") {  // frames are acknowledged
        return find_truck(bus == Protocol::can29_500 ? Protocol::j1939_500 : Protocol::j1939, now);
    }
    ++index_;
    return try_bus(now);
}

Action<Connection> Connect::on_truck(Truck truck, Instant now) {
    if (!truck.channel) {
        trials_ += std::string(bus::name(connection_.session.bus)) + ": silent; ";
        ++index_;
        return try_bus(now);
    }
    connection_.session.channel = *truck.channel;
    connection_.session.raw = true;
    connection_.identifiers = truck.identification;
    connection_.first_answer = std::move(truck.first_answer);
    return Finished<Connection>{std::move(connection_)};
}

Action<Connection> Connect::on_talked(Result<Talked> result, Instant now) {
    if (result.has_error()) {
        return Finished<Connection>{result.error()};
    }
    auto& talked = result.value();
    const bool overflowed = talked.failure && talked.failure->fault == Fault::buffer_full;
    if ((talked.incomplete || overflowed) && !std::exchange(asked_again_, true)) {
        auto& talk = running_.emplace<Talk>(*request_, connection_.session, *numbers_);
        return forward<Connection>(talk.resume(Started{}, now));
    }
    auto answer = bus::sort_answer(*request_, std::move(talked.messages));
    connection_.identifiers = request_ == &bus::identifier_request;
    if (!answer.messages.empty() || (!answer.negatives.empty() && !connection_.identifiers)) {
        connection_.first_answer = std::move(answer);
        return Finished<Connection>{std::move(connection_)};
    }
    if (bus::is_can(order_[index_]) && !talked.failure && !connection_.identifiers) {
        request_ = &bus::identifier_request;
        auto& talk = running_.emplace<Talk>(*request_, connection_.session, *numbers_);
        return forward<Connection>(talk.resume(Started{}, now));
    }
    trials_ +=
        std::string(bus::name(order_[index_])) + (talked.failure ? ": no bus; " : ": silent; ");
    return put(Stage::undo, of(Function::disconnect, connection_.session.channel), now);
}

Ask::Ask(bus::Request request, Session session, Numbers& numbers)
    : request_(std::move(request)),
      session_(session),
      numbers_(&numbers),
      running_(Talk(request_, session_, numbers)) {}

Action<Ask::Output> Ask::talk(Instant now) {
    ++attempts_;
    if (bus::is_j1939(session_.bus)) {
        auto& machine = running_.emplace<AskGroup>(request_, session_.channel, *numbers_);
        return forward<Output>(machine.resume(Started{}, now));
    }
    auto& machine = running_.emplace<Talk>(request_, session_, *numbers_);
    return forward<Output>(machine.resume(Started{}, now));
}

Action<Ask::Output> Ask::resume(const Event& event, Instant now) {
    if (std::holds_alternative<Started>(event)) {
        return talk(now);
    }
    if (std::exchange(pausing_, false)) {
        if (const auto* lost = std::get_if<LinkLost>(&event)) {
            return Finished<Output>{Failure{Fault::link_lost, lost->reason}};
        }
        return talk(now);
    }
    if (auto* talking = std::get_if<Talk>(&running_)) {
        auto action = talking->resume(event, now);
        if (auto* finished = std::get_if<Finished<Talked>>(&action)) {
            return on_talked(std::move(finished->result), now);
        }
        return forward<Output>(std::move(action));
    }
    if (auto* group = std::get_if<AskGroup>(&running_)) {
        auto action = group->resume(event, now);
        if (auto* finished = std::get_if<Finished<bus::Answer>>(&action)) {
            return on_group(std::move(finished->result), now);
        }
        return forward<Output>(std::move(action));
    }
    if (auto* closing = std::get_if<CallLibrary>(&running_)) {
        auto action = closing->resume(event, now);
        auto* finished = std::get_if<Finished<Returned>>(&action);
        if (finished == nullptr) {
            return forward<Output>(std::move(action));
        }
        if (finished->result.has_error()) {
            return Finished<Output>{finished->result.error()};
        }
        auto& open = running_.emplace<OpenBus>(session_.device, session_.bus, *numbers_);
        return forward<Output>(open.resume(Started{}, now));
    }
    auto action = std::get<OpenBus>(running_).resume(event, now);
    auto* finished = std::get_if<Finished<Session>>(&action);
    if (finished == nullptr) {
        return forward<Output>(std::move(action));
    }
    if (finished->result.has_value()) {
        session_ = finished->result.value();
        return talk(now);
    }
    if (finished->result.error().fault != Fault::no_protocol) {
        return Finished<Output>{finished->result.error()};
    }
    answer_.failure = Failure{Fault::bus_failed, "the session could not be opened again"};
    return Finished<Output>{Output{std::move(answer_), session_}};
}

/// Busy units are asked again, and a message that came in part; who said nothing is asked alone by
/// whoever asks.
Action<Ask::Output> Ask::on_group(Result<bus::Answer> result, Instant now) {
    if (result.has_error()) {
        return Finished<Output>{result.error()};
    }
    constexpr int attempts_max = 3;
    constexpr auto pause = 200ms;
    answer_ = std::move(result.value());
    const bool busy = std::ranges::any_of(answer_.negatives, [](const bus::Negative& negative) {
        return negative.code == bus::group_busy;
    });
    if (attempts_ < attempts_max && (busy || answer_.failure || answer_.incomplete)) {
        pausing_ = true;
        return WaitUntil{now + pause};
    }
    return Finished<Output>{Output{std::move(answer_), session_}};
}

Action<Ask::Output> Ask::on_talked(Result<Talked> result, Instant now) {
    if (result.has_error()) {
        return Finished<Output>{result.error()};
    }
    constexpr int attempts_max = 4;
    constexpr auto busy_pause = 200ms;  // SAE J1979 6.2.4.3
    auto& talked = result.value();
    answer_ = bus::sort_answer(request_, std::move(talked.messages));
    answer_.failure = std::move(talked.failure);
    answer_.incomplete = talked.incomplete;
    const bool busy = std::ranges::any_of(answer_.negatives, [](const bus::Negative& negative) {
        return negative.code == bus::busy_repeat_request;
    });
    const bool lacks_somebody = bus::lacks(request_, answer_);
    if (attempts_ < attempts_max && (busy || answer_.failure || answer_.incomplete)) {
        pausing_ = true;
        return WaitUntil{now + busy_pause};
    }
    // Who must answer and does not, on a bus with sessions: the session has run out.
    if (lacks_somebody && answer_.messages.empty() && bus::has_session(session_.bus) &&
        !std::exchange(reopened_, true)) {
        auto call = of(Function::disconnect, session_.channel);
        call.id = numbers_->next();
        auto& closing = running_.emplace<CallLibrary>(std::move(call));
        return forward<Output>(closing.resume(Started{}, now));
    }
    if (lacks_somebody && attempts_ < 2) {
        return talk(now);
    }
    return Finished<Output>{Output{std::move(answer_), session_}};
}

}  // namespace protocols::passthru
