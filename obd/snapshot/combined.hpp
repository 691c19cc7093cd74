#pragma once

#include "obd/snapshot/snapshot.hpp"

#include <optional>
#include <vector>

namespace obd {

/// Units whose monitors a programme judges: those that know more than components (SAE J1699-3
/// skips units that have components alone). When no unit does, all that reported their status.
[[nodiscard]] std::vector<const Ecu*> engine_units(const Snapshot& snapshot);

/// Ignition by the first of engine_units(); nullopt when no unit reported its status.
[[nodiscard]] std::optional<Ignition> combined_ignition(const Snapshot& snapshot);

/// A monitor over all units: supported when any supports it, complete when all that do are.
[[nodiscard]] Readiness combined_readiness(const Snapshot& snapshot, Monitor monitor);

/// Lamp commanded by any unit; nullopt when none does and a unit that should have answered did not.
[[nodiscard]] std::optional<bool> combined_mil(const Snapshot& snapshot);

/// The VIN all units that tell one agree on; nullopt when none does, or they disagree.
[[nodiscard]] std::optional<std::string> combined_vin(const Snapshot& snapshot);

}  // namespace obd
