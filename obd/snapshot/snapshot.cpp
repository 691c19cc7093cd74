#include "obd/snapshot/snapshot.hpp"

#include <algorithm>
#include <array>

namespace obd {

std::string_view id(Tongue tongue) {
    static constexpr std::array<std::string_view, 3> ids{"j1979", "j1979-2", "j1939"};
    return ids[static_cast<std::size_t>(tongue)];
}

std::string_view name(Tongue tongue) {
    static constexpr std::array<std::string_view, 3> names{
        "SAE J1979", "SAE J1979-2", "SAE J1939-73"};
    return names[static_cast<std::size_t>(tongue)];
}

std::string_view id(Absence absence) {
    static constexpr std::array<std::string_view, 6> names{"not_asked", "unsupported", "silent",
                                                           "negative",  "malformed",   "failed"};
    return names[static_cast<std::size_t>(absence)];
}

std::optional<std::uint32_t> first_stored(const Ecu& ecu) {
    const auto stored = ecu.whole_codes.find("stored");
    return stored == ecu.whole_codes.end() || stored->second.empty()
               ? std::nullopt
               : std::optional(stored->second.front().number);
}

Ecu& Snapshot::ecu(protocols::bus::EcuAddress address) {
    const auto found = std::ranges::find(ecus, address, &Ecu::address);
    if (found != ecus.end()) {
        return *found;
    }
    ecus.emplace_back().address = address;
    return ecus.back();
}

}  // namespace obd
