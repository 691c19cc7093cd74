#pragma once

#include "station/seal/signer.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace station::token {

/// Where a key is that never leaves its device: a PKCS#11 module, the token's label, the key's
/// label, and a file whose first line is the PIN.
struct Place {
    std::string module;
    std::string token;
    std::string key;
    std::string pin_file;
};
/// JSON, as `station.token` holds it.
[[nodiscard]] std::string to_text(const Place& place);
/// Fault: key_unusable.
[[nodiscard]] protocols::Result<Place> place_from_text(std::string_view text);

/// Signs with Ed25519 (CKM_EDDSA) in the token. Fault: key_unusable, with what the token said.
[[nodiscard]] protocols::Result<std::unique_ptr<seal::Signer>> open(const Place& place);
[[nodiscard]] protocols::Result<std::unique_ptr<seal::Signer>> open(
    const std::filesystem::path& file
);

/// Makes the key in the token; one with that label is refused. Fault: key_unusable.
[[nodiscard]] protocols::Result<void> generate(const Place& place);

}  // namespace station::token
