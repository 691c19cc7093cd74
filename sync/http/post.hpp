#pragma once

#include "protocols/base/result.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace syncing::http {

struct Answer {
    long status = 0;
    std::string body;
};

/// Posts JSON and waits for the answer, at most `limit`. Plain HTTP is allowed to loopback only.
/// Blocks the calling thread. Faults: centre_unreachable, centre_refused (TLS identity).
[[nodiscard]] protocols::Result<Answer> post(
    const std::string& url, std::string_view body, std::chrono::milliseconds limit
);

}  // namespace syncing::http
