#include "protocols/simulator/elm.hpp"

#include "protocols/elm327/frames.hpp"
#include "protocols/elm327/reply.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace protocols::simulator {
namespace {

using namespace std::chrono_literals;
using bus::Protocol;

constexpr std::array dialects{
    Dialect{.name = "elm327-2.3", .banner = "ELM327 v2.3", .version = 23, .stn = ""},
    Dialect{.name = "elm327-1.5-clone",
            .banner = "ELM327 v1.5",
            .version = 14,
            .stn = "",
            .counts_frames = false,
            .noise_at_start = true,
            .learned_wait = 60ms},
    Dialect{.name = "stn2255",
            .banner = "ELM327 v1.4b",
            .version = 14,
            .stn = "STN2255 v5.6.19",
            .learned_wait = 20ms},
};

constexpr auto reset_time = 800ms;      // data sheet: power-on to identity
constexpr auto command_time = 1ms;
constexpr auto voltage_time = 9ms;      // A/D conversion
constexpr auto can_frame_500 = 232us;   // 116 bits at 500 kbit/s
constexpr auto can29_frame_500 = 274us;
constexpr auto flow_control_turn = 700us;
constexpr auto kline_byte = 962us;      // 10 bits at 10400 bit/s
constexpr auto kline_byte_gap = 5ms;    // P4min of the tester
constexpr auto vpw_byte = 768us;
constexpr auto pwm_byte = 192us;
constexpr auto slow_init = 2600ms;
constexpr auto fast_init = 430ms;

bool is_500k(Protocol protocol) {
    return protocol == Protocol::can11_500 || protocol == Protocol::can29_500;
}

std::optional<int> hex_number(std::string_view text) {
    if (text.empty() || text.size() > 8) {
        return std::nullopt;
    }
    std::int64_t value = 0;
    for (const char c : text) {
        const auto digit = hex_digit(c);
        if (!digit) {
            return std::nullopt;
        }
        value = value * 16 + *digit;
    }
    return static_cast<int>(value);
}

}  // namespace

const Dialect* find_dialect(std::string_view name) {
    const auto found = std::ranges::find(dialects, name, &Dialect::name);
    return found == dialects.end() ? nullptr : &*found;
}

std::vector<std::string_view> dialect_names() {
    std::vector<std::string_view> names;
    for (const auto& dialect : dialects) {
        names.push_back(dialect.name);
    }
    return names;
}

Elm::Elm(Vehicle vehicle, const Dialect& dialect, std::uint32_t baud)
    : vehicle_(std::move(vehicle)), dialect_(&dialect) {
    if (baud != 0) {
        byte_time_ = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(10.0 / baud));
    }
}

std::optional<Instant> Elm::due() const {
    if (output_.empty()) {
        return std::nullopt;
    }
    return output_.front().at;
}

std::string Elm::take(Instant now) {
    std::string bytes;
    while (!output_.empty() && output_.front().at <= now) {
        bytes += output_.front().bytes;
        output_.pop_front();
    }
    if (output_.empty()) {
        abortable_ = false;
    }
    return bytes;
}

void Elm::receive(std::string_view bytes, Instant now) {
    if (!woke_) {
        woke_ = now;
    }
    if (!output_.empty() && abortable_) {
        // Any byte ends what the adapter is doing, and is itself lost (data sheet, "Interrupting").
        std::erase_if(output_, [now](const Piece& piece) { return piece.at > now; });
        serial_free_ = now;
        abortable_ = false;
        line("STOPPED", now);
        prompt(now);
        input_.clear();
        return;
    }
    for (const char c : bytes) {
        if (c != '\r') {
            if (c > ' ' && c <= '~' && input_.size() < command_bytes_max) {
                input_ += c;
            } else if (c == ' ' && settings_.echo && input_.size() < command_bytes_max) {
                input_ += c;
            }
            continue;
        }
        const std::string typed = std::exchange(input_, {});
        if (settings_.echo) {
            emit(typed + '\r', now);
        }
        auto command = elm327::compact(typed);
        if (command.empty()) {
            command = last_command_;  // a bare return repeats
        }
        last_command_ = command;
        execute(command, now + byte_time_ * static_cast<int>(typed.size() + 1));
    }
}

void Elm::execute(const std::string& command, Instant now) {
    const auto start = now + command_time;
    if (command.starts_with("AT")) {
        return internal(command.substr(2), start);
    }
    if (command.starts_with("ST") && !dialect_->stn.empty()) {
        return stn_command(std::string_view(command).substr(2), start);
    }
    vehicle_request(command, start);
}

void Elm::stn_command(std::string_view name, Instant now) {
    if (name == "I") {
        reply(std::string(dialect_->stn), now);
    } else if (name == "DI") {
        reply("OBDLink EX r2.0", now);
    } else if (name == "SN") {
        reply("225510000042", now);
    } else {
        reply("?", now);
    }
}

void Elm::internal(const std::string& command, Instant now) {
    if (command == "Z" || command == "WS") {
        settings_ = {};
        bus_open_ = false;
        const auto ready = now + (command == "Z" ? Duration(reset_time) : Duration(2ms));
        if (dialect_->noise_at_start) {
            emit("\xFC", ready);
        }
        emit("\r\r", ready);
        line(std::string(dialect_->banner), ready);
        return prompt(ready);
    }
    if (setting(command, now) || protocol_command(command, now) || information(command, now)) {
        return;
    }
    reply("?", now);
}

bool Elm::setting(std::string_view name, Instant now) {
    struct Switch {
        std::string_view name;
        bool Settings::* member;
        int version;
    };
    static constexpr std::array switches{
        Switch{"E", &Settings::echo, 10},          Switch{"L", &Settings::line_feeds, 10},
        Switch{"H", &Settings::headers, 10},       Switch{"S", &Settings::spaces, 13},
        Switch{"CAF", &Settings::formatting, 10},  Switch{"R", &Settings::responses, 10},
        Switch{"D", &Settings::show_length, 13},
    };
    for (const auto& one : switches) {
        if (name.size() == one.name.size() + 1 && name.starts_with(one.name) &&
            (name.back() == '0' || name.back() == '1') && dialect_->version >= one.version) {
            settings_.*one.member = name.back() == '1';
            reply("OK", now);
            return true;
        }
    }
    struct Accepted {
        std::string_view prefix;
        std::size_t arguments_min;
        std::size_t arguments_max;
        int version;
    };
    // Understood and without effect on what this simulation shows.
    static constexpr std::array accepted{
        Accepted{"M", 1, 1, 10},     Accepted{"CFC", 1, 1, 10},   Accepted{"CF", 3, 8, 10},
        Accepted{"CM", 3, 8, 10},    Accepted{"CP", 2, 2, 10},    Accepted{"FCSH", 3, 8, 11},
        Accepted{"FCSD", 2, 10, 11}, Accepted{"FCSM", 1, 1, 11},  Accepted{"SW", 2, 2, 10},
        Accepted{"WM", 2, 12, 10},   Accepted{"IB", 2, 2, 10},    Accepted{"IIA", 2, 2, 12},
        Accepted{"KW", 1, 1, 12},    Accepted{"FE", 0, 0, 13},    Accepted{"SS", 0, 0, 14},
        Accepted{"CEA", 0, 2, 14},   Accepted{"TA", 2, 2, 14},    Accepted{"CSM", 1, 1, 14},
        Accepted{"AMT", 2, 2, 20},   Accepted{"AMC", 0, 0, 20},   Accepted{"CER", 2, 2, 22},
        Accepted{"IFR", 1, 1, 12},   Accepted{"JE", 0, 0, 13},    Accepted{"JS", 0, 0, 13},
        Accepted{"BI", 0, 0, 10},
    };
    if (name == "D") {
        settings_ = {};
    } else if (name == "AL" || name == "NL") {
        settings_.allow_long = name == "AL";
    } else if (name.size() == 3 && name.starts_with("AT") && name[2] >= '0' && name[2] <= '2') {
        settings_.adaptive = name[2] - '0';
    } else if (name.size() == 4 && name.starts_with("ST") && hex_number(name.substr(2))) {
        const int value = *hex_number(name.substr(2));
        settings_.timeout = value == 0 ? 0x32 : value;
    } else if ((name == "CTM1" || name == "CTM5") && dialect_->version >= 21) {
        settings_.can_timeout_factor = name.back() - '0';
    } else if (name == "PC") {
        bus_open_ = false;
    } else if (name.starts_with("SH") && hex_number(name.substr(2))) {
        settings_.header = static_cast<std::uint32_t>(*hex_number(name.substr(2)));
    } else if (name == "AR" || name == "CRA") {
        settings_.receive_filter = 0;
    } else if (name.starts_with("CRA") && hex_number(name.substr(3))) {
        settings_.receive_filter = static_cast<std::uint32_t>(*hex_number(name.substr(3)));
    } else {
        const bool known = std::ranges::any_of(accepted, [&](const Accepted& one) {
            return name.starts_with(one.prefix) && dialect_->version >= one.version &&
                   name.size() >= one.prefix.size() + one.arguments_min &&
                   name.size() <= one.prefix.size() + one.arguments_max &&
                   (one.arguments_max == 0 || one.arguments_min == 0 ||
                    hex_number(name.substr(one.prefix.size())));
        });
        if (!known) {
            return false;
        }
    }
    reply("OK", now);
    return true;
}

bool Elm::protocol_command(std::string_view name, Instant now) {
    std::string_view argument;
    if (name.starts_with("SP") || name.starts_with("TP")) {
        argument = name.substr(2);
    } else {
        return false;
    }
    const bool automatic = argument.size() == 2 && argument[0] == 'A';
    if (automatic) {
        argument.remove_prefix(1);
    }
    const auto number = argument.size() == 1 ? hex_digit(argument[0]) : std::nullopt;
    if (argument != "00" && (!number || *number > 12)) {
        return false;
    }
    settings_.protocol = static_cast<Protocol>(number.value_or(0));
    settings_.automatic = automatic || number.value_or(0) == 0;
    settings_.header = 0;
    bus_open_ = false;
    reply("OK", now);
    return true;
}

bool Elm::information(std::string_view name, Instant now) {
    if (name == "I") {
        reply(std::string(dialect_->banner), now);
    } else if (name == "@1") {
        reply("OBDII to RS232 Interpreter", now);
    } else if (name == "RV") {
        std::array<char, 16> text{};
        std::snprintf(text.data(), text.size(), "%.1fV", vehicle_.volts);
        reply(text.data(), now + voltage_time);
    } else if (name == "IGN" && dialect_->version >= 14) {
        reply(vehicle_.ecus.empty() ? "OFF" : "ON", now);
    } else if (name == "DP" || name == "DPN") {
        const bool number = name == "DPN";
        const auto digit = "0123456789ABC"[static_cast<int>(settings_.protocol)];
        const auto text = number ? std::string(1, digit)
                                 : std::string(bus::name(settings_.protocol));
        const auto prefix = number ? "A" : "AUTO, ";
        reply(settings_.automatic ? prefix + text : text, now);
    } else if (name == "CS") {
        reply("T:00 R:00", now);
    } else if (name == "KW") {
        reply(bus::is_kwp(settings_.protocol) ? "1:E9 2:8F" : "1:08 2:08", now);
    } else {
        return false;
    }
    return true;
}

void Elm::vehicle_request(const std::string& hex, Instant now) {
    auto digits = hex;
    int count = 0;
    if (digits.size() % 2 == 1) {
        const auto last = hex_digit(digits.back());
        if (!dialect_->counts_frames || !last || digits.size() == 1) {
            return reply("?", now);
        }
        count = *last;
        digits.pop_back();
    }
    const auto request = from_hex(digits);
    if (!request || request->empty() || request->size() > 7) {
        return reply("?", now);
    }
    abortable_ = true;
    if (!open_bus(now)) {
        return;
    }
    ask_vehicle(*request, count, now);
}

bool Elm::open_bus(Instant& now) {
    if (bus_open_) {
        return true;
    }
    const auto wanted = settings_.protocol;
    const auto real = vehicle_.protocol;
    if (settings_.automatic && wanted == Protocol::undecided) {
        emit("SEARCHING...", now);
        // Order of the data sheet's search; what each failed trial costs.
        static constexpr std::array<std::pair<Protocol, std::chrono::milliseconds>, 9> trials{{
            {Protocol::can11_500, 120ms}, {Protocol::can29_500, 120ms},
            {Protocol::can11_250, 120ms}, {Protocol::can29_250, 120ms},
            {Protocol::j1850_pwm, 500ms}, {Protocol::j1850_vpw, 300ms},
            {Protocol::iso9141, 3000ms},  {Protocol::kwp_fast, 700ms},
            {Protocol::kwp_slow, 3000ms},
        }};
        for (const auto& [protocol, cost] : trials) {
            if (protocol == real) {
                break;
            }
            now += cost;
        }
        if (real == Protocol::undecided) {
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
    if (bus::is_can(wanted)) {
        // On a live bus of the same rate somebody acknowledges; else nobody does.
        const bool heard = bus::is_can(real) && is_500k(real) == is_500k(wanted);
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

void Elm::ask_vehicle(const Bytes& request, int count, Instant now) {
    const auto list = frames(request, now);
    Instant last = now;
    int printed = 0;
    const bool waits_for_pending = dialect_->version >= 21;
    Instant deadline = now + reply_wait();
    for (const auto& frame : list) {
        if (frame.at > deadline) {
            break;
        }
        last = frame.at;
        deadline = frame.at + reply_wait();
        const auto body = bus::is_can(settings_.protocol) ? ByteView(frame.data).subspan(1)
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
        if (++printed == count) {
            return prompt(frame.at);
        }
    }
    if (printed == 0) {
        const auto end = now + reply_wait();
        line("NO DATA", end);
        return prompt(end);
    }
    const auto learned = std::min<Duration>(
        reply_wait(),
        settings_.adaptive == 0 ? reply_wait()
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
    for (const auto& message : vehicle_.ask(request, seconds)) {
        // A physical header or a receive filter leaves one control unit.
        const auto id = message.source.value();
        if ((settings_.receive_filter != 0 && id != settings_.receive_filter) ||
            (settings_.header >= 0x7E0 && settings_.header <= 0x7E7 &&
             id != settings_.header + 8)) {
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

void Elm::add_can(std::vector<BusFrame>& list, const EcuMessage& message, Instant at) const {
    const auto frame_time = Duration(bus::is_can29(settings_.protocol) ? can29_frame_500
                                                                       : can_frame_500) *
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
    list.push_back({at, message.source, std::move(first)});
    at += flow_control_turn + frame_time;
    std::uint8_t sequence = 1;
    for (std::size_t i = 6; i < data.size(); i += 7) {
        Bytes frame{static_cast<std::uint8_t>(0x20 | (sequence++ & 0x0F))};
        const auto end = std::min(i + 7, data.size());
        frame.insert(
            frame.end(), data.begin() + static_cast<long>(i), data.begin() + static_cast<long>(end)
        );
        at += frame_time;
        list.push_back({at, message.source, pad(std::move(frame))});
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
    const bool j1850 = settings_.protocol == Protocol::j1850_pwm ||
                       settings_.protocol == Protocol::j1850_vpw;
    frame.push_back(j1850 ? elm327::j1850_crc(frame) : elm327::byte_sum(frame));
    list.push_back({at + byte_time * static_cast<int>(frame.size()), message.source, frame});
}

std::vector<std::string> Elm::print(const BusFrame& frame) const {
    const ByteView data(frame.data);
    if (bus::is_legacy(settings_.protocol)) {
        return {join(settings_.headers ? data : data.subspan(3, data.size() - 4))};
    }
    if (settings_.headers) {
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
        text += to_hex({&byte, 1});
        if (settings_.spaces) {
            text += ' ';
        }
    }
    return text;
}

void Elm::emit(std::string bytes, Instant at) {
    serial_free_ = std::max(serial_free_, at) + byte_time_ * static_cast<int>(bytes.size());
    output_.push_back({serial_free_, std::move(bytes)});
}

void Elm::line(const std::string& text, Instant at) {
    emit(text + (settings_.line_feeds ? "\r\n" : "\r"), at);
}

void Elm::prompt(Instant at) {
    emit(settings_.line_feeds ? "\r\n>" : "\r>", at);
}

void Elm::reply(const std::string& text, Instant at) {
    line(text, at);
    prompt(at);
}

}  // namespace protocols::simulator
