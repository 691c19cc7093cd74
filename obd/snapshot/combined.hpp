#pragma once

#include "obd/snapshot/snapshot.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace obd {

/// Units whose monitors a programme judges: those that know more than components (SAE J1699-3
/// skips units that have components alone). When no unit does, all that reported their status.
[[nodiscard]] std::vector<const Ecu*> engine_units(const Snapshot& snapshot);

/// Ignition by the first of engine_units(); nullopt when no unit reported its status.
[[nodiscard]] std::optional<Ignition> combined_ignition(const Snapshot& snapshot);

/// A monitor over all units: supported when any supports it, complete when all that do are.
[[nodiscard]] Readiness combined_readiness(const Snapshot& snapshot, Monitor monitor);

/// What readiness groups say of one monitor of the vehicle.
struct ToldByGroups {
    std::optional<Readiness> state;  ///< Incomplete when any code's test is not completed.
    std::string why;                 ///< There is none.
    std::string verified;            ///< How well it is known that the groups are this monitor.
    /// Unit, and what it said to one group.
    std::vector<std::pair<const Ecu*, const Item<DtcReport>*>> said;
};
/// True where monitors are told by readiness groups alone: every unit is of SAE J1979-2 and none
/// has F401.
[[nodiscard]] bool told_by_groups(const Snapshot& snapshot);
/// The monitors of the snapshot's mapping by what their groups say. A unit that refuses a group as
/// out of its range does not have it, one that lists no code neither; one that is silent to it, or
/// refuses it while it owes another group's answer, or does not serve the status bit, leaves the
/// monitor open unless another shows it incomplete.
[[nodiscard]] std::map<Monitor, ToldByGroups> readiness_by_groups(const Snapshot& snapshot);

/// Lamp commanded by any unit; nullopt when none does and a unit that should have answered did not.
[[nodiscard]] std::optional<bool> combined_mil(const Snapshot& snapshot);

/// The VIN all units that tell one agree on; nullopt when none does, or they disagree.
[[nodiscard]] std::optional<std::string> combined_vin(const Snapshot& snapshot);

}  // namespace obd
