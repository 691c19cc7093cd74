#pragma once

#include "protocols/simulator/elm.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>

namespace protocols::simulator {

/// Makes an adapter for each host that connects.
using MakeAdapter = std::function<std::unique_ptr<Answering>()>;

/// Serves on a pseudo-terminal and makes `link` a symbolic link to it, until `io` stops. Throws
/// std::runtime_error with a sentence for people when the terminal or link cannot be made.
void serve_pty(boost::asio::io_context& io, const std::string& link, MakeAdapter make);

/// Serves TCP, one adapter a connection. Port 0 takes a free one; returns the port. Throws
/// std::runtime_error.
unsigned short serve_tcp(
    boost::asio::io_context& io, const std::string& host, unsigned short port, MakeAdapter make
);

}  // namespace protocols::simulator
