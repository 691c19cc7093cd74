#include "obd/decode/monitors.hpp"

#include <algorithm>
#include <array>

namespace obd {
namespace {

struct Row {
    Monitor monitor;
    std::string_view code;
};

constexpr std::array rows{
    Row{Monitor::misfire, "MIS"},          Row{Monitor::fuel_system, "FUE"},
    Row{Monitor::components, "CCM"},       Row{Monitor::catalyst, "CAT"},
    Row{Monitor::heated_catalyst, "HCAT"}, Row{Monitor::evaporative, "EVAP"},
    Row{Monitor::secondary_air, "AIR"},    Row{Monitor::ac_refrigerant, "ACR"},
    Row{Monitor::oxygen_sensor, "O2S"},    Row{Monitor::oxygen_heater, "O2H"},
    Row{Monitor::egr_vvt, "EGR"},          Row{Monitor::nmhc_catalyst, "NMHC"},
    Row{Monitor::nox_scr, "NOX"},          Row{Monitor::boost_pressure, "BP"},
    Row{Monitor::exhaust_sensor, "EGS"},   Row{Monitor::pm_filter, "PMF"},
    Row{Monitor::cold_start_aid, "CSA"},
};

using Slots = std::array<std::optional<Monitor>, 8>;

// Bytes C (supported) and D (not complete), bit 0 first.
constexpr Slots spark_slots{Monitor::catalyst,       Monitor::heated_catalyst,
                            Monitor::evaporative,    Monitor::secondary_air,
                            Monitor::ac_refrigerant, Monitor::oxygen_sensor,
                            Monitor::oxygen_heater,  Monitor::egr_vvt};
constexpr Slots compression_slots{
    Monitor::nmhc_catalyst, Monitor::nox_scr,        std::nullopt,       Monitor::boost_pressure,
    std::nullopt,           Monitor::exhaust_sensor, Monitor::pm_filter, Monitor::egr_vvt};
constexpr std::array continuous_slots{Monitor::misfire, Monitor::fuel_system, Monitor::components};

std::vector<Monitor> list(const Slots& slots) {
    std::vector<Monitor> all(continuous_slots.begin(), continuous_slots.end());
    for (const auto& slot : slots) {
        if (slot) {
            all.push_back(*slot);
        }
    }
    return all;
}

Readiness readiness(bool supported, bool incomplete) {
    if (!supported) {
        return Readiness::unsupported;  // the completion bit then carries no meaning
    }
    return incomplete ? Readiness::incomplete : Readiness::complete;
}

}  // namespace

std::string_view id(Ignition ignition) {
    constexpr std::array<std::string_view, 3> ids{"spark", "compression", "untold"};
    return ids[static_cast<std::size_t>(ignition)];
}

std::string_view code(Monitor monitor) {
    return std::ranges::find(rows, monitor, &Row::monitor)->code;
}

std::optional<Monitor> monitor_from_code(std::string_view code) {
    const auto row = std::ranges::find(rows, code, &Row::code);
    if (row == rows.end()) {
        return std::nullopt;
    }
    return row->monitor;
}

bool continuous(Monitor monitor) {
    return std::ranges::find(continuous_slots, monitor) != continuous_slots.end();
}

const std::vector<Monitor>& monitors_of(Ignition ignition) {
    static const auto spark = list(spark_slots);
    static const auto compression = list(compression_slots);
    // In the order of the bits of DM5 (SAE J1939-73 5.7.5).
    static const std::vector untold{
        Monitor::misfire,        Monitor::fuel_system,     Monitor::components,
        Monitor::catalyst,       Monitor::heated_catalyst, Monitor::evaporative,
        Monitor::secondary_air,  Monitor::ac_refrigerant,  Monitor::exhaust_sensor,
        Monitor::oxygen_heater,  Monitor::egr_vvt,         Monitor::cold_start_aid,
        Monitor::boost_pressure, Monitor::pm_filter,       Monitor::nox_scr,
        Monitor::nmhc_catalyst};
    if (ignition == Ignition::untold) {
        return untold;
    }
    return ignition == Ignition::spark ? spark : compression;
}

bool MonitorStatus::judges_engine() const {
    return std::ranges::any_of(monitors, [](const auto& item) {
        return item.first != Monitor::components && item.second != Readiness::unsupported;
    });
}

bool MonitorStatus::supports(Monitor monitor) const {
    const auto found = monitors.find(monitor);
    return found != monitors.end() && found->second != Readiness::unsupported;
}

protocols::Result<MonitorStatus> read_monitor_status(protocols::ByteView data) {
    if (data.size() != 4) {
        return protocols::Failure{
            protocols::Fault::malformed,
            "monitor status needs 4 bytes: " + protocols::to_hex(data)};
    }
    MonitorStatus status;
    status.mil = (data[0] & 0x80) != 0;
    status.dtc_count = data[0] & 0x7F;
    status.ignition = (data[1] & 0x08) != 0 ? Ignition::compression : Ignition::spark;
    for (unsigned bit = 0; bit < continuous_slots.size(); ++bit) {
        status.monitors[continuous_slots[bit]] =
            readiness((data[1] >> bit & 1) != 0, (data[1] >> (bit + 4) & 1) != 0);
    }
    const auto& slots = status.ignition == Ignition::spark ? spark_slots : compression_slots;
    for (unsigned bit = 0; bit < slots.size(); ++bit) {
        const auto state = readiness((data[2] >> bit & 1) != 0, (data[3] >> bit & 1) != 0);
        if (slots[bit]) {
            status.monitors[*slots[bit]] = state;
        } else if (state == Readiness::incomplete) {
            status.unnamed_incomplete = true;
        }
    }
    return status;
}

}  // namespace obd
