#include "protocols/simulator/elm.hpp"

#include "protocols/elm327/reply.hpp"
#include "protocols/simulator/numbers.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace protocols::simulator {
namespace {

using namespace std::chrono_literals;
using bus::Protocol;

constexpr auto reset_time = 800ms;  // data sheet: power-on to identity
constexpr auto command_time = 1ms;
constexpr auto voltage_time = 9ms;  // A/D conversion

/// What a receiver makes of bytes sent at another rate.
std::string noise(std::string bytes) {
    for (auto& c : bytes) {
        c = static_cast<char>(0x80 | (c * 5));
    }
    return bytes;
}

}  // namespace

Elm::Elm(Vehicle vehicle, const Dialect& dialect, std::uint32_t baud)
    : vehicle_(std::move(vehicle)), dialect_(&dialect), boot_baud_(baud) {
    use_baud(baud);
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
        auto& piece = output_.front();
        bytes += hears(piece.baud) ? piece.bytes : noise(piece.bytes);
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
    settle_baud(now);
    if (!hears(baud_)) {
        return;  // framing errors: nothing that would end a command
    }
    if (trial_) {
        if (bytes.find('\r') != bytes.npos) {
            trial_.reset();
            reply("OK", now);
        }
        return;
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
    if (settings_.batches && !batch_ && command.find('|') != command.npos) {
        return execute_batch(command, now);
    }
    if (command.starts_with("AT")) {
        return internal(command.substr(2), start);
    }
    if (command.starts_with("ST") && !dialect_->stn.empty()) {
        return stn_command(std::string_view(command).substr(2), start);
    }
    vehicle_request(command, start);
}

/// ATBRD, ATBRT and STBR (ELM327 data sheet, "Using Higher RS232 Baud Rates"; STN
/// family manual).
bool Elm::baud_command(std::string_view name, Instant now) {
    constexpr std::uint32_t clock = 4'000'000;
    const bool stn = !dialect_->stn.empty();
    const auto hex = name.size() > 3 ? hex_number(name.substr(3)) : std::nullopt;
    if (name.starts_with("BRT") && hex) {
        baud_patience_ = std::chrono::milliseconds(*hex == 0 ? 1280 : *hex * 5);
        reply("OK", now);
    } else if (name.starts_with("BRD") && hex && *hex > 0) {
        offer_baud(clock / static_cast<std::uint32_t>(*hex), dialect_->banner, now);
    } else if (stn && name.starts_with("BR") && decimal_number(name.substr(2))) {
        offer_baud(*decimal_number(name.substr(2)), dialect_->stn, now);
    } else {
        return false;
    }
    return true;
}

void Elm::offer_baud(std::uint32_t baud, std::string_view identity, Instant now) {
    if (baud_ == 0 || baud > dialect_->baud_max) {
        return reply("?", now);
    }
    line("OK", now);
    const auto old = baud_;
    use_baud(baud);
    line(std::string(identity), serial_free_ + baud_patience_);
    trial_ = Trial{old, serial_free_ + baud_patience_};
}

void Elm::settle_baud(Instant now) {
    if (trial_ && now > trial_->until) {
        use_baud(std::exchange(trial_, std::nullopt)->old);
    }
}

void Elm::use_baud(std::uint32_t baud) {
    baud_ = baud;
    byte_time_ = {};
    if (baud != 0) {
        byte_time_ =
            std::chrono::duration_cast<Duration>(std::chrono::duration<double>(10.0 / baud));
    }
}

/// Whether the two sides of the line understand each other: UARTs stand about 3 %.
bool Elm::hears(std::uint32_t baud) const {
    constexpr double tolerance = 0.03;
    if (host_baud_ == 0 || baud == 0) {
        return true;
    }
    const double ratio = static_cast<double>(host_baud_) / baud;
    return ratio > 1 - tolerance && ratio < 1 + tolerance;
}

void Elm::internal(const std::string& command, Instant now) {
    if (command == "Z" || command == "WS") {
        settings_ = {};
        bus_open_ = false;
        if (command == "Z") {
            use_baud(boot_baud_);
        }
        const auto ready = now + (command == "Z" ? Duration(reset_time) : Duration(2ms));
        if (dialect_->noise_at_start) {
            emit("\xFC", ready);
        }
        emit("\r\r", ready);
        line(std::string(dialect_->banner), ready);
        return prompt(ready);
    }
    if (dialect_->baud_max != 0 && baud_command(command, now)) {
        return;
    }
    const bool missing = std::ranges::any_of(dialect_->missing, [&](std::string_view start) {
        return std::string_view(command).starts_with(start);
    });
    if (missing) {
        return reply(dialect_->agrees_to_anything ? "OK" : "?", now);
    }
    if (setting(command, now) || protocol_command(command, now) || information(command, now)) {
        return;
    }
    reply(dialect_->agrees_to_anything ? "OK" : "?", now);
}

bool Elm::setting(std::string_view name, Instant now) {
    struct Switch {
        std::string_view name;
        bool Settings::*member;
        int version;
    };
    static constexpr std::array switches{
        Switch{"E", &Settings::echo, 10},         Switch{"L", &Settings::line_feeds, 10},
        Switch{"H", &Settings::headers, 10},      Switch{"S", &Settings::spaces, 13},
        Switch{"CAF", &Settings::formatting, 10}, Switch{"R", &Settings::responses, 10},
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
        Accepted{"M", 1, 1, 10},     Accepted{"CFC", 1, 1, 10},  Accepted{"CF", 3, 8, 10},
        Accepted{"CM", 3, 8, 10},    Accepted{"CP", 2, 2, 10},   Accepted{"FCSH", 3, 8, 11},
        Accepted{"FCSD", 2, 10, 11}, Accepted{"FCSM", 1, 1, 11}, Accepted{"SW", 2, 2, 10},
        Accepted{"WM", 2, 12, 10},   Accepted{"IB", 2, 2, 10},   Accepted{"IIA", 2, 2, 12},
        Accepted{"KW", 1, 1, 12},    Accepted{"FE", 0, 0, 13},   Accepted{"SS", 0, 0, 14},
        Accepted{"CEA", 0, 2, 14},   Accepted{"TA", 2, 2, 14},   Accepted{"CSM", 1, 1, 14},
        Accepted{"AMT", 2, 2, 20},   Accepted{"AMC", 0, 0, 20},  Accepted{"CER", 2, 2, 22},
        Accepted{"IFR", 1, 1, 12},   Accepted{"JE", 0, 0, 13},   Accepted{"JS", 0, 0, 13},
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
    } else if (name.size() == 6 && name.starts_with("PB") && dialect_->version >= 14) {
        settings_.user_j1939_500 = name == "PB4201";
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
    if (settings_.protocol == Protocol::user1 && settings_.user_j1939_500) {
        settings_.protocol = Protocol::j1939_500;
    }
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
        std::snprintf(text.data(), text.size(), "%.1fV", vehicle_.volts + dialect_->volts_error);
        reply(text.data(), now + voltage_time);
    } else if (name == "IGN" && dialect_->version >= 14) {
        reply(vehicle_.ecus.empty() ? "OFF" : "ON", now);
    } else if (name == "DP" || name == "DPN") {
        const bool number = name == "DPN";
        const auto digit = "0123456789ABCB"[static_cast<int>(settings_.protocol)];
        const auto text =
            number ? std::string(1, digit) : std::string(bus::name(settings_.protocol));
        const auto prefix = number ? "A" : "AUTO, ";
        reply(settings_.automatic ? prefix + text : text, now);
    } else if (name == "IA" && dialect_->version >= 23) {
        reply(bus_open_ ? "Y" : "N", now);
    } else if (name == "PPS" && dialect_->version >= 11) {
        parameters(now);
    } else if (name == "CS") {
        reply("T:00 R:00", now);
    } else if (name == "KW") {
        reply(bus::is_kwp(settings_.protocol) ? "1:E9 2:8F" : "1:08 2:08", now);
    } else {
        return false;
    }
    return true;
}

/// The programmable parameters' summary: twelve lines of four, the factory's values.
void Elm::parameters(Instant now) {
    for (int first = 0; first < 0x30; first += 4) {
        std::string row;
        for (int number = first; number < first + 4; ++number) {
            std::array<char, 16> text{};
            std::snprintf(text.data(), text.size(), "%02X:FF F  ", number);
            row += text.data();
        }
        line(row, now);
    }
    prompt(now);
}

void Elm::vehicle_request(const std::string& hex, Instant now) {
    auto digits = hex;
    int count = 0;
    if (digits.size() % 2 == 1) {
        const auto last = hex_digit(digits.back());
        if (dialect_->counting == elm327::Counting::none || !last || digits.size() == 1) {
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
    ask_vehicle(*request, {count, dialect_->counting}, now);
}

void Elm::emit(std::string bytes, Instant at) {
    serial_free_ = std::max(serial_free_, at) + byte_time_ * static_cast<int>(bytes.size());
    output_.push_back({serial_free_, std::move(bytes), baud_});
}

void Elm::line(const std::string& text, Instant at) {
    static constexpr std::array<std::string_view, 4> ends_a_batch{
        "?", "CAN ERROR", "BUFFER FULL", "UNABLE TO CONNECT"};
    if (batch_ && std::ranges::find(ends_a_batch, text) != ends_a_batch.end()) {
        batch_->failed = true;
    }
    emit(text + (settings_.line_feeds ? "\r\n" : "\r"), at);
}

void Elm::prompt(Instant at) {
    if (batch_) {
        batch_->ended = at;
        return emit(settings_.line_feeds ? "\r\n" : "\r", at);
    }
    emit(settings_.line_feeds ? "\r\n>" : "\r>", at);
}

void Elm::reply(const std::string& text, Instant at) {
    line(text, at);
    prompt(at);
}

}  // namespace protocols::simulator
