// What happens behind the adapter's prompt: opening the bus, its timing, and how frames are
// printed.
#include "protocols/elm327/frames.hpp"
#include "protocols/simulator/elm.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>

namespace protocols::simulator {
namespace {

using namespace std::chrono_literals;
using bus::Protocol;

constexpr auto can_frame_500 = 232us;  // 116 bits at 500 kbit/s
constexpr auto can29_frame_500 = 274us;
constexpr auto flow_control_turn = 700us;
constexpr auto kline_byte = 962us;    // 10 bits at 10400 bit/s
constexpr auto kline_byte_gap = 5ms;  // P4min of the tester
constexpr auto vpw_byte = 768us;
constexpr auto pwm_byte = 192us;
constexpr auto slow_init = 2600ms;
constexpr auto fast_init = 430ms;

bool is_500k(Protocol protocol) {
    return protocol == Protocol::can11_500 || protocol == Protocol::can29_500 ||
           protocol == Protocol::j1939_500;
}

}  // namespace

bool Elm::open_bus(Instant& now) {
    if (bus_open_) {
        return true;
    }
    bus_used_ = {};
    const auto wanted = settings_.protocol;
    const auto real = vehicle_.protocol;
    if (settings_.automatic && wanted == Protocol::undecided) {
        emit("SEARCHING...", now);
        // Order of the data sheet's search; what each failed trial costs.
        static constexpr std::array<std::pair<Protocol, std::chrono::milliseconds>, 9> trials{{
            {Protocol::can11_500, 120ms},
            {Protocol::can29_500, 120ms},
            {Protocol::can11_250, 120ms},
            {Protocol::can29_250, 120ms},
            {Protocol::j1850_pwm, 500ms},
            {Protocol::j1850_vpw, 300ms},
            {Protocol::iso9141, 3000ms},
            {Protocol::kwp_fast, 700ms},
            {Protocol::kwp_slow, 3000ms},
        }};
        for (const auto& [protocol, cost] : trials) {
            if (protocol == real) {
                break;
            }
            now += cost;
        }
        if (real == Protocol::undecided || bus::is_j1939(real)) {
            emit("\r", now);
            line("UNABLE TO CONNECT", now);
            prompt(now);
            return false;
        }
        now += bus::is_can(real) ? Duration(20ms) : Duration(slow_init);
        settings_.protocol = real;
        emit("\r", now);
        bus_open_ = true;
        return true;
    }
    if (wanted == real) {
        if (bus::is_kwp(real) || real == Protocol::iso9141) {
            emit("BUS INIT: ", now);
            now += real == Protocol::kwp_fast ? Duration(fast_init) : Duration(slow_init);
            line("OK", now);
        }
        bus_open_ = true;
        return true;
    }
    if (bus::is_can(wanted) || bus::is_j1939(wanted)) {
        // On a live bus of the same rate somebody acknowledges; else nobody does.
        const bool heard =
            (bus::is_can(real) || bus::is_j1939(real)) && is_500k(real) == is_500k(wanted);
        now += heard ? reply_wait() : Duration(100ms);
        line(heard ? "NO DATA" : "CAN ERROR", now);
    } else if (bus::is_kwp(wanted) || wanted == Protocol::iso9141) {
        emit("BUS INIT: ", now);
        now += wanted == Protocol::kwp_fast ? Duration(fast_init) : Duration(slow_init);
        line("...ERROR", now);
    } else {
        now += reply_wait();
        line("NO DATA", now);
    }
    prompt(now);
    return false;
}

Elm::Duration Elm::reply_wait() const {
    const auto step = std::chrono::duration<double, std::milli>(4.096);
    return std::chrono::duration_cast<Duration>(
        step * settings_.timeout * settings_.can_timeout_factor
    );
}

void Elm::ask_vehicle(const Bytes& request, Count count, Instant now) {
    constexpr auto session_time = 5s;  // P3max
    const bool slept = bus::has_session(settings_.protocol) && !dialect_->keeps_alive &&
                       bus_used_ != Instant{} && now - bus_used_ > session_time;
    const bool heavy = bus::is_j1939(settings_.protocol);
    const auto list = slept   ? std::vector<BusFrame>()
                      : heavy ? group_frames(request, now)
                              : frames(request, now);
    if (!slept) {
        bus_used_ = now;
    }
    Instant last = now;
    int printed = 0;
    int messages = 0;
    const bool by_message = count.of == elm327::Counting::messages;
    const bool waits_for_pending = dialect_->version >= 21;
    Instant deadline = now + reply_wait();
    for (const auto& frame : list) {
        if (frame.at > deadline) {
            break;
        }
        last = frame.at;
        deadline = frame.at + reply_wait();
        const auto body = heavy                             ? ByteView()
                          : bus::is_can(settings_.protocol) ? ByteView(frame.data).subspan(1)
                                                            : ByteView(frame.data).subspan(3);
        if (waits_for_pending && body.size() >= 3 && body[0] == 0x7F && body[2] == 0x78) {
            deadline = frame.at + 5s;
        }
        if (!settings_.responses) {
            continue;
        }
        for (const auto& text : print(frame)) {
            line(text, frame.at);
        }
        ++printed;
        messages += frame.last ? 1 : 0;
        if (count.number != 0 && (by_message ? messages : printed) == count.number) {
            return prompt(frame.at);
        }
        if (printed == dialect_->buffer_frames) {
            line("BUFFER FULL", frame.at);
            return prompt(frame.at);
        }
        if (printed == dialect_->frames_max) {
            break;
        }
    }
    if (printed == 0) {
        const auto end = now + reply_wait();
        line("NO DATA", end);
        return prompt(end);
    }
    const auto learned = std::min<Duration>(
        reply_wait(), settings_.adaptive == 0
                          ? reply_wait()
                          : Duration(dialect_->learned_wait) / settings_.adaptive
    );
    prompt(last + learned);
}

std::vector<Elm::BusFrame> Elm::frames(const Bytes& request, Instant now) {
    std::vector<BusFrame> list;
    const auto protocol = settings_.protocol;
    const auto seconds = std::chrono::duration<double>(now - *woke_).count();
    const auto header_bytes = static_cast<int>(request.size() + 4);
    Duration request_time = can_frame_500;
    if (bus::is_kwp(protocol) || protocol == Protocol::iso9141) {
        request_time = header_bytes * (kline_byte + kline_byte_gap);
    } else if (bus::is_legacy(protocol)) {
        request_time = header_bytes * (protocol == Protocol::j1850_vpw ? vpw_byte : pwm_byte);
    }
    std::map<bus::EcuAddress, Instant> free;
    // A physical header or a receive filter leaves one control unit.
    for (const auto& message : vehicle_.ask(request, seconds, physical_target())) {
        const auto id = message.source.value();
        if (settings_.receive_filter != 0 && id != settings_.receive_filter) {
            continue;
        }
        auto at = std::max(now + request_time + message.at, free[message.source]);
        if (bus::is_can(protocol)) {
            add_can(list, message, at);
        } else {
            add_legacy(list, message, at);
        }
        free[message.source] = list.back().at;
    }
    std::ranges::stable_sort(list, {}, &BusFrame::at);
    return list;
}

/// Who answers when the header is not the functional one; nullopt: everybody.
std::optional<bus::EcuAddress> Elm::physical_target() const {
    constexpr std::uint32_t physical29 = 0xDA00F1;
    constexpr std::uint32_t answer29 = 0x18DAF100;
    const auto header = settings_.header;
    if (header >= 0x7E0 && header <= 0x7E7) {
        return bus::EcuAddress::can11(header + 8);
    }
    if ((header & 0xFF00FF) == physical29) {
        return bus::EcuAddress::can29(answer29 | (header >> 8 & 0xFF));
    }
    return std::nullopt;
}

void Elm::add_can(std::vector<BusFrame>& list, const EcuMessage& message, Instant at) const {
    const auto frame_time =
        Duration(bus::is_can29(settings_.protocol) ? can29_frame_500 : can_frame_500) *
        (is_500k(settings_.protocol) ? 1 : 2);
    const auto& data = message.data;
    const auto pad = [&](Bytes frame) {
        frame.resize(8, vehicle_.padding);
        return frame;
    };
    if (data.size() <= 7) {
        Bytes frame{static_cast<std::uint8_t>(data.size())};
        frame.insert(frame.end(), data.begin(), data.end());
        list.push_back({at + frame_time, message.source, pad(std::move(frame))});
        return;
    }
    Bytes first{
        static_cast<std::uint8_t>(0x10 | data.size() >> 8),
        static_cast<std::uint8_t>(data.size() & 0xFF)};
    first.insert(first.end(), data.begin(), data.begin() + 6);
    at += frame_time;
    list.push_back({at, message.source, std::move(first), false});
    if (dialect_->only_first_flow_control && !physical_target() &&
        message.source != vehicle_.ecus.front().address) {
        return;
    }
    at += flow_control_turn + frame_time;
    std::uint8_t sequence = 1;
    for (std::size_t i = 6; i < data.size(); i += 7) {
        Bytes frame{static_cast<std::uint8_t>(0x20 | (sequence++ & 0x0F))};
        const auto end = std::min(i + 7, data.size());
        frame.insert(
            frame.end(), data.begin() + static_cast<long>(i), data.begin() + static_cast<long>(end)
        );
        at += frame_time;
        list.push_back({at, message.source, pad(std::move(frame)), end == data.size()});
    }
}

void Elm::add_legacy(std::vector<BusFrame>& list, const EcuMessage& message, Instant at) const {
    const auto source = static_cast<std::uint8_t>(message.source.value());
    Bytes frame;
    Duration byte_time = kline_byte;
    switch (settings_.protocol) {
        case Protocol::j1850_pwm:
            frame = {0x41, 0x6B, source};
            byte_time = pwm_byte;
            break;
        case Protocol::j1850_vpw:
            frame = {0x48, 0x6B, source};
            byte_time = vpw_byte;
            break;
        case Protocol::iso9141:
            frame = {0x48, 0x6B, source};
            break;
        default:
            frame = {static_cast<std::uint8_t>(0x80 | message.data.size()), 0xF1, source};
    }
    frame.insert(frame.end(), message.data.begin(), message.data.end());
    const bool j1850 =
        settings_.protocol == Protocol::j1850_pwm || settings_.protocol == Protocol::j1850_vpw;
    frame.push_back(j1850 ? elm327::j1850_crc(frame) : elm327::byte_sum(frame));
    list.push_back({at + byte_time * static_cast<int>(frame.size()), message.source, frame});
}

std::vector<std::string> Elm::print(const BusFrame& frame) const {
    const ByteView data(frame.data);
    const bool headers = settings_.headers && !dialect_->hides_headers;
    if (bus::is_j1939(settings_.protocol)) {
        return {print_group(frame)};
    }
    if (bus::is_legacy(settings_.protocol)) {
        return {join(headers ? data : data.subspan(3, data.size() - 4))};
    }
    if (headers) {
        auto id = frame.source.text();
        if (settings_.spaces && id.size() == 8) {
            id = join(*from_hex(id));
        } else if (settings_.spaces) {
            id += ' ';
        }
        if (settings_.show_length) {
            id += std::to_string(data.size()) + (settings_.spaces ? " " : "");
        }
        // With headers the whole frame is shown, padding cut only where it is not part of SF data.
        const bool single = data[0] >> 4 == 0 && settings_.formatting;
        return {id + join(single ? data.first(1U + data[0]) : data)};
    }
    if (!settings_.formatting) {
        return {join(data)};
    }
    if (data[0] >> 4 == 0) {
        return {join(data.subspan(1, data[0]))};
    }
    if (data[0] >> 4 == 1) {
        const auto length = (data[0] & 0x0F) << 8 | data[1];
        std::array<char, 8> text{};
        std::snprintf(text.data(), text.size(), "%03X", length);
        return {text.data(), (settings_.spaces ? "0: " : "0:") + join(data.subspan(2))};
    }
    const std::string index(1, "0123456789ABCDEF"[data[0] & 0x0F]);
    return {index + (settings_.spaces ? ": " : ":") + join(data.subspan(1))};
}

std::string Elm::join(ByteView bytes) const {
    std::string text;
    for (const auto byte : bytes) {
        text += to_hex(byte);
        if (settings_.spaces) {
            text += ' ';
        }
    }
    return text;
}

}  // namespace protocols::simulator
