#include "protocols/simulator/doip.hpp"

#include <algorithm>

namespace protocols::simulator {
namespace {

using namespace std::chrono_literals;
using doip::Type;

constexpr std::uint16_t gateway = 0x1000;
constexpr std::uint16_t first_unit = 0x1001;
constexpr std::uint16_t everybody = 0xE000;
constexpr auto network = 400us;  // one way, through the gateway

Bytes two(std::uint16_t value) {
    return {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value & 0xFF)};
}

/// The vehicle's own VIN, as its first unit tells it.
Bytes vin_of(const Vehicle& vehicle) {
    for (const auto& ecu : vehicle.ecus) {
        constexpr std::uint8_t vin = 0x02;
        if (const auto found = ecu.infotypes.find(vin);
            found != ecu.infotypes.end() && !found->second.empty()) {
            return found->second.front();
        }
    }
    return Bytes(17, '0');
}

}  // namespace

DoipEntity::DoipEntity(Vehicle vehicle, DoipQuirks quirks)
    : vehicle_(std::move(vehicle)), quirks_(quirks) {}

std::optional<std::string> DoipEntity::announce(const Vehicle& vehicle, std::string_view datagram) {
    doip::Inbox inbox;
    inbox.push(datagram);
    const auto asked = inbox.next();
    if (asked.has_error() || !asked.value() || !asked.value()->is(Type::identify)) {
        return std::nullopt;
    }
    auto payload = vin_of(vehicle);
    for (const auto byte : {std::uint8_t{gateway >> 8}, std::uint8_t{gateway & 0xFF}}) {
        payload.push_back(byte);
    }
    constexpr std::size_t identifiers_and_action = 13;
    payload.resize(payload.size() + identifiers_and_action, 0);
    return doip::encode(Type::announcement, payload);
}

void DoipEntity::say(Type type, ByteView payload, Instant at) {
    out_.emplace(at, doip::encode(type, payload, quirks_.version));
}

void DoipEntity::receive(std::string_view bytes, Instant now) {
    inbox_.push(bytes);
    woke_ = woke_.value_or(now);
    for (;;) {
        const auto next = inbox_.next();
        if (next.has_error()) {
            say(Type::header_refused, Bytes{0x00}, now + network);
            inbox_ = {};
            return;
        }
        if (!next.value()) {
            return;
        }
        if (next.value()->version != quirks_.version) {
            say(Type::header_refused, Bytes{0x00}, now + network);
            continue;
        }
        on_message(*next.value(), now);
    }
}

void DoipEntity::on_message(const doip::Message& message, Instant now) {
    if (message.is(Type::activate)) {
        activate(message, now);
    } else if (message.is(Type::alive_response)) {
        alive_owed_ = false;
    } else if (message.is(Type::diagnostic)) {
        diagnose(message, now);
    } else {
        say(Type::header_refused, Bytes{0x01}, now + network);
    }
}

void DoipEntity::activate(const doip::Message& message, Instant now) {
    constexpr std::size_t request_bytes = 7;
    if (message.payload.size() < request_bytes) {
        return say(Type::header_refused, Bytes{0x04}, now + network);
    }
    const auto tester = static_cast<std::uint16_t>(message.payload[0] << 8 | message.payload[1]);
    const auto entity = quirks_.no_functional_address ? first_unit : gateway;
    const auto answer = [&](std::uint8_t code, Instant at) {
        auto payload = two(tester);
        const auto own = two(entity);
        payload.insert(payload.end(), own.begin(), own.end());
        payload.insert(payload.end(), {code, 0, 0, 0, 0});
        say(Type::activated, payload, at);
    };
    if (quirks_.refuses != doip::activation_done) {
        return answer(quirks_.refuses, now + network);
    }
    if (quirks_.default_activation_only && message.payload[2] != 0) {
        return answer(doip::activation_type_unsupported, now + network);
    }
    tester_ = tester;
    if (quirks_.confirmed_at_vehicle) {
        answer(doip::activation_to_be_confirmed, now + network);
        return answer(doip::activation_done, now + 3500ms);
    }
    answer(doip::activation_done, now + network);
}

void DoipEntity::diagnose(const doip::Message& message, Instant now) {
    const auto read = doip::read_addressed(message.payload);
    if (read.has_error()) {
        return say(Type::header_refused, Bytes{0x04}, now + network);
    }
    const auto [tester, target, data] = read.value();
    if (alive_owed_ || quirks_.never_acknowledges) {
        return;
    }
    if (tester_ != tester) {
        return say(
            Type::diagnostic_refused, doip::addressed(target, tester, Bytes{0x02}), now + network
        );
    }
    const bool functional = target == everybody && !quirks_.no_functional_address;
    const std::size_t place = target - first_unit;
    if (!functional && (target < first_unit || place >= vehicle_.ecus.size())) {
        return say(
            Type::diagnostic_refused,
            doip::addressed(target, tester, Bytes{doip::refused_target_unknown}), now + network
        );
    }
    say(Type::diagnostic_taken, doip::addressed(target, tester, Bytes{0x00}), now + network);
    const auto seconds = std::chrono::duration<double>(now - *woke_).count();
    const auto only = functional ? std::nullopt : std::optional(vehicle_.ecus[place].address);
    for (const auto& said : vehicle_.ask(data, seconds, only)) {
        const auto unit =
            std::ranges::find(vehicle_.ecus, said.source, &Ecu::address) - vehicle_.ecus.begin();
        const auto source = static_cast<std::uint16_t>(first_unit + unit);
        say(Type::diagnostic, doip::addressed(source, tester, said.data),
            now + 2 * network + said.at);
    }
    if (quirks_.alive_check_every > 0 && ++requests_ % quirks_.alive_check_every == 0) {
        alive_owed_ = true;
        say(Type::alive_request, {}, now + network);
    }
}

std::optional<Instant> DoipEntity::due() const {
    return out_.empty() ? std::nullopt : std::optional(out_.begin()->first);
}

std::string DoipEntity::take(Instant now) {
    std::string bytes;
    while (!out_.empty() && out_.begin()->first <= now) {
        bytes += out_.begin()->second;
        out_.erase(out_.begin());
    }
    return bytes;
}

}  // namespace protocols::simulator
