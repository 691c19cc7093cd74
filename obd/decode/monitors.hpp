#pragma once

#include "protocols/base/hex.hpp"
#include "protocols/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace obd {

/// untold: SAE J1939 does not say.
enum class Ignition { spark, compression, untold };
/// `spark`, `compression`, `untold`.
[[nodiscard]] std::string_view id(Ignition ignition);

/// On-board monitors of service 01 PIDs 01 and 41 (SAE J1979, PID $01 bytes B to D).
enum class Monitor {
    misfire,
    fuel_system,
    components,
    catalyst,
    heated_catalyst,
    evaporative,
    secondary_air,
    ac_refrigerant,  ///< Gasoline particulate filter on later vehicles.
    oxygen_sensor,
    oxygen_heater,
    egr_vvt,
    nmhc_catalyst,
    nox_scr,
    boost_pressure,
    exhaust_sensor,
    pm_filter,
    cold_start_aid,  ///< SAE J1939 alone.
};

/// Three-letter form used by criteria: MIS, FUE, CCM, CAT, HCAT, EVAP, AIR, ACR, O2S, O2H, EGR,
/// NMHC, NOX, BP, EGS, PMF, CSA.
[[nodiscard]] std::string_view code(Monitor monitor);
[[nodiscard]] std::optional<Monitor> monitor_from_code(std::string_view code);
/// Misfire, fuel system and components run all the time; the others once a drive.
[[nodiscard]] bool continuous(Monitor monitor);
/// The monitors bytes B to D can speak of for this ignition, in the standard's order.
[[nodiscard]] const std::vector<Monitor>& monitors_of(Ignition ignition);

enum class Readiness { unsupported, incomplete, complete };

/// What a control unit says of the malfunction indicator: SAE J1939 alone lets it be silent of it.
enum class LampTold {
    told,
    not_mine,  ///< It does not command the lamp.
    missing,   ///< It did not say, and should have.
};

struct MonitorStatus {
    bool mil = false;                ///< Commanded on by this control unit. PID 01 only.
    LampTold lamp = LampTold::told;  ///< `mil` says nothing otherwise.
    bool counted = true;             ///< `dtc_count` says nothing otherwise (SAE J1939 alone).
    int dtc_count = 0;  ///< Confirmed emission codes in this control unit. PID 01 only.
    Ignition ignition = Ignition::spark;
    std::map<Monitor, Readiness> monitors;
    /// Reserved support bits that are set: a monitor we cannot name must still block "ready".
    bool unnamed_incomplete = false;

    /// True when this unit has more than the comprehensive components: only such a unit knows the
    /// ignition type (SAE J1699-3 skips units that have components alone).
    [[nodiscard]] bool judges_engine() const;
    [[nodiscard]] bool supports(Monitor monitor) const;
};

/// Readiness groups of SAE J1979-2 (ISO 14229-1 19 56) by which vehicles without F401 tell a
/// monitor, as a programme has it: no source that is open to all says which group is which.
struct MonitorGroups {
    Monitor monitor = Monitor::components;
    std::vector<std::uint8_t> groups;  ///< Empty: such vehicles do not have this monitor.
    std::string verified;              ///< `primary`, `secondary` or `memory`.
};
inline constexpr std::size_t readiness_groups_max = 32;

/// From bytes A to D. Fault: malformed when there are not exactly four.
[[nodiscard]] protocols::Result<MonitorStatus> read_monitor_status(protocols::ByteView data);

}  // namespace obd
