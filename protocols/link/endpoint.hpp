#pragma once

#include "protocols/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace protocols::link {

/// Where an adapter is: `serial:DEVICE[@BAUD]`, `tcp:HOST:PORT`, or `j2534:NAME` (a library that is
/// installed, or its path).
struct Endpoint {
    enum class Kind { serial, tcp, j2534 };
    Kind kind = Kind::serial;
    std::string device;  ///< Serial device path, host name or address, or J2534 name.
    std::uint32_t baud = 38400;
    std::uint16_t port = 0;

    [[nodiscard]] std::string text() const;
};
/// Fault: malformed (detail: what the form must be).
[[nodiscard]] Result<Endpoint> read_endpoint(std::string_view text);

}  // namespace protocols::link
