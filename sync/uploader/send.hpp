#pragma once

#include "station/records/store.hpp"

#include <chrono>
#include <string>

namespace syncing {

struct Sent {
    std::uint64_t confirmed = 0;    ///< Records confirmed by this call.
    std::uint64_t quarantined = 0;  ///< Records the centre kept aside.
    std::string problem;            ///< The centre's code for the first of those.
};

/// Sends one batch of what is unsent to `centre` (its base URL) and files the receipt. Nothing
/// unsent is a success. Faults: centre_unreachable, centre_refused, store_*.
[[nodiscard]] protocols::Result<Sent> send_batch(
    station::records::Store& store, const std::string& centre, std::chrono::milliseconds limit
);

/// Sends batches until nothing is unsent or `limit` has passed.
[[nodiscard]] protocols::Result<Sent> send_all(
    station::records::Store& store, const std::string& centre, std::chrono::milliseconds limit
);

}  // namespace syncing
