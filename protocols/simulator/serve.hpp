#pragma once

#include "protocols/simulator/doip.hpp"
#include "protocols/simulator/elm.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>

namespace protocols::simulator {

/// What is offered to hosts.
struct Offer {
    std::function<std::unique_ptr<Answering>()> make;  ///< An adapter for each host that connects.
    double speed = 1;  ///< Simulated seconds a second; 1 is the real world.
};

/// Serves on a pseudo-terminal and makes `link` a symbolic link to it, until `io` stops. Throws
/// std::runtime_error with a sentence for people when the terminal or link cannot be made.
void serve_pty(boost::asio::io_context& io, const std::string& link, Offer offer);

/// Serves TCP, one adapter a connection. Port 0 takes a free one; returns the port. Throws
/// std::runtime_error.
unsigned short serve_tcp(
    boost::asio::io_context& io, const std::string& host, unsigned short port, Offer offer
);

/// A vehicle on Ethernet (ISO 13400-2): announces itself over UDP, one entity a TCP connection. The
/// same port for both; 0 takes a free one. Throws std::runtime_error.
unsigned short serve_doip(
    boost::asio::io_context& io,
    const std::string& host,
    unsigned short port,
    Vehicle vehicle,
    DoipQuirks quirks,
    double speed
);

}  // namespace protocols::simulator
