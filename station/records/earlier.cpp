#include "station/records/store.hpp"

namespace station::records {

using protocols::Failure;
using protocols::Fault;
using protocols::Result;

Result<std::vector<Seen>> Store::seen(std::string_view vin, std::string_view plate, int limit) {
    auto query = database_.prepare(
        // The literals let the partial indexes be used.
        "SELECT sequence, started, type, verdict, visit FROM record WHERE sequence IN ("
        "  SELECT sequence FROM record WHERE vin = ?1 AND vin != ''"
        "  UNION SELECT sequence FROM record WHERE plate = ?2 AND plate != ''"
        "    AND (vin = '' OR ?1 = '' OR vin = ?1))"
        " ORDER BY sequence DESC LIMIT ?3"
    );
    if (query.has_error()) {
        return query.error();
    }
    query.value().bind(1, vin).bind(2, plate).bind(3, std::int64_t{limit});
    std::vector<Seen> all;
    for (;;) {
        const auto row = query.value().step();
        if (row.has_error()) {
            return row.error();
        }
        if (!row.value()) {
            return all;
        }
        const auto& of = query.value();
        all.push_back(
            {static_cast<std::uint64_t>(of.number(0)), of.text(1), of.text(2), of.text(3),
             static_cast<int>(of.number(4))}
        );
    }
}

Result<std::optional<std::uint64_t>> Store::superseded_by(std::uint64_t sequence) {
    auto query = database_.prepare(
        "SELECT sequence FROM record WHERE type = 'correction' AND"
        " json_extract(CAST(body AS TEXT), '$.of.sequence') = ? ORDER BY sequence DESC LIMIT 1"
    );
    if (query.has_error()) {
        return query.error();
    }
    query.value().bind(1, static_cast<std::int64_t>(sequence));
    const auto row = query.value().step();
    if (row.has_error()) {
        return row.error();
    }
    return row.value() ? std::optional(static_cast<std::uint64_t>(query.value().number(0)))
                       : std::optional<std::uint64_t>();
}

Result<std::optional<std::string>> Store::profile(std::string_view sha256) {
    auto query = database_.prepare("SELECT source FROM profile WHERE sha256 = ?");
    if (query.has_error()) {
        return query.error();
    }
    query.value().bind(1, sha256);
    const auto row = query.value().step();
    if (row.has_error()) {
        return row.error();
    }
    auto source = row.value() ? std::optional(query.value().text(0)) : std::nullopt;
    if (source && seal::hex(seal::sha256(*source)) != sha256) {
        return Failure{Fault::store_damaged, "the stored criteria do not match their hash"};
    }
    return source;
}

}  // namespace station::records
