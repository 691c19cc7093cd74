#include "station/records/rows.hpp"
#include "station/records/store.hpp"

namespace station::records {

using protocols::Result;
using sqlite::Statement;
using sqlite::Transaction;

namespace {

/// Behind the last one the centre gave its receipt for.
constexpr const char* confirmed_head = "(SELECT coalesce(max(head), 0) FROM receipt)";

}  // namespace

Result<std::vector<Record>> Store::unsent(int limit) {
    const auto sql = std::string("SELECT ") + record_columns + " FROM record WHERE sequence > " +
                     confirmed_head + " ORDER BY sequence LIMIT ?";
    auto query = database_.prepare(sql.c_str());
    if (query.has_error()) {
        return query.error();
    }
    query.value().bind(1, std::int64_t{limit});
    return read_records(query.value());
}

Result<std::vector<Record>> Store::records_from(std::uint64_t sequence, int limit) {
    const auto sql = std::string("SELECT ") + record_columns +
                     " FROM record WHERE sequence >= ? ORDER BY sequence LIMIT ?";
    auto query = database_.prepare(sql.c_str());
    if (query.has_error()) {
        return query.error();
    }
    query.value().bind(1, static_cast<std::int64_t>(sequence)).bind(2, std::int64_t{limit});
    return read_records(query.value());
}

Result<std::uint64_t> Store::unsent_count() {
    const auto sql = std::string("SELECT count(*) FROM seen WHERE sequence > ") + confirmed_head;
    const auto count = one_number(database_, sql.c_str());
    if (count.has_error()) {
        return count.error();
    }
    return static_cast<std::uint64_t>(count.value());
}

Result<void> Store::confirmed(
    std::uint64_t head, std::string_view receipt, const std::optional<clock::Anchor>& anchor
) {
    auto transaction = Transaction::begin(database_);
    if (transaction.has_error()) {
        return transaction.error();
    }
    const auto number = static_cast<std::int64_t>(head);
    auto done =
        run(database_.prepare("INSERT OR REPLACE INTO receipt(head, receipt) VALUES(?, ?)"),
            [&](Statement& insert) { insert.bind(1, number).bind(2, receipt); });
    if (!done.has_error() && anchor) {
        done = set_state("anchor", clock::to_text(*anchor));
    }
    if (done.has_error()) {
        return done;
    }
    return transaction.value().commit();
}

Result<std::optional<Record>> Store::record(std::uint64_t sequence) {
    const auto sql = std::string("SELECT ") + record_columns + " FROM record WHERE sequence = ?";
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

}  // namespace station::records
