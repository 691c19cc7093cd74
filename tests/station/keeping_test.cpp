#include "station/records/backup.hpp"
#include "station/records/event.hpp"
#include "station/records/verify.hpp"
#include "station/stock/stock.hpp"
#include "tests/support/folder.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

namespace station {
namespace {

using protocols::Fault;
using records::Store;
using What = stock::Move::What;

class Kept : public ::testing::Test {
protected:
    void SetUp() override { reopen(folder.path()); }
    void reopen(const std::filesystem::path& path) {
        store.reset();
        auto opened = Store::open(path, [this] { return now; });
        ASSERT_TRUE(opened.has_value()) << opened.error().detail;
        store.emplace(std::move(opened.value()));
    }
    std::uint64_t inspected(const char* verdict, const char* more = "") {
        const auto body = std::string(R"({"type":"inspection","started":"2026-11-20T10:00:00Z",)") +
                          R"("vehicle":{"vin":"V","plate":"P"},"judgement":{"verdict":")" +
                          verdict + "\"}" + more + "}";
        return store->append("", body, "transcript").value().sequence;
    }
    stock::Moved move(What what, std::string first, std::string last = "", std::uint64_t of = 0) {
        stock::Move one{what,  "hologram-0", std::move(first), std::move(last), of, "why",
                        "S-1", "T-1"};
        auto moved = stock::move(*store, one);
        EXPECT_TRUE(moved.has_value()) << moved.error().detail;
        return std::move(moved.value());
    }
    std::string counts() {
        std::string all;
        const auto status = stock::status(*store).value();
        for (const auto& [kind, by_state] : status.counts) {
            for (const auto& [state, count] : by_state) {
                all += (all.empty() ? "" : " ") + state + ":" + std::to_string(count);
            }
        }
        return all;
    }

    tests::Folder folder;
    clock::Moment now{"boot-1", 1'000'000, 1'795'658'975'000};
    std::optional<Store> store;
};

using Stock = Kept;

TEST_F(Stock, MovesEverySerialFromOneStateToOneOther) {
    EXPECT_EQ(move(What::receive, "MX-0098", "MX-0103").serials, 6U);
    EXPECT_EQ(counts(), "in_stock:6");
    const auto passed = inspected("PASS");
    EXPECT_EQ(stock::status(*store).value().next, "MX-0098");
    EXPECT_FALSE(move(What::issue, "MX-0098", "", passed).refused);
    EXPECT_TRUE(move(What::issue, "MX-0099", "", passed).refused) << "it has one";
    EXPECT_TRUE(move(What::issue, "MX-0098", "", inspected("PASS")).refused) << "given away";
    EXPECT_TRUE(move(What::issue, "MX-0099", "", inspected("FAIL")).refused) << "not passed";
    EXPECT_TRUE(move(What::issue, "MX-0099", "", 999).refused) << "no record";
    EXPECT_TRUE(move(What::issue, "MX-0999", "", passed).refused) << "never received";
    EXPECT_FALSE(move(What::damage, "MX-0098").refused);
    EXPECT_FALSE(move(What::issue, "MX-0101", "", passed).refused) << "the first was damaged";
    EXPECT_FALSE(move(What::void_, "MX-0100").refused);
    EXPECT_TRUE(move(What::void_, "MX-0100").refused);
    EXPECT_FALSE(move(What::give_back, "MX-0100").refused);
    EXPECT_TRUE(move(What::give_back, "MX-0101").refused) << "a motorist has it";
    EXPECT_EQ(counts(), "damaged:1 in_stock:3 issued:1 returned:1");
    EXPECT_TRUE(move(What::receive, "MX-0103", "MX-0110").refused) << "one of them is here";
    EXPECT_EQ(counts(), "damaged:1 in_stock:3 issued:1 returned:1") << "none was received";
    const auto status = stock::status(*store).value();
    ASSERT_EQ(status.passed_over.size(), 1U);
    EXPECT_EQ(status.passed_over[0], (std::pair<std::string, std::string>{"MX-0099", "MX-0099"}));
    EXPECT_EQ(records::verify(folder.path()).value().problem, "");
}

TEST_F(Stock, NamesGapsAndCountsByTwo) {
    move(What::receive, "MX-0001", "MX-0003");
    move(What::receive, "MX-0007", "MX-0008");
    const auto status = stock::status(*store).value();
    ASSERT_EQ(status.never_received.size(), 1U);
    EXPECT_EQ(
        status.never_received[0], (std::pair<std::string, std::string>{"MX-0004", "MX-0006"})
    );
    stock::Move alone{What::count, "hologram-0", "MX-0001", "MX-0003", 0, "", "S-1", "S-1"};
    EXPECT_TRUE(stock::move(*store, alone).value().refused) << "two people, not one twice";
    const auto counted = move(What::count, "MX-0002", "MX-0004");
    EXPECT_EQ(counted.missing, (std::vector<std::string>{"MX-0001", "MX-0007", "MX-0008"}));
    EXPECT_EQ(counted.strange, (std::vector<std::string>{"MX-0004"}));
    EXPECT_EQ(counts(), "in_stock:2 missing:3");
    move(What::count, "MX-0001", "MX-0003");
    EXPECT_EQ(counts(), "in_stock:3 missing:2") << "what is found again is in stock";
}

TEST_F(Stock, RefusesWhatIsNoSerial) {
    for (const auto& [first, last] :
         {std::pair<std::string, std::string>{"", ""},
          {"MX", ""},
          {"MX-1", "MY-2"},
          {"MX-1", "MX-02"},
          {"MX-5", "MX-4"},
          {"MX-0000001", "MX-9999999"},
          {"MX 1", ""},
          {"MX\n1", ""},
          {std::string(50, '1'), ""},
          {"99999999999999999999999", ""}}) {
        EXPECT_TRUE(move(What::receive, first, last).refused) << first;
    }
    EXPECT_EQ(store->head().value(), 0U);
    EXPECT_EQ(
        stock::range("A-098", "A-101"),
        (std::vector<std::string>{"A-098", "A-099", "A-100", "A-101"})
    );
}

TEST_F(Stock, IsDoubtedAfterARestoreUntilItIsCounted) {
    move(What::receive, "MX-0001", "MX-0003");
    const auto backup = folder.path() / "b";
    ASSERT_TRUE(records::back_up(*store, backup, "correct horse", "S-1").has_value());
    const auto passed = inspected("PASS");
    move(What::issue, "MX-0001", "", passed);
    const tests::Folder other;
    const auto there = other.path() / "new";
    ASSERT_TRUE(records::restore(backup, there, "correct horse").has_value());
    reopen(there);
    EXPECT_EQ(counts(), "to_count:3");
    EXPECT_TRUE(move(What::issue, "MX-0002", "", inspected("PASS")).refused);
    move(What::count, "MX-0002", "MX-0003");
    EXPECT_EQ(counts(), "in_stock:2 missing:1") << "the one given away does not come back";
}

using Backup = Kept;

TEST_F(Backup, RestoresEverythingIntoANewEpoch) {
    for (int i = 0; i < 3; ++i) {
        inspected("PASS");
    }
    std::ofstream(folder.path() / "staff.root") << "ab";
    const auto file = folder.path() / "backup";
    ASSERT_TRUE(records::back_up(*store, file, "correct horse", "S-1").has_value());
    const auto station = store->station();
    inspected("PASS");  // lost with the disk
    const tests::Folder other;
    const auto there = other.path() / "new";
    const auto as_typed = there / "";  // the shell completes a folder's name with a slash
    ASSERT_TRUE(records::restore(file, as_typed, "correct horse").has_value());
    reopen(there);
    EXPECT_EQ(store->station(), station);
    EXPECT_EQ(store->head().value(), chain::epoch_length + 1);
    const auto opened = boost::json::parse(store->record(chain::epoch_length + 1).value()->body);
    EXPECT_EQ(opened.at("event").at("reason"), "restored");
    EXPECT_EQ(opened.at("event").at("after"), 4) << "three inspections and the backup's own record";
    EXPECT_EQ(inspected("PASS"), chain::epoch_length + 2);
    EXPECT_EQ(records::verify(there).value().problem, "");
    EXPECT_TRUE(std::filesystem::exists(there / "staff.root"));
    EXPECT_EQ(std::filesystem::status(file).permissions(), std::filesystem::perms(0600));
    EXPECT_EQ(records::restore(file, there, "correct horse").error().fault, Fault::store_read_only)
        << "never over another";
}

TEST_F(Backup, RefusesAnotherPassphraseAndEveryDamage) {
    inspected("PASS");
    const auto file = folder.path() / "backup";
    ASSERT_TRUE(records::back_up(*store, file, "correct horse", "").has_value());
    const tests::Folder other;
    const auto restored = [&](const std::string& passphrase) {
        return records::restore(file, other.path() / "new", passphrase);
    };
    EXPECT_EQ(restored("wrong horse").error().fault, Fault::malformed);
    std::ifstream in(file, std::ios::binary);
    const std::string whole{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    EXPECT_EQ(whole.find("SQLite format"), whole.npos);
    std::mt19937 random(7);
    for (int i = 0; i < 12; ++i) {
        auto damaged = whole;
        const auto at = std::uniform_int_distribution<std::size_t>(0, whole.size() - 1)(random);
        if (i % 2 == 0) {
            damaged[at] = static_cast<char>(damaged[at] ^ 4);
        } else {
            damaged.resize(at);
        }
        std::ofstream(file, std::ios::binary) << damaged;
        EXPECT_EQ(restored("correct horse").error().fault, Fault::malformed) << at;
        EXPECT_FALSE(std::filesystem::exists(other.path() / "new"));
    }
}

using Erasure = Kept;

TEST_F(Erasure, LeavesProofAndTheChainAndNothingElse) {
    const auto kept = inspected("PASS");
    const auto gone = inspected("NONE", R"(,"erase_days":0)");
    const auto later = inspected("NONE", R"(,"erase_days":30)");
    EXPECT_EQ(records::erase_due(*store, "").value(), 0U) << "the centre has not confirmed it";
    ASSERT_TRUE(store->confirmed(later, "{}").has_value());
    EXPECT_EQ(records::erase_due(*store, "").value(), 1U);
    EXPECT_EQ(records::erase_due(*store, "").value(), 0U);
    const auto record = store->record(gone).value();
    ASSERT_TRUE(record && record->erased);
    EXPECT_EQ(record->body + record->transcript, "");
    EXPECT_EQ(chain::hash_of(store->station(), *record), record->hash);
    EXPECT_NE(store->record(kept).value()->body, "");
    const auto found = records::verify(folder.path()).value();
    EXPECT_EQ(found.problem, "");
    EXPECT_EQ(found.erased, 1U);
    const auto proof = boost::json::parse(store->record(store->head().value()).value()->body);
    EXPECT_EQ(proof.at("event").at("kind"), "erasure");
    EXPECT_EQ(proof.at("event").at("erased").at(0).at("sequence"), gone);
    EXPECT_EQ(store->seen("V", "", 10).value().size(), 2U) << "nor is its vehicle found by name";
    now.wall_ms += std::int64_t{40} * 86'400'000;
    EXPECT_EQ(records::erase_due(*store, "").value(), 1U);
    const auto file = folder.path() / "export.jsonl";
    ASSERT_TRUE(records::export_chain(folder.path(), 1, 99, file).has_value());
    EXPECT_EQ(records::verify_export(file).value().problem, "");
    EXPECT_EQ(records::verify_export(file).value().erased, 2U);
}

}  // namespace
}  // namespace station
