#pragma once

#include "protocols/base/embedded.hpp"
#include "sync/central/intake.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace syncing::central {

struct WebRequest {
    std::string method;
    std::string target;  ///< Path and query, still percent-encoded.
    std::string body;
};
struct WebReply {
    int status = 200;
    std::string type = "application/json";
    std::string body;
};

/// Answers one request. No I/O but the database: tests call it directly.
[[nodiscard]] WebReply answer(
    Intake& intake,
    const std::vector<protocols::EmbeddedFile>& pages,
    const WebRequest& request,
    std::string_view received
);

}  // namespace syncing::central
