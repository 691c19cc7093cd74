#include "protocols/passthru/truck.hpp"

#include "protocols/passthru/addresses.hpp"

#include <algorithm>
#include <array>

namespace protocols::passthru {
namespace {

using namespace std::chrono_literals;

constexpr auto quiet = 600ms;
constexpr std::uint32_t any_destination = 0x03FF0000;  // masks of identifiers
constexpr std::uint32_t this_group = 0x03FFFF00;
constexpr std::uint32_t global_formats = 0xF000;  // groups without a destination

api::Message message(Bytes data) {
    api::Message one;
    one.protocol = api::can;
    one.tx_flags = api::can_29bit_id;
    one.data = std::move(data);
    return one;
}

api::Message message(const j1939::Frame& frame) {
    auto data = big_endian_bytes(j1939::to_identifier(frame.id));
    data.insert(data.end(), frame.data.begin(), frame.data.end());
    return message(std::move(data));
}

Call pass_filter(std::uint32_t channel, std::uint32_t mask, std::uint32_t group) {
    Call call;
    call.function = Function::start_filter;
    call.handle = channel;
    call.type = api::pass_filter;
    call.messages = {message(big_endian_bytes(mask)), message(big_endian_bytes(group << 8 & mask))};
    return call;
}

Failure pulled_out() {
    return {Fault::link_lost, "the device is not connected any more"};
}

}  // namespace

AskGroup::AskGroup(bus::Request request, std::uint32_t channel, Numbers& numbers)
    : request_(std::move(request)),
      group_(j1939::group_of(request_)),
      destination_(
          request_.only ? static_cast<std::uint8_t>(request_.only->value()) : j1939::everybody
      ),
      channel_(channel),
      numbers_(&numbers) {}

Action<bus::Answer> AskGroup::put(Stage stage, Call call, Instant now) {
    stage_ = stage;
    call.id = numbers_->next();
    call.handle = channel_;
    call_ = CallLibrary(std::move(call));
    return forward<bus::Answer>(call_.resume(Started{}, now));
}

Action<bus::Answer> AskGroup::resume(const Event& event, Instant now) {
    if (std::holds_alternative<Started>(event)) {
        const auto mask = (group_ & 0xFF00) >= global_formats ? this_group : any_destination;
        return put(Stage::filter, pass_filter(channel_, mask, group_), now);
    }
    auto action = call_.resume(event, now);
    auto* finished = std::get_if<Finished<Returned>>(&action);
    if (finished == nullptr) {
        return forward<bus::Answer>(std::move(action));
    }
    if (finished->result.has_error()) {
        return Finished<bus::Answer>{finished->result.error()};
    }
    if (finished->result.value().status == api::device_not_connected) {
        return Finished<bus::Answer>{pulled_out()};
    }
    return on_returned(finished->result.value(), now);
}

Action<bus::Answer> AskGroup::on_returned(const Returned& returned, Instant now) {
    switch (stage_) {
        case Stage::filter: {
            filter_ = returned.handle;
            Call call;
            call.function = Function::clear;
            call.type = api::clear_rx_buffer;
            return put(Stage::clear, std::move(call), now);
        }
        case Stage::clear: {
            Call call;
            call.function = Function::write;
            call.timeout_ms = write_time_ms;
            call.messages = {message(j1939::request(group_, destination_))};
            return put(Stage::write, std::move(call), now);
        }
        case Stage::write:
            if (returned.status != api::noerror) {
                failure_ = Failure{Fault::bus_failed, said(returned)};
                until_ = now;
            } else {
                until_ = now + quiet;
            }
            return listen(now);
        case Stage::read:
            for (const auto& one : returned.messages) {
                take(one, now);
            }
            return listen(now);
        case Stage::send:
            return listen(now);
        case Stage::unfilter:
            break;
    }
    auto told = answer();
    told.failure = failure_;
    return Finished<bus::Answer>{std::move(told)};
}

bus::Answer AskGroup::answer() const {
    return j1939::answer_from(request_, heard_);
}

/// Sends what is to be sent, then listens on, or has heard enough.
Action<bus::Answer> AskGroup::listen(Instant now) {
    for (auto due = receiver_.deadline(); due && *due <= now; due = receiver_.deadline()) {
        expire(now);
    }
    if (!to_send_.empty()) {
        Call call;
        call.function = Function::write;
        call.timeout_ms = write_time_ms;
        call.messages = {message(to_send_.front())};
        to_send_.pop_front();
        return put(Stage::send, std::move(call), now);
    }
    const auto under_way = receiver_.deadline();
    if (now >= until_ && !under_way) {
        Call call;
        call.function = Function::stop_filter;
        call.type = filter_;
        return put(Stage::unfilter, std::move(call), now);
    }
    const auto until =
        under_way && now >= until_ ? *under_way : std::min(until_, under_way.value_or(until_));
    Call call;
    call.function = Function::read;
    call.count = 1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now).count();
    call.timeout_ms = static_cast<std::uint32_t>(std::max<std::int64_t>(left, 1));
    return put(Stage::read, std::move(call), now);
}

void AskGroup::take(const api::Message& message, Instant now) {
    constexpr std::size_t identifier_bytes = 4;
    if (own_or_indication(message) || message.data.size() < identifier_bytes) {
        return;
    }
    const ByteView data(message.data);
    j1939::Frame frame;
    frame.id = j1939::id_from(static_cast<std::uint32_t>(big_endian(data.first(identifier_bytes))));
    const auto payload = data.subspan(identifier_bytes);
    frame.data.assign(payload.begin(), payload.end());
    keep(receiver_.take(frame, now), frame.id.source, now);
}

/// Gives up, or asks again for, what did not come in time.
void AskGroup::expire(Instant now) {
    const auto before = receiver_.under_way();
    auto out = receiver_.expire(now);
    const auto after = receiver_.under_way();
    for (const auto& transfer : before) {
        if (std::ranges::find(after, transfer) == after.end() && transfer.second == group_) {
            heard_.in_part.insert(transfer.first);
        }
    }
    if (out.send) {
        to_send_.push_back(std::move(*out.send));
    }
}

void AskGroup::keep(j1939::Receiver::Out out, std::uint8_t source, Instant now) {
    if (out.error) {
        heard_.in_part.insert(source);
    }
    if (out.send) {
        to_send_.push_back(std::move(*out.send));
    }
    if (!out.message) {
        return;
    }
    if (out.message->group == group_) {
        until_ = now + quiet;
        heard_.in_part.erase(source);
    }
    heard_.messages.push_back(std::move(*out.message));
    const auto told = answer();
    const bool alone = request_.only && !(told.messages.empty() && told.negatives.empty());
    if (alone || bus::complete(request_, told)) {
        until_ = now;  // nobody else must answer
    }
}

FindTruck::FindTruck(std::uint32_t device, std::uint32_t baud, Numbers& numbers)
    : device_(device), baud_(baud), numbers_(&numbers) {}

Action<Truck> FindTruck::put(Stage stage, Call call, Instant now) {
    stage_ = stage;
    call.id = numbers_->next();
    call_ = CallLibrary(std::move(call));
    return forward<Truck>(call_.resume(Started{}, now));
}

Action<Truck> FindTruck::resume(const Event& event, Instant now) {
    if (std::holds_alternative<Started>(event)) {
        Call call;
        call.function = Function::connect;
        call.handle = device_;
        call.protocol = api::can;
        call.flags = api::can_29bit_id;
        call.baud = baud_;
        return put(Stage::channel, std::move(call), now);
    }
    if (asking_) {
        auto action = asking_->resume(event, now);
        auto* finished = std::get_if<Finished<bus::Answer>>(&action);
        if (finished == nullptr) {
            return forward<Truck>(std::move(action));
        }
        if (finished->result.has_error()) {
            return Finished<Truck>{finished->result.error()};
        }
        return on_answer(std::move(finished->result.value()), now);
    }
    auto action = call_.resume(event, now);
    auto* finished = std::get_if<Finished<Returned>>(&action);
    if (finished == nullptr) {
        return forward<Truck>(std::move(action));
    }
    if (finished->result.has_error()) {
        return Finished<Truck>{finished->result.error()};
    }
    if (finished->result.value().status == api::device_not_connected) {
        return Finished<Truck>{pulled_out()};
    }
    return on_returned(finished->result.value(), now);
}

Action<Truck> FindTruck::on_returned(const Returned& returned, Instant now) {
    const bool done = returned.status == api::noerror;
    switch (stage_) {
        case Stage::channel:
            if (!done) {
                return Finished<Truck>{std::move(truck_)};
            }
            channel_ = returned.handle;
            return next_filter(now);
        case Stage::filter:
            ++filter_;
            return done ? next_filter(now) : close(now);
        case Stage::close:
            break;
    }
    return Finished<Truck>{std::move(truck_)};
}

/// Lets the transport itself pass.
Action<Truck> FindTruck::next_filter(Instant now) {
    static constexpr std::array groups{
        j1939::acknowledge_group, j1939::connection_group, j1939::transfer_group};
    if (filter_ == groups.size()) {
        return ask(j1939::readiness_group, now);
    }
    return put(Stage::filter, pass_filter(channel_, any_destination, groups[filter_]), now);
}

Action<Truck> FindTruck::ask(std::uint32_t group, Instant now) {
    asked_ = group;
    asking_.emplace(j1939::request_of(group), channel_, *numbers_);
    return forward<Truck>(asking_->resume(Started{}, now));
}

Action<Truck> FindTruck::on_answer(bus::Answer answer, Instant now) {
    asking_.reset();
    if (!answer.messages.empty() || !answer.negatives.empty() || answer.incomplete) {
        truck_.channel = channel_;
        truck_.first_answer = std::move(answer);
        truck_.identification = asked_ == j1939::identification_group;
        return Finished<Truck>{std::move(truck_)};
    }
    return asked_ == j1939::readiness_group ? ask(j1939::identification_group, now) : close(now);
}

Action<Truck> FindTruck::close(Instant now) {
    Call call;
    call.function = Function::disconnect;
    call.handle = channel_;
    return put(Stage::close, std::move(call), now);
}

}  // namespace protocols::passthru
