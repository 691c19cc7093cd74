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

bool told_by_groups(const Snapshot& snapshot) {
    return !snapshot.ecus.empty() && std::ranges::all_of(snapshot.ecus, [](const Ecu& ecu) {
        return ecu.tongue == Tongue::j1979_2 && !ecu.status.value &&
               ecu.status.absence == Absence::unsupported;
    });
}

namespace {

/// Whether an answer of the unit is still owed, and may have come as that to another group.
bool late(const Ecu& ecu) {
    return std::ranges::any_of(ecu.readiness_groups, [](const auto& group) {
        return !group.second.value && group.second.absence != Absence::negative &&
               group.second.absence != Absence::not_asked;
    });
}

/// What one unit's answer to one group says; nullopt: nothing, and `why`.
std::optional<Readiness> said_of(const Ecu& ecu, std::uint8_t group, std::string& why) {
    constexpr std::uint8_t out_of_range = 0x31;  // ISO 14229-1 A.1
    const auto open = [&](const std::string& reason) {
        why += ecu.address.text() + " 195633" + protocols::to_hex(group) + " " + reason + "; ";
        return std::nullopt;
    };
    const auto found = ecu.readiness_groups.find(group);
    if (found == ecu.readiness_groups.end()) {
        return open(std::string(id(Absence::not_asked)));
    }
    const auto& item = found->second;
    if (!item.value) {
        const bool refused = item.absence == Absence::negative;
        if (refused && item.code == out_of_range) {
            if (late(ecu)) {
                return open("refused, perhaps for another group: the unit had not answered one");
            }
            return Readiness::unsupported;
        }
        const auto code = refused ? " " + protocols::to_hex(item.code) : std::string();
        return open(std::string(id(item.absence)) + code);
    }
    const auto& codes = item.value->codes;
    if (codes.empty()) {
        return Readiness::unsupported;
    }
    if ((item.value->status_available & status_not_completed) == 0) {
        return open("does not tell which tests are completed");
    }
    const bool incomplete = std::ranges::any_of(codes, [](const UdsDtc& code) {
        return (code.status & status_not_completed) != 0;
    });
    return incomplete ? Readiness::incomplete : Readiness::complete;
}

}  // namespace

std::map<Monitor, ToldByGroups> readiness_by_groups(const Snapshot& snapshot) {
    std::map<Monitor, ToldByGroups> all;
    for (const auto& named : snapshot.readiness_groups) {
        auto& told = all[named.monitor];
        told.verified = named.verified;
        auto state = Readiness::unsupported;
        for (const auto group : named.groups) {
            for (const auto& ecu : snapshot.ecus) {
                const auto said = said_of(ecu, group, told.why);
                if (const auto item = ecu.readiness_groups.find(group);
                    item != ecu.readiness_groups.end()) {
                    told.said.emplace_back(&ecu, &item->second);
                }
                if (said && *said != Readiness::unsupported && state != Readiness::incomplete) {
                    state = *said;
                }
            }
        }
        // What somebody did not say may be an incomplete test.
        if (state == Readiness::incomplete || told.why.empty()) {
            told.state = state;
        }
    }
    return all;
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
            const bool serves = (ecu.status_served & status_warning) != 0;
            (serves ? reported : missing) = true;
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
