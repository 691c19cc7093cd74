#pragma once

#include "station/seal/seal.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace station::chain {

/// What is left of a record whose time is over: proof of what it was, and nothing of it.
struct Erased {
    seal::Hash body{};
    seal::Hash transcript{};
};

/// A record as it is stored and sent: bytes that are never written again. FORMAT.md in
/// station/records says what they are.
struct Record {
    std::uint64_t sequence = 0;  ///< See epoch_of().
    seal::Hash previous{};
    seal::Hash hash{};
    seal::Signature signature{};
    std::string stamp;               ///< JSON, clock::to_text().
    std::string body;                ///< JSON, schema `record.schema.json`.
    std::string transcript;          ///< zstd of the JSON Lines transcript; may be empty.
    std::optional<Erased> erased{};  ///< Body and transcript are empty then.
};

/// Sequences of a station count up by one from 1. When its store is found to be a copy or was
/// restored from a backup it begins a new epoch, at the next multiple of this and 1, so that no
/// number the lost one may have given is given again.
inline constexpr std::uint64_t epoch_length = 1'000'000'000;
/// From 0.
[[nodiscard]] constexpr std::uint64_t epoch_of(std::uint64_t sequence) {
    return (sequence - 1) / epoch_length;
}
[[nodiscard]] constexpr bool begins_epoch(std::uint64_t sequence) {
    return sequence % epoch_length == 1;
}

/// What the record's hash must be.
[[nodiscard]] seal::Hash hash_of(std::string_view station, const Record& record);

/// As it travels and is exported (schema `batch.schema.json`): bytes as base64, hashes as hex.
[[nodiscard]] boost::json::object to_json(const Record& record);
/// Fault: malformed.
[[nodiscard]] protocols::Result<Record> from_json(const boost::json::value& value);

}  // namespace station::chain
