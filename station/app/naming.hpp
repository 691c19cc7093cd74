#pragma once

#include <string>

namespace station::app {

/// Now, UTC, ISO 8601 with milliseconds.
[[nodiscard]] std::string utc_now();
/// A random identifier, RFC 4122 version 4.
[[nodiscard]] std::string make_id();

}  // namespace station::app
