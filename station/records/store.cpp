#include "station/records/store.hpp"

#include "station/records/event.hpp"
#include "station/records/key_file.hpp"
#include "station/records/listed.hpp"
#include "station/records/rows.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace station::records {
namespace {

using protocols::Failure;
using protocols::Fault;
using protocols::Result;
using sqlite::Database;
using sqlite::Statement;
using sqlite::Transaction;

const std::vector<const char*> migrations{
    "CREATE TABLE station(id TEXT PRIMARY KEY, public_key BLOB NOT NULL);"
    // What lists and searches need of a body stands in front of it, on the row's own page.
    "CREATE TABLE record(sequence INTEGER PRIMARY KEY, previous BLOB NOT NULL, hash BLOB NOT NULL,"
    "  signature BLOB NOT NULL, stamp BLOB NOT NULL, vin TEXT NOT NULL, plate TEXT NOT NULL,"
    "  started TEXT NOT NULL, type TEXT NOT NULL, verdict TEXT NOT NULL, visit INTEGER NOT NULL,"
    "  erase_days INTEGER, erased BLOB, body BLOB NOT NULL, transcript BLOB NOT NULL);"
    "CREATE INDEX record_by_vin ON record(vin) WHERE vin != '';"
    "CREATE INDEX record_by_plate ON record(plate) WHERE plate != '';"
    "CREATE INDEX record_to_erase ON record(sequence) WHERE erase_days IS NOT NULL;"
    "CREATE INDEX record_correcting ON record(sequence) WHERE type = 'correction';"
    "CREATE TABLE receipt(head INTEGER PRIMARY KEY, receipt TEXT NOT NULL);"
    "CREATE TABLE begun(id TEXT PRIMARY KEY, draft TEXT NOT NULL,"
    "  transcript BLOB NOT NULL DEFAULT x'');"
    // Criteria in force, by the hash that signed bodies name: a judgement can be repeated years on.
    "CREATE TABLE profile(sha256 TEXT PRIMARY KEY, source TEXT NOT NULL);"
    "CREATE TABLE state(key TEXT PRIMARY KEY, value TEXT NOT NULL);"
    "CREATE TABLE serial(serial TEXT PRIMARY KEY, kind TEXT NOT NULL, state TEXT NOT NULL,"
    "  sequence INTEGER NOT NULL, of INTEGER);"
    "CREATE INDEX serial_by_state ON serial(kind, state, serial);",
};

/// Where the database is: this computer, this file. A copy is somewhere else.
std::string place_of(const std::filesystem::path& database) {
    struct ::statx file {};
    (void)::statx(AT_FDCWD, database.c_str(), 0, STATX_INO | STATX_BTIME, &file);
    std::ifstream machine("/etc/machine-id");
    std::string id;
    machine >> id;
    return seal::hex(seal::sha256(
        id + " " + std::to_string(file.stx_ino) + " " + std::to_string(file.stx_btime.tv_sec) +
        "." + std::to_string(file.stx_btime.tv_nsec)
    ));
}

constexpr const char* lock_name = "station.lock";

}  // namespace

void CloseFile::operator()(const int* descriptor) const {
    ::close(*descriptor);
    delete descriptor;
}

Store::Store(Database database, std::unique_ptr<seal::Signer> signer, clock::Clock clock)
    : database_(std::move(database)),
      signer_(std::move(signer)),
      clock_(std::move(clock)),
      station_(seal::station_id(signer_->public_key())) {}

Result<Store> Store::open(const std::filesystem::path& folder, clock::Clock clock) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) {
        return Failure{Fault::store_read_only, folder.string() + ": " + error.message()};
    }
    auto signer = open_signer(folder);
    if (signer.has_error()) {
        return signer.error();
    }
    const auto path = folder / database_name;
    auto database = Database::open(path.string(), Database::Mode::read_write);
    if (database.has_error()) {
        return database.error();
    }
    const auto migrated = database.value().migrate(migrations);
    if (migrated.has_error()) {
        return migrated.error();
    }
    std::string known;
    {
        auto query = database.value().prepare("SELECT id FROM station");
        if (query.has_error()) {
            return query.error();
        }
        const auto row = query.value().step();
        if (row.has_error()) {
            return row.error();
        }
        known = row.value() ? query.value().text(0) : "";
    }
    if (!signer.value() && !known.empty()) {
        return Failure{Fault::key_unusable, (folder / key_name).string()};
    }
    if (!signer.value()) {
        signer = create_file_signer(folder);
        if (signer.has_error()) {
            return signer.error();
        }
    }
    Store store(std::move(database.value()), std::move(signer.value()), std::move(clock));
    store.folder_ = folder;
    if (known.empty()) {
        const auto noted =
            run(store.database_.prepare("INSERT INTO station(id, public_key) VALUES(?, ?)"),
                [&](Statement& insert) {
                    insert.bind(1, store.station_).bind_blob(2, view(store.public_key()));
                });
        if (noted.has_error()) {
            return noted.error();
        }
    } else if (known != store.station_) {
        return Failure{
            Fault::key_unusable, "the key belongs to " + store.station_ + ", not " + known};
    }
    const auto settled = store.settle(place_of(path));
    if (settled.has_error()) {
        return settled.error();
    }
    return store;
}

/// A database that is not where it was is a copy: what the other one has done since is not known.
Result<void> Store::settle(const std::string& place) {
    auto known = state("place");
    if (known.has_error()) {
        return known.error();
    }
    if (known.value() == place) {
        return boost::outcome_v2::success();
    }
    if (known.value().empty()) {
        return set_state("place", place);
    }
    return begin_epoch(known.value() == restored_place ? "restored" : "copied", place);
}

Result<void> Store::begin_epoch(std::string_view reason, const std::string& place) {
    const auto last = last_link();
    if (last.has_error()) {
        return last.error();
    }
    const auto body = event_body(
        "epoch", "", clock::iso_time(clock_().wall_ms),
        {{"reason", reason},
         {"after", static_cast<std::int64_t>(last.value().sequence)},
         {"after_hash", seal::hex(last.value().hash)},
         {"epoch", static_cast<std::int64_t>(
                       last.value().sequence == 0 ? 1 : chain::epoch_of(last.value().sequence) + 1
                   )}}
    );
    Append append{.body = body, .new_epoch = true};
    append.also = [&](Database& database) -> Result<void> {
        // What is on paper may have been used meanwhile: a count says what is still there.
        auto doubted =
            database.execute("UPDATE serial SET state = 'to_count' WHERE state = 'in_stock'");
        if (doubted.has_error()) {
            return doubted;
        }
        return set_state("place", place);
    };
    const auto record = append_record(std::move(append));
    if (record.has_error()) {
        return record.error();
    }
    return boost::outcome_v2::success();
}

Result<void> Store::hold() {
    const auto path = folder_ / lock_name;
    auto file = std::unique_ptr<int, CloseFile>(
        new int(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR))
    );
    if (*file < 0) {
        return Failure{Fault::store_read_only, path.string()};
    }
    if (::flock(*file, LOCK_EX | LOCK_NB) != 0) {
        return Failure{Fault::store_locked, path.string()};
    }
    held_ = std::move(file);
    return boost::outcome_v2::success();
}

Result<std::string> Store::state(std::string_view key) {
    const auto found = cached("SELECT value FROM state WHERE key = ?");
    if (found.has_error()) {
        return found.error();
    }
    auto& query = *found.value();
    query.bind(1, key);
    const auto row = query.step();
    if (row.has_error()) {
        return row.error();
    }
    auto value = row.value() ? query.text(0) : std::string();
    query.reset();
    return value;
}

Result<void> Store::set_state(std::string_view key, std::string_view value) {
    return run(
        database_.prepare("INSERT OR REPLACE INTO state(key, value) VALUES(?, ?)"),
        [&](Statement& insert) { insert.bind(1, key).bind(2, value); }
    );
}

Result<void> Store::begin(std::string_view id, std::string_view draft) {
    return run(
        database_.prepare("INSERT INTO begun(id, draft) VALUES(?, ?)"),
        [&](Statement& insert) { insert.bind(1, id).bind(2, draft); }
    );
}

Result<void> Store::keep_profile(std::string_view source) {
    const auto hash = seal::hex(seal::sha256(source));
    return run(
        database_.prepare("INSERT OR IGNORE INTO profile(sha256, source) VALUES(?, ?)"),
        [&](Statement& insert) { insert.bind(1, hash).bind(2, source); }
    );
}

Result<std::vector<LeftOpen>> Store::left_open() {
    auto query = database_.prepare("SELECT id, draft, transcript FROM begun ORDER BY rowid");
    if (query.has_error()) {
        return query.error();
    }
    std::vector<LeftOpen> all;
    for (;;) {
        const auto row = query.value().step();
        if (row.has_error()) {
            return row.error();
        }
        if (!row.value()) {
            return all;
        }
        all.push_back({query.value().text(0), query.value().text(1), query.value().text(2)});
    }
}

Result<void> Store::keep(
    std::string_view id, std::string_view draft, const std::string* transcript
) {
    const auto* sql = transcript == nullptr
                          ? "UPDATE begun SET draft = ? WHERE id = ?"
                          : "UPDATE begun SET draft = ?, transcript = ?3 WHERE id = ?2";
    return run(database_.prepare(sql), [&](Statement& update) {
        update.bind(1, draft).bind(2, id);
        if (transcript != nullptr) {
            update.bind_blob(3, *transcript);
        }
    });
}

Result<Record> Store::append(std::string_view id, std::string body, std::string transcript) {
    return append_record(
        {.closes = id, .body = std::move(body), .transcript = std::move(transcript)}
    );
}

Result<Record> Store::append_open(
    std::string_view id, std::string body, std::string transcript, const DraftAfter& draft_after
) {
    return append_record(
        {.closes = id,
         .body = std::move(body),
         .transcript = std::move(transcript),
         .draft_after = &draft_after}
    );
}

Result<Record> Store::note(std::string body, const Also& also) {
    return append_record({.body = std::move(body), .also = also});
}

Result<Statement*> Store::cached(const char* sql) {
    auto known = statements_.find(sql);
    if (known == statements_.end()) {
        auto made = database_.prepare(sql);
        if (made.has_error()) {
            return made.error();
        }
        known = statements_.emplace(sql, std::move(made.value())).first;
    }
    known->second.reset();
    return &known->second;
}

Result<Store::Link> Store::last_link() {
    const auto found =
        cached("SELECT sequence, hash, stamp FROM record ORDER BY sequence DESC LIMIT 1");
    if (found.has_error()) {
        return found.error();
    }
    auto& query = *found.value();
    const auto row = query.step();
    if (row.has_error()) {
        return row.error();
    }
    Link last;
    if (row.value()) {
        last.sequence = static_cast<std::uint64_t>(query.number(0));
        last.stamp = clock::from_text(query.view(2));
        const bool sized = assign(last.hash, query.view(1));
        query.reset();  // an open read would keep the transaction from its end
        if (!sized) {
            return Failure{Fault::store_damaged, "the last record has no hash"};
        }
    }
    return last;
}

Result<clock::Stamp> Store::stamp_after(const std::optional<clock::Stamp>& last) {
    const auto kept = state("anchor");
    if (kept.has_error()) {
        return kept.error();
    }
    return clock::stamp(last, clock::anchor_from_text(kept.value()), clock_());
}

Result<bool> Store::clock_set_back() {
    const auto locked = state("clock");
    if (locked.has_error()) {
        return locked.error();
    }
    const auto last = last_link();
    if (last.has_error()) {
        return last.error();
    }
    const auto now = stamp_after(last.value().stamp);
    if (now.has_error()) {
        return now.error();
    }
    return !locked.value().empty() || clock::set_back(now.value());
}

Result<Record> Store::append_record(Append append) {
    auto transaction = Transaction::begin(database_);
    if (transaction.has_error()) {
        return transaction.error();
    }
    const auto last = last_link();
    if (last.has_error()) {
        return last.error();
    }
    const auto stamp = stamp_after(last.value().stamp);
    if (stamp.has_error()) {
        return stamp.error();
    }
    Record record;
    record.sequence = last.value().sequence + 1;
    if (append.new_epoch && last.value().sequence > 0) {
        record.sequence = (chain::epoch_of(last.value().sequence) + 1) * chain::epoch_length + 1;
    }
    record.previous = last.value().hash;
    record.stamp = clock::to_text(stamp.value());
    record.body = std::move(append.body);
    record.transcript = std::move(append.transcript);
    record.hash = chain::hash_of(station_, record);
    auto signature = signer_->sign(record.hash);
    if (signature.has_error()) {
        return signature.error();
    }
    record.signature = signature.value();
    const auto sequence = static_cast<std::int64_t>(record.sequence);
    const auto listed = listed_of(record.body);
    auto done = run(
        cached("INSERT INTO record(sequence, previous, hash, signature, stamp, vin, plate, started,"
               "  type, verdict, visit, erase_days, body, transcript)"
               " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
        [&](Statement& insert) {
            insert.bind(1, sequence).bind_blob(2, view(record.previous));
            insert.bind_blob(3, view(record.hash)).bind_blob(4, view(record.signature));
            insert.bind_blob(5, record.stamp).bind(6, listed.vin).bind(7, listed.plate);
            insert.bind(8, listed.started).bind(9, listed.type).bind(10, listed.verdict);
            insert.bind(11, listed.visit);
            if (listed.erase_days) {
                insert.bind(12, *listed.erase_days);
            } else {
                insert.bind_null(12);
            }
            insert.bind_blob(13, record.body).bind_blob(14, record.transcript);
        }
    );
    const auto then = [&](auto&& step) {
        if (!done.has_error()) {
            done = step();
        }
    };
    then([&]() -> Result<void> {
        if (append.draft_after == nullptr) {
            return run(cached("DELETE FROM begun WHERE id = ?"), [&](Statement& remove) {
                remove.bind(1, append.closes);
            });
        }
        const auto draft = (*append.draft_after)(record.sequence);
        return run(
            cached("UPDATE begun SET draft = ?, transcript = x'' WHERE id = ?"),
            [&](Statement& update) { update.bind(1, draft).bind(2, append.closes); }
        );
    });
    then([&]() -> Result<void> {
        // Stays until somebody answers for the time, whatever is recorded meanwhile.
        if (clock::set_back(stamp.value())) {
            return set_state("clock", std::to_string(stamp.value().jump_ms));
        }
        return boost::outcome_v2::success();
    });
    then([&]() -> Result<void> {
        return append.also ? append.also(database_) : boost::outcome_v2::success();
    });
    if (done.has_error()) {
        return done.error();
    }
    const auto committed = transaction.value().commit();
    if (committed.has_error()) {
        return committed.error();
    }
    return record;
}

Result<void> Store::confirm_clock(std::string body) {
    const auto noted = note(std::move(body), [](Database& database) {
        return database.execute("DELETE FROM state WHERE key = 'clock'");
    });
    if (noted.has_error()) {
        return noted.error();
    }
    return boost::outcome_v2::success();
}

}  // namespace station::records
