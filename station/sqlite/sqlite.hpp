#pragma once

#include "protocols/base/result.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace station::sqlite {

class Statement;

/// One SQLite connection: WAL, synchronous FULL, foreign keys on, waits up to 5 s for a lock.
/// Errors are Faults store_locked, store_full, store_read_only, store_damaged.
class Database {
public:
    enum class Mode { read_write, read_only };

    [[nodiscard]] static protocols::Result<Database> open(const std::string& path, Mode mode);
    Database(Database&&) noexcept;
    Database& operator=(Database&&) noexcept;
    ~Database();

    /// One or more statements without parameters or results.
    [[nodiscard]] protocols::Result<void> execute(const char* sql);
    [[nodiscard]] protocols::Result<Statement> prepare(const char* sql);

    /// Brings the schema to `migrations.size()` (PRAGMA user_version), each step in a transaction.
    [[nodiscard]] protocols::Result<void> migrate(const std::vector<const char*>& migrations);

private:
    explicit Database(sqlite3* handle);
    sqlite3* handle_;
};

/// A prepared statement. Views given to bind must live until it is stepped.
class Statement {
public:
    Statement(Statement&&) noexcept;
    Statement& operator=(Statement&&) = delete;
    ~Statement();

    Statement& bind(int index, std::int64_t value);
    Statement& bind(int index, std::string_view text);
    Statement& bind_blob(int index, std::string_view bytes);
    Statement& bind_null(int index);

    /// True while there is a row.
    [[nodiscard]] protocols::Result<bool> step();
    void reset();

    [[nodiscard]] std::int64_t number(int column) const;
    [[nodiscard]] std::string text(int column) const;  ///< Also blobs.
    /// The same without a copy, until the next step.
    [[nodiscard]] std::string_view view(int column) const;
    [[nodiscard]] bool null(int column) const;

private:
    friend class Database;
    Statement(sqlite3* handle, sqlite3_stmt* statement);
    sqlite3* handle_;
    sqlite3_stmt* statement_;
};

/// A transaction that is undone unless commit() was called. Takes the write lock at once.
class Transaction {
public:
    [[nodiscard]] static protocols::Result<Transaction> begin(Database& database);
    Transaction(Transaction&& other) noexcept;
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();
    [[nodiscard]] protocols::Result<void> commit();

private:
    explicit Transaction(Database& database) : database_(&database) {}
    Database* database_;
};

}  // namespace station::sqlite
