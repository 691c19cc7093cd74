#pragma once

#include "station/seal/seal.hpp"
#include "station/sqlite/sqlite.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace station::records {

/// A record as it is stored and sent: bytes that are never written again.
struct Record {
    std::uint64_t sequence = 0;
    seal::Hash previous{};
    seal::Hash hash{};
    seal::Signature signature{};
    std::string body;        ///< JSON, schema `record.schema.json`.
    std::string transcript;  ///< zstd of the JSON Lines transcript; may be empty.
};

/// An inspection that was begun and has no record: the station lost power or was killed.
struct LeftOpen {
    std::string id;
    std::string draft;       ///< What was known last, JSON.
    std::string transcript;  ///< zstd, of the reading the draft speaks of; may be empty.
};

/// An inspection this station has a record of.
struct Seen {
    std::uint64_t sequence = 0;
    std::string started;
    std::string type;
    std::string verdict;
    int visit = 1;
};

/// The station's own database and signing key in one folder. One writer at a time.
class Store {
public:
    /// Opens or creates. A folder with records but without its key is refused: a new key would cut
    /// the chain. Faults: store_*, key_unusable.
    [[nodiscard]] static protocols::Result<Store> open(const std::filesystem::path& folder);

    [[nodiscard]] const std::string& station() const { return station_; }
    [[nodiscard]] const seal::PublicKey& public_key() const { return keys_.public_key; }

    /// Notes that an inspection has begun, before the vehicle is touched. Fails early when the disk
    /// is full or read-only.
    [[nodiscard]] protocols::Result<void> begin(std::string_view id, std::string_view draft);
    [[nodiscard]] protocols::Result<std::vector<LeftOpen>> left_open();
    /// Keeps how far it has come. `transcript`: of the last reading; nullptr leaves the one kept.
    [[nodiscard]] protocols::Result<void> keep(
        std::string_view id, std::string_view draft, const std::string* transcript
    );
    /// Inspections of a vehicle by its VIN or, where one of the two has no VIN, its plate, the
    /// latest first.
    [[nodiscard]] protocols::Result<std::vector<Seen>> seen(
        std::string_view vin, std::string_view plate, int limit
    );

    /// Keeps the criteria a record is judged by, once per text.
    [[nodiscard]] protocols::Result<void> keep_profile(std::string_view source);
    /// By the SHA-256 a record's body names; nullopt when it was never kept here.
    [[nodiscard]] protocols::Result<std::optional<std::string>> profile(std::string_view sha256);

    /// The correction a record was superseded by; nullopt while none was.
    [[nodiscard]] protocols::Result<std::optional<std::uint64_t>> superseded_by(
        std::uint64_t sequence
    );

    /// Chains, signs and stores a record, puts it into the outbox and closes the inspection `id`:
    /// one transaction.
    [[nodiscard]] protocols::Result<Record> append(
        std::string_view id, std::string body, std::string transcript
    );
    /// The same for a record that does not close it; `draft_after` gives the draft to keep instead.
    using DraftAfter = std::function<std::string(std::uint64_t sequence)>;
    [[nodiscard]] protocols::Result<Record> append_open(
        std::string_view id, std::string body, std::string transcript, const DraftAfter& draft_after
    );

    /// Records the centre has not confirmed, oldest first.
    [[nodiscard]] protocols::Result<std::vector<Record>> unsent(int limit);
    /// Records from `sequence` on, confirmed ones too: a centre restored from an older backup asks
    /// for them again.
    [[nodiscard]] protocols::Result<std::vector<Record>> records_from(
        std::uint64_t sequence, int limit
    );
    [[nodiscard]] protocols::Result<std::uint64_t> unsent_count();
    /// Notes the centre's signed receipt for all records up to `head`.
    [[nodiscard]] protocols::Result<void> confirmed(std::uint64_t head, std::string_view receipt);

    [[nodiscard]] protocols::Result<std::optional<Record>> record(std::uint64_t sequence);
    [[nodiscard]] protocols::Result<std::uint64_t> head();

private:
    [[nodiscard]] protocols::Result<Record> append_with(
        std::string_view id, std::string body, std::string transcript, const DraftAfter* draft_after
    );
    Store(sqlite::Database database, seal::KeyPair keys);

    sqlite::Database database_;
    seal::KeyPair keys_;
    std::string station_;
};

/// What verify() found.
struct Verification {
    std::string station;
    std::uint64_t records = 0;
    std::uint64_t confirmed = 0;             ///< Highest sequence with a receipt.
    std::optional<std::uint64_t> broken_at;  ///< First record that does not hold.
    std::string problem;                     ///< Empty when everything holds.
    std::string key;                         ///< Public key, hex: compare with the centre's.
};

/// Checks every record's hash, chain and signature, and that nothing the centre confirmed is
/// missing. Opens the folder read-only. Faults: store_*.
[[nodiscard]] protocols::Result<Verification> verify(const std::filesystem::path& folder);

}  // namespace station::records
