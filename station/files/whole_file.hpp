#pragma once

#include "protocols/base/result.hpp"

#include <sys/types.h>

#include <filesystem>
#include <string_view>

namespace station::files {

/// Writes a file so that it is there whole or not at all, also after a power cut. Faults:
/// store_full, store_read_only.
[[nodiscard]] protocols::Result<void> write_whole(
    const std::filesystem::path& path, std::string_view bytes, ::mode_t mode
);

}  // namespace station::files
