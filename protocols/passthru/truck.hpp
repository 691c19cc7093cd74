#pragma once

#include "protocols/base/machine.hpp"
#include "protocols/j1939/groups.hpp"
#include "protocols/j1939/transport.hpp"
#include "protocols/passthru/bus.hpp"

#include <deque>
#include <optional>
#include <vector>

/// SAE J1939 on a channel of 29-bit CAN frames, with a transport of our own: no J2534-2 is needed.
namespace protocols::passthru {

/// Asks for a parameter group, all units or `request.only`, and listens until nobody has said
/// anything for 600 ms (SAE J1939-84 practice) and no message of several frames is under way, or
/// until everybody who must answer has. Fault: link_lost.
class AskGroup {
public:
    using Output = bus::Answer;

    /// `channel`: of frames, with filters that let the transport's groups pass.
    AskGroup(bus::Request request, std::uint32_t channel, Numbers& numbers);

    [[nodiscard]] Action<bus::Answer> resume(const Event& event, Instant now);

private:
    enum class Stage { filter, clear, write, read, send, unfilter };

    Action<bus::Answer> put(Stage stage, Call call, Instant now);
    Action<bus::Answer> on_returned(const Returned& returned, Instant now);
    Action<bus::Answer> listen(Instant now);
    void take(const api::Message& message, Instant now);
    void expire(Instant now);
    void keep(j1939::Receiver::Out out, std::uint8_t source, Instant now);
    [[nodiscard]] bus::Answer answer() const;

    bus::Request request_;
    std::uint32_t group_;
    std::uint8_t destination_;
    std::uint32_t channel_;
    Numbers* numbers_;
    Stage stage_ = Stage::filter;
    CallLibrary call_{{}};
    std::uint32_t filter_ = 0;
    j1939::Receiver receiver_;
    std::deque<j1939::Frame> to_send_;
    Instant until_{};
    j1939::Heard heard_;
    std::optional<Failure> failure_;  ///< The bus did not take the request.
};

static_assert(Machine<AskGroup>);

/// A channel on which somebody speaks SAE J1939.
struct Truck {
    std::optional<std::uint32_t> channel;  ///< Left open; nothing: nobody does.
    bus::Answer first_answer;              ///< To DM5, else to the vehicle identification.
    bool identification = false;           ///< Nobody answered DM5.
};

/// Opens a channel and asks for DM5 and, when nobody has that, for the vehicle identification.
/// Closes it again when nobody answers. Fault: link_lost.
class FindTruck {
public:
    using Output = Truck;

    FindTruck(std::uint32_t device, std::uint32_t baud, Numbers& numbers);

    [[nodiscard]] Action<Truck> resume(const Event& event, Instant now);

private:
    enum class Stage { channel, filter, close };

    Action<Truck> put(Stage stage, Call call, Instant now);
    Action<Truck> on_returned(const Returned& returned, Instant now);
    Action<Truck> next_filter(Instant now);
    Action<Truck> ask(std::uint32_t group, Instant now);
    Action<Truck> on_answer(bus::Answer answer, Instant now);
    Action<Truck> close(Instant now);

    std::uint32_t device_;
    std::uint32_t baud_;
    Numbers* numbers_;
    std::uint32_t channel_ = 0;
    Stage stage_ = Stage::channel;
    CallLibrary call_{{}};
    std::optional<AskGroup> asking_;
    std::uint32_t asked_ = 0;
    std::size_t filter_ = 0;
    Truck truck_;
};

static_assert(Machine<FindTruck>);

}  // namespace protocols::passthru
