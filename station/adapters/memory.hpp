#pragma once

#include "protocols/bus/bus.hpp"
#include "protocols/elm327/adapter.hpp"
#include "station/sqlite/sqlite.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace station::adapters {

/// What the station knows of an adapter from its last qualification.
struct Remembered {
    protocols::elm327::KnownAdapter adapter;
    std::string fitness;        ///< As fitness.hpp names it.
    std::string at;             ///< When, UTC, ISO 8601.
    std::string qualification;  ///< JSON, whole.
};

/// What a station has learnt and could learn again: which adapter is plugged in where, and which
/// bus vehicles answer on. In a file beside the records; no evidence, may be deleted at any time.
class Memory {
public:
    /// Opens or creates. Faults: store_*.
    [[nodiscard]] static protocols::Result<Memory> open(const std::filesystem::path& folder);

    /// By the place it is plugged into; what answers there later may be another one.
    [[nodiscard]] protocols::Result<void> remember(
        std::string_view endpoint, const Remembered& remembered
    );
    [[nodiscard]] protocols::Result<std::optional<Remembered>> adapter(std::string_view endpoint);

    /// Of this very vehicle by VIN or plate, else of its maker and model year (VIN 1-3 and 10);
    /// undecided when neither has been here. Empty texts are not looked for.
    [[nodiscard]] protocols::Result<protocols::bus::Protocol> bus_of(
        std::string_view vin, std::string_view plate
    );
    [[nodiscard]] protocols::Result<void> remember_bus(
        std::string_view vin, std::string_view plate, protocols::bus::Protocol protocol
    );

private:
    explicit Memory(sqlite::Database database) : database_(std::move(database)) {}

    sqlite::Database database_;
};

}  // namespace station::adapters
