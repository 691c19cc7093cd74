#pragma once

#include "station/seal/seal.hpp"
#include "station/sqlite/sqlite.hpp"
#include "sync/wire/wire.hpp"

#include <boost/json/value.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace syncing::central {

/// The centre's database: what stations sent, exactly once, and what did not fit.
class Intake {
public:
    /// Opens or creates the folder. Faults: store_*, key_unusable.
    [[nodiscard]] static protocols::Result<Intake> open(const std::filesystem::path& folder);

    /// Takes a batch in one transaction. Each record is checked against the station's chain and key
    /// and stored, recognised as already stored, or kept in quarantine; the same batch again gives
    /// the same effect. `received`: UTC, ISO 8601. Faults: malformed, centre_refused (the address
    /// names another station), store_*.
    [[nodiscard]] protocols::Result<wire::Reply> take(
        std::string_view station, std::string_view batch, std::string_view received
    );

    struct Query {
        std::string verdict;      ///< Empty: all.
        std::string text;         ///< Part of plate, VIN or station; empty: all.
        std::int64_t before = 0;  ///< Only rows with a smaller row number; 0: newest.
        int limit = 50;
    };
    /// `{inspections: [...], more}`, newest first.
    [[nodiscard]] protocols::Result<boost::json::value> inspections(const Query& query);
    /// One record with its body, transcript lines and whether hash and signature hold; nullopt when
    /// there is none.
    [[nodiscard]] protocols::Result<std::optional<boost::json::value>> inspection(
        std::string_view station, std::uint64_t sequence
    );
    /// Counts by verdict, stations, quarantine.
    [[nodiscard]] protocols::Result<boost::json::value> summary();

private:
    Intake(station::sqlite::Database database, station::seal::KeyPair keys);

    struct Head {
        std::uint64_t sequence = 0;
        station::seal::Hash hash{};
    };
    [[nodiscard]] protocols::Result<bool> known_station(
        const wire::Batch& batch, std::string_view received
    );
    [[nodiscard]] protocols::Result<Head> head_of(std::string_view station);
    [[nodiscard]] protocols::Result<wire::Reply::One> take_one(
        const wire::Batch& batch, const wire::Item& item, Head& head, std::string_view received
    );
    [[nodiscard]] protocols::Result<bool> holds(
        std::string_view station, const station::seal::Hash& hash
    );
    [[nodiscard]] protocols::Result<void> keep(
        const wire::Batch& batch, const wire::Item& item, std::string_view received
    );
    [[nodiscard]] protocols::Result<void> quarantine(
        const wire::Batch& batch,
        const wire::Item& item,
        std::string_view code,
        std::string_view received
    );
    void sign_receipt(
        wire::Reply& reply, std::string_view station, const Head& head, std::string_view received
    ) const;

    station::sqlite::Database database_;
    station::seal::KeyPair keys_;
};

}  // namespace syncing::central
