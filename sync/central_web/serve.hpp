#pragma once

#include "protocols/base/embedded.hpp"
#include "sync/central/intake.hpp"

#include <boost/asio/io_context.hpp>

#include <string>
#include <vector>

namespace syncing::central {

struct ServeOptions {
    std::string host = "127.0.0.1";  ///< Loopback only: supervisors have no sign-in yet.
    unsigned short port = 0;         ///< 0 takes a free one.
    std::vector<protocols::EmbeddedFile> pages;  ///< Served at `/NAME`; `index.html` also at `/`.
};

/// Serves stations (`POST /v1/stations/ID/records`), supervisors (`GET /api/…`) and pages on `io`
/// until it stops. Requests are limited in size and time. Returns the port. Throws
/// std::runtime_error with a sentence for people.
unsigned short serve(boost::asio::io_context& io, Intake& intake, ServeOptions options);

}  // namespace syncing::central
