#pragma once

#include "protocols/base/result.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace station::seal {

using Hash = std::array<std::uint8_t, 32>;       ///< SHA-256.
using Signature = std::array<std::uint8_t, 64>;  ///< Ed25519 over a Hash.
using PublicKey = std::array<std::uint8_t, 32>;
using SecretKey = std::array<std::uint8_t, 64>;  ///< Seed and public key, as libsodium keeps it.

/// Lower-case hex of any of the above.
template <std::size_t n>
[[nodiscard]] std::string hex(const std::array<std::uint8_t, n>& bytes) {
    std::string text;
    for (const auto byte : bytes) {
        text += "0123456789abcdef"[byte >> 4];
        text += "0123456789abcdef"[byte & 0x0F];
    }
    return text;
}
/// Reads exactly `n` bytes of hex into `bytes`; false for anything else.
[[nodiscard]] bool from_hex(std::string_view text, std::uint8_t* bytes, std::size_t n);
template <std::size_t n>
[[nodiscard]] bool from_hex(std::string_view text, std::array<std::uint8_t, n>& bytes) {
    return from_hex(text, bytes.data(), n);
}

struct KeyPair {
    PublicKey public_key{};
    SecretKey secret_key{};
};
[[nodiscard]] KeyPair make_keys();

/// A name that nobody else can take: `ST-` and 12 hex digits of the key's hash.
[[nodiscard]] std::string station_id(const PublicKey& key);

/// What a record's hash covers (station/records/FORMAT.md). Every field is length-prefixed or of a
/// fixed size, so no byte can move from one to another unseen. Body and transcript are covered by
/// their own hashes: the chain holds when they are erased after their time.
struct Content {
    std::string_view station;
    std::uint64_t sequence = 0;
    Hash previous{};         ///< All zero for the first.
    std::string_view stamp;  ///< When, as the station could know it; JSON.
    Hash body{};             ///< SHA-256 of the body.
    Hash transcript{};       ///< SHA-256 of the transcript as stored (zstd).
};
[[nodiscard]] Hash hash_of(const Content& content);
[[nodiscard]] Hash sha256(std::string_view bytes);

/// What the signature of a document covers (document.hpp).
[[nodiscard]] Hash hash_of_document(std::string_view kind, std::string_view payload);

[[nodiscard]] Signature sign(std::string_view bytes, const SecretKey& key);
[[nodiscard]] Signature sign(const Hash& hash, const SecretKey& key);
[[nodiscard]] bool verifies(
    std::string_view bytes, const Signature& signature, const PublicKey& key
);
[[nodiscard]] bool verifies(const Hash& hash, const Signature& signature, const PublicKey& key);
/// As many bytes as asked for that nobody can foresee.
[[nodiscard]] std::string random_bytes(std::size_t count);

/// zstd. The expanded size is limited to 64 MiB. Fault: malformed.
[[nodiscard]] std::string compress(std::string_view bytes);
[[nodiscard]] protocols::Result<std::string> expand(std::string_view bytes);

[[nodiscard]] std::string to_base64(std::string_view bytes);
/// Fault: malformed.
[[nodiscard]] protocols::Result<std::string> from_base64(std::string_view text);

}  // namespace station::seal
