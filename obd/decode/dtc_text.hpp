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

/// Meaning of a code. Who defines it is in its second digit (SAE J2012-DA): 0 the standard, 1 the
/// maker; P2 and P34 on the standard, P30 to P33 the maker; U3 and the other 2 and 3 mixed.
[[nodiscard]] DtcText dtc_text(Dtc code);

}  // namespace obd
