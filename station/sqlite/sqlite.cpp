#include "station/sqlite/sqlite.hpp"

#include "protocols/base/ensure.hpp"

#include <sqlite3.h>

#include <utility>

namespace station::sqlite {
namespace {

using protocols::Failure;
using protocols::Fault;
using protocols::Result;

constexpr int lock_wait_ms = 5000;

Failure failure(sqlite3* handle) {
    const int code = sqlite3_errcode(handle);
    const std::string text = sqlite3_errmsg(handle);
    switch (code & 0xFF) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return {Fault::store_locked, text};
        case SQLITE_FULL:
        case SQLITE_IOERR:
            return {Fault::store_full, text};
        case SQLITE_READONLY:
        case SQLITE_CANTOPEN:
        case SQLITE_PERM:
        case SQLITE_AUTH:
            return {Fault::store_read_only, text};
        default:
            return {Fault::store_damaged, text};
    }
}

}  // namespace

Database::Database(sqlite3* handle) : handle_(handle) {}

Database::Database(Database&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}

Database& Database::operator=(Database&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
}

Database::~Database() {
    sqlite3_close(handle_);
}

Result<Database> Database::open(const std::string& path, Mode mode) {
    sqlite3* handle = nullptr;
    const int flags =
        mode == Mode::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    const int code = sqlite3_open_v2(path.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
    Database database(handle);
    if (code != SQLITE_OK) {
        return failure(handle);
    }
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_timeout(handle, lock_wait_ms);
    const char* setup = mode == Mode::read_only
                            ? "PRAGMA query_only=ON"
                            : "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
                              "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF";
    const auto done = database.execute(setup);
    if (done.has_error()) {
        return done.error();
    }
    return database;
}

Result<void> Database::execute(const char* sql) {
    if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
        return failure(handle_);
    }
    return boost::outcome_v2::success();
}

Result<Statement> Database::prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(handle_, sql, -1, &statement, nullptr) != SQLITE_OK) {
        return failure(handle_);
    }
    return Statement(handle_, statement);
}

Result<void> Database::migrate(const std::vector<const char*>& migrations) {
    auto transaction = Transaction::begin(*this);
    if (transaction.has_error()) {
        return transaction.error();
    }
    std::int64_t version = 0;
    {
        auto query = prepare("PRAGMA user_version");
        if (query.has_error()) {
            return query.error();
        }
        const auto row = query.value().step();
        if (row.has_error()) {
            return row.error();
        }
        version = query.value().number(0);
    }
    if (version > static_cast<std::int64_t>(migrations.size())) {
        return Failure{Fault::store_damaged, "the database was written by a newer version"};
    }
    if (version == static_cast<std::int64_t>(migrations.size())) {
        return boost::outcome_v2::success();
    }
    for (auto i = static_cast<std::size_t>(version); i < migrations.size(); ++i) {
        const auto done = execute(migrations[i]);
        if (done.has_error()) {
            return done.error();
        }
    }
    const auto mark = "PRAGMA user_version=" + std::to_string(migrations.size());
    const auto marked = execute(mark.c_str());
    if (marked.has_error()) {
        return marked.error();
    }
    return transaction.value().commit();
}

Statement::Statement(sqlite3* handle, sqlite3_stmt* statement)
    : handle_(handle), statement_(statement) {}

Statement::Statement(Statement&& other) noexcept
    : handle_(other.handle_), statement_(std::exchange(other.statement_, nullptr)) {}

Statement::~Statement() {
    sqlite3_finalize(statement_);
}

Statement& Statement::bind(int index, std::int64_t value) {
    ENSURE(sqlite3_bind_int64(statement_, index, value) == SQLITE_OK);
    return *this;
}

Statement& Statement::bind(int index, std::string_view text) {
    ENSURE(
        sqlite3_bind_text64(
            statement_, index, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8
        ) == SQLITE_OK
    );
    return *this;
}

Statement& Statement::bind_null(int index) {
    ENSURE(sqlite3_bind_null(statement_, index) == SQLITE_OK);
    return *this;
}

Statement& Statement::bind_blob(int index, std::string_view bytes) {
    ENSURE(
        sqlite3_bind_blob64(statement_, index, bytes.data(), bytes.size(), SQLITE_TRANSIENT) ==
        SQLITE_OK
    );
    return *this;
}

Result<bool> Statement::step() {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) {
        return true;
    }
    if (code == SQLITE_DONE) {
        return false;
    }
    return failure(handle_);
}

void Statement::reset() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
}

std::int64_t Statement::number(int column) const {
    return sqlite3_column_int64(statement_, column);
}

std::string_view Statement::view(int column) const {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return bytes == nullptr ? std::string_view() : std::string_view(bytes, size);
}

std::string Statement::text(int column) const {
    return std::string(view(column));
}

bool Statement::null(int column) const {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

Result<Transaction> Transaction::begin(Database& database) {
    const auto begun = database.execute("BEGIN IMMEDIATE");
    if (begun.has_error()) {
        return begun.error();
    }
    return Transaction(database);
}

Transaction::Transaction(Transaction&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
    if (database_ != nullptr) {
        // A failed rollback leaves the transaction to the connection's end, which undoes it too.
        static_cast<void>(database_->execute("ROLLBACK"));
    }
}

Result<void> Transaction::commit() {
    const auto done = database_->execute("COMMIT");
    if (done.has_value()) {
        database_ = nullptr;
    }
    return done;
}

}  // namespace station::sqlite
