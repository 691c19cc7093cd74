#pragma once

#include "station/criteria/profile.hpp"

#include <string>

namespace station::criteria {

/// A programme as a person reads it: what it is, whom it concerns, every rule with its clause, how
/// sure its wording is and what follows when it is not met. Plain text, 100 columns at most.
[[nodiscard]] std::string page(const Profile& profile, bool spanish);

}  // namespace station::criteria
