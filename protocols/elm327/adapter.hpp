#pragma once

#include "protocols/bus/bus.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace protocols::elm327 {

/// What an adapter says it is. The banner is a claim, never a proof.
struct AdapterIdentity {
    std::string banner;           ///< Answer to ATI or ATZ, e.g. `ELM327 v1.5`.
    std::string description;      ///< Answer to AT@1; empty when rejected.
    std::string stn;              ///< Answer to STI; empty unless the chip is an STN.
    std::optional<double> volts;  ///< Supply at pin 16 by ATRV, ±2 % uncalibrated.
    bool spaces = true;           ///< False when ATS0 was accepted.
};

/// What the response-count digit means to an adapter ("lines" in the ELM327 data sheet, which
/// leaves segmented answers open).
enum class Counting {
    unknown,   ///< Tried as frames; every answer is checked for completeness anyway.
    none,      ///< Rejected, ignored, or frames get lost with it: not used.
    frames,    ///< Every frame of every unit counts.
    messages,  ///< Every complete message counts.
};
[[nodiscard]] std::string_view id(Counting counting);
[[nodiscard]] std::optional<Counting> counting_from_id(std::string_view id);

/// What an earlier qualification found out about an adapter.
struct KnownAdapter {
    std::string banner;  ///< Empty: nothing is known.
    std::string stn;
    std::uint32_t baud = 0;  ///< Fastest rate that carried everything; 0: none but the line's own.
    Counting counting = Counting::unknown;
    bool interrupts = true;                   ///< A space ends its waiting.
    Counting counting_stpx = Counting::none;  ///< What `r:` of STPX means (STN).
    bool batches = false;                     ///< Takes several commands in a line (`STBC 1`, STN).

    /// Whether this is what answers now.
    [[nodiscard]] bool is(const AdapterIdentity& identity) const {
        return !banner.empty() && banner == identity.banner && stn == identity.stn;
    }
};

/// `12.3V`, `12.3` or `12V`; nullopt for anything else, also for a version banner.
[[nodiscard]] std::optional<double> read_volts(std::string_view text);

/// Answer of ATDPN: `6`, `A6`; nullopt for an unknown number. `automatic` tells a leading A.
struct ProtocolNumber {
    bus::Protocol protocol = bus::Protocol::undecided;
    bool automatic = false;
};
[[nodiscard]] std::optional<ProtocolNumber> read_protocol_number(std::string_view text);

}  // namespace protocols::elm327
