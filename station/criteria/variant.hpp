#pragma once

#include "station/criteria/profile.hpp"
#include "station/criteria/reader.hpp"

/// Of this leaf only.
namespace station::criteria {

/// The profile with a variant's changes: whole keys of named rules replaced, and its result codes
/// and words kept in `into`. A variant may extend another one.
[[nodiscard]] boost::json::value with_variant(
    Reader& reader, boost::json::value profile, const std::string& variant, Profile& into
);

}  // namespace station::criteria
