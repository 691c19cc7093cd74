#include "station/records/backup.hpp"

#include "protocols/base/ensure.hpp"
#include "station/records/event.hpp"
#include "station/records/rows.hpp"

#include <boost/json/array.hpp>

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <functional>
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

constexpr std::size_t box_bytes = piece_bytes + crypto_secretstream_xchacha20poly1305_ABYTES;

/// A file that is encrypted as it is written, piece by piece: a station's records need not fit into
/// memory.
class Sealing {
public:
    Sealing(const std::filesystem::path& file, std::string_view passphrase)
        : out_(file, std::ios::binary) {
        const auto salt = seal::random_bytes(crypto_pwhash_SALTBYTES);
        const auto key = key_of(passphrase, salt);
        std::array<unsigned char, crypto_secretstream_xchacha20poly1305_HEADERBYTES> header{};
        crypto_secretstream_xchacha20poly1305_init_push(&state_, header.data(), key.data());
        out_ << mark << salt;
        out_.write(reinterpret_cast<const char*>(header.data()), header.size());
    }
    void number(std::uint64_t value) {
        std::string bytes;
        for (int i = 7; i >= 0; --i) {
            bytes += static_cast<char>(value >> (8 * i) & 0xFF);
        }
        add(bytes);
    }
    void add(std::string_view bytes) {
        plain_ += bytes;
        while (plain_.size() > piece_bytes) {
            push(std::string_view(plain_).substr(0, piece_bytes), 0);
            plain_.erase(0, piece_bytes);
        }
    }
    /// False when the disk did not take all of it.
    bool finish() {
        push(plain_, crypto_secretstream_xchacha20poly1305_TAG_FINAL);
        out_.close();
        return static_cast<bool>(out_);
    }

private:
    void push(std::string_view piece, unsigned char tag) {
        std::string box(piece.size() + crypto_secretstream_xchacha20poly1305_ABYTES, '\0');
        crypto_secretstream_xchacha20poly1305_push(
            &state_, reinterpret_cast<unsigned char*>(box.data()), nullptr,
            reinterpret_cast<const unsigned char*>(piece.data()), piece.size(), nullptr, 0, tag
        );
        out_ << box;
    }

    std::ofstream out_;
    crypto_secretstream_xchacha20poly1305_state state_{};
    std::string plain_;
};

/// The same read back.
class Opening {
public:
    Opening(const std::filesystem::path& file, std::string_view passphrase)
        : in_(file, std::ios::binary) {
        std::string head(
            mark.size() + crypto_pwhash_SALTBYTES +
                crypto_secretstream_xchacha20poly1305_HEADERBYTES,
            '\0'
        );
        in_.read(head.data(), static_cast<std::streamsize>(head.size()));
        if (!in_ || !head.starts_with(mark)) {
            return;
        }
        const auto key =
            key_of(passphrase, std::string_view(head).substr(mark.size(), crypto_pwhash_SALTBYTES));
        const auto* header = reinterpret_cast<const unsigned char*>(head.data()) + mark.size() +
                             crypto_pwhash_SALTBYTES;
        sound_ = crypto_secretstream_xchacha20poly1305_init_pull(&state_, header, key.data()) == 0;
    }
    /// All of what is asked for, to a place; false when it is not there or not what was written.
    bool take(std::uint64_t size, const std::function<void(std::string_view)>& to) {
        while (sound_ && size > 0) {
            if (plain_.empty() && !pull()) {
                return false;
            }
            const auto piece = std::string_view(plain_).substr(0, size);
            to(piece);
            size -= piece.size();
            plain_.erase(0, piece.size());
        }
        return sound_;
    }
    std::optional<std::uint64_t> number() {
        std::string bytes;
        constexpr std::size_t width = 8;
        if (!take(width, [&](std::string_view piece) { bytes += piece; })) {
            return std::nullopt;
        }
        std::uint64_t value = 0;
        for (const char byte : bytes) {
            value = value << 8 | static_cast<std::uint8_t>(byte);
        }
        return value;
    }
    /// Nothing follows, and nothing was cut off.
    bool at_end() {
        while (sound_ && plain_.empty() && !final_) {
            if (!pull()) {
                return false;
            }
        }
        return sound_ && plain_.empty() && final_ &&
               in_.peek() == std::ifstream::traits_type::eof();
    }

private:
    bool pull() {
        std::string box(box_bytes, '\0');
        in_.read(box.data(), static_cast<std::streamsize>(box.size()));
        box.resize(static_cast<std::size_t>(in_.gcount()));
        unsigned char tag = 0;
        sound_ = !final_ && box.size() >= crypto_secretstream_xchacha20poly1305_ABYTES;
        if (sound_) {
            plain_.resize(box.size() - crypto_secretstream_xchacha20poly1305_ABYTES);
            sound_ = crypto_secretstream_xchacha20poly1305_pull(
                         &state_, reinterpret_cast<unsigned char*>(plain_.data()), nullptr, &tag,
                         reinterpret_cast<const unsigned char*>(box.data()), box.size(), nullptr, 0
                     ) == 0;
        }
        final_ = sound_ && tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
        return sound_ && (!plain_.empty() || final_);
    }

    std::ifstream in_;
    crypto_secretstream_xchacha20poly1305_state state_{};
    std::string plain_;
    bool sound_ = false;
    bool final_ = false;
};

/// Name, size and bytes of a file into the stream; false when it cannot be read.
bool add_file(Sealing& sealing, const std::string& name, const std::filesystem::path& path) {
    std::error_code error;
    auto left = std::filesystem::file_size(path, error);
    std::ifstream in(path, std::ios::binary);
    if (error || !in) {
        return false;
    }
    sealing.number(name.size());
    sealing.add(name);
    sealing.number(left);
    std::string piece(piece_bytes, '\0');
    while (left > 0) {
        in.read(
            piece.data(), static_cast<std::streamsize>(std::min<std::uintmax_t>(left, piece.size()))
        );
        const auto got = static_cast<std::size_t>(in.gcount());
        if (got == 0) {
            return false;
        }
        sealing.add(std::string_view(piece).substr(0, got));
        left -= got;
    }
    return true;
}

/// On the disk, also after a power cut.
bool synced(const std::filesystem::path& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const bool done = file >= 0 && ::fsync(file) == 0;
    if (file >= 0) {
        ::close(file);
    }
    return done;
}

/// Every file of the stream into a folder. Fault: malformed, store_full.
Result<void> unpack(Opening& opening, const std::filesystem::path& folder) {
    const Failure bad{Fault::malformed, "no backup, not whole, or of another passphrase"};
    constexpr std::uint64_t longest_name = 64;
    bool database = false;
    while (!opening.at_end()) {
        std::string name;
        const auto name_size = opening.number();
        const bool named = name_size && *name_size <= longest_name &&
                           opening.take(*name_size, [&](std::string_view piece) { name += piece; });
        const auto size = named ? opening.number() : std::nullopt;
        if (!size || name.empty() || name.find('/') != name.npos || name.starts_with(".")) {
            return bad;
        }
        const auto path = folder / name;
        std::ofstream out(path, std::ios::binary);
        std::filesystem::permissions(path, std::filesystem::perms(0600));
        const bool whole = opening.take(*size, [&](std::string_view piece) { out << piece; });
        out.close();
        if (!whole) {
            return bad;
        }
        if (!out || !synced(path)) {
            return Failure{Fault::store_full, path.string()};
        }
        database = database || name == database_name;
    }
    return database ? Result<void>(boost::outcome_v2::success()) : Result<void>(bad);
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
    if (copied.has_error()) {
        std::filesystem::remove(copy, none);
        return copied.error();
    }
    // Under another name until it is whole.
    const auto part = std::filesystem::absolute(file).string() + ".part";
    bool whole = true;
    {
        Sealing sealing(part, passphrase);
        std::filesystem::permissions(part, std::filesystem::perms(0600), none);
        for (const auto* name : kept_files) {
            if (std::filesystem::exists(store.folder() / name, none)) {
                whole = add_file(sealing, name, store.folder() / name) && whole;
            }
        }
        whole = add_file(sealing, database_name, copy) && whole;
        whole = sealing.finish() && synced(part) && whole;
    }
    std::filesystem::remove(copy, none);
    if (whole) {
        std::filesystem::rename(part, file, none);
    }
    if (!whole || none) {
        std::filesystem::remove(part, none);
        return Failure{Fault::store_full, file.string()};
    }
    return boost::outcome_v2::success();
}

Result<void> restore(
    const std::filesystem::path& file,
    const std::filesystem::path& folder,
    std::string_view passphrase
) {
    std::error_code error;
    if (std::filesystem::exists(folder, error) && !std::filesystem::is_empty(folder, error)) {
        return Failure{
            Fault::store_read_only,
            folder.string() + " is not empty: a backup is restored into a new folder"};
    }
    Opening opening(file, passphrase);
    // Beside its place until it is whole: a folder is there complete, or not at all.
    auto place = std::filesystem::absolute(folder);
    if (!place.has_filename()) {
        place = place.parent_path();  // written with a slash behind it
    }
    const std::filesystem::path part = place.string() + ".part";
    std::filesystem::remove_all(part, error);
    std::filesystem::create_directories(part, error);
    if (error) {
        return Failure{Fault::store_read_only, part.string() + ": " + error.message()};
    }
    auto done = unpack(opening, part);
    if (!done.has_error()) {
        auto database = Database::open((part / database_name).string(), Database::Mode::read_write);
        done = database.has_error()
                   ? Result<void>(database.error())
                   : run(database.value().prepare("UPDATE state SET value = ? WHERE key = 'place'"),
                         [](sqlite::Statement& update) { update.bind(1, restored_place); });
    }
    if (!done.has_error()) {
        std::filesystem::rename(part, place, error);
        done = error ? Result<void>(Failure{Fault::store_read_only, folder.string()})
                     : Result<void>(boost::outcome_v2::success());
    }
    if (done.has_error()) {
        std::error_code none;
        std::filesystem::remove_all(part, none);
        return Failure{done.error().fault, file.string() + ": " + done.error().detail};
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
            "SELECT sequence, body, transcript FROM record"
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
                    database.prepare("UPDATE record SET body = x'', transcript = x'', erased = ?2,"
                                     "  vin = '', plate = '' WHERE sequence = ?1"),
                    [&](sqlite::Statement& update) {
                        update.bind(1, one.sequence).bind_blob(2, left);
                    }
                );
                if (done.has_error()) {
                    return done;
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
