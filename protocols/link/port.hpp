#pragma once

#include "protocols/base/machine.hpp"
#include "protocols/link/endpoint.hpp"
#include "protocols/transcript/transcript.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace protocols::link {

/// An open serial line, TCP connection, or the worker that holds a J2534 library. All members run
/// on the thread of `io`.
class Port {
public:
    /// Opens with a limit of 5 s. Fault: cannot_open (detail says what to do).
    [[nodiscard]] static boost::asio::awaitable<void> open(
        boost::asio::io_context& io, Endpoint endpoint, Result<std::unique_ptr<Port>>& result
    );

    ~Port();
    Port(const Port&) = delete;
    Port& operator=(const Port&) = delete;

    /// Writes everything. Empty text on success, else the reason the link is gone.
    [[nodiscard]] boost::asio::awaitable<std::string> write(std::string_view bytes);
    /// Next Received, DeadlinePassed or LinkLost.
    [[nodiscard]] boost::asio::awaitable<Event> wait(Instant deadline);
    /// Changes the serial line's rate; what was written has left by then. False: not possible here.
    [[nodiscard]] bool set_baud(std::uint32_t baud);
    /// Ends a running wait with LinkLost. Safe to call repeatedly.
    void close();

private:
    struct Impl;
    explicit Port(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// Runs `machine` over `port` until it finishes; the only place that turns actions into I/O.
/// `after_step` is called after each event, for progress. All arguments outlive the call.
template <Machine M>
boost::asio::awaitable<void> drive(
    Port& port,
    M& machine,
    transcript::Recorder& recorder,
    std::function<void()> after_step,
    Result<typename M::Output>& result
) {
    const auto now = [] { return std::chrono::steady_clock::now(); };
    recorder.begin(now());
    auto action = machine.resume(Started{}, now());
    for (;;) {
        after_step();
        if (auto* finished = std::get_if<Finished<typename M::Output>>(&action)) {
            result = std::move(finished->result);
            co_return;
        }
        Event event = Sent{};
        if (const auto* send = std::get_if<Send>(&action)) {
            recorder.sent(send->bytes, now());
            std::string problem = co_await port.write(send->bytes);
            if (!problem.empty()) {
                event = LinkLost{std::move(problem)};
            }
        } else if (const auto* rate = std::get_if<SetBaud>(&action)) {
            const bool done = port.set_baud(rate->baud);
            recorder.baud(rate->baud, done, now());
            event = BaudSet{done};
        } else {
            const auto deadline = std::get<WaitUntil>(action).deadline;
            event = co_await port.wait(deadline);
        }
        const auto at = now();
        recorder.event(event, at);
        action = machine.resume(event, at);
    }
}

}  // namespace protocols::link
