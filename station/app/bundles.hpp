#pragma once

#include "station/bundle/bundle.hpp"
#include "station/inspection/inspection.hpp"
#include "station/records/store.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace station::app {

/// The programme's bundle a station works by. It lies whole in one file of the station's folder; a
/// new one takes its place in one step or not at all.
struct Installed {
    bundle::Verified bundle;
    criteria::Tables tables;
    std::map<std::string, criteria::BothLanguages> code_texts;
    inspection::BundleName name;  ///< As records name it; expired: on that moment.

    /// The profile's bytes; nullopt when the bundle has none of this id.
    [[nodiscard]] std::optional<std::string> profile(const std::string& id) const;
};

/// The bundle in force, checked anew; nullopt when none was ever installed. Faults: store_damaged,
/// when the file is there and does not hold.
[[nodiscard]] protocols::Result<std::optional<Installed>> installed_bundle(
    const std::filesystem::path& station
);

/// What came of an install.
struct InstallDone {
    std::optional<bundle::Verified> bundle;  ///< Installed now.
    criteria::BothLanguages refused;         ///< Why not; what was in force still is.
};
/// Checks a bundle and puts it in force. `trust`: the root a station's first bundle must have;
/// later ones must follow from the root in force. Faults: store_*.
[[nodiscard]] protocols::Result<InstallDone> install_bundle(
    const std::filesystem::path& station, std::string_view text, const std::string& trust
);

/// Records which bundle is in force, once for each: also after the power went between an install
/// and its record. Faults: store_*.
[[nodiscard]] protocols::Result<void> note_bundle(records::Store& store);

}  // namespace station::app
