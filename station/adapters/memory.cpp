#include "station/adapters/memory.hpp"

#include <vector>

namespace station::adapters {
namespace {

using protocols::Result;
using protocols::bus::Protocol;
namespace elm327 = protocols::elm327;

const std::vector<const char*> migrations{
    "CREATE TABLE adapters (endpoint TEXT PRIMARY KEY, banner TEXT NOT NULL, stn TEXT NOT NULL,"
    " baud INTEGER NOT NULL, counting TEXT NOT NULL, interrupts INTEGER NOT NULL,"
    " fitness TEXT NOT NULL, at TEXT NOT NULL, qualification TEXT NOT NULL) STRICT;"
    "CREATE TABLE buses (vehicle TEXT PRIMARY KEY, protocol TEXT NOT NULL) STRICT;",
    "ALTER TABLE adapters ADD COLUMN counting_stpx TEXT NOT NULL DEFAULT 'none';"
    "ALTER TABLE adapters ADD COLUMN batches INTEGER NOT NULL DEFAULT 0;",
};

/// What a vehicle is looked for by, the surest first.
std::vector<std::string> keys(std::string_view vin, std::string_view plate) {
    constexpr std::size_t vin_characters = 17;
    constexpr std::size_t wmi_characters = 3;
    constexpr std::size_t model_year_position = 9;
    std::vector<std::string> list;
    if (!vin.empty()) {
        list.push_back("vin:" + std::string(vin));
    }
    if (!plate.empty()) {
        list.push_back("plate:" + std::string(plate));
    }
    if (vin.size() == vin_characters) {
        list.push_back(
            "make:" + std::string(vin.substr(0, wmi_characters)) + vin[model_year_position]
        );
    }
    return list;
}

}  // namespace

Result<Memory> Memory::open(const std::filesystem::path& folder) {
    auto database = sqlite::Database::open(
        (folder / "memory.sqlite").string(), sqlite::Database::Mode::read_write
    );
    if (database.has_error()) {
        return database.error();
    }
    if (const auto migrated = database.value().migrate(migrations); migrated.has_error()) {
        return migrated.error();
    }
    return Memory(std::move(database.value()));
}

Result<void> Memory::remember(std::string_view endpoint, const Remembered& remembered) {
    auto statement = database_.prepare(
        "INSERT OR REPLACE INTO adapters VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
    );
    if (statement.has_error()) {
        return statement.error();
    }
    const auto& adapter = remembered.adapter;
    const auto counting = id(adapter.counting);
    const auto done = statement.value()
                          .bind(1, endpoint)
                          .bind(2, adapter.banner)
                          .bind(3, adapter.stn)
                          .bind(4, std::int64_t{adapter.baud})
                          .bind(5, counting)
                          .bind(6, std::int64_t{adapter.interrupts})
                          .bind(7, remembered.fitness)
                          .bind(8, remembered.at)
                          .bind(9, remembered.qualification)
                          .bind(10, id(adapter.counting_stpx))
                          .bind(11, std::int64_t{adapter.batches})
                          .step();
    if (done.has_error()) {
        return done.error();
    }
    return boost::outcome_v2::success();
}

Result<std::optional<Remembered>> Memory::adapter(std::string_view endpoint) {
    auto statement = database_.prepare(
        "SELECT banner, stn, baud, counting, interrupts, fitness, at, qualification,"
        " counting_stpx, batches"
        " FROM adapters WHERE endpoint = ?1"
    );
    if (statement.has_error()) {
        return statement.error();
    }
    auto& row = statement.value().bind(1, endpoint);
    const auto found = row.step();
    if (found.has_error()) {
        return found.error();
    }
    if (!found.value()) {
        return std::optional<Remembered>();
    }
    Remembered remembered;
    remembered.adapter.banner = row.text(0);
    remembered.adapter.stn = row.text(1);
    remembered.adapter.baud = static_cast<std::uint32_t>(row.number(2));
    remembered.adapter.counting =
        elm327::counting_from_id(row.text(3)).value_or(elm327::Counting::unknown);
    remembered.adapter.interrupts = row.number(4) != 0;
    remembered.fitness = row.text(5);
    remembered.at = row.text(6);
    remembered.qualification = row.text(7);
    remembered.adapter.counting_stpx =
        elm327::counting_from_id(row.text(8)).value_or(elm327::Counting::none);
    remembered.adapter.batches = row.number(9) != 0;
    return std::optional<Remembered>(std::move(remembered));
}

Result<Protocol> Memory::bus_of(std::string_view vin, std::string_view plate) {
    for (const auto& key : keys(vin, plate)) {
        auto statement = database_.prepare("SELECT protocol FROM buses WHERE vehicle = ?1");
        if (statement.has_error()) {
            return statement.error();
        }
        const auto found = statement.value().bind(1, key).step();
        if (found.has_error()) {
            return found.error();
        }
        if (found.value()) {
            const auto protocol = protocols::bus::protocol_from_id(statement.value().text(0));
            return protocol.value_or(Protocol::undecided);
        }
    }
    return Protocol::undecided;
}

Result<void> Memory::remember_bus(std::string_view vin, std::string_view plate, Protocol protocol) {
    for (const auto& key : keys(vin, plate)) {
        auto statement = database_.prepare("INSERT OR REPLACE INTO buses VALUES (?1, ?2)");
        if (statement.has_error()) {
            return statement.error();
        }
        const auto name = protocols::bus::id(protocol);
        const auto done = statement.value().bind(1, key).bind(2, name).step();
        if (done.has_error()) {
            return done.error();
        }
    }
    return boost::outcome_v2::success();
}

}  // namespace station::adapters
