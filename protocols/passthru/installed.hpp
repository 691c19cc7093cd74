#pragma once

#include "protocols/base/result.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace protocols::passthru {

/// A J2534 library that is installed here, from a JSON file as drivers on Linux leave them: keys
/// NAME, VENDOR, FUNCTION_LIB, and ours: ABI_ULONG (4 or 8), ABI_NATURAL (true: no packing).
struct Installed {
    std::string name;
    std::string vendor;
    std::string library;  ///< Path.
    int ulong_bytes = 0;  ///< 0: found out.
    bool packed = true;
};

/// Reads one such file. Fault: malformed (detail: which key).
[[nodiscard]] Result<Installed> read_installed(std::string_view text);

/// Folders they are looked for in: those of `PASSTHRU_PATH` (between colons), `~/.passthru`,
/// `/etc/passthru.d`.
[[nodiscard]] std::vector<std::filesystem::path> passthru_folders();

/// Every readable one in these folders, by name; unreadable files are left out.
[[nodiscard]] std::vector<Installed> installed(const std::vector<std::filesystem::path>& folders);

/// The one that is called so, or the library at a path (anything with a `/`). Fault: cannot_open
/// (detail: which names there are).
[[nodiscard]] Result<Installed> find_library(
    std::string_view name, const std::vector<std::filesystem::path>& folders
);

}  // namespace protocols::passthru
