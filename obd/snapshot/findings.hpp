#pragma once

#include "obd/snapshot/snapshot.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace obd {

/// Something in a reading that does not fit together. It judges nothing: a programme and its
/// supervisors decide what it means.
struct Finding {
    /// contradiction: no vehicle that follows the standard says this. unusual: it may, few do.
    enum class Weight { contradiction, unusual };
    std::string_view id;  ///< Stable name, e.g. `vins_differ`.
    Weight weight = Weight::unusual;
    std::vector<protocols::bus::EcuAddress> units;
    std::string detail;  ///< What was compared, e.g. `PID 01 counts 2, service 03 lists 1`.
};
[[nodiscard]] std::string_view id(Finding::Weight weight);

/// Words for a finding's id; empty for none of ours.
struct FindingText {
    std::string_view en;
    std::string_view es;
};
[[nodiscard]] FindingText finding_text(std::string_view id);
/// Every id findings() can give.
[[nodiscard]] std::vector<std::string_view> finding_ids();

/// What of a reading does not fit together, in the manner of SAE J1699-3: who tells the VIN, what
/// a vehicle of its year must tell, counts against lists, counters against each other, units
/// against units. Rules for vehicles of North America apply where the VIN is of such a one. Only
/// passive: from what was read.
[[nodiscard]] std::vector<Finding> findings(const Snapshot& snapshot);

}  // namespace obd
