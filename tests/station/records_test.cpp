#include "station/records/listed.hpp"
#include "station/records/store.hpp"
#include "station/records/verify.hpp"

#include "tests/support/faulty_disk.hpp"
#include "tests/support/folder.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace station::records {
namespace {

using protocols::Fault;

Store open(const std::filesystem::path& folder) {
    auto store = Store::open(folder);
    EXPECT_TRUE(store.has_value()) << store.error().detail;
    return std::move(store.value());
}

std::string body(int number) {
    return R"({"n":)" + std::to_string(number) + "}";
}

void add(Store& store, int number) {
    const auto id = std::to_string(number);
    ASSERT_TRUE(store.begin(id, "{}").has_value());
    ASSERT_TRUE(store.append(id, body(number), "transcript " + id).has_value());
}

/// Runs one statement behind the program's back.
void tamper(const std::filesystem::path& folder, const std::string& sql) {
    sqlite3* handle = nullptr;
    ASSERT_EQ(sqlite3_open((folder / "station.sqlite").c_str(), &handle), SQLITE_OK);
    char* problem = nullptr;
    EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, &problem), SQLITE_OK) << problem;
    sqlite3_close(handle);
}

TEST(Records, ChainsSignsAndQueuesEachRecord) {
    const tests::Folder folder;
    auto store = open(folder.path());
    for (int i = 1; i <= 3; ++i) {
        add(store, i);
    }
    const auto unsent = store.unsent(10).value();
    ASSERT_EQ(unsent.size(), 3U);
    EXPECT_EQ(unsent[0].previous, seal::Hash{});
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(unsent[i].sequence, i + 1);
        EXPECT_EQ(unsent[i].body, body(static_cast<int>(i) + 1));
        EXPECT_TRUE(seal::verifies(unsent[i].hash, unsent[i].signature, store.public_key()));
        if (i > 0) {
            EXPECT_EQ(unsent[i].previous, unsent[i - 1].hash);
        }
    }
    const auto found = verify(folder.path()).value();
    EXPECT_EQ(found.problem, "");
    EXPECT_EQ(found.records, 3U);
    EXPECT_EQ(found.station, store.station());
}

TEST(Records, KeepTheirChainAcrossRestarts) {
    const tests::Folder folder;
    std::string station;
    for (int i = 1; i <= 4; ++i) {
        auto store = open(folder.path());
        station = station.empty() ? store.station() : station;
        EXPECT_EQ(store.station(), station);
        add(store, i);
    }
    EXPECT_EQ(verify(folder.path()).value().records, 4U);
    EXPECT_EQ(verify(folder.path()).value().problem, "");
}

// Each way to change the past, and the record by which it is found.
TEST(Records, ShowEveryChangeOfTheStoredPast) {
    struct Row {
        std::string sql;
        std::uint64_t broken_at;
    };
    for (const auto& row : {
             Row{"UPDATE record SET body=replace(body,'2','3') WHERE sequence=2", 2},
             Row{"UPDATE record SET body=CAST(body AS TEXT)||' ' WHERE sequence=3", 3},
             Row{"UPDATE record SET transcript=x'00' WHERE sequence=1", 1},
             Row{"UPDATE record SET hash=zeroblob(32) WHERE sequence=2", 2},
             Row{"UPDATE record SET hash=zeroblob(31) WHERE sequence=2", 2},
             Row{"UPDATE record SET previous=zeroblob(32) WHERE sequence=3", 3},
             Row{"UPDATE record SET signature=zeroblob(64) WHERE sequence=1", 1},
             Row{"UPDATE record SET signature=(SELECT signature FROM record WHERE sequence=1)"
                 " WHERE sequence=2",
                 2},
             Row{"PRAGMA foreign_keys=OFF; DELETE FROM record WHERE sequence=2", 2},
             Row{"UPDATE station SET public_key=zeroblob(32)", 0},
         }) {
        const tests::Folder folder;
        {
            auto store = open(folder.path());
            for (int i = 1; i <= 4; ++i) {
                add(store, i);
            }
        }
        tamper(folder.path(), row.sql);
        const auto found = verify(folder.path()).value();
        EXPECT_NE(found.problem, "") << row.sql;
        EXPECT_EQ(found.broken_at, row.broken_at) << row.sql;
    }
}

TEST(Records, ShowAChangeOfAnySingleByteOfARecord) {
    const tests::Folder folder;
    {
        auto store = open(folder.path());
        add(store, 1);
    }
    for (const auto* column : {"previous", "hash", "signature", "stamp", "body", "transcript"}) {
        sqlite3* handle = nullptr;
        ASSERT_EQ(sqlite3_open((folder.path() / "station.sqlite").c_str(), &handle), SQLITE_OK);
        sqlite3_stmt* query = nullptr;
        const auto select = std::string("SELECT ") + column + " FROM record";
        sqlite3_prepare_v2(handle, select.c_str(), -1, &query, nullptr);
        ASSERT_EQ(sqlite3_step(query), SQLITE_ROW);
        const std::string before(
            static_cast<const char*>(sqlite3_column_blob(query, 0)),
            static_cast<std::size_t>(sqlite3_column_bytes(query, 0))
        );
        sqlite3_finalize(query);
        const auto write = [&](const std::string& bytes) {
            const auto update = std::string("UPDATE record SET ") + column + "=?";
            sqlite3_prepare_v2(handle, update.c_str(), -1, &query, nullptr);
            sqlite3_bind_blob(
                query, 1, bytes.data(), static_cast<int>(bytes.size()), SQLITE_STATIC
            );
            EXPECT_EQ(sqlite3_step(query), SQLITE_DONE);
            sqlite3_finalize(query);
        };
        for (std::size_t i = 0; i < before.size(); ++i) {
            auto changed = before;
            changed[i] = static_cast<char>(changed[i] ^ 1);
            write(changed);
            EXPECT_NE(verify(folder.path()).value().problem, "") << column << " byte " << i;
        }
        write(before);
        EXPECT_EQ(verify(folder.path()).value().problem, "") << column;
        sqlite3_close(handle);
    }
}

TEST(Records, ShowThatConfirmedOnesWereCutOff) {
    const tests::Folder folder;
    {
        auto store = open(folder.path());
        for (int i = 1; i <= 3; ++i) {
            add(store, i);
        }
        ASSERT_TRUE(store.confirmed(3, "{}").has_value());
        EXPECT_EQ(store.unsent_count().value(), 0U);
    }
    tamper(folder.path(), "DELETE FROM record WHERE sequence=3");
    EXPECT_NE(verify(folder.path()).value().problem, "");
}

TEST(Records, ConfirmOnlyWhatTheReceiptCovers) {
    const tests::Folder folder;
    auto store = open(folder.path());
    for (int i = 1; i <= 3; ++i) {
        add(store, i);
    }
    ASSERT_TRUE(store.confirmed(2, "{}").has_value());
    EXPECT_EQ(store.unsent(10).value().at(0).sequence, 3U);
}

TEST(Records, LeaveAnInterruptedInspectionToBeClosed) {
    const tests::Folder folder;
    {
        auto store = open(folder.path());
        ASSERT_TRUE(store.begin("a", R"({"plate":"X"})").has_value());
    }
    auto store = open(folder.path());
    const auto open_ones = store.left_open().value();
    ASSERT_EQ(open_ones.size(), 1U);
    EXPECT_EQ(open_ones[0].draft, R"({"plate":"X"})");
    ASSERT_TRUE(store.append("a", body(1), "").has_value());
    EXPECT_TRUE(store.left_open().value().empty());
}

TEST(Records, SurviveADiskThatFillsUpAtAnyWrite) {
    for (const auto kind : {tests::FaultyDisk::Kind::full, tests::FaultyDisk::Kind::input_output}) {
        int stored_at = -1;
        for (int writes = 0; writes < 60; ++writes) {
            const tests::Folder folder;
            tests::FaultyDisk disk;
            std::uint64_t promised = 0;
            bool done = false;
            {
                auto store = open(folder.path());
                add(store, 1);
                promised = 1;
                disk.fail_after(writes, kind);
                const auto begun = store.begin("2", "{}");
                if (begun.has_value()) {
                    const auto stored = store.append("2", body(2), std::string(20000, 'x'));
                    promised += stored.has_value() ? 1 : 0;
                    done = stored.has_value();
                    if (stored.has_error()) {
                        EXPECT_EQ(stored.error().fault, Fault::store_full) << stored.error().detail;
                    }
                } else {
                    EXPECT_EQ(begun.error().fault, Fault::store_full) << begun.error().detail;
                }
                disk.heal();
            }
            const auto found = verify(folder.path());
            ASSERT_TRUE(found.has_value()) << found.error().detail;
            EXPECT_EQ(found.value().problem, "") << writes << " writes";
            // What was promised is there; what failed may be there whole, never in part.
            EXPECT_GE(found.value().records, promised) << writes << " writes";
            auto store = open(folder.path());
            add(store, 9);
            EXPECT_EQ(verify(folder.path()).value().problem, "");
            if (done) {
                stored_at = writes;
                break;
            }
        }
        EXPECT_GT(stored_at, 2) << "the faults were never reached";
    }
}

TEST(Records, SayWhoHoldsTheDatabase) {
    const tests::Folder folder;
    auto first = open(folder.path());
    sqlite3* other = nullptr;
    ASSERT_EQ(sqlite3_open((folder.path() / "station.sqlite").c_str(), &other), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(other, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr), SQLITE_OK);
    const auto begun = first.begin("x", "{}");
    ASSERT_TRUE(begun.has_error());
    EXPECT_EQ(begun.error().fault, Fault::store_locked);
    sqlite3_close(other);
    EXPECT_TRUE(first.begin("x", "{}").has_value());
}

TEST(Records, RefuseADatabaseThatIsNotOurs) {
    const tests::Folder folder;
    std::ofstream(folder.path() / "station.sqlite") << std::string(4096, 'x');
    const auto store = Store::open(folder.path());
    ASSERT_TRUE(store.has_error());
    EXPECT_EQ(store.error().fault, Fault::store_damaged);
}

TEST(Records, ListWhatABodySaysWithoutReadingTheRest) {
    const auto listed = listed_of(
        R"( { "snapshot" : {"a":["}\"",{"type":"x"}]}, "type":"inspection", "started":"2026","vehicle":)"
        R"({"vin":"V\u0031","plate":"P\\","visit":3},"judgement":{"rules":[{"verdict":"FAIL"}],)"
        R"("verdict":"PASS"},"erase_days":0})"
    );
    EXPECT_EQ(listed.type, "inspection");
    EXPECT_EQ(listed.started, "2026");
    EXPECT_EQ(listed.vin, "V1");
    EXPECT_EQ(listed.plate, "P\\");
    EXPECT_EQ(listed.visit, 3);
    EXPECT_EQ(listed.verdict, "PASS");
    EXPECT_EQ(listed.erase_days, 0);
    for (const auto* other :
         {"", "{", "{}", "[1]", "\"type\"", "{\"type\"", "{\"type\":", "{\"a\":\"\\",
          "{\"type\":1}", "{\"erase_days\":null,\"vehicle\":7}"}) {
        EXPECT_EQ(listed_of(other).type, "") << other;
        EXPECT_FALSE(listed_of(other).erase_days) << other;
    }
}

TEST(Records, RefuseADatabaseOfANewerProgram) {
    const tests::Folder folder;
    static_cast<void>(open(folder.path()));
    tamper(folder.path(), "PRAGMA user_version=99");
    const auto store = Store::open(folder.path());
    ASSERT_TRUE(store.has_error());
    EXPECT_EQ(store.error().fault, Fault::store_damaged);
}

TEST(Records, NeverMakeASecondKeyForAnExistingChain) {
    const tests::Folder folder;
    {
        auto store = open(folder.path());
        add(store, 1);
    }
    const auto key = folder.path() / "station.key";
    std::filesystem::rename(key, folder.path() / "away");
    const auto without = Store::open(folder.path());
    ASSERT_TRUE(without.has_error());
    EXPECT_EQ(without.error().fault, Fault::key_unusable);
    EXPECT_FALSE(std::filesystem::exists(key));
    std::ofstream(key) << "not a key";
    ASSERT_TRUE(Store::open(folder.path()).has_error());
    EXPECT_EQ(Store::open(folder.path()).error().fault, Fault::key_unusable);
    std::filesystem::rename(folder.path() / "away", key);
    EXPECT_TRUE(Store::open(folder.path()).has_value());
}

TEST(Records, KeepTheKeyToItsOwner) {
    const tests::Folder folder;
    static_cast<void>(open(folder.path()));
    struct stat info {};
    ASSERT_EQ(::stat((folder.path() / "station.key").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

TEST(Records, RefuseAFolderOfAnotherStation) {
    const tests::Folder one;
    const tests::Folder two;
    static_cast<void>(open(one.path()));
    static_cast<void>(open(two.path()));
    std::filesystem::copy_file(
        two.path() / "station.key", one.path() / "station.key",
        std::filesystem::copy_options::overwrite_existing
    );
    const auto mixed = Store::open(one.path());
    ASSERT_TRUE(mixed.has_error());
    EXPECT_EQ(mixed.error().fault, Fault::key_unusable);
}

TEST(Records, KeepEachProfileOnceAndProveIt) {
    const tests::Folder folder;
    auto store = open(folder.path());
    ASSERT_TRUE(store.keep_profile("{}").has_value());
    ASSERT_TRUE(store.keep_profile("{}").has_value());
    const auto hash = seal::hex(seal::sha256("{}"));
    EXPECT_EQ(store.profile(hash).value(), "{}");
    EXPECT_EQ(store.profile(std::string(64, '0')).value(), std::nullopt);
    tamper(folder.path(), "UPDATE profile SET source='{ }'");
    EXPECT_TRUE(store.profile(hash).has_error());
}

TEST(Seal, LetsNoByteMoveFromOneFieldToAnother) {
    const seal::Content content{"ST-1", 7, {}, "ab", seal::sha256("b"), seal::sha256("c")};
    auto moved = content;
    moved.station = "ST-1a";
    moved.stamp = "b";
    EXPECT_NE(seal::hash_of(content), seal::hash_of(moved));
    auto swapped = content;
    std::swap(swapped.body, swapped.transcript);
    EXPECT_NE(seal::hash_of(content), seal::hash_of(swapped));
    auto other = content;
    other.sequence = 8;
    EXPECT_NE(seal::hash_of(content), seal::hash_of(other));
    other = content;
    other.station = "ST-2";
    EXPECT_NE(seal::hash_of(content), seal::hash_of(other));
}

TEST(Seal, PacksAndUnpacksAndRefusesTheRest) {
    const std::string text(100000, 'x');
    const auto packed = seal::compress(text);
    EXPECT_LT(packed.size(), 1000U);
    EXPECT_EQ(seal::expand(packed).value(), text);
    EXPECT_TRUE(seal::expand("not zstd").has_error());
    EXPECT_TRUE(seal::expand(packed.substr(0, packed.size() / 2)).has_error());
    EXPECT_EQ(seal::from_base64(seal::to_base64("a\0b")).value(), std::string("a"));
    EXPECT_TRUE(seal::from_base64("*").has_error());
    seal::Hash hash{};
    EXPECT_FALSE(seal::from_hex("00", hash));
    EXPECT_FALSE(seal::from_hex(std::string(63, '0') + "g", hash));
    EXPECT_TRUE(seal::from_hex(std::string(64, 'A'), hash));
}

}  // namespace
}  // namespace station::records
