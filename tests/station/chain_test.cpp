#include "station/chain/check.hpp"
#include "station/records/event.hpp"
#include "station/records/key_file.hpp"
#include "station/records/store.hpp"
#include "station/records/verify.hpp"
#include "tests/support/folder.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include <fstream>
#include <iterator>

namespace station::records {
namespace {

using chain::Stretch;
using protocols::Fault;

constexpr std::int64_t hour_ms = 3'600'000;

/// A clock that tests turn.
struct Dial {
    clock::Moment now{"boot-1", 1'000'000, 1'790'000'000'000};

    [[nodiscard]] clock::Clock clock() {
        return [this] { return now; };
    }
    void pass(std::int64_t ms) {
        now.monotonic_ms += ms;
        now.wall_ms += ms;
    }
};

Store open(const tests::Folder& folder, Dial& dial) {
    auto store = Store::open(folder.path(), dial.clock());
    EXPECT_TRUE(store.has_value()) << store.error().detail;
    return std::move(store.value());
}

Record note(Store& store, int number) {
    auto record = store.note(event_body("settings", "T-1", "", {{"number", number}}));
    EXPECT_TRUE(record.has_value()) << record.error().detail;
    return std::move(record.value());
}

std::string shape(const std::vector<Stretch>& stretches) {
    std::string all;
    for (const auto& one : stretches) {
        all += (all.empty() ? "" : " ") + std::to_string(one.first) + "-" +
               std::to_string(one.last) +
               (one.state == Stretch::State::holds     ? ""
                : one.state == Stretch::State::signed_ ? "s"
                                                       : "!");
    }
    return all;
}

/// Ten records of one station, to be spoilt.
class Ten : public ::testing::Test {
protected:
    void SetUp() override {
        auto store = open(folder, dial);
        for (int i = 0; i < 10; ++i) {
            dial.pass(1000);
            records.push_back(note(store, i));
        }
        station = store.station();
        key = store.public_key();
    }
    [[nodiscard]] std::string checked(chain::Signatures signatures = chain::Signatures::every)
        const {
        chain::Check check(station, key, signatures);
        for (const auto& record : records) {
            check.next(record);
        }
        return shape(check.finish());
    }

    tests::Folder folder;
    Dial dial;
    std::vector<Record> records;
    std::string station;
    seal::PublicKey key{};
};

TEST_F(Ten, HoldAsAWhole) {
    EXPECT_EQ(checked(), "1-10");
    EXPECT_EQ(checked(chain::Signatures::heads), "1-10");
}

TEST_F(Ten, SayWhatIsStillTrustworthyAroundABreak) {
    const auto good = records;
    records[4].body += " ";
    EXPECT_EQ(checked(), "1-4 5-5! 6-10s");
    records = good;
    records.erase(records.begin() + 4, records.begin() + 6);
    EXPECT_EQ(checked(), "1-4 5-6! 7-10s");
    records = good;
    records.erase(records.begin());
    EXPECT_EQ(checked(), "1-1! 2-10s");
    records = good;
    records[2].signature[0] ^= 1;
    records[7].stamp += " ";
    EXPECT_EQ(checked(), "1-2 3-3! 4-7s 8-8! 9-10s");
    records = good;
    records.insert(records.begin() + 3, records[2]);
    EXPECT_EQ(checked(), "1-3 3-3! 4-10s");
}

TEST_F(Ten, ShowOneThatSomebodyElseWroteInItsPlace) {
    const auto other = seal::make_keys();
    auto& forged = records[5];
    forged.body = "{}";
    forged.hash = chain::hash_of(station, forged);
    forged.signature = seal::sign(forged.hash, other.secret_key);
    EXPECT_EQ(checked(), "1-5 6-6! 7-10s");
    // With heads alone the hash that the next one names gives it away.
    EXPECT_EQ(checked(chain::Signatures::heads), "1-6! 7-7! 8-10s");
}

TEST_F(Ten, ShowASignatureThatIsMissingAtTheHead) {
    records.back().signature.fill(0);
    EXPECT_EQ(checked(), "1-9 10-10!");
    EXPECT_EQ(checked(chain::Signatures::heads), "1-10!");
}

TEST_F(Ten, AreVerifiedFromAnExportAndEveryChangedByteOfItIsFound) {
    const auto file = folder.path() / "export.jsonl";
    ASSERT_EQ(export_chain(folder.path(), 3, 5, file).value(), 3U);
    const auto whole = verify_export(file).value();
    EXPECT_EQ(whole.problem, "");
    EXPECT_EQ(whole.records, 3U);
    EXPECT_EQ(whole.head, 5U);
    EXPECT_EQ(shape(whole.stretches), "3-5");
    std::ifstream in(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    std::size_t found = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto changed = text;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        std::ofstream(file, std::ios::binary) << changed;
        const auto after = verify_export(file);
        // Nothing may pass as whole, unless what the line says is the same (1e0 for 1 and the
        // like).
        const bool caught = after.has_error() || !after.value().problem.empty();
        EXPECT_TRUE(caught) << "byte " << i << " " << text.substr(i < 20 ? 0 : i - 20, 40);
        found += caught ? 1 : 0;
    }
    EXPECT_EQ(found, text.size());
}

TEST_F(Ten, RefuseAnExportThatIsNone) {
    const auto file = folder.path() / "export.jsonl";
    EXPECT_EQ(export_chain(folder.path(), 30, 40, file).error().fault, Fault::malformed);
    EXPECT_EQ(verify_export(folder.path() / "none").error().fault, Fault::malformed);
    for (const auto* text : {"", "[]", "{}\n", "{\"schema\":\"obd-station/chain/1\"}\n"}) {
        std::ofstream(file, std::ios::binary) << text;
        EXPECT_EQ(verify_export(file).error().fault, Fault::malformed) << text;
    }
}

TEST(RecordsOfACopy, BeginANewEpochAndNeverReuseANumber) {
    const tests::Folder one;
    Dial dial;
    std::uint64_t first_next = 0;
    {
        auto store = open(one, dial);
        note(store, 1);
        note(store, 2);
    }
    const tests::Folder copy;
    for (const auto* name : {"station.sqlite", "station.key"}) {
        std::filesystem::copy_file(one.path() / name, copy.path() / name);
    }
    {
        auto store = open(one, dial);
        first_next = note(store, 3).sequence;
    }
    auto store = open(copy, dial);
    const auto opened = store.record(chain::epoch_length + 1).value();
    ASSERT_TRUE(opened);
    const auto body = boost::json::parse(opened->body);
    EXPECT_EQ(body.at("event").at("kind"), "epoch");
    EXPECT_EQ(body.at("event").at("reason"), "copied");
    EXPECT_EQ(body.at("event").at("after"), 2);
    EXPECT_EQ(first_next, 3U);
    EXPECT_EQ(note(store, 3).sequence, chain::epoch_length + 2);
    const auto found = verify(copy.path()).value();
    EXPECT_EQ(found.problem, "");
    EXPECT_EQ(found.epochs, 2U);
    EXPECT_EQ(found.records, 4U);
    // Once: it is no copy of itself.
    auto again = open(copy, dial);
    EXPECT_EQ(again.head().value(), chain::epoch_length + 2);
}

TEST(RecordsOfACopy, StayInTheirEpochWhereNothingMoved) {
    const tests::Folder folder;
    Dial dial;
    for (int i = 0; i < 3; ++i) {
        auto store = open(folder, dial);
        note(store, i);
    }
    EXPECT_EQ(verify(folder.path()).value().epochs, 1U);
}

TEST(RecordsInTime, AreBoundedByTheLastSignedTime) {
    const tests::Folder folder;
    Dial dial;
    auto store = open(folder, dial);
    auto stamp = clock::from_text(note(store, 1).stamp);
    ASSERT_TRUE(stamp);
    EXPECT_FALSE(stamp->earliest_ms) << "no anchor yet: nothing is promised";
    EXPECT_FALSE(stamp->latest_ms);
    const auto signed_ms = dial.now.wall_ms + 7000;  // the station's clock is 7 s behind
    const clock::Anchor anchor{
        "aa", signed_ms, dial.now.boot, dial.now.monotonic_ms - 300, dial.now.monotonic_ms};
    ASSERT_TRUE(store.confirmed(1, "{}", anchor).has_value());
    dial.pass(hour_ms);
    stamp = clock::from_text(note(store, 2).stamp);
    EXPECT_EQ(stamp->earliest_ms, signed_ms + hour_ms - hour_ms / 2000);
    EXPECT_EQ(stamp->latest_ms, signed_ms + 1000 + hour_ms + 300 + (hour_ms + 300) / 2000);
    EXPECT_EQ(stamp->anchor, "aa");
    EXPECT_EQ(stamp->jump_ms, 0);
    // After a restart only the past is sure.
    dial.now.boot = "boot-2";
    dial.now.monotonic_ms = 5000;
    stamp = clock::from_text(note(store, 3).stamp);
    EXPECT_EQ(stamp->earliest_ms, signed_ms + hour_ms - hour_ms / 2000);
    EXPECT_FALSE(stamp->latest_ms);
}

TEST(RecordsInTime, FlagEveryJumpOfTheClock) {
    struct Row {
        bool restart;
        std::int64_t moved;
        std::int64_t flagged;
        bool locks;
    };
    constexpr std::int64_t ten_years = 10 * 365 * 24 * hour_ms;
    for (const auto& row : {
             Row{false, 1000, 0, false},
             Row{false, -1000, 0, false},
             Row{false, 2 * hour_ms, 2 * hour_ms, false},
             Row{false, -30'000, -30'000, false},
             Row{false, -3 * hour_ms, -3 * hour_ms, true},
             Row{false, -ten_years, -ten_years, true},
             Row{true, ten_years, 0, false},
             Row{true, -3 * hour_ms, -3 * hour_ms, true},
         }) {
        const tests::Folder folder;
        Dial dial;
        auto store = open(folder, dial);
        note(store, 1);
        dial.now.wall_ms += row.moved;
        if (row.restart) {
            dial.now.boot = "boot-2";
            dial.now.monotonic_ms = 1;
        }
        EXPECT_EQ(store.clock_set_back().value(), row.locks) << row.moved;
        const auto stamp = clock::from_text(note(store, 2).stamp);
        EXPECT_EQ(stamp->jump_ms, row.flagged) << row.moved;
        EXPECT_EQ(verify(folder.path()).value().clock_jumps, row.flagged == 0 ? 0U : 1U);
        // A record in between does not make it good; somebody has to answer for the time.
        dial.pass(1000);
        note(store, 3);
        EXPECT_EQ(store.clock_set_back().value(), row.locks) << row.moved;
        ASSERT_TRUE(store.confirm_clock(event_body("clock", "S-1", "", {})).has_value());
        EXPECT_FALSE(store.clock_set_back().value());
    }
}

TEST(RecordsInTime, AreWrittenAndReadAsTheyAre) {
    clock::Stamp stamp;
    stamp.at = {"b", 5, 1'790'000'000'123};
    stamp.earliest_ms = 1;
    stamp.jump_ms = -4;
    stamp.anchor = "aa";
    const auto text = clock::to_text(stamp);
    EXPECT_NE(text.find("\"wall\":\"2026-09-21T14:13:20.123Z\""), text.npos) << text;
    const auto again = clock::from_text(text);
    ASSERT_TRUE(again);
    EXPECT_EQ(clock::to_text(*again), text);
    for (const auto* other : {"", "{}", "[]", R"({"boot":"b","monotonic_ms":1,"wall":"x"})"}) {
        EXPECT_FALSE(clock::from_text(other)) << other;
    }
    EXPECT_EQ(clock::from_iso_time("2026-09-21T14:13:20Z"), 1'790'000'000'000);
    EXPECT_EQ(clock::from_iso_time("1970-01-01T00:00:00.001Z"), 1);
    for (const auto* other :
         {"2026-02-30T00:00:00Z", "2026-09-21 14:13:20Z", "2026-09-21T24:00:00Z",
          "2026-09-21T14:13:20.1Z", "2026-09-21T14:13:20.x23Z", "2026-09-21T14:13:20"}) {
        EXPECT_FALSE(clock::from_iso_time(other)) << other;
    }
}

TEST(Records, AreHeldByOneProgramAtATime) {
    const tests::Folder folder;
    Dial dial;
    {
        auto first = open(folder, dial);
        ASSERT_TRUE(first.hold().has_value());
        auto second = open(folder, dial);
        ASSERT_TRUE(second.hold().has_error());
        EXPECT_EQ(second.hold().error().fault, Fault::store_locked);
        EXPECT_TRUE(note(second, 1).sequence > 0) << "what is no inspection may be noted";
    }
    auto third = open(folder, dial);
    EXPECT_TRUE(third.hold().has_value());
}

}  // namespace
}  // namespace station::records
