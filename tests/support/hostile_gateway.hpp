#pragma once

#include "protocols/simulator/doip.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>

namespace tests {

/// A DoIP gateway in front of a vehicle that loses, repeats, delays and invents messages, refuses
/// what it took, speaks to other testers and sometimes falls silent. What units say is not altered:
/// TCP and the bus behind the gateway see to that. The same seed does the same.
class HostileGateway : public protocols::simulator::Answering {
public:
    HostileGateway(protocols::simulator::Vehicle vehicle, std::uint64_t seed)
        : random_(seed), entity_(std::move(vehicle), quirks()) {}

    void receive(std::string_view bytes, protocols::Instant now) override {
        if (!one_in(60)) {
            entity_.receive(bytes, now);
        }
    }

    [[nodiscard]] std::optional<protocols::Instant> due() const override {
        const auto inner = entity_.due();
        if (out_.empty()) {
            return inner;
        }
        return inner ? std::min(*inner, out_.begin()->first) : out_.begin()->first;
    }

    [[nodiscard]] std::string take(protocols::Instant now) override {
        protocols::doip::Inbox said;
        said.push(entity_.take(now));
        for (auto next = said.next(); next.value(); next = said.next()) {
            mistreat(*next.value(), now);
        }
        std::string bytes;
        while (!out_.empty() && out_.begin()->first <= now) {
            bytes += out_.begin()->second;
            out_.erase(out_.begin());
        }
        return bytes;
    }

private:
    bool one_in(unsigned n) { return random_() % n == 0; }

    protocols::simulator::DoipQuirks quirks() {
        protocols::simulator::DoipQuirks all;
        all.version = one_in(4) ? protocols::doip::version_2019 : protocols::doip::version_2012;
        all.default_activation_only = one_in(4);
        all.confirmed_at_vehicle = one_in(8);
        all.alive_check_every = one_in(3) ? 1 + static_cast<int>(random_() % 5) : 0;
        all.refuses = one_in(30) ? static_cast<std::uint8_t>(random_() % 8)
                                 : protocols::doip::activation_done;
        version_ = all.version;
        return all;
    }

    void say(std::uint16_t type, const protocols::Bytes& payload, protocols::Instant at) {
        out_.emplace(
            at, protocols::doip::encode(static_cast<protocols::doip::Type>(type), payload, version_)
        );
    }

    void mistreat(const protocols::doip::Message& message, protocols::Instant now) {
        using namespace std::chrono_literals;
        using protocols::doip::Type;
        const auto payload = message.payload;
        if (one_in(60)) {
            return;  // lost
        }
        auto at = now;
        if (one_in(60)) {
            at += std::chrono::milliseconds(random_() % 900);
        }
        if (message.is(Type::diagnostic) && one_in(80)) {
            auto other = payload;  // to a tester of another number
            other[3] ^= 1;
            return say(message.type, other, at);
        }
        if (message.is(Type::diagnostic_taken) && one_in(80)) {
            auto refused = payload;
            refused[4] = static_cast<std::uint8_t>(2 + random_() % 7);
            return say(static_cast<std::uint16_t>(Type::diagnostic_refused), refused, at);
        }
        say(message.type, payload, at);
        if (message.is(Type::diagnostic) && one_in(40)) {
            say(message.type, payload, at + std::chrono::milliseconds(random_() % 400));
        }
        if (one_in(80)) {
            say(static_cast<std::uint16_t>(0x4000 + random_() % 8), {0x00, 0x01}, at);
        }
        if (one_in(1500)) {
            out_.emplace(at, "\x00\x11 not a header");
        }
    }

    std::mt19937_64 random_;
    std::uint8_t version_ = protocols::doip::version_2012;
    protocols::simulator::DoipEntity entity_;
    std::multimap<protocols::Instant, std::string> out_;
};

}  // namespace tests
