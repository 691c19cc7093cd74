#include "protocols/simulator/serve.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <fcntl.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace protocols::simulator {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
constexpr auto forever = std::chrono::hours(1);

/// The simulated world's time, which may run faster than the clock.
class Pace {
public:
    explicit Pace(double speed) : speed_(speed), start_(std::chrono::steady_clock::now()) {}

    [[nodiscard]] Instant now() const {
        return stretched(std::chrono::steady_clock::now(), speed_);
    }
    /// When the clock shows a simulated moment.
    [[nodiscard]] Instant real(Instant simulated) const { return stretched(simulated, 1 / speed_); }

private:
    [[nodiscard]] Instant stretched(Instant moment, double factor) const {
        const std::chrono::duration<double, std::nano> since = moment - start_;
        return start_ + std::chrono::duration_cast<Instant::duration>(since * factor);
    }

    double speed_;
    Instant start_;
};

/// Rate the host has set on its side; 0 where the line has none.
std::uint32_t host_baud(tcp::socket&) {
    return 0;
}
std::uint32_t host_baud(asio::posix::stream_descriptor& master) {
    struct Rate {
        speed_t code;
        std::uint32_t baud;
    };
    static constexpr std::array rates{
        Rate{B9600, 9600},       Rate{B19200, 19200},     Rate{B38400, 38400},
        Rate{B57600, 57600},     Rate{B115200, 115200},   Rate{B230400, 230400},
        Rate{B460800, 460800},   Rate{B500000, 500000},   Rate{B921600, 921600},
        Rate{B1000000, 1000000}, Rate{B2000000, 2000000},
    };
    termios settings{};
    if (::tcgetattr(master.native_handle(), &settings) != 0) {
        return 0;
    }
    const auto* found = std::ranges::find(rates, ::cfgetospeed(&settings), &Rate::code);
    return found == rates.end() ? 0 : found->baud;
}

/// Carries bytes between a host's stream and its adapter, at the adapter's times.
template <class Stream>
asio::awaitable<void> serve(Stream& stream, Answering& adapter, Pace pace) {
    using namespace asio::experimental::awaitable_operators;
    asio::steady_timer timer(stream.get_executor());
    std::array<char, 512> buffer{};
    for (;;) {
        adapter.host_baud(host_baud(stream));
        const auto bytes = adapter.take(pace.now());
        if (!bytes.empty()) {
            const auto out = asio::buffer(bytes);
            const auto written = co_await asio::async_write(stream, out, no_throw);
            if (std::get<0>(written)) {
                co_return;
            }
            continue;
        }
        const auto due = adapter.due();
        timer.expires_at(due ? pace.real(*due) : std::chrono::steady_clock::now() + forever);
        const auto in = asio::buffer(buffer);
        const auto first =
            co_await (stream.async_read_some(in, no_throw) || timer.async_wait(no_throw));
        if (first.index() == 1) {
            continue;
        }
        const auto& [error, size] = std::get<0>(first);
        if (error) {
            co_return;
        }
        adapter.host_baud(host_baud(stream));
        adapter.receive({buffer.data(), size}, pace.now());
    }
}

asio::awaitable<void> serve_connection(tcp::socket socket, Offer offer) {
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    const auto adapter = offer.make();
    co_await serve(socket, *adapter, Pace(offer.speed));
}

asio::awaitable<void> accept_hosts(tcp::acceptor acceptor, Offer offer) {
    for (;;) {
        auto accepted = co_await acceptor.async_accept(no_throw);
        auto& [error, socket] = accepted;
        if (error) {
            co_return;
        }
        asio::co_spawn(
            acceptor.get_executor(), serve_connection(std::move(socket), offer), asio::detached
        );
    }
}

/// Keeps the slave side open itself, so that a host may come and go.
asio::awaitable<void> serve_terminal(
    asio::posix::stream_descriptor master, int slave, Offer offer
) {
    const auto adapter = offer.make();
    co_await serve(master, *adapter, Pace(offer.speed));
    ::close(slave);
}

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error(what + ": " + std::strerror(errno));
}

}  // namespace

void serve_pty(asio::io_context& io, const std::string& link, Offer offer) {
    int master = -1;
    int slave = -1;
    std::array<char, 256> name{};
    termios raw{};
    ::cfmakeraw(&raw);
    if (::openpty(&master, &slave, name.data(), &raw, nullptr) != 0) {
        fail("cannot make a pseudo-terminal");
    }
    ::fcntl(master, F_SETFD, FD_CLOEXEC);
    ::fcntl(slave, F_SETFD, FD_CLOEXEC);
    std::error_code error;
    if (std::filesystem::is_symlink(link, error)) {
        std::filesystem::remove(link, error);
    }
    if (::symlink(name.data(), link.c_str()) != 0) {
        fail("cannot make the link " + link);
    }
    asio::posix::stream_descriptor stream(io, master);
    asio::co_spawn(io, serve_terminal(std::move(stream), slave, std::move(offer)), asio::detached);
}

namespace {

/// Hears on `socket` and answers from `own`, so that its address is the vehicle's. On the loopback
/// device it is there for this machine alone.
asio::awaitable<void> announce(
    asio::ip::udp::socket socket, asio::ip::udp::socket own, Vehicle vehicle
) {
    const bool to_itself = own.local_endpoint().address().is_loopback();
    std::array<char, 512> buffer{};
    for (;;) {
        asio::ip::udp::endpoint from;
        const auto in = asio::buffer(buffer);
        const auto got = co_await socket.async_receive_from(in, from, no_throw);
        const auto& [error, size] = got;
        if (error == asio::error::operation_aborted) {
            co_return;
        }
        const bool stranger = to_itself && !from.address().is_loopback();
        const auto answer =
            error || stranger ? std::nullopt : DoipEntity::announce(vehicle, {buffer.data(), size});
        if (answer) {
            const auto out = asio::buffer(*answer);
            co_await own.async_send_to(out, from, no_throw);
        }
    }
}

}  // namespace

unsigned short serve_doip(
    asio::io_context& io,
    const std::string& host,
    unsigned short port,
    Vehicle vehicle,
    DoipQuirks quirks,
    double speed
) {
    const auto taken = serve_tcp(
        io, host, port, {[=] { return std::make_unique<DoipEntity>(vehicle, quirks); }, speed}
    );
    // On every address: a broadcast does not arrive at a socket bound to one of them.
    asio::ip::udp::socket socket(io);
    boost::system::error_code error;
    socket.open(asio::ip::udp::v4());
    socket.set_option(asio::socket_base::reuse_address(true));
    socket.bind({asio::ip::address_v4::any(), taken}, error);
    if (error) {
        throw std::runtime_error(
            "cannot answer on UDP port " + std::to_string(taken) + " (" + error.message() +
            "): choose another with --doip HOST:PORT"
        );
    }
    asio::ip::udp::socket own(io, {asio::ip::make_address(host), 0});
    asio::co_spawn(
        io, announce(std::move(socket), std::move(own), std::move(vehicle)), asio::detached
    );
    return taken;
}

unsigned short serve_tcp(
    asio::io_context& io, const std::string& host, unsigned short port, Offer offer
) {
    boost::system::error_code error;
    const auto address = asio::ip::make_address(host, error);
    if (error) {
        throw std::runtime_error("\"" + host + "\" is not an IP address, e.g. 127.0.0.1");
    }
    const tcp::endpoint endpoint(address, port);
    tcp::acceptor acceptor(io);
    acceptor.open(endpoint.protocol());
    acceptor.set_option(asio::socket_base::reuse_address(true));
    acceptor.bind(endpoint, error);
    if (error) {
        throw std::runtime_error(
            "cannot listen on port " + std::to_string(port) + " (" + error.message() +
            "): choose another"
        );
    }
    acceptor.listen();
    const auto taken = acceptor.local_endpoint().port();
    asio::co_spawn(io, accept_hosts(std::move(acceptor), std::move(offer)), asio::detached);
    return taken;
}

}  // namespace protocols::simulator
