#pragma once

#include "protocols/passthru/installed.hpp"

#include <filesystem>
#include <string_view>
#include <vector>

namespace protocols::link {

/// Folders they are looked for in: those of `PASSTHRU_PATH` (between colons; on Windows,
/// semicolons), `~/.passthru`,
/// `/etc/passthru.d`.
[[nodiscard]] std::vector<std::filesystem::path> passthru_folders();

/// Those in the registry of Windows, and every readable one in these folders; unreadable files are
/// left out.
[[nodiscard]] std::vector<passthru::Installed> installed(
    const std::vector<std::filesystem::path>& folders
);

/// The one that is called so, or the library at a path (anything with a `/` or a backslash). Fault:
/// cannot_open (detail: which names there are).
[[nodiscard]] Result<passthru::Installed> find_library(
    std::string_view name, const std::vector<std::filesystem::path>& folders
);

}  // namespace protocols::link
