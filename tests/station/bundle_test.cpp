#include "station/bundle/bundle.hpp"
#include "station/criteria/profile.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace station::bundle {
namespace {

namespace json = boost::json;

constexpr const char* today = "2026-11-25T10:00:00.000Z";

struct Plan {
    std::int64_t version = 1;
    std::int64_t root_version = 1;
    std::string timestamp_expires = "2027-01-31T00:00:00Z";
    std::string root_expires = "2028-01-31T00:00:00Z";
};

/// A programme: two people hold the root and the targets, a machine the rest.
class Bundles : public testing::Test {
protected:
    seal::KeyPair first = seal::make_keys();
    seal::KeyPair second = seal::make_keys();
    seal::KeyPair online = seal::make_keys();
    std::map<std::string, std::string> files{
        {"profiles/generic.json", criteria::profile_text("generic").value()},
        {"profiles/generic.examples.json", criteria::examples_text("generic")},
        {"texts/dtc.json", R"({"P0420": {"es": "Catalizador gastado", "en": "Worn catalyst"}})"}};

    std::string plan_text(const Plan& plan, const std::vector<seal::KeyPair>& people) {
        json::array keys;
        for (const auto& one : people) {
            keys.emplace_back(seal::hex(one.public_key));
        }
        const json::object people_role{{"keys", keys}, {"threshold", 2}};
        const json::object machine{
            {"keys", json::array{json::string(seal::hex(online.public_key))}}, {"threshold", 1}};
        return json::serialize(json::object{
            {"version", plan.version},
            {"root_version", plan.root_version},
            {"expires",
             {{"root", plan.root_expires},
              {"targets", "2027-06-30T00:00:00Z"},
              {"snapshot", "2027-06-30T00:00:00Z"},
              {"timestamp", plan.timestamp_expires}}},
            {"roles",
             {{"root", people_role},
              {"targets", people_role},
              {"snapshot", machine},
              {"timestamp", machine}}}});
    }
    std::string unsigned_bundle(const Plan& plan = {}, const std::string& previous = {}) {
        auto made = make(plan_text(plan, {first, second}), files, previous);
        EXPECT_TRUE(made.has_value()) << made.error().detail;
        return made.value();
    }
    std::string signed_by(std::string text, Role role, const seal::KeyPair& keys) {
        auto done = sign(text, role, keys);
        EXPECT_TRUE(done.has_value()) << done.error().detail;
        return done.value();
    }
    std::string signed_bundle(const Plan& plan = {}, const std::string& previous = {}) {
        auto text = unsigned_bundle(plan, previous);
        for (const auto role : {Role::root, Role::targets}) {
            text = signed_by(signed_by(std::move(text), role, first), role, second);
        }
        text = signed_by(std::move(text), Role::snapshot, online);
        return signed_by(std::move(text), Role::timestamp, online);
    }
    void refused(const std::string& text, const std::string& trusted, std::string_view why) {
        const auto checked = check_install(text, trusted, today, installed);
        ASSERT_FALSE(checked.good) << why;
        EXPECT_NE(checked.why.en.find(why), std::string::npos) << checked.why.en;
        EXPECT_FALSE(checked.why.es.empty());
        EXPECT_NE(checked.why.es, checked.why.en);
    }

    std::optional<Verified> installed;
};

TEST_F(Bundles, AreInstalledWhenEveryRoleIsSigned) {
    const auto text = signed_bundle();
    const auto checked = check_install(text, last_root(text), today, {});
    ASSERT_TRUE(checked.good) << checked.why.en;
    EXPECT_EQ(checked.good->sha256, criteria::sha256_hex(text));
    EXPECT_EQ(checked.good->files.at("profiles/generic.json"), files["profiles/generic.json"]);
    EXPECT_EQ(checked.good->versions.at(Role::targets), 1);
    EXPECT_EQ(code_texts_of(*checked.good).value().at("P0420").en, "Worn catalyst");
}

TEST_F(Bundles, AreRefusedUntilEveryThresholdIsMet) {
    auto text = unsigned_bundle();
    const auto root = last_root(text);
    refused(text, root, "(root: 0/2");
    text = signed_by(text, Role::root, first);
    text = signed_by(text, Role::root, first);
    refused(text, root, "(root: 1/2");  // one person twice is one person
    text = signed_by(text, Role::root, second);
    refused(text, root, "(timestamp: 0/1");
    text = signed_by(signed_by(text, Role::timestamp, online), Role::snapshot, online);
    refused(text, root, "(targets: 0/2");
    text = signed_by(text, Role::targets, first);
    refused(text, root, "(targets: 1/2");
    EXPECT_TRUE(check_install(signed_by(text, Role::targets, second), root, today, {}).good);
}

TEST_F(Bundles, TakeNoSignatureOfAStrangerOrOfAnotherRole) {
    const auto text = unsigned_bundle();
    EXPECT_TRUE(sign(text, Role::root, online).has_error());
    EXPECT_TRUE(sign(text, Role::targets, seal::make_keys()).has_error());
    // A signature moved from one role to another does not hold there.
    auto bundle = json::parse(signed_bundle()).as_object();
    bundle["snapshot"].as_object()["signatures"] = bundle["timestamp"].at("signatures");
    refused(json::serialize(bundle), last_root(text), "(snapshot: 0/1");
}

TEST_F(Bundles, OfAnotherProgrammeAreRefused) {
    const auto text = signed_bundle();
    refused(text, std::string(64, '0'), "another programme");
}

TEST_F(Bundles, AreRefusedWhenExpiredOrOlderThanTheInstalledOne) {
    const auto current = signed_bundle({3, 1, "2027-01-31T00:00:00Z"});
    const auto root = last_root(current);
    const auto late = signed_bundle({4, 1, "2026-11-25T09:59:59Z"});
    refused(late, root, "expired on 2026-11-25T09:59:59Z (timestamp)");
    installed = check_install(current, root, today, {}).good;
    ASSERT_TRUE(installed);
    refused(signed_bundle({2, 1, "2027-01-31T00:00:00Z"}), root, "2 < 3");
    EXPECT_TRUE(check_install(current, root, today, installed).good) << "the same again is none";
    EXPECT_TRUE(installed->expired("2027-01-31T00:00:00.000Z"));
    EXPECT_FALSE(installed->expired("2027-01-30T23:59:59.999Z"));
}

TEST_F(Bundles, AreRefusedWhenMixedOrChanged) {
    const auto one = json::parse(signed_bundle({1, 1})).as_object();
    const auto root = last_root(json::serialize(one));
    files["texts/dtc.json"] = R"({"P0420": {"es": "Otro", "en": "Other"}})";
    const auto two = json::parse(signed_bundle({2, 1})).as_object();
    for (const auto* part : {"timestamp", "snapshot", "targets"}) {
        auto mixed = two;
        mixed[part] = one.at(part);
        refused(json::serialize(mixed), root, "mixes parts of different versions");
    }
    auto changed = two;
    changed["files"] = one.at("files");
    refused(json::serialize(changed), root, "texts/dtc.json is not the one that was signed");
    changed = two;
    changed["files"].as_object()["profiles/more.json"] = "e30=";
    refused(json::serialize(changed), root, "nobody signed");
    changed = two;
    changed["files"].as_object().erase("texts/dtc.json");
    refused(json::serialize(changed), root, "\"texts/dtc.json\" is missing");
}

// Cut at many places: a copy that was interrupted.
TEST_F(Bundles, AreRefusedWhenCutShortAnywhere) {
    const auto text = signed_bundle();
    const auto root = last_root(text);
    for (std::size_t size = 0; size < text.size(); size += 1 + text.size() / 200) {
        const auto checked = check(text.substr(0, size), root);
        ASSERT_FALSE(checked.good) << size;
        ASSERT_FALSE(checked.why.es.empty());
    }
    // One byte changed anywhere: refused, or one whose change means nothing to what is signed.
    for (std::size_t at = 0; at < text.size(); at += 1 + text.size() / 400) {
        auto other = text;
        other[at] = other[at] == 'A' ? 'B' : 'A';
        const auto checked = check(other, root);
        if (checked.good) {
            EXPECT_EQ(checked.good->files, check(text, root).good->files) << at;
        }
    }
}

TEST_F(Bundles, FollowTheProgrammeToNewKeys) {
    const auto old_first = first;
    const auto one = signed_bundle({1, 1});
    const auto anchor = last_root(one);
    first = seal::make_keys();
    const auto plan = Plan{2, 2};
    // Signed by the new holders alone: whoever could do that could take the programme over.
    auto two = unsigned_bundle(plan, one);
    for (const auto role : {Role::root, Role::targets}) {
        two = signed_by(signed_by(two, role, first), role, second);
    }
    two = signed_by(signed_by(two, Role::snapshot, online), Role::timestamp, online);
    refused(two, anchor, "(root: 1/2");
    two = signed_by(two, Role::root, old_first);
    const auto checked = check_install(two, anchor, today, check(one, anchor).good);
    ASSERT_TRUE(checked.good) << checked.why.en;
    EXPECT_EQ(checked.good->versions.at(Role::root), 2);
    EXPECT_EQ(checked.good->root_sha256, last_root(two));
    // A station set up later trusts the new root alone.
    EXPECT_TRUE(check(two, last_root(two)).good);
    // Without the roots between, the old station cannot follow.
    auto broken = json::parse(two).as_object();
    auto& roots = broken["roots"].as_array();
    roots.erase(roots.begin());
    refused(json::serialize(broken), anchor, "another programme");
}

TEST_F(Bundles, WithCriteriaThatDoNotHoldAreRefused) {
    const auto good = files;
    auto& profile = files["profiles/generic.json"];
    profile.replace(profile.find("\"op\": \"ge\""), 10, "\"op\": \"gt\"");
    auto text = signed_bundle();
    refused(text, last_root(text), "profiles/generic.json is of no use: /cases/");
    files = good;
    files.erase("profiles/generic.examples.json");
    text = signed_bundle();
    refused(text, last_root(text), "without examples");
    files = good;
    files["tables/t.json"] = R"({"schema": "obd-station/table/1", "id": "t"})";
    text = signed_bundle();
    refused(text, last_root(text), "tables/t.json");
    files = {{"texts/dtc.json", "{}"}};
    text = signed_bundle();
    refused(text, last_root(text), "carries no programme");
    files = good;
    files["texts/dtc.json"] = R"({"P0420": "worn"})";
    text = signed_bundle();
    refused(text, last_root(text), "/P0420 must be");
}

TEST_F(Bundles, AreNotMadeFromAPlanThatCannotBe) {
    EXPECT_TRUE(make("{}", files, "").has_error());
    EXPECT_TRUE(make("not json", files, "").has_error());
    EXPECT_TRUE(
        make(plan_text({1, 1, "2027-02-30T00:00:00Z"}, {first, second}), files, "").has_error()
    );
    EXPECT_TRUE(make(plan_text({}, {first}), files, "").has_error()) << "threshold of two, one key";
    for (const auto* path :
         {"../evil.json", "profiles/../evil.json", "profiles/A.json", "profiles/x", "other/x.json",
          "profiles/.json", "profiles/a/b.json"}) {
        auto odd = files;
        odd[path] = "{}";
        EXPECT_TRUE(make(plan_text({}, {first, second}), odd, "").has_error()) << path;
    }
}

}  // namespace
}  // namespace station::bundle
