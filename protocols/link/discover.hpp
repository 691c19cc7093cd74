#pragma once

#include "protocols/doip/message.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace protocols::link {

/// A vehicle that announced itself.
struct Announced {
    doip::Announcement said;
    std::string host;  ///< Its IP address.
};

/// Asks for vehicles over UDP (ISO 13400-2 7.1.4) at `address`, mostly a network's broadcast
/// address, and collects who answers within the standard's time. Each vehicle once. Fault:
/// cannot_open (detail says what to do).
[[nodiscard]] boost::asio::awaitable<void> discover(
    boost::asio::io_context& io,
    std::string address,
    std::uint16_t port,
    Result<std::vector<Announced>>& found
);

}  // namespace protocols::link
