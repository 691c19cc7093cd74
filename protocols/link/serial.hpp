#pragma once

#include "protocols/link/endpoint.hpp"

#include <boost/asio/serial_port.hpp>

#include <string>

/// A serial line as the system at hand has it.
namespace protocols::link {

/// Opens it for this program alone, with eight bits, no parity, one stop bit.
[[nodiscard]] boost::system::error_code open_serial(
    boost::asio::serial_port& serial, const Endpoint& endpoint
);
/// Of an open line: rate, eight bits, no parity, one stop bit, no flow control.
[[nodiscard]] boost::system::error_code set_line(
    boost::asio::serial_port& serial, std::uint32_t baud
);
/// Waits until everything written has left. False: not possible.
[[nodiscard]] bool drain(boost::asio::serial_port& serial);
/// What to do about an error of opening, for people.
[[nodiscard]] std::string open_advice(
    const std::string& device, const boost::system::error_code& error
);

}  // namespace protocols::link
