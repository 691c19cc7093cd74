// What happens on the buses behind the simulated J2534 device.
#include "protocols/simulator/passthru.hpp"

#include <algorithm>

namespace protocols::simulator {
namespace {

using namespace std::chrono_literals;
using bus::Protocol;
using passthru::Call;
using passthru::Returned;
namespace api = passthru::api;

constexpr auto can_frame_500 = 232us;
constexpr auto flow_control_turn = 700us;
constexpr auto kline_byte = 962us;
constexpr auto kline_byte_gap = 5ms;
constexpr auto vpw_byte = 768us;
constexpr auto pwm_byte = 192us;
constexpr auto slow_init = 2600ms;
constexpr auto fast_init = 430ms;
constexpr auto session_time = 5s;
constexpr auto p3_min = 55ms;  // from the last byte of an answer to the next request

std::uint32_t identifier(const Bytes& data) {
    return static_cast<std::uint32_t>(big_endian(ByteView(data).first(4)));
}

Bytes with_identifier(std::uint32_t id, ByteView data) {
    Bytes bytes;
    for (int shift = 24; shift >= 0; shift -= 8) {
        bytes.push_back(static_cast<std::uint8_t>(id >> shift & 0xFF));
    }
    bytes.insert(bytes.end(), data.begin(), data.end());
    return bytes;
}

/// Who answers a request with this identifier: everybody (an address that is not known), one unit,
/// or nobody (nullopt).
std::optional<bus::EcuAddress> target_of(std::uint32_t id) {
    constexpr std::uint32_t functional11 = 0x7DF;
    constexpr std::uint32_t functional29 = 0x18DB33F1;
    if (id == functional11 || id == functional29) {
        return bus::EcuAddress();
    }
    if (id >= 0x7E0 && id <= 0x7E7) {
        return bus::EcuAddress::can11(id + 8);
    }
    if ((id & 0xFFFF00FF) == 0x18DA00F1) {
        return bus::EcuAddress::can29(0x18DAF100 | (id >> 8 & 0xFF));
    }
    return std::nullopt;
}

std::optional<bus::EcuAddress> unit_of(bus::EcuAddress target) {
    return target.known() ? std::optional(target) : std::nullopt;
}

std::size_t data_max(std::uint32_t protocol) {
    switch (protocol) {
        case api::can:
            return 12;
        case api::iso15765:
            return 4099;
        case api::j1850_pwm:
            return 10;
        case api::iso14230:
            return 259;
        default:
            return api::message_data_max;
    }
}

}  // namespace

bool PassThru::hears_can(const Channel& channel) const {
    const bool fast = vehicle_.protocol == Protocol::can11_500 ||
                      vehicle_.protocol == Protocol::can29_500 ||
                      vehicle_.protocol == Protocol::j1939_500;
    return (bus::is_can(vehicle_.protocol) || bus::is_j1939(vehicle_.protocol)) &&
           channel.baud == (fast ? 500'000U : 250'000U);
}

/// Whether the vehicle speaks on this channel at all.
bool PassThru::on_its_bus(const Channel& channel) const {
    switch (channel.protocol) {
        case api::j1850_vpw:
            return vehicle_.protocol == Protocol::j1850_vpw;
        case api::j1850_pwm:
            return vehicle_.protocol == Protocol::j1850_pwm;
        case api::iso9141:
            return vehicle_.protocol == Protocol::iso9141;
        case api::iso14230:
            return bus::is_kwp(vehicle_.protocol);
        default:
            return hears_can(channel);
    }
}

std::uint32_t PassThru::write(Channel& channel, const Call& call, Returned& returned, Instant& at) {
    const bool is_can = channel.protocol == api::can || channel.protocol == api::iso15765;
    for (const auto& message : call.messages) {
        if (message.protocol != channel.protocol) {
            return api::msg_protocol_id;
        }
        const std::size_t least = is_can ? 4 : 3;
        if (message.data.size() < least || message.data.size() > data_max(channel.protocol)) {
            return api::invalid_msg;
        }
        if (is_can && !hears_can(channel)) {
            // Nobody acknowledges the frame.
            at += std::chrono::milliseconds(call.timeout_ms);
            return call.timeout_ms == 0 ? api::noerror : api::timeout;
        }
        ++returned.value;
        const bool k_line = channel.protocol == api::iso9141 || channel.protocol == api::iso14230;
        if (k_line && channel.initialised) {
            at = std::max(at, channel.used + p3_min);
        }
        if (quirks_.tx_indications && channel.protocol == api::iso15765) {
            Message done;
            done.protocol = channel.protocol;
            done.rx_status = api::tx_msg_type | api::tx_done;
            done.data.assign(message.data.begin(), message.data.begin() + 4);
            channel.received.push_front({at, std::move(done)});
        }
        ask(channel, message, at);
    }
    return api::noerror;
}

void PassThru::ask(Channel& channel, const Message& message, Instant at) {
    if (bus::is_j1939(vehicle_.protocol)) {
        if (channel.protocol == api::can) {
            ask_j1939(channel, message, at);
        }
    } else if (channel.protocol == api::iso15765) {
        ask_can(channel, message, at);
    } else if (channel.protocol == api::can) {
        ask_raw_can(channel, message, at);
    } else {
        ask_legacy(channel, message, at);
    }
}

void PassThru::ask_can(Channel& channel, const Message& message, Instant at) {
    const auto id = identifier(message.data);
    const auto target = target_of(id);
    const bool wide = (message.tx_flags & api::can_29bit_id) != 0;
    const bool wide_vehicle = bus::is_can29(vehicle_.protocol);
    const auto payload = ByteView(message.data).subspan(4);
    if (!target || wide != wide_vehicle || payload.empty() || payload.size() > 7) {
        return;
    }
    const int slower = channel.baud == 500'000 ? 1 : 2;
    const Duration frame_time = Duration(can_frame_500) * slower;
    std::map<bus::EcuAddress, Instant> free;
    for (const auto& said : vehicle_.ask(payload, seconds(at), unit_of(*target))) {
        const auto address = said.source.value();
        auto when = std::max(at + frame_time + said.at, free[said.source]) + frame_time;
        Message answer;
        answer.rx_status = wide ? api::can_29bit_id : 0;
        if (said.data.size() > 7) {
            if (quirks_.start_indications) {
                auto start = answer;
                start.rx_status |= api::start_of_message;
                start.data = with_identifier(address, {});
                deliver(channel, when, std::move(start));
            }
            const auto frames = static_cast<int>((said.data.size() - 6 + 6) / 7);
            when += flow_control_turn + frame_time * (frames + 1);
        }
        answer.data = with_identifier(address, said.data);
        deliver(channel, when, std::move(answer));
        free[said.source] = when;
    }
}

/// Frames as they are on the bus: what has several waits for the tester's flow control.
void PassThru::ask_raw_can(Channel& channel, const Message& message, Instant at) {
    const auto id = identifier(message.data);
    const auto target = target_of(id);
    const auto frame = ByteView(message.data).subspan(4);
    const bool wide = (message.tx_flags & api::can_29bit_id) != 0;
    if (!target || frame.empty() || wide != bus::is_can29(vehicle_.protocol)) {
        return;
    }
    const Duration frame_time = Duration(can_frame_500) * (channel.baud == 500'000 ? 1 : 2);
    if (frame[0] >> 4 == 3) {  // flow control: what was held goes on
        auto when = at + flow_control_turn;
        for (auto& one : std::exchange(channel.held[target->value()], {})) {
            when += frame_time;
            deliver(channel, when, std::move(one.message));
        }
        return;
    }
    const std::size_t length = frame[0];
    if (length == 0 || length > 7 || length + 1 > frame.size()) {
        return;
    }
    const auto request = frame.subspan(1, length);
    for (const auto& said : vehicle_.ask(request, seconds(at), unit_of(*target))) {
        const auto address = said.source.value();
        const auto when = at + frame_time * 2 + said.at;
        const auto frame_of = [&](Bytes data) {
            data.resize(8, vehicle_.padding);
            Message one;
            one.rx_status = wide ? api::can_29bit_id : 0;
            one.data = with_identifier(address, data);
            return one;
        };
        if (said.data.size() <= 7) {
            Bytes single{static_cast<std::uint8_t>(said.data.size())};
            single.insert(single.end(), said.data.begin(), said.data.end());
            deliver(channel, when, frame_of(std::move(single)));
            continue;
        }
        Bytes first{
            static_cast<std::uint8_t>(0x10 | said.data.size() >> 8),
            static_cast<std::uint8_t>(said.data.size() & 0xFF)};
        first.insert(first.end(), said.data.begin(), said.data.begin() + 6);
        deliver(channel, when, frame_of(std::move(first)));
        auto& held = channel.held[address];
        held.clear();
        std::uint8_t sequence = 1;
        for (std::size_t i = 6; i < said.data.size(); i += 7) {
            Bytes next{static_cast<std::uint8_t>(0x20 | (sequence++ & 0x0F))};
            const auto end = std::min(i + 7, said.data.size());
            next.insert(
                next.end(), said.data.begin() + static_cast<long>(i),
                said.data.begin() + static_cast<long>(end)
            );
            held.push_back({when, frame_of(std::move(next))});
        }
    }
}

void PassThru::ask_legacy(Channel& channel, const Message& message, Instant at) {
    const bool k_line = channel.protocol == api::iso9141 || channel.protocol == api::iso14230;
    if (k_line && channel.initialised && at - channel.used > session_time) {
        channel.initialised = false;
    }
    if (!on_its_bus(channel) || (k_line && !channel.initialised)) {
        return;
    }
    channel.used = at;
    const bool pwm = channel.protocol == api::j1850_pwm;
    constexpr std::uint8_t functional_reply = 0x6B;
    if (pwm && !channel.lookup.contains(functional_reply)) {
        return;
    }
    const auto payload = ByteView(message.data).subspan(3);
    if (payload.empty()) {
        return;
    }
    const Duration byte = k_line ? Duration(kline_byte)
                          : pwm  ? Duration(pwm_byte)
                                 : Duration(vpw_byte);
    const Duration tester_byte = k_line ? byte + kline_byte_gap : byte;
    auto free = at + tester_byte * static_cast<int>(message.data.size() + 1);
    const auto ended = free;
    for (const auto& said : vehicle_.ask(payload, seconds(at))) {
        const auto source = static_cast<std::uint8_t>(said.source.value());
        Message answer;
        if (channel.protocol == api::iso14230) {
            answer.data = {static_cast<std::uint8_t>(0x80 | said.data.size()), 0xF1, source};
        } else {
            answer.data = {static_cast<std::uint8_t>(pwm ? 0x41 : 0x48), functional_reply, source};
        }
        answer.data.insert(answer.data.end(), said.data.begin(), said.data.end());
        answer.extra_data = static_cast<std::uint32_t>(answer.data.size());
        free = std::max(free, ended + said.at) + byte * static_cast<int>(answer.data.size() + 1);
        channel.used = free;
        deliver(channel, free, std::move(answer));
    }
}

std::uint32_t PassThru::five_baud(Channel& channel, Returned& returned, Instant& at) const {
    if (channel.protocol != api::iso9141 && channel.protocol != api::iso14230) {
        return api::not_supported;
    }
    at += slow_init;
    const bool kwp = vehicle_.protocol == Protocol::kwp_slow;
    if (vehicle_.protocol != Protocol::iso9141 && !kwp) {
        return api::failed;
    }
    returned.bytes = kwp ? Bytes{0xE9, 0x8F} : Bytes{0x08, 0x08};
    channel.initialised = kwp == (channel.protocol == api::iso14230);
    channel.used = at;
    return api::noerror;
}

std::uint32_t PassThru::fast(Channel& channel, Returned& returned, Instant& at) const {
    if (channel.protocol != api::iso14230) {
        return api::not_supported;
    }
    at += fast_init;
    if (vehicle_.protocol != Protocol::kwp_fast) {
        return api::failed;
    }
    Message answer;
    answer.protocol = api::iso14230;
    answer.data = {0x83, 0xF1, static_cast<std::uint8_t>(vehicle_.ecus.front().address.value()),
                   0xC1, 0xE9, 0x8F};
    returned.messages.push_back(std::move(answer));
    channel.initialised = true;
    channel.used = at;
    return api::noerror;
}

}  // namespace protocols::simulator
