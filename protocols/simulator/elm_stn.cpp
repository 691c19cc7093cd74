// What an STN chip knows beside the ELM327's commands (STN family manual).
#include "protocols/simulator/elm.hpp"
#include "protocols/simulator/numbers.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace protocols::simulator {
namespace {

using bus::Protocol;

/// Protocols by their STP number.
std::optional<Protocol> stn_protocol(std::string_view number) {
    static constexpr std::array<std::pair<std::string_view, Protocol>, 9> numbers{{
        {"11", Protocol::j1850_pwm},
        {"12", Protocol::j1850_vpw},
        {"22", Protocol::iso9141},
        {"24", Protocol::kwp_slow},
        {"25", Protocol::kwp_fast},
        {"33", Protocol::can11_500},
        {"34", Protocol::can29_500},
        {"35", Protocol::can11_250},
        {"36", Protocol::can29_250},
    }};
    const auto* found =
        std::ranges::find(numbers, number, [](const auto& one) { return one.first; });
    return found == numbers.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

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

std::optional<std::uint32_t> decimal_number(std::string_view text) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

void Elm::stn_command(std::string_view name, Instant now) {
    if (baud_command(name, now)) {
        return;
    }
    if (name == "I") {
        reply(std::string(dialect_->stn), now);
    } else if (name == "DI") {
        reply("OBDLink EX r2.0", now);
    } else if (name == "SN") {
        reply("225510000042", now);
    } else if (dialect_->batches && (name == "BC0" || name == "BC1")) {
        settings_.batches = name == "BC1";
        reply("OK", now);
    } else if (name.starts_with("PX")) {
        send_command(name.substr(2), now);
    } else if (name.starts_with("PTO") && decimal_number(name.substr(3))) {
        constexpr double step_ms = 4.096;
        settings_.timeout = static_cast<int>(
            std::ceil(static_cast<double>(*decimal_number(name.substr(3))) / step_ms)
        );
        reply("OK", now);
    } else if (name.starts_with("P") && stn_protocol(name.substr(1))) {
        settings_.protocol = *stn_protocol(name.substr(1));
        settings_.automatic = false;
        bus_open_ = false;
        reply("OK", now);
    } else {
        reply("?", now);
    }
}

/// One after the other, until one fails; a prompt only at the end (STN family manual, STBC).
void Elm::execute_batch(std::string_view commands, Instant now) {
    batch_ = Batch{now};
    while (!batch_->failed && !commands.empty()) {
        const auto bar = std::min(commands.find('|'), commands.size());
        execute(std::string(commands.substr(0, bar)), batch_->ended);
        commands.remove_prefix(std::min(bar + 1, commands.size()));
    }
    const auto ended = std::exchange(batch_, std::nullopt)->ended;
    prompt(ended);
}

/// STPX (STN family manual): header, data, timeout and number of responses, each by its letter.
void Elm::send_command(std::string_view arguments, Instant now) {
    Count count{0, dialect_->counting_stpx};
    const auto usual_header = settings_.header;
    std::string data;
    while (!arguments.empty()) {
        const auto comma = std::min(arguments.find(','), arguments.size());
        const auto one = arguments.substr(0, comma);
        arguments.remove_prefix(std::min(comma + 1, arguments.size()));
        const auto value = one.size() > 2 && one[1] == ':' ? one.substr(2) : std::string_view();
        const auto number = decimal_number(value);
        const auto header = hex_number(value);
        if (value.empty()) {
            return reply("?", now);
        }
        switch (one[0]) {
            case 'H':
                if (!header) {
                    return reply("?", now);
                }
                settings_.header = static_cast<std::uint32_t>(*header);  // of this request only
                break;
            case 'D':
                data = value;
                break;
            case 'R':
                if (!number) {
                    return reply("?", now);
                }
                count.number = static_cast<int>(*number);
                break;
            case 'T':
                break;  // the timeout of this request: the simulated vehicle is never that late
            default:
                return reply("?", now);
        }
    }
    const auto request = from_hex(data);
    if (!request || request->empty() || request->size() > 7) {
        return reply("?", now);
    }
    abortable_ = true;
    if (open_bus(now)) {
        ask_vehicle(*request, count, now);
    }
    settings_.header = usual_header;
}

}  // namespace protocols::simulator
