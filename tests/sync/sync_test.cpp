#include "station/records/store.hpp"
#include "sync/central/intake.hpp"
#include "sync/central/routes.hpp"
#include "sync/uploader/uploader.hpp"
#include "sync/wire/wire.hpp"
#include "tests/support/folder.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <map>

namespace syncing {
namespace {

namespace json = boost::json;
namespace seal = station::seal;
using central::Intake;
using protocols::Fault;

constexpr std::string_view now = "2026-01-02T03:04:05Z";

/// A station that exists only as a key and a chain.
class Chain {
public:
    Chain() : keys_(seal::make_keys()) {}

    [[nodiscard]] std::string station() const { return seal::station_id(keys_.public_key); }

    wire::Item next(std::string body = R"({"type":"inspection","vehicle":{"plate":"ABC-1"}})") {
        wire::Item item;
        item.sequence = ++sequence_;
        item.previous = head_;
        item.body = std::move(body);
        item.stamp = R"({"wall":"2026-01-02T03:04:05.000Z"})";
        item.transcript = seal::compress("{\"t\":0,\"k\":\"begin\"}\n");
        sign(item);
        head_ = item.hash;
        return item;
    }
    void sign(wire::Item& item) const {
        item.hash = station::chain::hash_of(station(), item);
        item.signature = seal::sign(item.hash, keys_.secret_key);
    }
    [[nodiscard]] wire::Batch batch(std::vector<wire::Item> items) const {
        return {station(), keys_.public_key, std::move(items)};
    }
    void rewind(const wire::Item& to) {
        sequence_ = to.sequence;
        head_ = to.hash;
    }

private:
    seal::KeyPair keys_;
    std::uint64_t sequence_ = 0;
    seal::Hash head_{};
};

Intake open(const tests::Folder& folder) {
    auto intake = Intake::open(folder.path());
    EXPECT_TRUE(intake.has_value());
    return std::move(intake.value());
}

wire::Reply take(Intake& intake, const wire::Batch& batch) {
    auto reply = intake.take(batch.station, wire::to_text(batch), now);
    EXPECT_TRUE(reply.has_value()) << reply.error().detail;
    return std::move(reply.value());
}

std::string outcome(const wire::Reply& reply) {
    std::string all;
    for (const auto& one : reply.results) {
        static const std::map<wire::Status, std::string> names{
            {wire::Status::created, "created"},
            {wire::Status::exists, "exists"},
            {wire::Status::quarantined, "quarantined"}};
        all += (all.empty() ? "" : " ") + names.at(one.status) +
               (one.code.empty() ? "" : ":" + one.code);
    }
    return all;
}

std::int64_t records(Intake& intake) {
    return static_cast<std::int64_t>(
        intake.inspections({}).value().at("inspections").as_array().size()
    );
}

TEST(Wire, CarriesABatchUnchanged) {
    Chain chain;
    const auto before = chain.batch({chain.next(), chain.next("{\"a\":\"\\u0000\"}")});
    const auto after = wire::batch_from_text(wire::to_text(before));
    ASSERT_TRUE(after.has_value()) << after.error().detail;
    EXPECT_EQ(after.value().station, before.station);
    EXPECT_EQ(after.value().public_key, before.public_key);
    ASSERT_EQ(after.value().items.size(), 2U);
    EXPECT_EQ(after.value().items[1].body, before.items[1].body);
    EXPECT_EQ(after.value().items[1].signature, before.items[1].signature);
}

TEST(Wire, RefusesEveryOtherForm) {
    Chain chain;
    const auto good = wire::to_text(chain.batch({chain.next()}));
    for (const auto& text :
         {std::string(), std::string("{}"), std::string("[]"), good.substr(1),
          good.substr(0, good.size() / 2)}) {
        EXPECT_TRUE(wire::batch_from_text(text).has_error()) << text.substr(0, 60);
    }
    // Each key missing or of another kind.
    const auto document = json::parse(good).as_object();
    for (const auto& [key, value] : document) {
        auto less = document;
        less.erase(key);
        EXPECT_TRUE(wire::batch_from_text(json::serialize(less)).has_error()) << key;
        auto other = document;
        other[key] = json::value(nullptr);
        EXPECT_TRUE(wire::batch_from_text(json::serialize(other)).has_error()) << key;
    }
    std::vector<wire::Item> many;
    for (std::size_t i = 0; i <= wire::batch_records_max; ++i) {
        many.push_back(chain.next());
    }
    EXPECT_TRUE(wire::batch_from_text(wire::to_text(chain.batch(many))).has_error());
}

TEST(Intake, TakesABatchExactlyOnce) {
    const tests::Folder folder;
    auto intake = open(folder);
    Chain chain;
    const auto batch = chain.batch({chain.next(), chain.next()});
    EXPECT_EQ(outcome(take(intake, batch)), "created created");
    for (int i = 0; i < 3; ++i) {
        const auto again = take(intake, batch);
        EXPECT_EQ(outcome(again), "exists exists");
        EXPECT_EQ(again.head, 2U);
    }
    EXPECT_EQ(records(intake), 2);
    EXPECT_EQ(outcome(take(intake, chain.batch({batch.items[1], chain.next()}))), "exists created");
    EXPECT_EQ(records(intake), 3);
}

TEST(Intake, SignsAReceiptThatHolds) {
    const tests::Folder folder;
    auto intake = open(folder);
    Chain chain;
    auto reply = take(intake, chain.batch({chain.next()}));
    EXPECT_TRUE(wire::holds(reply, chain.station()));
    EXPECT_FALSE(wire::holds(reply, "ST-000000000000"));
    const auto text = wire::to_text(reply);
    const auto read = wire::reply_from_text(text);
    ASSERT_TRUE(read.has_value());
    EXPECT_TRUE(wire::holds(read.value(), chain.station()));
    auto forged = reply;
    forged.receipt[forged.receipt.find("\"head\"") + 7] = '9';
    EXPECT_FALSE(wire::holds(forged, chain.station()));
    forged = reply;
    forged.head = 7;
    EXPECT_FALSE(wire::holds(forged, chain.station()));
    forged = reply;
    forged.signature.front() = forged.signature.front() == '0' ? '1' : '0';
    EXPECT_FALSE(wire::holds(forged, chain.station()));
}

TEST(Intake, KeepsAsideWhatDoesNotFitAndSaysWhy) {
    const tests::Folder folder;
    auto intake = open(folder);
    Chain chain;
    const auto first = chain.next();
    take(intake, chain.batch({first}));
    const auto second = chain.next();

    auto changed = second;
    changed.body += " ";
    EXPECT_EQ(outcome(take(intake, chain.batch({changed}))), "quarantined:hash");
    auto unsigned_one = second;
    unsigned_one.signature = {};
    EXPECT_EQ(outcome(take(intake, chain.batch({unsigned_one}))), "quarantined:signature");
    auto not_json = second;
    not_json.body = "not json";
    chain.sign(not_json);
    EXPECT_EQ(outcome(take(intake, chain.batch({not_json}))), "quarantined:body");
    auto other_past = second;
    other_past.previous = {};
    chain.sign(other_past);
    EXPECT_EQ(outcome(take(intake, chain.batch({other_past}))), "quarantined:fork");
    auto rewritten = first;
    rewritten.body = R"({"type":"inspection","vehicle":{"plate":"OTHER"}})";
    chain.sign(rewritten);
    EXPECT_EQ(outcome(take(intake, chain.batch({rewritten}))), "quarantined:fork");
    const auto third = chain.next();
    EXPECT_EQ(outcome(take(intake, chain.batch({third}))), "quarantined:gap");
    EXPECT_EQ(records(intake), 1);
    EXPECT_EQ(intake.summary().value().at("quarantined").to_number<int>(), 6);
    // The true ones are still taken afterwards, in any order.
    EXPECT_EQ(outcome(take(intake, chain.batch({third, second}))), "created created");
}

TEST(Intake, RefusesAStationThatIsNotWhoItSays) {
    const tests::Folder folder;
    auto intake = open(folder);
    Chain one;
    Chain other;
    auto batch = one.batch({one.next()});
    const auto elsewhere = intake.take(other.station(), wire::to_text(batch), now);
    ASSERT_TRUE(elsewhere.has_error());
    EXPECT_EQ(elsewhere.error().fault, Fault::centre_refused);
    batch.station = other.station();
    EXPECT_TRUE(intake.take(other.station(), wire::to_text(batch), now).has_error());
    EXPECT_EQ(records(intake), 0);
}

TEST(Intake, RemembersAcrossRestarts) {
    const tests::Folder folder;
    Chain chain;
    const auto batch = chain.batch({chain.next()});
    std::string key;
    {
        auto intake = open(folder);
        key = take(intake, batch).centre_key;
    }
    auto intake = open(folder);
    const auto reply = take(intake, batch);
    EXPECT_EQ(outcome(reply), "exists");
    EXPECT_EQ(reply.centre_key, key);
}

std::string get(Intake& intake, const std::string& target, int status = 200) {
    const auto reply = central::answer(intake, {}, {"GET", target, ""}, now);
    EXPECT_EQ(reply.status, status) << target << " " << reply.body;
    return reply.body;
}

TEST(Routes, ListFilterAndOpenInspections) {
    const tests::Folder folder;
    auto intake = open(folder);
    Chain chain;
    const auto body = [](const std::string& plate, const std::string& verdict) {
        return R"({"type":"inspection","vehicle":{"plate":")" + plate +
               R"("},"judgement":{"verdict":")" + verdict + R"("},"profile":{"id":"generic"}})";
    };
    take(
        intake, chain.batch(
                    {chain.next(body("AAA-1", "PASS")), chain.next(body("BBB-2", "FAIL")),
                     chain.next(body("C%_-3", "PASS"))}
                )
    );
    const auto rows = [&](const std::string& target) {
        const auto list = json::parse(get(intake, target));
        std::string plates;
        for (const auto& row : list.at("inspections").as_array()) {
            plates += std::string(row.at("plate").as_string()) + " ";
        }
        return plates;
    };
    EXPECT_EQ(rows("/api/inspections"), "C%_-3 BBB-2 AAA-1 ");
    EXPECT_EQ(rows("/api/inspections?verdict=FAIL"), "BBB-2 ");
    EXPECT_EQ(rows("/api/inspections?q=AAA"), "AAA-1 ");
    EXPECT_EQ(rows("/api/inspections?q=%25_"), "C%_-3 ") << "wildcards are letters";
    EXPECT_EQ(rows("/api/inspections?q='%20OR%201=1--"), "");
    const auto one = json::parse(get(intake, "/api/inspections/" + chain.station() + "/2"));
    EXPECT_EQ(one.at("body").at("vehicle").at("plate"), "BBB-2");
    get(intake, "/api/inspections/" + chain.station() + "/9", 404);
    get(intake, "/api/inspections/" + chain.station() + "/x", 404);
    get(intake, "/api/inspections?before=x", 400);
    get(intake, "/etc/passwd", 404);
    get(intake, "/../centre.key", 404);
    EXPECT_EQ(central::answer(intake, {}, {"DELETE", "/api/summary", ""}, now).status, 405);
    EXPECT_EQ(
        central::answer(intake, {}, {"POST", "/v1/stations/x/records", "{}"}, now).status, 400
    );
}

TEST(Uploader, TriesAtOnceThenWithGrowingPausesAndNeverGivesUp) {
    using namespace std::chrono_literals;
    for (const double spread : {0.0, 0.5, 1.0}) {
        Uploader uploader(spread);
        protocols::Instant at{1h};
        EXPECT_TRUE(std::holds_alternative<Uploader::Idle>(uploader.next(0, at)));
        EXPECT_TRUE(std::holds_alternative<Uploader::SendNow>(uploader.next(1, at)));
        auto last = 0ms;
        for (int i = 0; i < 60; ++i) {
            uploader.failed(at);
            const auto next = uploader.next(1, at);
            ASSERT_TRUE(std::holds_alternative<Uploader::WaitUntil>(next)) << i;
            const auto until = std::get<Uploader::WaitUntil>(next).at;
            const auto pause = std::chrono::duration_cast<std::chrono::milliseconds>(until - at);
            EXPECT_GE(pause, last);
            EXPECT_LE(pause, Uploader::pause_max);
            EXPECT_GE(pause, Uploader::pause_first / 2);
            last = pause;
            at = until;
            EXPECT_TRUE(std::holds_alternative<Uploader::SendNow>(uploader.next(1, at)));
        }
        EXPECT_GE(last, Uploader::pause_max / 2);
        uploader.succeeded();
        EXPECT_TRUE(std::holds_alternative<Uploader::SendNow>(uploader.next(1, at)));
    }
}

}  // namespace
}  // namespace syncing
