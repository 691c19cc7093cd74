#include "station/reading/reader.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>

namespace station::reading {

namespace asio = boost::asio;
namespace link = protocols::link;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;

void Stop::request() {
    requested_ = true;
    if (port_ != nullptr) {
        port_->close();
    }
}

namespace {

/// Opens the adapter again and again until it is there, `limit` has passed or a stop is asked for.
asio::awaitable<void> reopen(
    asio::io_context& io,
    link::Endpoint endpoint,
    std::chrono::steady_clock::time_point limit,
    Stop& stop,
    Result<std::unique_ptr<link::Port>>& port
) {
    constexpr auto between = std::chrono::milliseconds(250);
    asio::steady_timer timer(io);
    while (!stop.requested() && std::chrono::steady_clock::now() < limit) {
        timer.expires_after(between);
        co_await timer.async_wait(asio::use_awaitable);
        co_await link::Port::open(io, endpoint, port);
        if (port.has_value()) {
            co_return;
        }
    }
}

}  // namespace

asio::awaitable<void> read_vehicle(
    asio::io_context& io,
    link::Endpoint endpoint,
    obd::ReadingSettings settings,
    std::chrono::seconds reconnect,
    OnProgress on_progress,
    Stop& stop,
    ReadingDone& done
) {
    Result<std::unique_ptr<link::Port>> port = Failure{Fault::cannot_open, ""};
    co_await link::Port::open(io, endpoint, port);
    if (port.has_error() || stop.requested()) {
        done.failure = port.has_error() ? port.error() : Failure{Fault::link_lost, "stopped"};
        co_return;
    }
    if (endpoint.kind == link::Endpoint::Kind::serial) {
        settings.baud = endpoint.baud;
    } else if (endpoint.kind == link::Endpoint::Kind::j2534) {
        settings.interface = obd::Interface::j2534;
    } else if (endpoint.kind == link::Endpoint::Kind::doip) {
        settings.interface = obd::Interface::doip;
    }
    protocols::transcript::Recorder recorder(
        std::chrono::steady_clock::now(), obd::to_text(settings)
    );
    obd::Reading reading(settings);
    std::string last_step;
    const std::function<void()> after_step = [&] {
        const auto progress = reading.progress();
        if (progress.step != last_step) {
            last_step = progress.step;
            on_progress(progress);
        }
    };
    Result<obd::Snapshot> result = Failure{Fault::link_lost, ""};
    constexpr int reconnections_max = 5;  // a plug that will not stay in
    for (int connection = 0; port.has_value() && connection <= reconnections_max; ++connection) {
        stop.watch(port.value().get());
        co_await link::drive(*port.value(), reading, recorder, after_step, result);
        stop.watch(nullptr);
        const bool lost = result.has_error() && result.error().fault == Fault::link_lost;
        if (!lost || stop.requested() || reconnect.count() == 0) {
            break;
        }
        auto waiting = reading.progress();
        waiting.step = last_step = reconnecting;
        on_progress(waiting);
        const auto limit = std::chrono::steady_clock::now() + reconnect;
        port = Failure{Fault::cannot_open, ""};
        co_await reopen(io, endpoint, limit, stop, port);
    }
    done.transcript = recorder.transcript();
    done.partial = reading.snapshot();
    if (result.has_value()) {
        done.snapshot = std::move(result.value());
    } else {
        done.failure = result.error();
    }
}

asio::awaitable<void> qualify_adapter(
    asio::io_context& io,
    link::Endpoint endpoint,
    std::function<void(const std::string&)> on_step,
    Stop& stop,
    QualifyingDone& done
) {
    Result<std::unique_ptr<link::Port>> port = Failure{Fault::cannot_open, ""};
    co_await link::Port::open(io, endpoint, port);
    if (port.has_error() || stop.requested()) {
        done.failure = port.has_error() ? port.error() : Failure{Fault::link_lost, "stopped"};
        co_return;
    }
    if (endpoint.kind == link::Endpoint::Kind::j2534) {
        done.failure = Failure{
            Fault::not_an_adapter,
            "a J2534 device is not tried out: its makers state what it does"};
        co_return;
    }
    if (endpoint.kind == link::Endpoint::Kind::doip) {
        done.failure = Failure{
            Fault::not_an_adapter,
            "there is no adapter to be tried out: DoIP is spoken with the vehicle itself"};
        co_return;
    }
    const bool serial = endpoint.kind == link::Endpoint::Kind::serial;
    protocols::elm327::Qualify qualify(serial ? endpoint.baud : 0);
    protocols::transcript::Recorder recorder(std::chrono::steady_clock::now());
    std::string last_step;
    const std::function<void()> after_step = [&] {
        if (auto step = qualify.step(); step != last_step) {
            last_step = std::move(step);
            on_step(last_step);
        }
    };
    Result<protocols::elm327::Qualification> result = Failure{Fault::link_lost, ""};
    stop.watch(port.value().get());
    co_await link::drive(*port.value(), qualify, recorder, after_step, result);
    stop.watch(nullptr);
    done.transcript = recorder.transcript();
    if (result.has_value()) {
        done.found = std::move(result.value());
    } else {
        done.failure = result.error();
    }
}

}  // namespace station::reading
