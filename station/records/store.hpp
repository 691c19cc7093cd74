#pragma once

#include "station/chain/check.hpp"
#include "station/chain/record.hpp"
#include "station/clock/clock.hpp"
#include "station/seal/signer.hpp"
#include "station/sqlite/sqlite.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace station::records {

using chain::Record;

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

struct CloseFile {
    void operator()(const int* descriptor) const;
};

/// The station's own database and signing key in one folder. One writer at a time.
class Store {
public:
    /// Opens or creates. A folder with records but without its key is refused: a new key would cut
    /// the chain. A copy of another folder begins a new epoch. Faults: store_*, key_unusable.
    [[nodiscard]] static protocols::Result<Store> open(
        const std::filesystem::path& folder, clock::Clock clock = clock::system_clock()
    );
    /// For the one program that carries out inspections here; others may read, and note what is
    /// not an inspection. Until the store is closed. Fault: store_locked.
    [[nodiscard]] protocols::Result<void> hold();

    [[nodiscard]] const std::string& station() const { return station_; }
    [[nodiscard]] const seal::PublicKey& public_key() const { return signer_->public_key(); }
    [[nodiscard]] seal::Signer& signer() { return *signer_; }
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
    [[nodiscard]] clock::Moment now() const { return clock_(); }

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

    /// Chains, signs and stores a record and closes the inspection `id`:
    /// one transaction.
    [[nodiscard]] protocols::Result<Record> append(
        std::string_view id, std::string body, std::string transcript
    );
    /// The same for a record that does not close it; `draft_after` gives the draft to keep instead.
    using DraftAfter = std::function<std::string(std::uint64_t sequence)>;
    [[nodiscard]] protocols::Result<Record> append_open(
        std::string_view id, std::string body, std::string transcript, const DraftAfter& draft_after
    );

    /// The same for what is no inspection (event.hpp). `also` runs in the same transaction.
    using Also = std::function<protocols::Result<void>(sqlite::Database&)>;
    [[nodiscard]] protocols::Result<Record> note(std::string body, const Also& also = {});

    /// Whether the clock was set back since the last record, or before and nobody has answered for
    /// it. No inspection may begin then.
    [[nodiscard]] protocols::Result<bool> clock_set_back();
    /// Somebody answers for the time: `body` is the event that says who.
    [[nodiscard]] protocols::Result<void> confirm_clock(std::string body);

    /// Reads beside the store's own ways, on its connection.
    [[nodiscard]] protocols::Result<void> look(const Also& reads) { return reads(database_); }

    /// What is kept beside the records; empty for none.
    [[nodiscard]] protocols::Result<std::string> state(std::string_view key);
    [[nodiscard]] protocols::Result<void> set_state(std::string_view key, std::string_view value);

    /// Records the centre has not confirmed, oldest first.
    [[nodiscard]] protocols::Result<std::vector<Record>> unsent(int limit);
    /// Records from `sequence` on, confirmed ones too: a centre restored from an older backup asks
    /// for them again.
    [[nodiscard]] protocols::Result<std::vector<Record>> records_from(
        std::uint64_t sequence, int limit
    );
    [[nodiscard]] protocols::Result<std::uint64_t> unsent_count();
    /// Notes the centre's signed receipt for all records up to `head`, and the time in it.
    [[nodiscard]] protocols::Result<void> confirmed(
        std::uint64_t head,
        std::string_view receipt,
        const std::optional<clock::Anchor>& anchor = std::nullopt
    );

    /// Fault: store_damaged, when it is not what was stored.
    [[nodiscard]] protocols::Result<std::optional<Record>> record(std::uint64_t sequence);
    [[nodiscard]] protocols::Result<std::uint64_t> head();

private:
    struct Link {
        std::uint64_t sequence = 0;
        seal::Hash hash{};
        std::optional<clock::Stamp> stamp;
    };
    struct Append {
        std::string_view closes{};
        std::string body{};
        std::string transcript{};
        const DraftAfter* draft_after = nullptr;
        bool new_epoch = false;
        Also also{};
    };
    Store(sqlite::Database database, std::unique_ptr<seal::Signer> signer, clock::Clock clock);
    [[nodiscard]] protocols::Result<void> settle(const std::string& place);
    [[nodiscard]] protocols::Result<void> begin_epoch(
        std::string_view reason, const std::string& place
    );
    /// A statement by its text, prepared once and ready to be bound.
    [[nodiscard]] protocols::Result<sqlite::Statement*> cached(const char* sql);
    [[nodiscard]] protocols::Result<Link> last_link();
    /// 0 for none.
    [[nodiscard]] protocols::Result<std::uint64_t> last_up_to(std::uint64_t sequence);
    [[nodiscard]] protocols::Result<clock::Stamp> stamp_after(
        const std::optional<clock::Stamp>& last
    );
    [[nodiscard]] protocols::Result<Record> append_record(Append append);

    sqlite::Database database_;
    std::map<const char*, sqlite::Statement> statements_;  ///< Gone before the database is.
    std::unique_ptr<seal::Signer> signer_;
    clock::Clock clock_;
    std::string station_;
    std::filesystem::path folder_;
    std::unique_ptr<int, CloseFile> held_;
};

}  // namespace station::records
