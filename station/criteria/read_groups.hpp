#pragma once

#include "station/criteria/profile.hpp"
#include "station/criteria/reader.hpp"

#include <string>
#include <vector>

/// Of this leaf only.
namespace station::criteria {

/// Reads `/readiness_groups` of a profile whose sources are read.
void read_readiness_groups(Reader& reader, const boost::json::object& object, Profile& profile);

/// Complains of a level other than primary, secondary and memory.
void level_is_known(Reader& reader, const std::string& level, const std::string& pointer);
/// Complains of what is not among the profile's sources.
void sources_are_named(
    Reader& reader,
    const std::vector<std::string>& cited,
    const Profile& profile,
    const std::string& pointer
);

}  // namespace station::criteria
