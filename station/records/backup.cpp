#include "station/records/backup.hpp"

#include "protocols/base/ensure.hpp"
#include "station/records/event.hpp"
#include "station/records/rows.hpp"
#include "station/records/whole_file.hpp"

#include <boost/json/array.hpp>

#include <sodium.h>

#include <array>
#include <fstream>
#include <iterator>
#include <vector>

namespace station::records {
namespace {

namespace json = boost::json;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;
using sqlite::Database;

constexpr std::string_view mark = "OBDBACK1";
constexpr std::size_t piece_bytes = 65536;
constexpr std::array<const char*, 6> kept_files{"station.key", "station.token",   "staff.roster",
                                                "staff.root",  "criteria.bundle", "criteria.root"};

using Key = std::array<std::uint8_t, crypto_secretstream_xchacha20poly1305_KEYBYTES>;

Key key_of(std::string_view passphrase, std::string_view salt) {
    ENSURE(sodium_init() >= 0);
    Key key{};
    ENSURE(
        crypto_pwhash(
            key.data(), key.size(), passphrase.data(), passphrase.size(),
            reinterpret_cast<const unsigned char*>(salt.data()), crypto_pwhash_OPSLIMIT_MODERATE,
            crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13
        ) == 0
    );
    return key;
}

/// Names and sizes in front of the bytes, all of it one stream.
std::string packed(const std::vector<std::pair<std::string, std::string>>& files) {
    std::string out;
    const auto number = [&](std::uint64_t value) {
        for (int i = 7; i >= 0; --i) {
            out += static_cast<char>(value >> (8 * i) & 0xFF);
        }
    };
    for (const auto& [name, bytes] : files) {
        number(name.size());
        out += name;
        number(bytes.size());
        out += bytes;
    }
    return out;
}

std::optional<std::vector<std::pair<std::string, std::string>>> unpacked(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> files;
    const auto take = [&]() -> std::optional<std::string> {
        constexpr std::size_t head = 8;
        if (text.size() < head) {
            return std::nullopt;
        }
        std::uint64_t size = 0;
        for (std::size_t i = 0; i < head; ++i) {
            size = size << 8 | static_cast<std::uint8_t>(text[i]);
        }
        text.remove_prefix(head);
        if (size > text.size()) {
            return std::nullopt;
        }
        std::string bytes(text.substr(0, size));
        text.remove_prefix(size);
        return bytes;
    };
    while (!text.empty()) {
        auto name = take();
        auto bytes = take();
        if (!name || !bytes || name->find('/') != name->npos) {
            return std::nullopt;
        }
        files.emplace_back(std::move(*name), std::move(*bytes));
    }
    return files;
}

std::string encrypted(std::string_view plain, std::string_view passphrase) {
    const auto salt = seal::random_bytes(crypto_pwhash_SALTBYTES);
    const auto key = key_of(passphrase, salt);
    crypto_secretstream_xchacha20poly1305_state state;
    std::array<unsigned char, crypto_secretstream_xchacha20poly1305_HEADERBYTES> header{};
    crypto_secretstream_xchacha20poly1305_init_push(&state, header.data(), key.data());
    std::string out(mark);
    out += salt;
    out.append(reinterpret_cast<const char*>(header.data()), header.size());
    do {
        const auto piece = plain.substr(0, piece_bytes);
        plain.remove_prefix(piece.size());
        std::string box(piece.size() + crypto_secretstream_xchacha20poly1305_ABYTES, '\0');
        crypto_secretstream_xchacha20poly1305_push(
            &state, reinterpret_cast<unsigned char*>(box.data()), nullptr,
            reinterpret_cast<const unsigned char*>(piece.data()), piece.size(), nullptr, 0,
            plain.empty() ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0
        );
        out += box;
    } while (!plain.empty());
    return out;
}

std::optional<std::string> decrypted(std::string_view text, std::string_view passphrase) {
    constexpr auto head =
        crypto_pwhash_SALTBYTES + std::size_t{crypto_secretstream_xchacha20poly1305_HEADERBYTES};
    if (!text.starts_with(mark) || text.size() < mark.size() + head) {
        return std::nullopt;
    }
    text.remove_prefix(mark.size());
    const auto key = key_of(passphrase, text.substr(0, crypto_pwhash_SALTBYTES));
    crypto_secretstream_xchacha20poly1305_state state;
    const auto* header =
        reinterpret_cast<const unsigned char*>(text.data()) + crypto_pwhash_SALTBYTES;
    if (crypto_secretstream_xchacha20poly1305_init_pull(&state, header, key.data()) != 0) {
        return std::nullopt;
    }
    text.remove_prefix(head);
    std::string plain;
    unsigned char tag = 0;
    constexpr auto box_bytes = piece_bytes + crypto_secretstream_xchacha20poly1305_ABYTES;
    while (!text.empty() && tag != crypto_secretstream_xchacha20poly1305_TAG_FINAL) {
        const auto box = text.substr(0, box_bytes);
        text.remove_prefix(box.size());
        if (box.size() < crypto_secretstream_xchacha20poly1305_ABYTES) {
            return std::nullopt;
        }
        std::string piece(box.size() - crypto_secretstream_xchacha20poly1305_ABYTES, '\0');
        if (crypto_secretstream_xchacha20poly1305_pull(
                &state, reinterpret_cast<unsigned char*>(piece.data()), nullptr, &tag,
                reinterpret_cast<const unsigned char*>(box.data()), box.size(), nullptr, 0
            ) != 0) {
            return std::nullopt;
        }
        plain += piece;
    }
    const bool whole = text.empty() && tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    return whole ? std::optional(std::move(plain)) : std::nullopt;
}

std::optional<std::string> bytes_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return std::nullopt;
    }
    return std::string{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

Result<void> back_up(
    Store& store,
    const std::filesystem::path& file,
    std::string_view passphrase,
    std::string_view by
) {
    const auto head = store.head();
    if (head.has_error()) {
        return head.error();
    }
    const auto noted = store.note(event_body(
        "backup", by, clock::iso_time(store.now().wall_ms),
        {{"head", static_cast<std::int64_t>(head.value())}}
    ));
    if (noted.has_error()) {
        return noted.error();
    }
    // A consistent copy beside a running station, then gone again.
    const auto copy = store.folder() / "backup.sqlite";
    std::error_code none;
    std::filesystem::remove(copy, none);
    const auto copied = store.look([&](Database& database) -> Result<void> {
        auto vacuum = database.prepare("VACUUM INTO ?");
        if (vacuum.has_error()) {
            return vacuum.error();
        }
        const auto name = copy.string();
        vacuum.value().bind(1, name);
        const auto done = vacuum.value().step();
        if (done.has_error()) {
            return done.error();
        }
        return boost::outcome_v2::success();
    });
    auto database = copied.has_error() ? std::nullopt : bytes_of(copy);
    std::filesystem::remove(copy, none);
    if (copied.has_error()) {
        return copied.error();
    }
    if (!database) {
        return Failure{Fault::store_read_only, copy.string()};
    }
    std::vector<std::pair<std::string, std::string>> files;
    files.emplace_back(database_name, std::move(*database));
    for (const auto* name : kept_files) {
        if (auto bytes = bytes_of(store.folder() / name)) {
            files.emplace_back(name, std::move(*bytes));
        }
    }
    constexpr ::mode_t owner_only = 0600;
    return write_whole(
        std::filesystem::absolute(file), encrypted(packed(files), passphrase), owner_only
    );
}

Result<void> restore(
    const std::filesystem::path& file,
    const std::filesystem::path& folder,
    std::string_view passphrase
) {
    const auto text = bytes_of(file);
    if (!text) {
        return Failure{Fault::malformed, file.string() + ": cannot be read"};
    }
    const auto plain = decrypted(*text, passphrase);
    const auto files = plain ? unpacked(*plain) : std::nullopt;
    if (!files || files->empty() || files->front().first != database_name) {
        return Failure{
            Fault::malformed, file.string() + ": no backup, not whole, or of another passphrase"};
    }
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error || !std::filesystem::is_empty(folder, error)) {
        return Failure{
            Fault::store_read_only,
            folder.string() + " is not empty: a backup is restored into a new folder"};
    }
    // The database last: a folder that was cut short has none, and is refused by itself.
    constexpr ::mode_t owner_only = 0600;
    for (auto one = files->rbegin(); one != files->rend(); ++one) {
        const auto written =
            write_whole(std::filesystem::absolute(folder) / one->first, one->second, owner_only);
        if (written.has_error()) {
            return written.error();
        }
    }
    {
        auto database =
            Database::open((folder / database_name).string(), Database::Mode::read_write);
        if (database.has_error()) {
            return database.error();
        }
        const auto told =
            run(database.value().prepare("UPDATE state SET value = ? WHERE key = 'place'"),
                [](sqlite::Statement& update) { update.bind(1, restored_place); });
        if (told.has_error()) {
            return told.error();
        }
    }
    const auto store = Store::open(folder);
    if (store.has_error()) {
        return store.error();
    }
    return boost::outcome_v2::success();
}

Result<std::uint64_t> erase_due(Store& store, std::string_view by) {
    const auto now = clock::iso_time(store.now().wall_ms);
    struct Due {
        std::int64_t sequence;
        chain::Erased left;
    };
    std::vector<Due> due;
    const auto found = store.look([&](Database& database) -> Result<void> {
        auto query = database.prepare(
            "SELECT sequence, body, transcript FROM record JOIN seen USING(sequence)"
            " WHERE erase_days IS NOT NULL AND erased IS NULL AND type != 'event'"
            "  AND sequence <= (SELECT coalesce(max(head), 0) FROM receipt)"
            "  AND date(started, '+' || erase_days || ' days') <= date(?1) ORDER BY sequence"
        );
        if (query.has_error()) {
            return query.error();
        }
        query.value().bind(1, now);
        for (;;) {
            const auto row = query.value().step();
            if (row.has_error()) {
                return row.error();
            }
            if (!row.value()) {
                return boost::outcome_v2::success();
            }
            due.push_back(
                {query.value().number(0),
                 {seal::sha256(query.value().view(1)), seal::sha256(query.value().view(2))}}
            );
        }
    });
    if (found.has_error()) {
        return found.error();
    }
    if (due.empty()) {
        return std::uint64_t{0};
    }
    json::array erased;
    for (const auto& one : due) {
        erased.push_back(json::object{
            {"sequence", one.sequence}, {"body", seal::hex(one.left.body)}});
    }
    const auto noted = store.note(
        event_body("erasure", by, now, {{"erased", std::move(erased)}}),
        [&](Database& database) -> Result<void> {
            for (const auto& one : due) {
                const auto left = erased_column(one.left);
                const auto done = run(
                    database.prepare("UPDATE record SET body = x'', transcript = x'', erased = ?2"
                                     " WHERE sequence = ?1"),
                    [&](sqlite::Statement& update) {
                        update.bind(1, one.sequence).bind_blob(2, left);
                    }
                );
                if (done.has_error()) {
                    return done;
                }
                const auto forgotten = run(
                    database.prepare("UPDATE seen SET vin = '', plate = '' WHERE sequence = ?1"),
                    [&](sqlite::Statement& update) { update.bind(1, one.sequence); }
                );
                if (forgotten.has_error()) {
                    return forgotten;
                }
            }
            return boost::outcome_v2::success();
        }
    );
    if (noted.has_error()) {
        return noted.error();
    }
    return static_cast<std::uint64_t>(due.size());
}

}  // namespace station::records
