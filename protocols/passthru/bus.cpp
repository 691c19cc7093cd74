#include "protocols/passthru/bus.hpp"

#include <algorithm>

namespace protocols::passthru {
namespace {

using namespace std::chrono_literals;
using bus::Protocol;

constexpr std::uint32_t tester = 0xF1;
constexpr std::uint32_t functional11 = 0x7DF;
constexpr std::uint32_t functional29 = 0x18DB33F1;
constexpr std::uint32_t first_unit11 = 0x7E8;
constexpr std::uint32_t units11 = 8;  // ISO 15765-4: at most eight answer
constexpr std::uint32_t any_unit29 = 0x18DAF100;
constexpr std::uint8_t obd_address = 0x33;
constexpr std::uint32_t write_time_ms = 100;
constexpr std::uint8_t functional_reply = 0x6B;

Bytes big_endian_bytes(std::uint32_t value) {
    return {
        static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16 & 0xFF),
        static_cast<std::uint8_t>(value >> 8 & 0xFF), static_cast<std::uint8_t>(value & 0xFF)};
}

std::uint32_t baud_of(Protocol bus) {
    switch (bus) {
        case Protocol::can11_250:
        case Protocol::can29_250:
            return 250'000;
        case Protocol::can11_500:
        case Protocol::can29_500:
            return 500'000;
        case Protocol::j1850_pwm:
            return 41'600;
        default:
            return 10'400;
    }
}

/// How long nobody may say anything before everything counts as said. P2max and what a device and
/// its cable add (ISO 15765-4, ISO 9141-2, SAE J1850).
std::chrono::milliseconds quiet_of(Protocol bus) {
    return bus::is_can(bus) ? 60ms : bus::has_session(bus) ? 160ms : 110ms;
}

/// The same behind an answer: P2max of the next one, and what it takes itself.
std::chrono::milliseconds quiet_after_answer(Protocol bus) {
    return bus::has_session(bus) ? 80ms : quiet_of(bus);
}

std::uint32_t milliseconds_until(Instant until, Instant now) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now).count();
    return static_cast<std::uint32_t>(std::max<std::int64_t>(left, 1));
}

bool own_or_indication(const api::Message& message) {
    constexpr std::size_t no_data = 4;  // an identifier alone
    return (message.rx_status & (api::tx_msg_type | api::tx_done)) != 0 ||
           ((message.rx_status & api::start_of_message) != 0 && message.data.size() <= no_data);
}

}  // namespace

std::uint32_t protocol_of(Protocol bus) {
    switch (bus) {
        case Protocol::j1850_vpw:
            return api::j1850_vpw;
        case Protocol::j1850_pwm:
            return api::j1850_pwm;
        case Protocol::iso9141:
            return api::iso9141;
        case Protocol::kwp_slow:
        case Protocol::kwp_fast:
            return api::iso14230;
        default:
            return api::iso15765;
    }
}

OpenBus::OpenBus(std::uint32_t device, Protocol bus, Numbers& numbers)
    : bus_(bus), numbers_(&numbers), session_{device, 0, bus} {}

api::Message OpenBus::message(Bytes data) const {
    api::Message one;
    one.protocol = protocol_;
    one.tx_flags = bus::is_can29(bus_) ? api::can_29bit_id : 0;
    one.data = std::move(data);
    return one;
}

Call OpenBus::of_channel(Function function) const {
    Call call;
    call.function = function;
    call.handle = session_.channel;
    return call;
}

Action<Session> OpenBus::put(Stage stage, Call call, Instant now) {
    stage_ = stage;
    call.id = numbers_->next();
    call_ = CallLibrary(std::move(call));
    return forward<Session>(call_.resume(Started{}, now));
}

Action<Session> OpenBus::resume(const Event& event, Instant now) {
    if (std::holds_alternative<Started>(event)) {
        if (!bus::is_can29(bus_)) {
            return open_channel(now);
        }
        protocol_ = api::can;
        Call call;
        call.function = Function::connect;
        call.handle = session_.device;
        call.protocol = api::can;
        call.flags = api::can_29bit_id;
        call.baud = baud_of(bus_);
        return put(Stage::raw_channel, std::move(call), now);
    }
    auto action = call_.resume(event, now);
    auto* finished = std::get_if<Finished<Returned>>(&action);
    if (finished == nullptr) {
        return forward<Session>(std::move(action));
    }
    if (finished->result.has_error()) {
        return Finished<Session>{finished->result.error()};
    }
    if (finished->result.value().status == api::device_not_connected) {
        return Finished<Session>{Failure{Fault::link_lost, "the device is not connected any more"}};
    }
    return on_returned(finished->result.value(), now);
}

Action<Session> OpenBus::give_up(std::string why, Instant now) {
    why_ = std::move(why);
    if (session_.channel == 0) {
        return Finished<Session>{Failure{Fault::no_protocol, why_}};
    }
    return put(Stage::undo, of_channel(Function::disconnect), now);
}

Action<Session> OpenBus::open_channel(Instant now) {
    protocol_ = protocol_of(bus_);
    Call call;
    call.function = Function::connect;
    call.handle = session_.device;
    call.protocol = protocol_;
    call.flags = bus::is_can29(bus_) ? api::can_29bit_id : 0;
    call.baud = baud_of(bus_);
    return put(Stage::channel, std::move(call), now);
}

/// A channel of frames instead.
Action<Session> OpenBus::open_frames(Instant now) {
    session_.raw = true;
    protocol_ = api::can;
    Call call;
    call.function = Function::connect;
    call.handle = session_.device;
    call.protocol = api::can;
    call.flags = bus::is_can29(bus_) ? api::can_29bit_id : 0;
    call.baud = baud_of(bus_);
    return put(Stage::channel, std::move(call), now);
}

/// Without a filter nothing is received. ISO 15765: one with flow control for every unit.
Action<Session> OpenBus::next_filter(Instant now) {
    auto call = of_channel(Function::start_filter);
    const auto flow = [&](std::uint32_t answers, std::uint32_t asked) {
        call.type = api::flow_control_filter;
        for (const auto id : {0xFFFFFFFFU, answers, asked}) {
            call.messages.push_back(message(big_endian_bytes(id)));
        }
    };
    const bool can = bus::is_can(bus_);
    const std::size_t filters = !can || session_.raw  ? 1
                                : bus::is_can29(bus_) ? units_.size()
                                                      : units11;
    if (filter_ == filters) {
        return after_filters(now);
    }
    if (!can) {
        call.type = api::pass_filter;
        call.messages = {message({0x00}), message({0x00})};  // everything
    } else if (session_.raw) {
        constexpr std::uint32_t eight_units = 0xFFFFFFF8;
        constexpr std::uint32_t all_units = 0xFFFFFF00;
        const bool wide = bus::is_can29(bus_);
        call.type = api::pass_filter;
        call.messages = {
            message(big_endian_bytes(wide ? all_units : eight_units)),
            message(big_endian_bytes(wide ? any_unit29 : first_unit11))};
    } else if (bus::is_can29(bus_)) {
        constexpr std::uint32_t physical = 0x18DA0000;
        const auto id = units_[filter_];
        flow(id, physical | (id & 0xFF) << 8 | tester);
    } else {
        constexpr std::uint32_t response_offset = 8;
        const auto id = first_unit11 + static_cast<std::uint32_t>(filter_);
        flow(id, id - response_offset);
    }
    return put(Stage::filter, std::move(call), now);
}

Action<Session> OpenBus::after_filters(Instant now) {
    switch (bus_) {
        case Protocol::j1850_pwm: {
            auto call = of_channel(Function::set_config);
            call.parameters = {{api::node_address, tester}};
            return put(Stage::address, std::move(call), now);
        }
        case Protocol::iso9141:
        case Protocol::kwp_slow: {
            auto call = of_channel(Function::five_baud_init);
            call.bytes = {obd_address};
            return put(Stage::init, std::move(call), now);
        }
        case Protocol::kwp_fast: {
            auto call = of_channel(Function::fast_init);
            call.messages = {message({0xC1, obd_address, static_cast<std::uint8_t>(tester), 0x81})};
            return put(Stage::init, std::move(call), now);
        }
        default:
            return Finished<Session>{session_};
    }
}

Action<Session> OpenBus::on_returned(const Returned& returned, Instant now) {
    const bool done = returned.status == api::noerror;
    switch (stage_) {
        case Stage::raw_channel: {
            if (!done) {
                return give_up("not offered: " + said(returned), now);
            }
            session_.channel = returned.handle;
            auto call = of_channel(Function::start_filter);
            call.type = api::pass_filter;
            call.messages = {
                message(big_endian_bytes(0xFFFFFF00)), message(big_endian_bytes(any_unit29))};
            return put(Stage::raw_filter, std::move(call), now);
        }
        case Stage::raw_filter: {
            if (!done) {
                return give_up("no filter: " + said(returned), now);
            }
            auto call = of_channel(Function::write);
            auto data = big_endian_bytes(functional29);
            const Bytes request{0x02, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00};
            data.insert(data.end(), request.begin(), request.end());
            call.messages = {message(std::move(data))};
            call.timeout_ms = write_time_ms;
            return put(Stage::raw_write, std::move(call), now);
        }
        case Stage::raw_write:
            if (!done) {
                return give_up("no bus", now);
            }
            [[fallthrough]];
        case Stage::raw_read: {
            for (const auto& one : returned.messages) {
                if (!own_or_indication(one) && one.data.size() > 4) {
                    const auto id =
                        static_cast<std::uint32_t>(big_endian(ByteView(one.data).first(4)));
                    if (std::ranges::find(units_, id) == units_.end()) {
                        units_.push_back(id);
                    }
                }
            }
            if (stage_ == Stage::raw_write || !returned.messages.empty()) {
                auto call = of_channel(Function::read);
                call.count = 1;
                call.timeout_ms = static_cast<std::uint32_t>(quiet_of(bus_).count());
                return put(Stage::raw_read, std::move(call), now);
            }
            if (units_.empty()) {
                return give_up("silent", now);
            }
            return put(Stage::raw_close, of_channel(Function::disconnect), now);
        }
        case Stage::raw_close:
            session_.channel = 0;
            return open_channel(now);
        case Stage::channel:
            if (!done && bus::is_can(bus_) && !session_.raw) {
                return open_frames(now);
            }
            if (!done) {
                return give_up("not offered: " + said(returned), now);
            }
            session_.channel = returned.handle;
            return next_filter(now);
        case Stage::filter:
            if (!done) {
                return give_up("no filter: " + said(returned), now);
            }
            ++filter_;
            return next_filter(now);
        case Stage::address: {
            auto call = of_channel(Function::lookup);
            call.type = api::add_funct_lookup;
            call.bytes = {functional_reply};
            return put(Stage::lookup, std::move(call), now);
        }
        case Stage::lookup:
            return done ? Finished<Session>{session_}
                        : give_up("no lookup: " + said(returned), now);
        case Stage::init: {
            // Key bytes: 8F in the second place is ISO 14230, 08 08 or 94 94 ISO 9141-2.
            constexpr std::uint8_t kwp_key = 0x8F;
            const bool keys = returned.bytes.size() >= 2;
            const bool kwp = keys && returned.bytes[1] == kwp_key;
            if (!done || (bus_ == Protocol::iso9141 && kwp) ||
                (bus_ == Protocol::kwp_slow && keys && !kwp)) {
                return give_up("silent", now);
            }
            return Finished<Session>{session_};
        }
        case Stage::undo:
            break;
    }
    return Finished<Session>{Failure{Fault::no_protocol, why_}};
}

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
        const auto everybody = bus::is_can29(session_.bus) ? functional29 : functional11;
        Bytes data = request_.data;
        if (session_.raw) {
            isotp::Sender sender;
            if (!sender.begin(data, now, true)) {
                talked_.failure = Failure{Fault::malformed, "a request has at most 7 bytes"};
                return Finished<Talked>{std::move(talked_)};
            }
            data = sender.next(now).value_or(Bytes());
        }
        message = can_message(everybody, data);
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
    constexpr std::uint32_t response_offset = 8;
    constexpr std::uint32_t physical = 0x18DA0000;
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
    if (out.flow_control) {
        const auto to = wide ? physical | (id & 0xFF) << 8 | tester : id - response_offset;
        flows_.push_back(can_message(to, *out.flow_control));
    }
    if (const auto deadline = receivers_[id].deadline()) {
        until_ = std::max(until_, *deadline);
    }
    if (out.message) {
        const auto source = wide ? bus::EcuAddress::can29(id) : bus::EcuAddress::can11(id);
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
