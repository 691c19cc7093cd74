#include "station/records/rows.hpp"

namespace station::records {

using protocols::Failure;
using protocols::Fault;
using protocols::Result;

std::optional<chain::Record> read_row(const sqlite::Statement& row) {
    chain::Record record;
    record.sequence = static_cast<std::uint64_t>(row.number(0));
    record.stamp = row.text(4);
    record.body = row.text(5);
    record.transcript = row.text(6);
    if (row.number(0) <= 0 || !assign(record.previous, row.view(1)) ||
        !assign(record.hash, row.view(2)) || !assign(record.signature, row.view(3))) {
        return std::nullopt;
    }
    if (!row.null(7)) {
        chain::Erased erased;
        const auto both = row.view(7);
        if (!assign(erased.body, both.substr(0, erased.body.size())) ||
            !assign(erased.transcript, both.substr(std::min(both.size(), erased.body.size()))) ||
            !record.body.empty() || !record.transcript.empty()) {
            return std::nullopt;
        }
        record.erased = erased;
    }
    return record;
}

Result<std::vector<chain::Record>> read_records(sqlite::Statement& query) {
    std::vector<chain::Record> records;
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

Result<std::int64_t> one_number(sqlite::Database& database, const char* sql) {
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

}  // namespace station::records
