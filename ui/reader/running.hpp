#pragma once

#include "station/reading/reader.hpp"

#include <chrono>

namespace ui::reader {

/// Reads a vehicle with progress lines on standard error; Ctrl-C ends it.
[[nodiscard]] station::reading::ReadingDone read_now(
    const protocols::link::Endpoint& endpoint,
    const obd::ReadingSettings& settings,
    std::chrono::seconds reconnect,
    bool spanish
);

/// Tries out an adapter, in the same way.
[[nodiscard]] station::reading::QualifyingDone qualify_now(
    const protocols::link::Endpoint& endpoint, bool spanish
);

}  // namespace ui::reader
