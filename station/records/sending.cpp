#include "station/records/rows.hpp"
#include "station/records/store.hpp"

#include <algorithm>
#include <limits>

namespace station::records {

using protocols::Failure;
using protocols::Fault;
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

/// Sequences count up by one within an epoch, so the rows need not be counted.
Result<std::uint64_t> Store::unsent_count() {
    const auto sql = std::string("SELECT ") + confirmed_head;
    const auto confirmed = one_number(database_, sql.c_str());
    if (confirmed.has_error()) {
        return confirmed.error();
    }
    const auto behind = static_cast<std::uint64_t>(confirmed.value());
    std::uint64_t count = 0;
    for (auto last = head();;) {
        if (last.has_error()) {
            return last.error();
        }
        if (last.value() <= behind) {
            return count;
        }
        const auto before = chain::epoch_of(last.value()) * chain::epoch_length;
        count += last.value() - std::max(before, behind);
        last = last_up_to(before);
    }
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
    auto& found = records.value().front();
    if (chain::hash_of(station_, found) != found.hash) {
        return Failure{
            Fault::store_damaged,
            "record " + std::to_string(sequence) + " is not what was stored; verify says more"};
    }
    return std::optional(std::move(found));
}

Result<std::uint64_t> Store::head() {
    return last_up_to(std::numeric_limits<std::int64_t>::max());
}

Result<std::uint64_t> Store::last_up_to(std::uint64_t sequence) {
    auto query = database_.prepare("SELECT max(sequence) FROM record WHERE sequence <= ?");
    if (query.has_error()) {
        return query.error();
    }
    query.value().bind(1, static_cast<std::int64_t>(sequence));
    const auto row = query.value().step();
    if (row.has_error()) {
        return row.error();
    }
    return static_cast<std::uint64_t>(row.value() ? query.value().number(0) : 0);
}

}  // namespace station::records
