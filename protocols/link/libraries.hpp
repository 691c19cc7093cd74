#pragma once

#include "protocols/passthru/installed.hpp"

#include <filesystem>
#include <string_view>
#include <vector>

namespace protocols::link {

/// Folders they are looked for in: those of `PASSTHRU_PATH` (between colons), `~/.passthru`,
/// `/etc/passthru.d`.
[[nodiscard]] std::vector<std::filesystem::path> passthru_folders();

/// Every readable one in these folders, by name; unreadable files are left out.
[[nodiscard]] std::vector<passthru::Installed> installed(
    const std::vector<std::filesystem::path>& folders
);

/// The one that is called so, or the library at a path (anything with a `/`). Fault: cannot_open
/// (detail: which names there are).
[[nodiscard]] Result<passthru::Installed> find_library(
    std::string_view name, const std::vector<std::filesystem::path>& folders
);

}  // namespace protocols::link
