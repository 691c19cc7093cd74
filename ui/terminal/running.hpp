#pragma once

#include "station/app/inspector.hpp"

#include <chrono>

namespace ui::terminal {

/// Reads a vehicle with progress lines on standard error; Ctrl-C ends it.
[[nodiscard]] station::app::ReadingDone read_now(
    const protocols::link::Endpoint& endpoint,
    const obd::ReadingSettings& settings,
    std::chrono::seconds reconnect,
    bool spanish
);

/// Tries out an adapter, in the same way.
[[nodiscard]] station::app::QualifyingDone qualify_now(
    const protocols::link::Endpoint& endpoint, bool spanish
);

}  // namespace ui::terminal
