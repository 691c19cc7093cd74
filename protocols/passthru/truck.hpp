#pragma once

#include "protocols/base/machine.hpp"
#include "protocols/j1939/transport.hpp"
#include "protocols/passthru/bus.hpp"

#include <deque>
#include <optional>
#include <string>
#include <vector>

/// SAE J1939 on a channel of 29-bit CAN frames, with a transport of our own: no J2534-2 is needed.
namespace protocols::passthru {

/// What came of asking for a parameter group.
struct GroupAnswer {
    std::vector<j1939::Message> messages;  ///< Of that group, whoever sent them.
    std::vector<std::uint8_t> refused;     ///< Units that do not serve it.
    std::optional<Failure> failure;        ///< The bus did not take the request.
    bool incomplete = false;               ///< A message of several frames did not come whole.
};

/// Asks for a parameter group and listens until nobody has said anything for 600 ms (SAE J1939-84
/// practice), as long as messages of several frames are under way. Fault: link_lost.
class AskGroup {
public:
    using Output = GroupAnswer;

    /// `channel`: of frames, with filters that let the transport's groups pass.
    AskGroup(
        std::uint32_t group, std::uint8_t destination, std::uint32_t channel, Numbers& numbers
    );

    [[nodiscard]] Action<GroupAnswer> resume(const Event& event, Instant now);

private:
    enum class Stage { filter, clear, write, read, send, unfilter };

    Action<GroupAnswer> put(Stage stage, Call call, Instant now);
    Action<GroupAnswer> on_returned(const Returned& returned, Instant now);
    Action<GroupAnswer> listen(Instant now);
    void take(const api::Message& message, Instant now);
    void keep(j1939::Receiver::Out out, Instant now);

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
    GroupAnswer answer_;
};

static_assert(Machine<AskGroup>);

/// Who speaks SAE J1939.
struct Truck {
    std::vector<std::uint8_t> units;  ///< Addresses that answered; empty: nobody.
    std::vector<std::string> vins;    ///< Each one once.
};

/// Opens a channel, asks for active codes (DM1) and, when somebody answers, for the VIN, and closes
/// it. Fault: link_lost.
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
    Action<Truck> on_answer(const GroupAnswer& answer, Instant now);
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
