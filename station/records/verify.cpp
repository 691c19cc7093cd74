#include "station/records/verify.hpp"

#include "station/clock/clock.hpp"
#include "station/records/assertion.hpp"
#include "station/records/rows.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <fstream>

namespace station::records {
namespace {

namespace json = boost::json;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;
using sqlite::Database;

constexpr std::string_view export_schema = "obd-station/chain/1";

/// Counts as it goes; the chain's own check says what holds.
class Verifier {
public:
    Verifier(
        Verification& found,
        const seal::PublicKey& key,
        chain::Signatures signatures,
        chain::After after = {}
    )
        : found_(found),
          check_(found.station, key, signatures, after),
          every_(signatures == chain::Signatures::every) {}

    void next(const chain::Record& record) {
        check_.next(record);
        if (every_ && found_.asserted_wrong.empty()) {
            found_.asserted_wrong = wrong_assertion(record);
            wrong_at_ = record.sequence;
        }
        ++found_.records;
        found_.head = record.sequence;
        found_.erased += record.erased ? 1 : 0;
        found_.epochs = chain::epoch_of(record.sequence) + 1;
        const auto stamp = clock::from_text(record.stamp);
        found_.clock_jumps += stamp && stamp->jump_ms != 0 ? 1 : 0;
    }
    void damaged(std::uint64_t sequence) {
        check_.damaged(sequence);
        ++found_.records;
    }
    void finish() {
        found_.stretches = check_.finish();
        for (const auto& stretch : found_.stretches) {
            if (stretch.state == chain::Stretch::State::broken && !found_.broken_at) {
                found_.broken_at = stretch.first;
                found_.problem = stretch.problem;
            }
        }
        if (found_.problem.empty() && !found_.asserted_wrong.empty()) {
            found_.broken_at = wrong_at_;
            found_.problem = found_.asserted_wrong;
        }
        if (found_.problem.empty() && found_.head < found_.confirmed) {
            found_.broken_at = found_.head + 1;
            found_.problem = "the centre confirmed " + std::to_string(found_.confirmed) +
                             " records, only " + std::to_string(found_.head) + " are here";
        }
    }

private:
    Verification& found_;
    chain::Check check_;
    bool every_;
    std::uint64_t wrong_at_ = 0;
};

/// The folder's database and whose it is; found.problem says when that does not hold.
struct Opened {
    Database database;
    seal::PublicKey key{};
    std::string station;
    bool own = false;
};

Result<Opened> open_folder(const std::filesystem::path& folder) {
    const auto path = folder / database_name;
    std::error_code missing;
    if (!std::filesystem::exists(path, missing)) {
        return Failure{Fault::store_damaged, path.string() + " does not exist"};
    }
    auto database = Database::open(path.string(), Database::Mode::read_only);
    if (database.has_error()) {
        return database.error();
    }
    Opened opened{std::move(database.value()), {}, {}, false};
    auto station = opened.database.prepare("SELECT id, public_key FROM station");
    if (station.has_error()) {
        return station.error();
    }
    const auto named = station.value().step();
    if (named.has_error()) {
        return named.error();
    }
    opened.own = named.value() && assign(opened.key, station.value().view(1)) &&
                 station.value().text(0) == seal::station_id(opened.key);
    opened.station = named.value() ? station.value().text(0) : std::string();
    return opened;
}

Result<void> each_record(
    Database& database,
    std::uint64_t first,
    std::uint64_t last,
    const std::function<void(std::uint64_t, const std::optional<chain::Record>&)>& on_record
) {
    const auto sql = std::string("SELECT ") + record_columns +
                     " FROM record WHERE sequence BETWEEN ? AND ? ORDER BY sequence";
    auto query = database.prepare(sql.c_str());
    if (query.has_error()) {
        return query.error();
    }
    query.value()
        .bind(1, static_cast<std::int64_t>(first))
        .bind(2, static_cast<std::int64_t>(last));
    for (;;) {
        const auto row = query.value().step();
        if (row.has_error()) {
            return row.error();
        }
        if (!row.value()) {
            return boost::outcome_v2::success();
        }
        on_record(static_cast<std::uint64_t>(query.value().number(0)), read_row(query.value()));
    }
}

constexpr std::uint64_t no_limit = INT64_MAX;

Result<json::object> line_of(std::ifstream& in, const std::string& name, std::uint64_t number) {
    std::string line;
    std::getline(in, line);
    boost::system::error_code error;
    auto value = json::parse(line, error);
    if (error || !value.is_object()) {
        return Failure{
            Fault::malformed, name + ", line " + std::to_string(number) + ": not a JSON object"};
    }
    return std::move(value.get_object());
}

std::string text_of(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

}  // namespace

Result<Verification> verify(const std::filesystem::path& folder, chain::Signatures signatures) {
    auto opened = open_folder(folder);
    if (opened.has_error()) {
        return opened.error();
    }
    auto& [database, key, station, own] = opened.value();
    Verification found;
    if (!own) {
        found.problem = "the station's identity does not match its key";
        found.broken_at = 0;
        return found;
    }
    found.station = station;
    found.key = seal::hex(key);
    const auto confirmed = one_number(database, "SELECT max(head) FROM receipt");
    if (confirmed.has_error()) {
        return confirmed.error();
    }
    found.confirmed = static_cast<std::uint64_t>(confirmed.value());
    Verifier verifier(found, key, signatures);
    const auto read = each_record(
        database, 0, no_limit,
        [&](std::uint64_t sequence, const std::optional<chain::Record>& record) {
            if (record) {
                verifier.next(*record);
            } else {
                verifier.damaged(sequence);
            }
        }
    );
    if (read.has_error()) {
        return read.error();
    }
    verifier.finish();
    return found;
}

Result<std::uint64_t> export_chain(
    const std::filesystem::path& folder,
    std::uint64_t first,
    std::uint64_t last,
    const std::filesystem::path& file
) {
    auto opened = open_folder(folder);
    if (opened.has_error()) {
        return opened.error();
    }
    std::ofstream out(file, std::ios::binary);
    std::uint64_t written = 0;
    bool damaged = false;
    const auto read = each_record(
        opened.value().database, first, last,
        [&](std::uint64_t /*sequence*/, const std::optional<chain::Record>& record) {
            if (!record) {
                damaged = true;
                return;
            }
            if (written == 0) {
                out << json::serialize(json::object{
                           {"schema", export_schema},
                           {"station", opened.value().station},
                           {"public_key", seal::hex(opened.value().key)},
                           {"first", static_cast<std::int64_t>(record->sequence)},
                           {"previous", seal::hex(record->previous)},
                       })
                    << "\n";
            }
            out << json::serialize(chain::to_json(*record)) << "\n";
            ++written;
        }
    );
    if (read.has_error()) {
        return read.error();
    }
    if (damaged) {
        return Failure{Fault::store_damaged, "a record's columns do not have their size"};
    }
    if (written == 0) {
        return Failure{Fault::malformed, "there are no such records"};
    }
    out.close();
    if (!out) {
        return Failure{Fault::store_full, file.string()};
    }
    return written;
}

Result<Verification> verify_export(
    const std::filesystem::path& file, chain::Signatures signatures
) {
    std::ifstream in(file, std::ios::binary);
    if (!in) {
        return Failure{Fault::malformed, file.string() + ": cannot be read"};
    }
    const auto head = line_of(in, file.string(), 1);
    if (head.has_error()) {
        return head.error();
    }
    Verification found;
    seal::PublicKey key{};
    chain::After after;
    const auto* first = head.value().if_contains("first");
    found.station = text_of(head.value(), "station");
    if (text_of(head.value(), "schema") != export_schema ||
        !seal::from_hex(text_of(head.value(), "public_key"), key) ||
        !seal::from_hex(text_of(head.value(), "previous"), after.hash) || first == nullptr ||
        !first->is_int64() || first->get_int64() < 1) {
        return Failure{Fault::malformed, file.string() + ", line 1: not an export of records"};
    }
    found.key = seal::hex(key);
    if (seal::station_id(key) != found.station) {
        found.problem = "the station's identity does not match its key";
        found.broken_at = 0;
        return found;
    }
    after.sequence = static_cast<std::uint64_t>(first->get_int64()) - 1;
    Verifier verifier(found, key, signatures, after);
    for (std::uint64_t number = 2; in.peek() != std::ifstream::traits_type::eof(); ++number) {
        const auto line = line_of(in, file.string(), number);
        if (line.has_error()) {
            return line.error();
        }
        auto record = chain::from_json(line.value());
        if (record.has_error()) {
            return Failure{
                Fault::malformed,
                file.string() + ", line " + std::to_string(number) + ": " + record.error().detail};
        }
        verifier.next(record.value());
    }
    verifier.finish();
    return found;
}

}  // namespace station::records
