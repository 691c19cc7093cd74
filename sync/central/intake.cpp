#include "sync/central/intake.hpp"

#include "station/records/assertion.hpp"
#include "station/records/key_file.hpp"
#include "station/records/rows.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace syncing::central {
namespace {

namespace json = boost::json;
namespace seal = station::seal;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;
using station::records::assign;
using station::records::view;
using station::sqlite::Database;
using station::sqlite::Statement;
using station::sqlite::Transaction;
using wire::Status;

const std::vector<const char*> migrations{
    // 1: stations, records with the columns lists need, quarantine
    "CREATE TABLE station(id TEXT PRIMARY KEY, public_key BLOB NOT NULL, first_seen TEXT NOT NULL,"
    "  last_seen TEXT NOT NULL);"
    "CREATE TABLE record(row INTEGER PRIMARY KEY, station TEXT NOT NULL REFERENCES station(id),"
    "  sequence INTEGER NOT NULL, previous BLOB NOT NULL, hash BLOB NOT NULL,"
    "  signature BLOB NOT NULL, body BLOB NOT NULL, transcript BLOB NOT NULL,"
    "  received TEXT NOT NULL, type TEXT NOT NULL, verdict TEXT NOT NULL, plate TEXT NOT NULL,"
    "  vin TEXT NOT NULL, profile TEXT NOT NULL, started TEXT NOT NULL, technician TEXT NOT NULL,"
    "  UNIQUE(station, sequence));"
    "CREATE INDEX record_verdict ON record(verdict, row);"
    "CREATE TABLE quarantine(row INTEGER PRIMARY KEY, station TEXT NOT NULL,"
    "  sequence INTEGER NOT NULL, hash BLOB NOT NULL, code TEXT NOT NULL, item TEXT NOT NULL,"
    "  received TEXT NOT NULL, UNIQUE(station, sequence, hash, code));",
    // 2: when, in bounds; what was erased at the station before it was sent again
    "ALTER TABLE record ADD COLUMN stamp BLOB NOT NULL DEFAULT x'';"
    "ALTER TABLE record ADD COLUMN erased BLOB;"
    "CREATE INDEX record_hash ON record(station, hash);",
};

std::string text_at(const json::value& from, const char* pointer) {
    boost::system::error_code error;
    const auto* value = from.find_pointer(pointer, error);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

/// The VIN the vehicle itself gave, else the one entered.
std::string vin_of(const json::value& body) {
    boost::system::error_code error;
    const auto* ecus = body.find_pointer("/snapshot/ecus", error);
    if (ecus != nullptr && ecus->is_array()) {
        for (const auto& ecu : ecus->get_array()) {
            if (auto vin = text_at(ecu, "/vin/value"); !vin.empty()) {
                return vin;
            }
        }
    }
    return text_at(body, "/vehicle/vin");
}

json::value parsed_or_null(const std::string& text) {
    boost::system::error_code error;
    auto value = json::parse(text, error);
    return error ? json::value() : value;
}

json::array lines_of(const std::string& transcript) {
    json::array lines;
    std::size_t at = 0;
    while (at < transcript.size()) {
        const auto end = std::min(transcript.find('\n', at), transcript.size());
        boost::system::error_code error;
        auto line = json::parse(json::string_view(transcript.data() + at, end - at), error);
        if (!error) {
            lines.push_back(std::move(line));
        }
        at = end + 1;
    }
    return lines;
}

}  // namespace

Intake::Intake(Database database, seal::KeyPair keys)
    : database_(std::move(database)), keys_(keys) {}

Result<Intake> Intake::open(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) {
        return Failure{Fault::store_read_only, folder.string() + ": " + error.message()};
    }
    const auto key_path = folder / "centre.key";
    auto found = station::records::read_key(key_path);
    if (found.has_error()) {
        return found.error();
    }
    auto keys = found.value() ? Result<seal::KeyPair>(*found.value())
                              : station::records::create_key(key_path);
    if (keys.has_error()) {
        return keys.error();
    }
    auto database = Database::open((folder / "centre.sqlite").string(), Database::Mode::read_write);
    if (database.has_error()) {
        return database.error();
    }
    const auto migrated = database.value().migrate(migrations);
    if (migrated.has_error()) {
        return migrated.error();
    }
    return Intake(std::move(database.value()), keys.value());
}

Result<wire::Reply> Intake::take(
    std::string_view station, std::string_view text, std::string_view received
) {
    auto parsed = wire::batch_from_text(text);
    if (parsed.has_error()) {
        return parsed.error();
    }
    auto& batch = parsed.value();
    if (batch.station != station || seal::station_id(batch.public_key) != batch.station) {
        return Failure{Fault::centre_refused, "the key does not belong to this station"};
    }
    std::ranges::sort(batch.items, {}, &wire::Item::sequence);
    auto transaction = Transaction::begin(database_);
    if (transaction.has_error()) {
        return transaction.error();
    }
    const auto known = known_station(batch, received);
    if (known.has_error()) {
        return known.error();
    }
    auto head = head_of(batch.station);
    if (head.has_error()) {
        return head.error();
    }
    wire::Reply reply;
    for (const auto& item : batch.items) {
        auto one = take_one(batch, item, head.value(), received);
        if (one.has_error()) {
            return one.error();
        }
        reply.results.push_back(std::move(one.value()));
    }
    const auto committed = transaction.value().commit();
    if (committed.has_error()) {
        return committed.error();
    }
    sign_receipt(reply, batch.station, head.value(), received);
    return reply;
}

Result<bool> Intake::known_station(const wire::Batch& batch, std::string_view received) {
    auto insert = database_.prepare(
        "INSERT INTO station(id, public_key, first_seen, last_seen) VALUES(?1, ?2, ?3, ?3)"
        " ON CONFLICT(id) DO UPDATE SET last_seen = ?3"
    );
    if (insert.has_error()) {
        return insert.error();
    }
    insert.value().bind(1, batch.station).bind_blob(2, view(batch.public_key)).bind(3, received);
    return insert.value().step();
}

Result<Intake::Head> Intake::head_of(std::string_view station) {
    auto query = database_.prepare(
        "SELECT sequence, hash FROM record WHERE station = ? ORDER BY sequence DESC LIMIT 1"
    );
    if (query.has_error()) {
        return query.error();
    }
    query.value().bind(1, station);
    const auto row = query.value().step();
    if (row.has_error()) {
        return row.error();
    }
    Head head;
    if (row.value()) {
        head.sequence = static_cast<std::uint64_t>(query.value().number(0));
        if (!assign(head.hash, query.value().text(1))) {
            return Failure{Fault::store_damaged, "a stored hash does not have its size"};
        }
    }
    return head;
}

Result<wire::Reply::One> Intake::take_one(
    const wire::Batch& batch, const wire::Item& item, Head& head, std::string_view received
) {
    wire::Reply::One one{item.sequence, Status::created, {}};
    boost::system::error_code error;
    const auto body = item.erased ? json::value(json::object()) : json::parse(item.body, error);
    if (station::chain::hash_of(batch.station, item) != item.hash) {
        one.code = "hash";
    } else if (!seal::verifies(item.hash, item.signature, batch.public_key)) {
        one.code = "signature";
    } else if (error || !body.is_object()) {
        one.code = "body";
    } else if (item.sequence <= head.sequence) {
        auto query =
            database_.prepare("SELECT hash FROM record WHERE station = ? AND sequence = ?");
        if (query.has_error()) {
            return query.error();
        }
        query.value().bind(1, batch.station).bind(2, static_cast<std::int64_t>(item.sequence));
        const auto row = query.value().step();
        if (row.has_error()) {
            return row.error();
        }
        if (row.value() && query.value().text(0) == view(item.hash)) {
            one.status = Status::exists;
            return one;
        }
        one.code = "fork";  // the same number with other content: a clone or a restored disk
    } else if (station::chain::begins_epoch(item.sequence) && item.sequence > head.sequence + 1) {
        // A restored or copied station goes on from a record that is here, or it is not that one.
        const auto known = holds(batch.station, item.previous);
        if (known.has_error()) {
            return known.error();
        }
        one.code = known.value() ? "" : "gap";
    } else if (item.sequence != head.sequence + 1) {
        one.code = "gap";
    } else if (item.previous != head.hash) {
        one.code = "fork";
    }
    if (!one.code.empty()) {
        one.status = Status::quarantined;
        const auto kept = quarantine(batch, item, one.code, received);
        if (kept.has_error()) {
            return kept.error();
        }
        return one;
    }
    const auto kept = keep(batch, item, received);
    if (kept.has_error()) {
        return kept.error();
    }
    head = {item.sequence, item.hash};
    return one;
}

Result<bool> Intake::holds(std::string_view station, const seal::Hash& hash) {
    auto query = database_.prepare("SELECT 1 FROM record WHERE station = ? AND hash = ?");
    if (query.has_error()) {
        return query.error();
    }
    query.value().bind(1, station).bind_blob(2, view(hash));
    return query.value().step();
}

Result<void> Intake::keep(
    const wire::Batch& batch, const wire::Item& item, std::string_view received
) {
    boost::system::error_code error;
    const auto body = json::parse(item.body, error);
    auto insert = database_.prepare(
        "INSERT INTO record(station, sequence, previous, hash, signature, body, transcript,"
        "  received, type, verdict, plate, vin, profile, started, technician, stamp, erased)"
        " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    );
    if (insert.has_error()) {
        return insert.error();
    }
    auto& row = insert.value();
    row.bind(1, batch.station).bind(2, static_cast<std::int64_t>(item.sequence));
    row.bind_blob(3, view(item.previous)).bind_blob(4, view(item.hash));
    row.bind_blob(5, view(item.signature)).bind_blob(6, item.body).bind_blob(7, item.transcript);
    row.bind(8, received);
    row.bind(9, item.erased ? "erased" : text_at(body, "/type"));
    row.bind(10, text_at(body, "/judgement/verdict"));
    row.bind(11, text_at(body, "/vehicle/plate"));
    row.bind(12, vin_of(body));
    row.bind(13, text_at(body, "/profile/id"));
    row.bind(14, text_at(body, "/started"));
    row.bind(15, text_at(body, "/technician"));
    row.bind_blob(16, item.stamp);
    const auto erased = item.erased ? station::records::erased_column(*item.erased) : std::string();
    if (item.erased) {
        row.bind_blob(17, erased);
    }
    const auto done = row.step();
    if (done.has_error()) {
        return done.error();
    }
    return boost::outcome_v2::success();
}

Result<void> Intake::quarantine(
    const wire::Batch& batch,
    const wire::Item& item,
    std::string_view code,
    std::string_view received
) {
    auto insert = database_.prepare(
        "INSERT OR IGNORE INTO quarantine(station, sequence, hash, code, item, received)"
        " VALUES(?, ?, ?, ?, ?, ?)"
    );
    if (insert.has_error()) {
        return insert.error();
    }
    wire::Batch alone{batch.station, batch.public_key, {item}};
    insert.value()
        .bind(1, batch.station)
        .bind(2, static_cast<std::int64_t>(item.sequence))
        .bind_blob(3, view(item.hash))
        .bind(4, code)
        .bind(5, wire::to_text(alone))
        .bind(6, received);
    const auto done = insert.value().step();
    if (done.has_error()) {
        return done.error();
    }
    return boost::outcome_v2::success();
}

void Intake::sign_receipt(
    wire::Reply& reply, std::string_view station, const Head& head, std::string_view received
) const {
    reply.head = head.sequence;
    reply.receipt = json::serialize(json::object{
        {"station", station},
        {"head", static_cast<std::int64_t>(head.sequence)},
        {"hash", seal::hex(head.hash)},
        {"received", received},
    });
    reply.signature = seal::hex(seal::sign(seal::sha256(reply.receipt), keys_.secret_key));
    reply.centre_key = seal::hex(keys_.public_key);
}

Result<json::value> Intake::inspections(const Query& query) {
    auto select = database_.prepare(
        "SELECT row, station, sequence, received, type, verdict, plate, vin, profile, started,"
        "  technician FROM record"
        " WHERE type != 'event' AND (?1 = '' OR verdict = ?1) AND (?2 = 0 OR row < ?2)"
        "  AND (?3 = '' OR instr(upper(plate), upper(?3)) OR instr(upper(vin), upper(?3))"
        "       OR instr(upper(station), upper(?3)))"
        " ORDER BY row DESC LIMIT ?4"
    );
    if (select.has_error()) {
        return select.error();
    }
    auto& rows = select.value();
    rows.bind(1, query.verdict).bind(2, query.before).bind(3, query.text);
    rows.bind(4, std::int64_t{query.limit} + 1);
    json::array list;
    bool more = false;
    for (;;) {
        const auto row = rows.step();
        if (row.has_error()) {
            return row.error();
        }
        if (!row.value()) {
            break;
        }
        if (list.size() == static_cast<std::size_t>(query.limit)) {
            more = true;
            break;
        }
        list.push_back(json::object{
            {"row", rows.number(0)},
            {"station", rows.text(1)},
            {"sequence", rows.number(2)},
            {"received", rows.text(3)},
            {"type", rows.text(4)},
            {"verdict", rows.text(5)},
            {"plate", rows.text(6)},
            {"vin", rows.text(7)},
            {"profile", rows.text(8)},
            {"started", rows.text(9)},
            {"technician", rows.text(10)},
        });
    }
    return json::value{{"inspections", std::move(list)}, {"more", more}};
}

Result<std::optional<json::value>> Intake::inspection(
    std::string_view station, std::uint64_t sequence
) {
    auto select = database_.prepare(
        "SELECT sequence, previous, hash, signature, stamp, body, transcript, erased, received,"
        "  public_key FROM record"
        " JOIN station ON station.id = record.station WHERE station = ? AND sequence = ?"
    );
    if (select.has_error()) {
        return select.error();
    }
    auto& row = select.value();
    row.bind(1, station).bind(2, static_cast<std::int64_t>(sequence));
    const auto found = row.step();
    if (found.has_error()) {
        return found.error();
    }
    if (!found.value()) {
        return std::optional<json::value>();
    }
    auto item = station::records::read_row(row).value_or(wire::Item());
    seal::PublicKey key{};
    const bool hash_holds = item.sequence != 0 && assign(key, row.view(9)) &&
                            station::chain::hash_of(station, item) == item.hash;
    const auto transcript =
        item.transcript.empty() ? Result<std::string>("") : seal::expand(item.transcript);
    return std::optional<json::value>(json::object{
        {"station", station},
        {"sequence", static_cast<std::int64_t>(sequence)},
        {"received", row.text(8)},
        {"stamp", parsed_or_null(item.stamp)},
        {"previous", seal::hex(item.previous)},
        {"hash", seal::hex(item.hash)},
        {"hash_holds", hash_holds},
        {"signature_holds", hash_holds && seal::verifies(item.hash, item.signature, key)},
        {"asserted_wrong", station::records::wrong_assertion(item)},
        {"body", parsed_or_null(item.body)},
        {"transcript", lines_of(transcript.has_value() ? transcript.value() : "")},
    });
}

Result<json::value> Intake::summary() {
    json::object verdicts;
    // What closed without a confirmed verdict is counted as what it is, not as the verdict in it.
    auto select = database_.prepare(
        "SELECT CASE WHEN type IN ('inspection', 'referral') AND verdict != '' THEN verdict"
        " ELSE upper(type) END AS kind, count(*) FROM record WHERE type != 'event' GROUP BY kind"
    );
    if (select.has_error()) {
        return select.error();
    }
    std::int64_t total = 0;
    for (;;) {
        const auto row = select.value().step();
        if (row.has_error()) {
            return row.error();
        }
        if (!row.value()) {
            break;
        }
        verdicts[select.value().text(0)] = select.value().number(1);
        total += select.value().number(1);
    }
    const auto count = [&](const char* sql) -> std::int64_t {
        auto query = database_.prepare(sql);
        if (query.has_error()) {
            return -1;
        }
        const auto row = query.value().step();
        return row.has_value() && row.value() ? query.value().number(0) : -1;
    };
    return json::value{
        {"total", total},
        {"verdicts", std::move(verdicts)},
        {"stations", count("SELECT count(*) FROM station")},
        {"quarantined", count("SELECT count(*) FROM quarantine")},
    };
}

}  // namespace syncing::central
