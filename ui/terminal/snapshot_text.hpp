#pragma once

#include "obd/snapshot/snapshot.hpp"

namespace ui::terminal {

/// Writes what was read to standard output, for a person.
void print_snapshot(const obd::Snapshot& snapshot, bool spanish);

}  // namespace ui::terminal
