#include "sync/central_web/serve.hpp"

#include "sync/central/routes.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <array>
#include <chrono>
#include <ctime>
#include <memory>
#include <stdexcept>

namespace syncing::central {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);

// Beast has no limits of its own.
constexpr std::uint64_t body_bytes_max = std::uint64_t{24} << 20;
constexpr std::uint32_t header_bytes_max = 16384;
constexpr auto request_time_max = std::chrono::seconds(30);
constexpr int requests_per_connection_max = 1000;

struct Centre {
    Intake& intake;
    std::vector<protocols::EmbeddedFile> pages;
};

std::string utc_now() {
    const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text.data();
}

http::response<http::string_body> respond(
    Centre& centre, const http::request<http::string_body>& request
) {
    const WebRequest asked{
        std::string(request.method_string()), std::string(request.target()), request.body()};
    const auto reply = answer(centre.intake, centre.pages, asked, utc_now());
    http::response<http::string_body> response(
        static_cast<http::status>(reply.status), request.version()
    );
    response.set(http::field::content_type, reply.type);
    response.set(http::field::cache_control, "no-store");
    response.set("X-Content-Type-Options", "nosniff");
    response.set("Referrer-Policy", "no-referrer");
    response.set(
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    if (reply.status == 503) {
        response.set(http::field::retry_after, "5");
    }
    response.keep_alive(request.keep_alive());
    response.body() = reply.body;
    response.prepare_payload();
    return response;
}

asio::awaitable<void> serve_connection(tcp::socket socket, std::shared_ptr<Centre> centre) {
    beast::tcp_stream stream(std::move(socket));
    beast::flat_buffer buffer;
    for (int i = 0; i < requests_per_connection_max; ++i) {
        http::request_parser<http::string_body> parser;
        parser.body_limit(body_bytes_max);
        parser.header_limit(header_bytes_max);
        stream.expires_after(request_time_max);
        const auto got = co_await http::async_read(stream, buffer, parser, no_throw);
        if (std::get<0>(got)) {
            break;
        }
        auto response = respond(*centre, parser.get());
        stream.expires_after(request_time_max);
        const auto sent = co_await http::async_write(stream, response, no_throw);
        if (std::get<0>(sent) || !response.keep_alive()) {
            break;
        }
    }
    beast::error_code ignored;
    stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
}

asio::awaitable<void> accept_all(tcp::acceptor acceptor, std::shared_ptr<Centre> centre) {
    for (;;) {
        auto accepted = co_await acceptor.async_accept(no_throw);
        auto& [error, socket] = accepted;
        if (error == asio::error::operation_aborted) {
            co_return;
        }
        if (!error) {
            asio::co_spawn(
                acceptor.get_executor(), serve_connection(std::move(socket), centre), asio::detached
            );
        }
    }
}

}  // namespace

unsigned short serve(asio::io_context& io, Intake& intake, ServeOptions options) {
    beast::error_code error;
    const auto address = asio::ip::make_address(options.host, error);
    if (error || !address.is_loopback()) {
        throw std::runtime_error(
            "\"" + options.host +
            "\" is not a loopback address: supervisors have no sign-in yet, so "
            "put a proxy that has one in front"
        );
    }
    const tcp::endpoint endpoint(address, options.port);
    tcp::acceptor acceptor(io);
    acceptor.open(endpoint.protocol());
    acceptor.set_option(asio::socket_base::reuse_address(true));
    acceptor.bind(endpoint, error);
    if (error) {
        throw std::runtime_error(
            "cannot listen on port " + std::to_string(options.port) + " (" + error.message() +
            "): choose another with --port"
        );
    }
    acceptor.listen();
    const auto port = acceptor.local_endpoint().port();
    auto centre = std::make_shared<Centre>(Centre{intake, std::move(options.pages)});
    asio::co_spawn(io, accept_all(std::move(acceptor), std::move(centre)), asio::detached);
    return port;
}

}  // namespace syncing::central
