// One request, and everything that answers it in time.
#include "protocols/passthru/addresses.hpp"
#include "protocols/passthru/bus.hpp"

#include <algorithm>

namespace protocols::passthru {
namespace {

using namespace std::chrono_literals;
using bus::Protocol;

/// The same behind an answer: P2max of the next one, and what it takes itself.
std::chrono::milliseconds quiet_after_answer(Protocol bus) {
    return bus::has_session(bus) ? 80ms : quiet_of(bus);
}

/// Somebody said something, and the library gave a length that cannot be.
bool lost(const api::Message& message) {
    return message.data.empty() && message.rx_status == 0;
}

std::uint32_t milliseconds_until(Instant until, Instant now) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now).count();
    return static_cast<std::uint32_t>(std::max<std::int64_t>(left, 1));
}

}  // namespace

Talk::Talk(bus::Request request, Session session, Numbers& numbers)
    : request_(std::move(request)), session_(session), numbers_(&numbers) {}

Action<Talked> Talk::put(Stage stage, Call call, Instant now) {
    stage_ = stage;
    call.id = numbers_->next();
    call.handle = session_.channel;
    call_ = CallLibrary(std::move(call));
    return forward<Talked>(call_.resume(Started{}, now));
}

Action<Talked> Talk::resume(const Event& event, Instant now) {
    if (std::holds_alternative<Started>(event)) {
        Call call;  // what came late for somebody else
        call.function = Function::clear;
        call.type = api::clear_rx_buffer;
        return put(Stage::clear, std::move(call), now);
    }
    auto action = call_.resume(event, now);
    auto* finished = std::get_if<Finished<Returned>>(&action);
    if (finished == nullptr) {
        return forward<Talked>(std::move(action));
    }
    if (finished->result.has_error()) {
        return Finished<Talked>{finished->result.error()};
    }
    return on_returned(finished->result.value(), now);
}

Action<Talked> Talk::on_returned(const Returned& returned, Instant now) {
    if (returned.status == api::device_not_connected) {
        return Finished<Talked>{Failure{Fault::link_lost, "the device is not connected any more"}};
    }
    if (stage_ == Stage::clear) {
        return write_request(now);
    }
    if (stage_ == Stage::write) {
        if (returned.status != api::noerror) {
            talked_.failure = Failure{Fault::bus_failed, said(returned)};
            return Finished<Talked>{std::move(talked_)};
        }
        constexpr auto longest = 30s;
        give_up_ = now + longest;
        until_ = now + quiet_of(session_.bus);
        return read_on(now);
    }
    if (stage_ == Stage::flow && returned.status != api::noerror) {
        talked_.incomplete = true;
    }
    for (const auto& message : returned.messages) {
        if (session_.raw) {
            take_frame(message, now);
        } else {
            take(message, now);
        }
    }
    if (!flows_.empty()) {
        Call call;
        call.function = Function::write;
        call.messages = {std::move(flows_.front())};
        call.timeout_ms = write_time_ms;
        flows_.pop_front();
        return put(Stage::flow, std::move(call), now);
    }
    const auto answer = bus::sort_answer(request_, talked_.messages);
    const bool pending = std::ranges::any_of(answer.negatives, [](const bus::Negative& negative) {
        return negative.code == bus::response_pending;
    });
    if ((bus::complete(request_, answer) && !pending) || now >= until_ || now >= give_up_) {
        for (const auto& [id, receiver] : receivers_) {
            talked_.incomplete = talked_.incomplete || receiver.deadline().has_value();
        }
        return Finished<Talked>{std::move(talked_)};
    }
    if (returned.status == api::buffer_overflow) {
        talked_.failure = Failure{Fault::buffer_full, said(returned)};
        return Finished<Talked>{std::move(talked_)};
    }
    return read_on(now);
}

api::Message Talk::can_message(std::uint32_t id, ByteView data) const {
    api::Message message;
    message.protocol = session_.raw ? api::can : api::iso15765;
    message.tx_flags = (session_.raw ? 0 : api::iso15765_frame_pad) |
                       (bus::is_can29(session_.bus) ? api::can_29bit_id : 0);
    message.data = big_endian_bytes(id);
    message.data.insert(message.data.end(), data.begin(), data.end());
    return message;
}

Action<Talked> Talk::write_request(Instant now) {
    api::Message message;
    if (bus::is_can(session_.bus)) {
        const bool wide = bus::is_can29(session_.bus);
        const auto everybody = wide ? functional29 : functional11;
        const auto to = request_.only ? asked_alone(*request_.only, wide) : everybody;
        Bytes data = request_.data;
        if (session_.raw) {
            isotp::Sender sender;
            if (!sender.begin(data, now, true)) {
                talked_.failure = Failure{Fault::malformed, "a request has at most 7 bytes"};
                return Finished<Talked>{std::move(talked_)};
            }
            data = sender.next(now).value_or(Bytes());
        }
        message = can_message(to, data);
    } else {
        message.protocol = protocol_of(session_.bus);
        if (bus::is_kwp(session_.bus)) {
            constexpr std::uint8_t functional_format = 0xC0;
            message.data = {
                static_cast<std::uint8_t>(functional_format | request_.data.size()), obd_address,
                static_cast<std::uint8_t>(tester)};
        } else {
            const bool pwm = session_.bus == Protocol::j1850_pwm;
            message.data = {
                static_cast<std::uint8_t>(pwm ? 0x61 : 0x68), 0x6A,
                static_cast<std::uint8_t>(tester)};
        }
        message.data.insert(message.data.end(), request_.data.begin(), request_.data.end());
    }
    Call call;
    call.function = Function::write;
    call.messages = {std::move(message)};
    call.timeout_ms = write_time_ms;
    return put(Stage::write, std::move(call), now);
}

Action<Talked> Talk::read_on(Instant now) {
    Call call;
    call.function = Function::read;
    call.count = 1;
    call.timeout_ms = milliseconds_until(until_, now);
    return put(Stage::read, std::move(call), now);
}

/// What is data; own messages and indications are not.
void Talk::take(const api::Message& message, Instant now) {
    constexpr auto segmented = 1000ms;  // until a message of several frames is whole
    const auto& data = message.data;
    if ((message.rx_status & (api::tx_msg_type | api::tx_done)) != 0) {
        return;
    }
    talked_.incomplete = talked_.incomplete || lost(message);
    if (own_or_indication(message)) {
        until_ = std::max(until_, now + segmented);
        return;
    }
    bus::Message one;
    std::size_t begin = 3;
    if (bus::is_can(session_.bus)) {
        begin = 4;
        if (data.size() <= begin) {
            return;
        }
        const auto id = static_cast<std::uint32_t>(big_endian(ByteView(data).first(4)));
        one.source =
            bus::is_can29(session_.bus) ? bus::EcuAddress::can29(id) : bus::EcuAddress::can11(id);
    } else {
        // ISO 14230: a length of zero in the format byte has a byte of its own.
        constexpr std::uint8_t length_bits = 0x3F;
        if (bus::is_kwp(session_.bus) && !data.empty() && (data[0] & length_bits) == 0) {
            ++begin;
        }
        if (data.size() <= begin) {
            return;
        }
        one.source = bus::EcuAddress::legacy(data[2]);
    }
    const bool trailer = !bus::is_can(session_.bus) && message.extra_data > begin &&
                         message.extra_data <= data.size();
    const auto end = trailer ? message.extra_data : data.size();
    one.data.assign(data.begin() + static_cast<long>(begin), data.begin() + static_cast<long>(end));
    keep(std::move(one), now);
}

/// A frame of a raw channel: each sender's messages are put together, and asked to go on.
void Talk::take_frame(const api::Message& message, Instant now) {
    constexpr std::size_t identifier_bytes = 4;
    talked_.incomplete = talked_.incomplete || lost(message);
    if ((message.rx_status & (api::tx_msg_type | api::tx_done)) != 0 ||
        message.data.size() <= identifier_bytes) {
        return;
    }
    const bool wide = bus::is_can29(session_.bus);
    const auto id =
        static_cast<std::uint32_t>(big_endian(ByteView(message.data).first(identifier_bytes)));
    auto out = receivers_[id].take(ByteView(message.data).subspan(identifier_bytes), now);
    if (out.error) {
        talked_.incomplete = true;
    }
    const auto source = wide ? bus::EcuAddress::can29(id) : bus::EcuAddress::can11(id);
    if (out.flow_control) {
        flows_.push_back(can_message(asked_alone(source, wide), *out.flow_control));
    }
    if (const auto deadline = receivers_[id].deadline()) {
        until_ = std::max(until_, *deadline);
    }
    if (out.message) {
        keep({source, std::move(*out.message)}, now);
    }
}

void Talk::keep(bus::Message one, Instant now) {
    constexpr auto pending = 5000ms;  // P2*
    constexpr std::uint8_t negative = 0x7F;
    const bool waits =
        one.data.size() == 3 && one.data[0] == negative && one.data[2] == bus::response_pending;
    until_ = now + (waits ? pending : quiet_after_answer(session_.bus));
    // A device may give what it received twice: it counts once.
    if (std::ranges::find(talked_.messages, one) == talked_.messages.end()) {
        talked_.messages.push_back(std::move(one));
    }
}

}  // namespace protocols::passthru
