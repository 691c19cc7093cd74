#pragma once

#include "station/chain/check.hpp"

#include <filesystem>
#include <functional>
#include <optional>

namespace station::records {

/// What verify() found.
struct Verification {
    std::string station;
    std::string key;                ///< Public key, hex: compare with the programme's list.
    std::uint64_t records = 0;      ///< How many were looked at.
    std::uint64_t head = 0;         ///< The last one's sequence.
    std::uint64_t erased = 0;       ///< Of those, erased after their time.
    std::uint64_t confirmed = 0;    ///< Highest sequence with the centre's receipt.
    std::uint64_t epochs = 1;       ///< More than one: the store was copied or restored.
    std::uint64_t clock_jumps = 0;  ///< Records whose stamp says that the clock was set.
    std::string asserted_wrong;     ///< The first assertion that does not hold; empty: all do.
    std::vector<chain::Stretch> stretches;   ///< What holds and what does not, in order.
    std::optional<std::uint64_t> broken_at;  ///< First record that does not hold.
    std::string problem;                     ///< Empty when everything holds.
};

/// Checks every record's hash, chain and signature, and that nothing the centre confirmed is
/// missing. Opens the folder read-only. Faults: store_*.
[[nodiscard]] protocols::Result<Verification> verify(
    const std::filesystem::path& folder, chain::Signatures signatures = chain::Signatures::every
);

/// Writes the records from `first` to `last` as a file that is verified without the station
/// (FORMAT.md, "Export"). Faults: store_*; malformed, when there are none.
[[nodiscard]] protocols::Result<std::uint64_t> export_chain(
    const std::filesystem::path& folder,
    std::uint64_t first,
    std::uint64_t last,
    const std::filesystem::path& file
);
/// The same for such a file. Faults: store_read_only; malformed, with the line.
[[nodiscard]] protocols::Result<Verification> verify_export(
    const std::filesystem::path& file, chain::Signatures signatures = chain::Signatures::every
);

}  // namespace station::records
