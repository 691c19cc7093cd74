#include "protocols/link/port.hpp"

#include "protocols/link/discover.hpp"
#include "protocols/link/libraries.hpp"
#include "protocols/link/serial.hpp"
#include "protocols/link/worker_process.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/serial_port.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <optional>
#include <variant>

namespace protocols::link {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using namespace std::chrono_literals;

constexpr auto connect_time_max = 5s;
constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);

}  // namespace

struct Port::Impl {
    explicit Impl(asio::io_context& io) : timer(io) {}

    std::optional<WorkerProcess> worker;  ///< Ends after its line.
    std::variant<std::monostate, asio::serial_port, tcp::socket, Pipe> stream;
    asio::steady_timer timer;
    std::array<char, 1024> buffer{};
    bool closed = false;
};

Port::Port(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Port::~Port() = default;

namespace {

asio::awaitable<error_code> connect(tcp::socket& socket, const Endpoint& endpoint) {
    using namespace asio::experimental::awaitable_operators;
    const auto executor = co_await asio::this_coro::executor;
    tcp::resolver resolver(executor);
    asio::steady_timer timer(executor, connect_time_max);
    const auto port = std::to_string(endpoint.port);
    auto found = co_await (
        resolver.async_resolve(endpoint.device, port, no_throw) || timer.async_wait(no_throw)
    );
    if (found.index() == 1) {
        co_return asio::error::timed_out;
    }
    auto& resolved = std::get<0>(found);
    if (std::get<0>(resolved)) {
        co_return std::get<0>(resolved);
    }
    const auto addresses = std::get<1>(resolved);
    auto connected =
        co_await (asio::async_connect(socket, addresses, no_throw) || timer.async_wait(no_throw));
    if (connected.index() == 1) {
        co_return asio::error::timed_out;
    }
    co_return std::get<0>(std::get<0>(connected));
}

}  // namespace

namespace {

/// The host of the only vehicle there is.
Result<std::string> the_one(const Result<std::vector<Announced>>& found, const Endpoint& endpoint) {
    if (found.has_error()) {
        return found.error();
    }
    const auto& vehicles = found.value();
    if (vehicles.size() == 1) {
        return vehicles.front().host;
    }
    if (vehicles.empty()) {
        return Failure{
            Fault::cannot_open, "no vehicle announced itself at " + endpoint.asked +
                                    ": check the cable and that the ignition is on"};
    }
    std::string all;
    for (const auto& one : vehicles) {
        all += (all.empty() ? "" : ", ") + one.said.vin + " (doip:" + one.host + ")";
    }
    return Failure{
        Fault::cannot_open, "several vehicles announced themselves: " + all +
                                ". Name the one to be read as the adapter"};
}

}  // namespace

asio::awaitable<void> Port::open(
    asio::io_context& io, Endpoint endpoint, Result<std::unique_ptr<Port>>& result
) {
    auto impl = std::make_unique<Impl>(io);
    if (endpoint.kind == Endpoint::Kind::serial) {
        auto& serial = impl->stream.emplace<asio::serial_port>(io);
        const auto error = open_serial(serial, endpoint);
        if (error) {
            result = Failure{Fault::cannot_open, open_advice(endpoint.device, error)};
            co_return;
        }
    } else if (endpoint.kind == Endpoint::Kind::j2534) {
        const auto library = find_library(endpoint.device, passthru_folders());
        if (library.has_error()) {
            result = library.error();
            co_return;
        }
        std::optional<Pipe> line;
        auto worker = WorkerProcess::start(io, library.value(), line);
        if (worker.has_error()) {
            result = worker.error();
            co_return;
        }
        impl->worker.emplace(std::move(worker.value()));
        impl->stream.emplace<Pipe>(std::move(*line));
    } else {
        if (endpoint.kind == Endpoint::Kind::doip && endpoint.device.empty()) {
            Result<std::vector<Announced>> found = std::vector<Announced>();
            co_await discover(io, endpoint.asked, endpoint.port, found);
            auto host = the_one(found, endpoint);
            if (host.has_error()) {
                result = host.error();
                co_return;
            }
            endpoint.device = std::move(host.value());
        }
        auto& socket = impl->stream.emplace<tcp::socket>(io);
        const auto error = co_await connect(socket, endpoint);
        if (error) {
            const bool vehicle = endpoint.kind == Endpoint::Kind::doip;
            result = Failure{
                Fault::cannot_open, (vehicle ? "no vehicle at " : "no adapter at ") +
                                        endpoint.text() + " (" + error.message() +
                                        "): check that it is switched on and in the same network"};
            co_return;
        }
        error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
    }
    result = std::unique_ptr<Port>(new Port(std::move(impl)));
}

namespace {

// What the three kinds of stream do alike.

template <class Stream>
asio::awaitable<error_code> write_to(
    Stream& stream, std::string_view bytes, asio::steady_timer& timer
) {
    using namespace asio::experimental::awaitable_operators;
    const auto out = asio::buffer(bytes.data(), bytes.size());
    auto done = co_await (asio::async_write(stream, out, no_throw) || timer.async_wait(no_throw));
    error_code error = asio::error::timed_out;
    if (done.index() == 0) {
        error = std::get<0>(std::get<0>(done));
    }
    co_return error;
}

struct Piece {
    error_code error;
    std::size_t size = 0;
    bool expired = false;
};

template <class Stream>
asio::awaitable<void> read_from(
    Stream& stream, asio::mutable_buffer in, asio::steady_timer& timer, Piece& piece
) {
    using namespace asio::experimental::awaitable_operators;
    auto done = co_await (stream.async_read_some(in, no_throw) || timer.async_wait(no_throw));
    piece.expired = done.index() == 1;
    if (!piece.expired) {
        std::tie(piece.error, piece.size) = std::get<0>(done);
    }
}

}  // namespace

asio::awaitable<std::string> Port::write(std::string_view bytes) {
    constexpr auto write_time_max = 5s;
    impl_->timer.expires_after(write_time_max);
    error_code error;
    if (auto* serial = std::get_if<asio::serial_port>(&impl_->stream)) {
        error = co_await write_to(*serial, bytes, impl_->timer);
    } else if (auto* pipe = std::get_if<Pipe>(&impl_->stream)) {
        error = co_await write_to(*pipe, bytes, impl_->timer);
    } else {
        error = co_await write_to(std::get<tcp::socket>(impl_->stream), bytes, impl_->timer);
    }
    co_return error ? error.message() : std::string();
}

asio::awaitable<Event> Port::wait(Instant deadline) {
    const auto in = asio::buffer(impl_->buffer);
    impl_->timer.expires_at(deadline);
    Piece piece;
    if (auto* serial = std::get_if<asio::serial_port>(&impl_->stream)) {
        co_await read_from(*serial, in, impl_->timer, piece);
    } else if (auto* pipe = std::get_if<Pipe>(&impl_->stream)) {
        co_await read_from(*pipe, in, impl_->timer, piece);
    } else {
        co_await read_from(std::get<tcp::socket>(impl_->stream), in, impl_->timer, piece);
    }
    Event event = DeadlinePassed{};
    if (impl_->closed) {
        event = LinkLost{"closed"};
    } else if (!piece.expired && piece.error) {
        event = LinkLost{impl_->worker ? impl_->worker->why_ended() : piece.error.message()};
    } else if (!piece.expired) {
        event = Received{{impl_->buffer.data(), piece.size}};
    }
    co_return event;
}

bool Port::set_baud(std::uint32_t baud) {
    auto* serial = std::get_if<asio::serial_port>(&impl_->stream);
    if (serial == nullptr || !drain(*serial)) {
        return false;
    }
    error_code error;
    serial->set_option(asio::serial_port_base::baud_rate(baud), error);
    return !error;
}

void Port::close() {
    impl_->closed = true;
    error_code ignored;
    impl_->timer.cancel();
    if (auto* serial = std::get_if<asio::serial_port>(&impl_->stream)) {
        serial->close(ignored);
    } else if (auto* socket = std::get_if<tcp::socket>(&impl_->stream)) {
        socket->close(ignored);
    } else if (auto* pipe = std::get_if<Pipe>(&impl_->stream)) {
        pipe->close(ignored);
    }
}

}  // namespace protocols::link
