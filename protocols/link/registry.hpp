#pragma once

#include "protocols/passthru/installed.hpp"

#include <vector>

namespace protocols::link {

/// J2534 libraries in the registry of Windows: `HKLM\\SOFTWARE\\PassThruSupport.04.04` and
/// `.05.00`, as programs of 64 and of 32 bits see it (SAE J2534-1 annex; most vendors' are of 32
/// bits). One that has two libraries under a name comes as `NAME` (64 bits) and `NAME (32)`. Empty
/// elsewhere.
[[nodiscard]] std::vector<passthru::Installed> registered();

}  // namespace protocols::link
