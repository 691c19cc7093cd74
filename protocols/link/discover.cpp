#include "protocols/link/discover.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>

namespace protocols::link {
namespace {

namespace asio = boost::asio;
using asio::ip::udp;
using boost::system::error_code;
using namespace std::chrono_literals;

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
// A vehicle waits a random time of up to 500 ms (A_DoIP_Announce_Wait, ISO 13400-2 table 19).
constexpr auto announce_max = 700ms;
constexpr int questions = 3;  // a datagram may be lost
constexpr std::size_t vehicles_max = 64;

Failure failed(const std::string& address, const error_code& error) {
    return {
        Fault::cannot_open, "cannot ask for vehicles at " + address + " (" + error.message() +
                                "): check the network cable and this computer's address"};
}

void take(std::string_view datagram, const std::string& host, std::vector<Announced>& found) {
    doip::Inbox inbox;
    inbox.push(datagram);
    const auto message = inbox.next();
    if (message.has_error() || !message.value() || !message.value()->is(doip::Type::announcement)) {
        return;
    }
    auto said = doip::read_announcement(message.value()->payload);
    const bool known = std::ranges::find(found, host, &Announced::host) != found.end();
    if (said.has_value() && !known && found.size() < vehicles_max) {
        found.push_back({std::move(said.value()), host});
    }
}

}  // namespace

asio::awaitable<void> discover(
    asio::io_context& io,
    std::string address,
    std::uint16_t port,
    Result<std::vector<Announced>>& found
) {
    using namespace asio::experimental::awaitable_operators;
    error_code error;
    const auto parsed = asio::ip::make_address(address, error);
    udp::socket socket(io);
    if (!error) {
        socket.open(parsed.is_v6() ? udp::v6() : udp::v4(), error);
    }
    if (!error) {
        socket.set_option(asio::socket_base::broadcast(true), error);
    }
    if (error) {
        found = failed(address, error);
        co_return;
    }
    const auto question = doip::encode(doip::Type::identify, {}, doip::version_any);
    const udp::endpoint everybody(parsed, port);
    asio::steady_timer timer(io);
    std::vector<Announced> vehicles;
    std::array<char, 512> buffer{};
    for (int asked = 0; asked < questions && vehicles.empty(); ++asked) {
        const auto out = asio::buffer(question);
        const auto sent = co_await socket.async_send_to(out, everybody, no_throw);
        if (std::get<0>(sent)) {
            found = failed(address, std::get<0>(sent));
            co_return;
        }
        timer.expires_after(announce_max);
        // Whoever floods this socket does not keep the question open.
        while (asio::steady_timer::clock_type::now() < timer.expiry()) {
            udp::endpoint from;
            const auto in = asio::buffer(buffer);
            const auto got = co_await (
                socket.async_receive_from(in, from, no_throw) || timer.async_wait(no_throw)
            );
            if (got.index() == 1) {
                break;
            }
            const auto& [problem, size] = std::get<0>(got);
            if (!problem) {
                take({buffer.data(), size}, from.address().to_string(), vehicles);
            }
        }
    }
    found = std::move(vehicles);
}

}  // namespace protocols::link
