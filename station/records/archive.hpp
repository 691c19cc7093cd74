#pragma once

#include "station/sqlite/sqlite.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace station::records {

/// A station's records for reading alone: opens beside a running station, writes nothing, needs no
/// key.
class Archive {
public:
    /// Faults: store_*.
    [[nodiscard]] static protocols::Result<Archive> open(const std::filesystem::path& folder);

    /// Its name.
    [[nodiscard]] protocols::Result<std::string> station();
    /// Sequence of the last record, 0 for none.
    [[nodiscard]] protocols::Result<std::uint64_t> head();
    /// Bodies from `first` to `last` in order; the view lives during the call. Returns early when
    /// the callback says false.
    using OnBody = std::function<bool(std::uint64_t sequence, std::string_view body)>;
    [[nodiscard]] protocols::Result<void> bodies(
        std::uint64_t first, std::uint64_t last, const OnBody& on_body
    );

private:
    explicit Archive(sqlite::Database database) : database_(std::move(database)) {}
    sqlite::Database database_;
};

}  // namespace station::records
