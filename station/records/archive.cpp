#include "station/records/archive.hpp"

namespace station::records {

using protocols::Failure;
using protocols::Fault;
using protocols::Result;

Result<Archive> Archive::open(const std::filesystem::path& folder) {
    const auto path = folder / "station.sqlite";
    std::error_code missing;
    if (!std::filesystem::exists(path, missing)) {
        return Failure{Fault::store_damaged, path.string() + " does not exist"};
    }
    auto database = sqlite::Database::open(path.string(), sqlite::Database::Mode::read_only);
    if (database.has_error()) {
        return database.error();
    }
    return Archive(std::move(database.value()));
}

Result<std::string> Archive::station() {
    auto query = database_.prepare("SELECT id FROM station");
    if (query.has_error()) {
        return query.error();
    }
    const auto row = query.value().step();
    if (row.has_error()) {
        return row.error();
    }
    return row.value() ? query.value().text(0) : std::string();
}

Result<std::uint64_t> Archive::head() {
    auto query = database_.prepare("SELECT max(sequence) FROM record");
    if (query.has_error()) {
        return query.error();
    }
    const auto row = query.value().step();
    if (row.has_error()) {
        return row.error();
    }
    return static_cast<std::uint64_t>(row.value() ? query.value().number(0) : 0);
}

Result<void> Archive::bodies(std::uint64_t first, std::uint64_t last, const OnBody& on_body) {
    auto query = database_.prepare(
        "SELECT sequence, body FROM record WHERE sequence BETWEEN ? AND ? ORDER BY sequence"
    );
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
        const bool more =
            row.value() &&
            on_body(static_cast<std::uint64_t>(query.value().number(0)), query.value().view(1));
        if (!more) {
            return boost::outcome_v2::success();
        }
    }
}

}  // namespace station::records
