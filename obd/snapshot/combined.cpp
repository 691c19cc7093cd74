#include "obd/snapshot/combined.hpp"

#include <algorithm>

namespace obd {

std::vector<const Ecu*> engine_units(const Snapshot& snapshot) {
    std::vector<const Ecu*> engine;
    std::vector<const Ecu*> all;
    for (const auto& ecu : snapshot.ecus) {
        if (ecu.status.value) {
            all.push_back(&ecu);
            if (ecu.status.value->judges_engine()) {
                engine.push_back(&ecu);
            }
        }
    }
    return engine.empty() ? all : engine;
}

std::optional<Ignition> combined_ignition(const Snapshot& snapshot) {
    const auto units = engine_units(snapshot);
    return units.empty() ? std::nullopt : std::optional(units.front()->status.value->ignition);
}

Readiness combined_readiness(const Snapshot& snapshot, Monitor monitor) {
    auto readiness = Readiness::unsupported;
    for (const auto& ecu : snapshot.ecus) {
        if (ecu.status.value && ecu.status.value->supports(monitor) &&
            readiness != Readiness::incomplete) {
            readiness = ecu.status.value->monitors.at(monitor);
        }
    }
    return readiness;
}

std::optional<bool> combined_mil(const Snapshot& snapshot) {
    bool reported = false;
    bool missing = false;
    for (const auto& ecu : snapshot.ecus) {
        const auto whole = ecu.whole_codes.find("stored");
        if (!ecu.status.value && ecu.status.absence == Absence::unsupported &&
            whole != ecu.whole_codes.end()) {
            // SAE J1979-2 without F401: any code that asks for the lamp.
            if (std::ranges::any_of(whole->second, [](const UdsDtc& code) {
                    return (code.status & status_warning) != 0;
                })) {
                return true;
            }
            reported = true;
        } else if (!ecu.status.value) {
            missing = missing || ecu.status.absence != Absence::unsupported;
        } else if (ecu.status.value->lamp != LampTold::told) {
            missing = missing || ecu.status.value->lamp == LampTold::missing;
        } else if (ecu.status.value->mil) {
            return true;
        } else {
            reported = true;
        }
    }
    // A unit that should have answered may hold the lamp on: only a lit lamp is then certain.
    return reported && !missing ? std::optional(false) : std::nullopt;
}

std::optional<std::string> combined_vin(const Snapshot& snapshot) {
    std::optional<std::string> vin;
    for (const auto& ecu : snapshot.ecus) {
        if (!ecu.vin.value) {
            continue;
        }
        if (vin && *vin != *ecu.vin.value) {
            return std::nullopt;
        }
        vin = ecu.vin.value;
    }
    return vin;
}

}  // namespace obd
