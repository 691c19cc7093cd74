#pragma once

#include "station/records/store.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace station::records {

/// One encrypted file with the database, the signing key and the folder's other files (FORMAT.md,
/// "Backup"): a passphrase opens it (argon2id, XChaCha20-Poly1305). Noted as a record before it is
/// taken. A key in a token is not in it. Faults: store_*.
[[nodiscard]] protocols::Result<void> back_up(
    Store& store,
    const std::filesystem::path& file,
    std::string_view passphrase,
    std::string_view by
);

/// Puts a backup into an empty folder and begins a new epoch there: what the station did after the
/// backup is not known. Faults: malformed: no backup, cut short, or another passphrase; store_*.
[[nodiscard]] protocols::Result<void> restore(
    const std::filesystem::path& file,
    const std::filesystem::path& folder,
    std::string_view passphrase
);

/// Erases what is past its time (a body's `erase_days`) and confirmed by the centre: the records'
/// hashes stay, the chain holds, and one record says what was erased. How many. Faults: store_*.
[[nodiscard]] protocols::Result<std::uint64_t> erase_due(Store& store, std::string_view by);

}  // namespace station::records
