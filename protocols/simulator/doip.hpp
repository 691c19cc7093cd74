#pragma once

#include "protocols/doip/message.hpp"
#include "protocols/simulator/elm.hpp"
#include "protocols/simulator/vehicle.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace protocols::simulator {

/// How real DoIP gateways differ.
struct DoipQuirks {
    std::uint8_t version = doip::version_2012;  ///< The only one it takes.
    bool default_activation_only = false;
    bool confirmed_at_vehicle = false;             ///< Somebody presses a button 1.5 s later.
    std::uint8_t refuses = doip::activation_done;  ///< Activations, with this code.
    bool no_functional_address = false;            ///< The first control unit is the entity itself.
    int alive_check_every = 0;  ///< Requests; who does not answer is not served any more.
    bool never_acknowledges = false;
};

/// A vehicle's DoIP entity at the other end of a TCP connection (ISO 13400-2), its control units
/// behind it at 1001, 1002, … Answers bytes with bytes; what a unit says takes its latency.
class DoipEntity : public Answering {
public:
    explicit DoipEntity(Vehicle vehicle, DoipQuirks quirks = {});

    void receive(std::string_view bytes, Instant now) override;
    [[nodiscard]] std::optional<Instant> due() const override;
    [[nodiscard]] std::string take(Instant now) override;

    /// Answer to an identification request over UDP: the whole datagram; nothing for anything else.
    [[nodiscard]] static std::optional<std::string> announce(
        const Vehicle& vehicle, std::string_view datagram
    );

private:
    void say(doip::Type type, ByteView payload, Instant at);
    void on_message(const doip::Message& message, Instant now);
    void activate(const doip::Message& message, Instant now);
    void diagnose(const doip::Message& message, Instant now);

    Vehicle vehicle_;
    DoipQuirks quirks_;
    doip::Inbox inbox_;
    std::multimap<Instant, std::string> out_;
    std::optional<std::uint16_t> tester_;  ///< Of the activated connection.
    std::optional<Instant> woke_;
    int requests_ = 0;
    bool alive_owed_ = false;
};

}  // namespace protocols::simulator
