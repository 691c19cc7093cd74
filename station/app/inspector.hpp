#pragma once

#include "station/inspection/inspection.hpp"
#include "station/reading/reader.hpp"
#include "station/records/store.hpp"

#include <string>

namespace station::app {

/// Now, UTC, ISO 8601 with milliseconds.
[[nodiscard]] std::string utc_now();
/// A random identifier, RFC 4122 version 4.
[[nodiscard]] std::string make_id();

/// A stored inspection.
struct Stored {
    inspection::Concluded concluded;
    records::Record record;
};

/// Judges a reading and stores it: one record, whatever came of it.
[[nodiscard]] protocols::Result<Stored> store_inspection(
    records::Store& store,
    const inspection::Order& order,
    const criteria::Profile& profile,
    const reading::ReadingDone& done
);

/// Closes inspections that were begun and never finished, each with its record. Returns how many.
[[nodiscard]] protocols::Result<int> close_left_open(records::Store& store);

}  // namespace station::app
