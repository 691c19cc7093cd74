#include "protocols/link/port.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/serial_port.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <array>
#include <cerrno>
#include <charconv>
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

std::string open_advice(const std::string& device, const error_code& error) {
    switch (error.value()) {
        case ENOENT:
            return device + " does not exist: plug the adapter in, or name another device";
        case EACCES:
        case EPERM:
            return "no permission for " + device +
                   ": add this user to the group dialout and sign in again";
        case EBUSY:
        case EWOULDBLOCK:
            return device + " is used by another program: close it and try again";
        case ENOTTY:
            return device + " is not a serial device: name the adapter's device";
        case EISDIR:
            return device + " is a folder: name the adapter's device";
        default:
            return device + ": " + error.message();
    }
}

template <class Number>
std::optional<Number> whole_number(std::string_view text) {
    Number value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

}  // namespace

std::string Endpoint::text() const {
    if (kind == Kind::tcp) {
        return "tcp:" + device + ":" + std::to_string(port);
    }
    return "serial:" + device + "@" + std::to_string(baud);
}

Result<Endpoint> read_endpoint(std::string_view text) {
    const Failure bad{
        Fault::malformed, "\"" + std::string(text) +
                              "\" is not an adapter: use serial:DEVICE[@BAUD] or tcp:HOST:PORT"};
    Endpoint endpoint;
    if (text.starts_with("tcp:")) {
        text.remove_prefix(4);
        const auto colon = text.rfind(':');
        if (colon == text.npos || colon == 0) {
            return bad;
        }
        const auto port = whole_number<std::uint16_t>(text.substr(colon + 1));
        if (!port || *port == 0) {
            return bad;
        }
        endpoint.kind = Endpoint::Kind::tcp;
        endpoint.device = text.substr(0, colon);
        endpoint.port = *port;
        return endpoint;
    }
    if (!text.starts_with("serial:")) {
        return bad;
    }
    text.remove_prefix(7);
    if (const auto at = text.rfind('@'); at != text.npos) {
        const auto baud = whole_number<std::uint32_t>(text.substr(at + 1));
        if (!baud || *baud == 0) {
            return bad;
        }
        endpoint.baud = *baud;
        text = text.substr(0, at);
    }
    if (text.empty()) {
        return bad;
    }
    endpoint.device = text;
    return endpoint;
}

struct Port::Impl {
    explicit Impl(asio::io_context& io) : timer(io) {}

    std::variant<std::monostate, asio::serial_port, tcp::socket> stream;
    asio::steady_timer timer;
    std::array<char, 1024> buffer{};
    bool closed = false;
};

Port::Port(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Port::~Port() = default;

namespace {

error_code open_serial(asio::serial_port& serial, const Endpoint& endpoint) {
    error_code error;
    serial.open(endpoint.device, error);
    if (error) {
        return error;
    }
    // Advisory for programs like ours, exclusive for the rest (root may still open it).
    if (::flock(serial.native_handle(), LOCK_EX | LOCK_NB) != 0) {
        return {errno, boost::system::system_category()};
    }
    ::ioctl(serial.native_handle(), TIOCEXCL);
    using Base = asio::serial_port_base;
    serial.set_option(Base::baud_rate(endpoint.baud), error);
    if (error == asio::error::invalid_argument || error.value() == EINVAL) {
        return error;
    }
    serial.set_option(Base::character_size(8), error);
    serial.set_option(Base::parity(Base::parity::none), error);
    serial.set_option(Base::stop_bits(Base::stop_bits::one), error);
    serial.set_option(Base::flow_control(Base::flow_control::none), error);
    return error;
}

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
    } else {
        auto& socket = impl->stream.emplace<tcp::socket>(io);
        const auto error = co_await connect(socket, endpoint);
        if (error) {
            result = Failure{
                Fault::cannot_open, "no adapter at " + endpoint.text() + " (" + error.message() +
                                        "): check that it is switched on and in the same network"};
            co_return;
        }
        error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
    }
    result = std::unique_ptr<Port>(new Port(std::move(impl)));
}

asio::awaitable<std::string> Port::write(std::string_view bytes) {
    using namespace asio::experimental::awaitable_operators;
    constexpr auto write_time_max = 5s;
    const auto out = asio::buffer(bytes.data(), bytes.size());
    impl_->timer.expires_after(write_time_max);
    error_code error = asio::error::timed_out;
    if (auto* serial = std::get_if<asio::serial_port>(&impl_->stream)) {
        auto done = co_await (
            asio::async_write(*serial, out, no_throw) || impl_->timer.async_wait(no_throw)
        );
        if (done.index() == 0) {
            error = std::get<0>(std::get<0>(done));
        }
    } else {
        auto& socket = std::get<tcp::socket>(impl_->stream);
        auto done = co_await (
            asio::async_write(socket, out, no_throw) || impl_->timer.async_wait(no_throw)
        );
        if (done.index() == 0) {
            error = std::get<0>(std::get<0>(done));
        }
    }
    co_return error ? error.message() : std::string();
}

asio::awaitable<Event> Port::wait(Instant deadline) {
    using namespace asio::experimental::awaitable_operators;
    const auto in = asio::buffer(impl_->buffer);
    impl_->timer.expires_at(deadline);
    error_code error;
    std::size_t size = 0;
    bool expired = false;
    if (auto* serial = std::get_if<asio::serial_port>(&impl_->stream)) {
        auto done =
            co_await (serial->async_read_some(in, no_throw) || impl_->timer.async_wait(no_throw));
        expired = done.index() == 1;
        if (!expired) {
            std::tie(error, size) = std::get<0>(done);
        }
    } else {
        auto& socket = std::get<tcp::socket>(impl_->stream);
        auto done =
            co_await (socket.async_read_some(in, no_throw) || impl_->timer.async_wait(no_throw));
        expired = done.index() == 1;
        if (!expired) {
            std::tie(error, size) = std::get<0>(done);
        }
    }
    Event event = DeadlinePassed{};
    if (impl_->closed) {
        event = LinkLost{"closed"};
    } else if (!expired && error) {
        event = LinkLost{error.message()};
    } else if (!expired) {
        event = Received{{impl_->buffer.data(), size}};
    }
    co_return event;
}

bool Port::set_baud(std::uint32_t baud) {
    auto* serial = std::get_if<asio::serial_port>(&impl_->stream);
    if (serial == nullptr || ::tcdrain(serial->native_handle()) != 0) {
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
    }
}

}  // namespace protocols::link
