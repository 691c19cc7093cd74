#pragma once

#include "protocols/base/result.hpp"
#include "station/chain/record.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace syncing::wire {

inline constexpr std::size_t batch_records_max = 64;
inline constexpr std::size_t batch_bytes_max = std::size_t{8} << 20;

/// A record on its way, exactly as the station stored it.
using Item = station::chain::Record;

struct Batch {
    std::string station;
    station::seal::PublicKey public_key{};
    std::vector<Item> items;
};

/// JSON, schema `batch.schema.json`.
[[nodiscard]] std::string to_text(const Batch& batch);
/// Fault: malformed.
[[nodiscard]] protocols::Result<Batch> batch_from_text(std::string_view text);

enum class Status { created, exists, quarantined };

/// The centre's answer. The receipt's text is signed as it stands.
struct Reply {
    struct One {
        std::uint64_t sequence = 0;
        Status status = Status::created;
        std::string code;  ///< Why it was quarantined: gap, fork, hash, signature, identity, body.
    };
    std::vector<One> results;
    std::uint64_t head = 0;  ///< Highest sequence the centre holds without a gap.
    std::string receipt;     ///< JSON text: station, head, hash, received.
    std::string signature;   ///< Ed25519 over SHA-256 of `receipt`, hex.
    std::string centre_key;  ///< Hex.
};
[[nodiscard]] std::string to_text(const Reply& reply);
/// Fault: malformed.
[[nodiscard]] protocols::Result<Reply> reply_from_text(std::string_view text);

/// True when the receipt is signed by the key it names and speaks of this station and head.
[[nodiscard]] bool holds(const Reply& reply, std::string_view station);

/// When the centre says it received the batch, UTC, ISO 8601; empty when it does not.
[[nodiscard]] std::string received(const Reply& reply);

}  // namespace syncing::wire
