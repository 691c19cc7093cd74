#pragma once

#include "protocols/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace protocols::link {

/// Where an adapter is: `serial:DEVICE[@BAUD]`, `tcp:HOST:PORT`, `j2534:NAME` (a library that is
/// installed, or its path), `doip:HOST[:PORT]` or `doip:any[@ADDRESS]` (the one vehicle that
/// announces itself when ADDRESS, mostly a broadcast address, is asked).
struct Endpoint {
    enum class Kind { serial, tcp, j2534, doip };
    Kind kind = Kind::serial;
    std::string device;  ///< Serial device path, host name or address, or J2534 name.
    std::string asked;   ///< DoIP without a host: the address to ask for vehicles.
    std::uint32_t baud = 38400;
    std::uint16_t port = 0;

    [[nodiscard]] std::string text() const;
};
/// Fault: malformed (detail: what the form must be).
[[nodiscard]] Result<Endpoint> read_endpoint(std::string_view text);

}  // namespace protocols::link
