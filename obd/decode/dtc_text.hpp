#pragma once

#include "obd/decode/dtc.hpp"

#include <string>

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

}  // namespace obd
