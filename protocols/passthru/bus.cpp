#include "protocols/passthru/bus.hpp"

#include "protocols/passthru/addresses.hpp"

#include <algorithm>
#include <utility>

namespace protocols::passthru {
namespace {

using bus::Protocol;

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

/// A session ends when nobody says anything for 5 s (P3max): the device asks something harmless
/// when the station is silent, as SAE J1699-3 does.
Action<Session> OpenBus::keep_alive(Instant now) {
    constexpr std::uint32_t interval_ms = 4000;
    constexpr std::uint8_t one = static_cast<std::uint8_t>(tester);
    auto call = of_channel(Function::start_periodic);
    call.messages = {message(
        bus::is_kwp(bus_) ? Bytes{0xC1, obd_address, one, 0x3E} : Bytes{0x68, 0x6A, one, 0x01, 0x00}
    )};
    call.timeout_ms = interval_ms;
    return put(Stage::keep_alive, std::move(call), now);
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
            const Bytes request = identifier_asked_
                                      ? Bytes{0x03, 0x22, 0xF8, 0x10, 0x00, 0x00, 0x00, 0x00}
                                      : Bytes{0x02, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00};
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
            if (!std::exchange(identifier_asked_, true)) {
                stage_ = Stage::raw_filter;  // units of SAE J1979-2 do not answer the other one
                return on_returned({}, now);
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
            if (!done && filter_ == 0 && protocol_ == api::iso15765) {
                return put(Stage::flow_close, of_channel(Function::disconnect), now);
            }
            if (!done) {
                return give_up("no filter: " + said(returned), now);
            }
            ++filter_;
            return next_filter(now);
        case Stage::flow_close:
            session_.channel = 0;
            return open_frames(now);
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
            return keep_alive(now);
        }
        case Stage::keep_alive:  // a device that cannot: the session is opened again when it ran
                                 // out
            return Finished<Session>{session_};
        case Stage::undo:
            break;
    }
    return Finished<Session>{Failure{Fault::no_protocol, why_}};
}

}  // namespace protocols::passthru
