#include "station/records/store.hpp"

#include "station/records/key_file.hpp"

#include <algorithm>

namespace station::records {
namespace {

using protocols::Failure;
using protocols::Fault;
using protocols::Result;
using sqlite::Database;
using sqlite::Statement;
using sqlite::Transaction;

const std::vector<const char*> migrations{
    // 1: chain, outbox, begun inspections
    "CREATE TABLE station(id TEXT PRIMARY KEY, public_key BLOB NOT NULL);"
    "CREATE TABLE record(sequence INTEGER PRIMARY KEY, previous BLOB NOT NULL, hash BLOB NOT NULL,"
    "  signature BLOB NOT NULL, body BLOB NOT NULL, transcript BLOB NOT NULL);"
    "CREATE TABLE outbox(sequence INTEGER PRIMARY KEY REFERENCES record(sequence));"
    "CREATE TABLE receipt(head INTEGER PRIMARY KEY, receipt TEXT NOT NULL);"
    "CREATE TABLE begun(id TEXT PRIMARY KEY, draft TEXT NOT NULL);"
    // Criteria in force, by the hash that signed bodies name: a judgement can be repeated years on.
    "CREATE TABLE profile(sha256 TEXT PRIMARY KEY, source TEXT NOT NULL);",
    // 2: an inspection goes on where it was; earlier ones of a vehicle are found
    "ALTER TABLE begun ADD COLUMN transcript BLOB NOT NULL DEFAULT x'';"
    "CREATE TABLE seen(sequence INTEGER PRIMARY KEY REFERENCES record(sequence), vin TEXT NOT NULL,"
    "  plate TEXT NOT NULL, started TEXT NOT NULL, type TEXT NOT NULL, verdict TEXT NOT NULL,"
    "  visit INTEGER NOT NULL);"
    "CREATE INDEX seen_by_vin ON seen(vin) WHERE vin != '';"
    "CREATE INDEX seen_by_plate ON seen(plate) WHERE plate != '';"
    "INSERT INTO seen SELECT sequence, coalesce(json_extract(body, '$.vehicle.vin'), ''),"
    "  coalesce(json_extract(body, '$.vehicle.plate'), ''),"
    "  coalesce(json_extract(body, '$.started'), ''), coalesce(json_extract(body, '$.type'), ''),"
    "  coalesce(json_extract(body, '$.judgement.verdict'), ''),"
    "  coalesce(json_extract(body, '$.vehicle.visit'), 1)"
    "  FROM (SELECT sequence, CAST(body AS TEXT) AS body FROM record) WHERE json_valid(body);",
};

template <std::size_t n>
std::string_view view(const std::array<std::uint8_t, n>& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <std::size_t n>
bool assign(std::array<std::uint8_t, n>& bytes, const std::string& from) {
    if (from.size() != n) {
        return false;
    }
    std::ranges::copy(from, reinterpret_cast<char*>(bytes.data()));
    return true;
}

constexpr const char* columns = "sequence, previous, hash, signature, body, transcript";

/// nullopt when a column does not have its size: the row was tampered with.
std::optional<Record> read_row(const Statement& row) {
    Record record;
    record.sequence = static_cast<std::uint64_t>(row.number(0));
    record.body = row.text(4);
    record.transcript = row.text(5);
    if (!assign(record.previous, row.text(1)) || !assign(record.hash, row.text(2)) ||
        !assign(record.signature, row.text(3))) {
        return std::nullopt;
    }
    return record;
}

/// Runs a statement that gives no rows.
Result<void> run(Result<Statement>&& statement, auto bind) {
    if (statement.has_error()) {
        return statement.error();
    }
    bind(statement.value());
    const auto stepped = statement.value().step();
    if (stepped.has_error()) {
        return stepped.error();
    }
    return boost::outcome_v2::success();
}

Result<std::int64_t> one_number(Database& database, const char* sql) {
    auto query = database.prepare(sql);
    if (query.has_error()) {
        return query.error();
    }
    const auto row = query.value().step();
    if (row.has_error()) {
        return row.error();
    }
    return row.value() ? query.value().number(0) : 0;
}

Result<std::vector<Record>> read_records(Statement& query) {
    std::vector<Record> records;
    for (;;) {
        const auto row = query.step();
        if (row.has_error()) {
            return row.error();
        }
        if (!row.value()) {
            return records;
        }
        auto record = read_row(query);
        if (!record) {
            return Failure{Fault::store_damaged, "a record's columns do not have their size"};
        }
        records.push_back(std::move(*record));
    }
}

constexpr const char* database_name = "station.sqlite";
constexpr const char* key_name = "station.key";

}  // namespace

Store::Store(Database database, seal::KeyPair keys)
    : database_(std::move(database)), keys_(keys), station_(seal::station_id(keys.public_key)) {}

Result<Store> Store::open(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) {
        return Failure{Fault::store_read_only, folder.string() + ": " + error.message()};
    }
    auto key = read_key(folder / key_name);
    if (key.has_error()) {
        return key.error();
    }
    auto database = Database::open((folder / database_name).string(), Database::Mode::read_write);
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
    if (!key.value() && !known.empty()) {
        return Failure{Fault::key_unusable, (folder / key_name).string()};
    }
    auto keys = key.value() ? Result<seal::KeyPair>(*key.value()) : create_key(folder / key_name);
    if (keys.has_error()) {
        return keys.error();
    }
    Store store(std::move(database.value()), keys.value());
    if (known.empty()) {
        const auto noted =
            run(store.database_.prepare("INSERT INTO station(id, public_key) VALUES(?, ?)"),
                [&](Statement& insert) {
                    insert.bind(1, store.station_).bind_blob(2, view(store.keys_.public_key));
                });
        if (noted.has_error()) {
            return noted.error();
        }
    } else if (known != store.station_) {
        return Failure{
            Fault::key_unusable, "the key belongs to " + store.station_ + ", not " + known};
    }
    return store;
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
    return append_with(id, std::move(body), std::move(transcript), nullptr);
}

Result<Record> Store::append_open(
    std::string_view id, std::string body, std::string transcript, const DraftAfter& draft_after
) {
    return append_with(id, std::move(body), std::move(transcript), &draft_after);
}

Result<Record> Store::append_with(
    std::string_view id, std::string body, std::string transcript, const DraftAfter* draft_after
) {
    auto transaction = Transaction::begin(database_);
    if (transaction.has_error()) {
        return transaction.error();
    }
    Record record;
    record.sequence = 1;
    {
        auto query =
            database_.prepare("SELECT sequence, hash FROM record ORDER BY sequence DESC LIMIT 1");
        if (query.has_error()) {
            return query.error();
        }
        const auto row = query.value().step();
        if (row.has_error()) {
            return row.error();
        }
        if (row.value()) {
            record.sequence = static_cast<std::uint64_t>(query.value().number(0)) + 1;
            if (!assign(record.previous, query.value().text(1))) {
                return Failure{Fault::store_damaged, "the last record has no hash"};
            }
        }
    }
    record.body = std::move(body);
    record.transcript = std::move(transcript);
    record.hash =
        seal::hash_of({station_, record.sequence, record.previous, record.body, record.transcript});
    record.signature = seal::sign(record.hash, keys_.secret_key);
    const auto sequence = static_cast<std::int64_t>(record.sequence);
    const auto stored =
        run(database_.prepare(
                "INSERT INTO record(sequence, previous, hash, signature, body, transcript)"
                " VALUES(?, ?, ?, ?, ?, ?)"
            ),
            [&](Statement& insert) {
                insert.bind(1, sequence)
                    .bind_blob(2, view(record.previous))
                    .bind_blob(3, view(record.hash))
                    .bind_blob(4, view(record.signature))
                    .bind_blob(5, record.body)
                    .bind_blob(6, record.transcript);
            });
    if (stored.has_error()) {
        return stored.error();
    }
    const auto queued =
        run(database_.prepare("INSERT INTO outbox(sequence) VALUES(?)"),
            [&](Statement& insert) { insert.bind(1, sequence); });
    if (queued.has_error()) {
        return queued.error();
    }
    const auto noted =
        run(database_.prepare(
                "INSERT INTO seen SELECT ?1, coalesce(json_extract(?2, '$.vehicle.vin'), ''),"
                "  coalesce(json_extract(?2, '$.vehicle.plate'), ''),"
                "  coalesce(json_extract(?2, '$.started'), ''),"
                "  coalesce(json_extract(?2, '$.type'), ''),"
                "  coalesce(json_extract(?2, '$.judgement.verdict'), ''),"
                "  coalesce(json_extract(?2, '$.vehicle.visit'), 1) WHERE json_valid(?2)"
            ),
            [&](Statement& insert) { insert.bind(1, sequence).bind(2, record.body); });
    if (noted.has_error()) {
        return noted.error();
    }
    const auto draft = draft_after == nullptr ? std::string() : (*draft_after)(record.sequence);
    const auto closed =
        draft_after == nullptr
            ? run(database_.prepare("DELETE FROM begun WHERE id = ?"),
                  [&](Statement& remove) { remove.bind(1, id); })
            : run(database_.prepare("UPDATE begun SET draft = ?, transcript = x'' WHERE id = ?"),
                  [&](Statement& update) { update.bind(1, draft).bind(2, id); });
    if (closed.has_error()) {
        return closed.error();
    }
    const auto committed = transaction.value().commit();
    if (committed.has_error()) {
        return committed.error();
    }
    return record;
}

Result<std::vector<Record>> Store::unsent(int limit) {
    const auto sql = std::string("SELECT ") + columns +
                     " FROM record JOIN outbox USING(sequence) ORDER BY sequence LIMIT ?";
    auto query = database_.prepare(sql.c_str());
    if (query.has_error()) {
        return query.error();
    }
    query.value().bind(1, std::int64_t{limit});
    return read_records(query.value());
}

Result<std::vector<Record>> Store::records_from(std::uint64_t sequence, int limit) {
    const auto sql = std::string("SELECT ") + columns +
                     " FROM record WHERE sequence >= ? ORDER BY sequence LIMIT ?";
    auto query = database_.prepare(sql.c_str());
    if (query.has_error()) {
        return query.error();
    }
    query.value().bind(1, static_cast<std::int64_t>(sequence)).bind(2, std::int64_t{limit});
    return read_records(query.value());
}

Result<std::uint64_t> Store::unsent_count() {
    const auto count = one_number(database_, "SELECT count(*) FROM outbox");
    if (count.has_error()) {
        return count.error();
    }
    return static_cast<std::uint64_t>(count.value());
}

Result<void> Store::confirmed(std::uint64_t head, std::string_view receipt) {
    auto transaction = Transaction::begin(database_);
    if (transaction.has_error()) {
        return transaction.error();
    }
    const auto number = static_cast<std::int64_t>(head);
    const auto noted =
        run(database_.prepare("INSERT OR REPLACE INTO receipt(head, receipt) VALUES(?, ?)"),
            [&](Statement& insert) { insert.bind(1, number).bind(2, receipt); });
    if (noted.has_error()) {
        return noted;
    }
    const auto removed =
        run(database_.prepare("DELETE FROM outbox WHERE sequence <= ?"),
            [&](Statement& remove) { remove.bind(1, number); });
    if (removed.has_error()) {
        return removed;
    }
    return transaction.value().commit();
}

Result<std::optional<Record>> Store::record(std::uint64_t sequence) {
    const auto sql = std::string("SELECT ") + columns + " FROM record WHERE sequence = ?";
    auto query = database_.prepare(sql.c_str());
    if (query.has_error()) {
        return query.error();
    }
    query.value().bind(1, static_cast<std::int64_t>(sequence));
    auto records = read_records(query.value());
    if (records.has_error()) {
        return records.error();
    }
    if (records.value().empty()) {
        return std::optional<Record>();
    }
    return std::optional(std::move(records.value().front()));
}

Result<std::uint64_t> Store::head() {
    const auto number = one_number(database_, "SELECT max(sequence) FROM record");
    if (number.has_error()) {
        return number.error();
    }
    return static_cast<std::uint64_t>(number.value());
}

namespace {

std::string why_broken(
    const std::string& station,
    const seal::PublicKey& key,
    const Record& record,
    std::uint64_t expected,
    const seal::Hash& previous
) {
    if (record.sequence != expected) {
        return "record " + std::to_string(expected) + " is missing";
    }
    const auto name = "record " + std::to_string(record.sequence);
    if (record.previous != previous) {
        return name + " does not follow the one before it";
    }
    const auto hash =
        seal::hash_of({station, record.sequence, record.previous, record.body, record.transcript});
    if (hash != record.hash) {
        return name + " was changed after it was stored";
    }
    if (!seal::verifies(record.hash, record.signature, key)) {
        return name + " was not signed by this station";
    }
    return {};
}

}  // namespace

Result<Verification> verify(const std::filesystem::path& folder) {
    const auto path = folder / database_name;
    std::error_code missing;
    if (!std::filesystem::exists(path, missing)) {
        return Failure{Fault::store_damaged, path.string() + " does not exist"};
    }
    auto opened = Database::open(path.string(), Database::Mode::read_only);
    if (opened.has_error()) {
        return opened.error();
    }
    auto& database = opened.value();
    Verification found;
    seal::PublicKey key{};
    auto station = database.prepare("SELECT id, public_key FROM station");
    if (station.has_error()) {
        return station.error();
    }
    const auto named = station.value().step();
    if (named.has_error()) {
        return named.error();
    }
    if (!named.value() || !assign(key, station.value().text(1)) ||
        station.value().text(0) != seal::station_id(key)) {
        found.problem = "the station's identity does not match its key";
        found.broken_at = 0;
        return found;
    }
    found.station = station.value().text(0);
    found.key = seal::hex(key);
    const auto confirmed = one_number(database, "SELECT max(head) FROM receipt");
    if (confirmed.has_error()) {
        return confirmed.error();
    }
    found.confirmed = static_cast<std::uint64_t>(confirmed.value());

    const auto sql = std::string("SELECT ") + columns + " FROM record ORDER BY sequence";
    auto query = database.prepare(sql.c_str());
    if (query.has_error()) {
        return query.error();
    }
    seal::Hash previous{};
    for (std::uint64_t expected = 1;; ++expected) {
        const auto row = query.value().step();
        if (row.has_error()) {
            return row.error();
        }
        if (!row.value()) {
            break;
        }
        const auto record = read_row(query.value());
        found.problem = record ? why_broken(found.station, key, *record, expected, previous)
                               : "record " + std::to_string(expected) + " has damaged columns";
        if (!found.problem.empty()) {
            found.broken_at = expected;
            return found;
        }
        previous = record->hash;
        found.records = expected;
    }
    if (found.records < found.confirmed) {
        found.broken_at = found.records + 1;
        found.problem = "the centre confirmed " + std::to_string(found.confirmed) +
                        " records, only " + std::to_string(found.records) + " are here";
    }
    return found;
}

}  // namespace station::records
