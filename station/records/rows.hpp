#pragma once

#include "station/chain/record.hpp"
#include "station/sqlite/sqlite.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace station::records {

inline constexpr const char* database_name = "station.sqlite";

/// In place of where the store is, until it is first opened there.
inline constexpr std::string_view restored_place = "restored";

template <std::size_t n>
std::string_view view(const std::array<std::uint8_t, n>& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <std::size_t n>
bool assign(std::array<std::uint8_t, n>& bytes, std::string_view from) {
    if (from.size() != n) {
        return false;
    }
    std::ranges::copy(from, reinterpret_cast<char*>(bytes.data()));
    return true;
}

inline constexpr const char* record_columns =
    "sequence, previous, hash, signature, stamp, body, transcript, erased";

/// Body's and transcript's hashes as the column `erased` holds them.
inline std::string erased_column(const chain::Erased& erased) {
    return std::string(view(erased.body)) + std::string(view(erased.transcript));
}

/// nullopt when a column does not have its size: the row was tampered with.
std::optional<chain::Record> read_row(const sqlite::Statement& row);
[[nodiscard]] protocols::Result<std::vector<chain::Record>> read_records(sqlite::Statement& query);

/// Runs a statement that gives no rows.
protocols::Result<void> run(protocols::Result<sqlite::Statement>&& statement, auto bind) {
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

/// The same for one that is kept.
protocols::Result<void> run(protocols::Result<sqlite::Statement*>&& statement, auto bind) {
    if (statement.has_error()) {
        return statement.error();
    }
    bind(*statement.value());
    const auto stepped = statement.value()->step();
    statement.value()->reset();
    if (stepped.has_error()) {
        return stepped.error();
    }
    return boost::outcome_v2::success();
}

/// The first column of the first row, 0 for none.
[[nodiscard]] protocols::Result<std::int64_t> one_number(
    sqlite::Database& database, const char* sql
);

}  // namespace station::records
