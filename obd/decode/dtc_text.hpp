#pragma once

#include "obd/decode/dtc.hpp"

#include <string>
#include <string_view>

namespace obd {

/// A code in words of our own, from `data/dtc.json`.
struct DtcText {
    /// part: the part and its fault are named. subsystem: only where in the vehicle it belongs.
    /// manufacturer: its maker defined it. reserved: no standard has defined it.
    enum class Source { part, subsystem, manufacturer, reserved };
    Source source = Source::reserved;
    std::string en;
    std::string es;
    std::string monitor;  ///< Monitor that stores it, e.g. `CAT`; empty where that is not stated.
};
[[nodiscard]] std::string_view id(DtcText::Source source);

/// Meaning of a code. Its first digit says who defines it (SAE J2012-DA): 0 the standard; 1 the
/// maker; 2 the standard for P, else the maker; 3 the maker for P30 to P33, the standard from P34
/// on and for U.
[[nodiscard]] DtcText dtc_text(Dtc code);

/// Monitor a code counts for where a programme asks for codes "associated with the monitors": its
/// own; of other powertrain codes comprehensive components (CCM), which watch all that no other
/// monitor does (OBD II, 13 CCR 1968.2 (e)(15)); of other codes none (empty).
[[nodiscard]] std::string monitor_of(std::string_view code);

}  // namespace obd
