#pragma once

#include "station/seal/seal.hpp"

#include <filesystem>
#include <optional>

namespace station::records {

/// Reads a signing key; nullopt when there is no such file. Fault: key_unusable.
[[nodiscard]] protocols::Result<std::optional<seal::KeyPair>> read_key(
    const std::filesystem::path& path
);

/// Makes a key and writes it so that after a power cut there is either no file or a whole one, with
/// mode 0600. Fault: store_read_only, store_full.
[[nodiscard]] protocols::Result<seal::KeyPair> create_key(const std::filesystem::path& path);

}  // namespace station::records
