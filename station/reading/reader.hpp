#pragma once

#include "obd/session/reading.hpp"
#include "protocols/elm327/qualify.hpp"
#include "protocols/link/port.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>
#include <optional>
#include <string>

/// A vehicle or an adapter read over a real link: what every front end starts.
namespace station::reading {

using OnProgress = std::function<void(const obd::ReadingProgress&)>;

/// What reading a vehicle gave, with everything that was said.
struct ReadingDone {
    std::optional<obd::Snapshot> snapshot;
    std::optional<protocols::Failure> failure;
    obd::Snapshot partial;  ///< What had been read when it failed.
    protocols::transcript::Transcript transcript;
};

/// Lets another coroutine of the same io_context end a running reading; it then fails as link_lost.
class Stop {
public:
    void request();
    [[nodiscard]] bool requested() const { return requested_; }
    /// For the reading itself: the port that request() closes; nullptr when it is gone.
    void watch(protocols::link::Port* port) { port_ = port; }

private:
    protocols::link::Port* port_ = nullptr;
    bool requested_ = false;
};

/// Step of the progress while a lost adapter is waited for.
inline constexpr const char* reconnecting = "reconnect";

/// Opens the adapter and reads the vehicle. When the adapter is lost it waits for it as long as
/// `reconnect` says and goes on where it was. Never throws for what the world does.
boost::asio::awaitable<void> read_vehicle(
    boost::asio::io_context& io,
    protocols::link::Endpoint endpoint,
    obd::ReadingSettings settings,
    std::chrono::seconds reconnect,
    OnProgress on_progress,
    Stop& stop,
    ReadingDone& done
);

/// What trying out an adapter gave.
struct QualifyingDone {
    std::optional<protocols::elm327::Qualification> found;
    std::optional<protocols::Failure> failure;
    protocols::transcript::Transcript transcript;
};

/// Opens the adapter and tries it out. `on_step` hears each new step of Qualify.
boost::asio::awaitable<void> qualify_adapter(
    boost::asio::io_context& io,
    protocols::link::Endpoint endpoint,
    std::function<void(const std::string&)> on_step,
    Stop& stop,
    QualifyingDone& done
);

}  // namespace station::reading
