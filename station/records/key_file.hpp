#pragma once

#include "station/seal/signer.hpp"

#include <filesystem>
#include <memory>
#include <optional>

namespace station::records {

inline constexpr const char* key_name = "station.key";
inline constexpr const char* token_name = "station.token";

/// Reads a signing key; nullopt when there is no such file. Fault: key_unusable.
[[nodiscard]] protocols::Result<std::optional<seal::KeyPair>> read_key(
    const std::filesystem::path& path
);

/// Makes a key and writes it so that after a power cut there is either no file or a whole one, with
/// mode 0600. Fault: store_read_only, store_full.
[[nodiscard]] protocols::Result<seal::KeyPair> create_key(const std::filesystem::path& path);

/// The key of a station's folder, in a file or in a token; null when there is none yet. Fault:
/// key_unusable.
[[nodiscard]] protocols::Result<std::unique_ptr<seal::Signer>> open_signer(
    const std::filesystem::path& folder
);
[[nodiscard]] protocols::Result<std::unique_ptr<seal::Signer>> create_file_signer(
    const std::filesystem::path& folder
);

}  // namespace station::records
