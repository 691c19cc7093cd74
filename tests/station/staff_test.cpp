#include "station/app/people.hpp"
#include "station/records/assertion.hpp"
#include "station/records/verify.hpp"
#include "station/seal/document.hpp"
#include "station/staff/attempts.hpp"
#include "tests/support/folder.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <liboath/oath.h>

#include <array>
#include <fstream>

namespace station::app {
namespace {

namespace json = boost::json;
using protocols::Fault;
using staff::Role;

constexpr std::int64_t second_ms = 1000;

/// A station with three people, and a clock that tests turn.
class Staff : public ::testing::Test {
protected:
    static staff::Plan plan(std::int64_t version = 1) {
        staff::Plan plan{version, "2026-12-31", {}};
        plan.people = {
            {"T-1", "Ana", {Role::technician}, "es", "2468", "BADGE-1", false, ""},
            {"T-2", "Luis", {Role::technician}, "en", "1357", "", true, "2026-11-30"},
            {"S-1", "Jo", {Role::supervisor, Role::technician}, "es", "97531", "", false, ""},
            {"A-1", "Ed", {Role::auditor}, "en", "8642", "", false, ""}};
        return plan;
    }
    void SetUp() override {
        auto opened = records::Store::open(folder.path(), [this] { return now; });
        ASSERT_TRUE(opened.has_value());
        store.emplace(std::move(opened.value()));
        const auto made = staff::make_roster(plan());
        codes = made.codes;
        text = seal::make_document("roster", made.payload, {root});
        ASSERT_TRUE(install_roster(*store, text, seal::hex(root.public_key)).has_value());
    }
    People people() {
        auto opened = People::open(*store);
        EXPECT_TRUE(opened.has_value()) << opened.error().detail;
        return std::move(opened.value());
    }
    /// The code in what is refused, empty when it is not.
    static std::string refused(const People::Refusal& refusal) {
        if (!refusal) {
            return {};
        }
        EXPECT_NE(refusal->es, refusal->en);
        const auto at = refusal->en.rfind('(');
        return refusal->en.substr(at + 1, refusal->en.size() - at - 2);
    }
    static std::string signs_in(People& people, const Proof& proof) {
        return refused(people.sign_in(proof).value());
    }
    /// Kinds of the station's events, in order.
    std::string events() {
        std::string all;
        const auto head = store->head().value();
        for (std::uint64_t i = 1; i <= head; ++i) {
            const auto body = json::parse(store->record(i).value()->body);
            all += (all.empty() ? "" : " ") + std::string(body.at("event").at("kind").as_string());
        }
        return all;
    }
    void pass(std::int64_t ms) {
        now.monotonic_ms += ms;
        now.wall_ms += ms;
    }
    /// What the person's authenticator shows now.
    std::string code_now() {
        const auto& address = codes.at(0).second;
        const auto from = address.find("secret=") + 7;
        const auto text_of_secret = address.substr(from, address.find('&', from) - from);
        char* secret = nullptr;
        std::size_t size = 0;
        EXPECT_EQ(
            oath_base32_decode(text_of_secret.data(), text_of_secret.size(), &secret, &size),
            OATH_OK
        );
        std::array<char, 7> code{};
        EXPECT_EQ(
            oath_totp_generate(secret, size, now.wall_ms / second_ms, 30, 0, 6, code.data()),
            OATH_OK
        );
        std::free(secret);  // NOLINT: liboath allocates with malloc
        return code.data();
    }

    tests::Folder folder;
    clock::Moment now{"boot-1", 1'000'000, 1'795'658'975'000};  // 2026-11-26
    seal::KeyPair root = seal::make_keys();
    std::optional<records::Store> store;
    std::string text;
    std::vector<std::pair<std::string, std::string>> codes;
};

TEST_F(Staff, SignInByPinAndByBadgeAndTakesEveryStepIntoTheRecords) {
    auto here = people();
    EXPECT_TRUE(here.required());
    EXPECT_EQ(signs_in(here, {"T-1", "2468", ""}), "");
    EXPECT_EQ(here.current()->person.name, "Ana");
    EXPECT_EQ(here.current()->method, "pin");
    EXPECT_EQ(signs_in(here, {"BADGE-1", "2468", ""}), "");
    EXPECT_EQ(here.current()->method, "badge+pin");
    EXPECT_EQ(signs_in(here, {"S-1", "97531", ""}), "");
    ASSERT_TRUE(here.sign_out("idle").has_value());
    EXPECT_FALSE(here.current());
    EXPECT_EQ(signs_in(here, {"T-9", "2468", ""}), "E-STF-01");
    EXPECT_EQ(signs_in(here, {"T-1", "2469", ""}), "E-STF-02");
    EXPECT_EQ(signs_in(here, {"A-1", "8642", ""}), "E-STF-07")
        << "an auditor reads, and tests nothing";
    EXPECT_EQ(events(), "roster sign_in sign_in sign_out sign_in sign_out sign_in_refused");
    EXPECT_EQ(records::verify(folder.path()).value().problem, "");
}

TEST_F(Staff, WaitLongerAfterEveryWrongPinAndAreLockedInTheEnd) {
    auto here = people();
    std::vector<std::int64_t> waits;
    for (int i = 0; i < 10; ++i) {
        std::int64_t waited = 0;
        std::string said = signs_in(here, {"T-1", "0000", ""});
        while (said == "E-STF-03") {
            pass(second_ms);
            waited += second_ms;
            said = signs_in(here, {"T-1", "0000", ""});
        }
        EXPECT_EQ(said, "E-STF-02");
        waits.push_back(waited / second_ms);
    }
    EXPECT_EQ(waits, (std::vector<std::int64_t>{0, 0, 0, 2, 4, 8, 16, 32, 64, 128}));
    EXPECT_EQ(signs_in(here, {"T-1", "2468", ""}), "E-STF-04");
    // A restart forgives nothing, nor does a clock that is set ahead.
    now = {"boot-2", 5, now.wall_ms + 86'400'000};
    auto again = people();
    EXPECT_EQ(signs_in(again, {"T-1", "2468", ""}), "E-STF-04");
    EXPECT_EQ(refused(again.unlock("T-1", {"T-2", "1357", ""}).value()), "E-STF-06");
    EXPECT_EQ(refused(again.unlock("T-1", {"S-1", "97531", ""}).value()), "");
    EXPECT_EQ(signs_in(again, {"T-1", "2468", ""}), "");
}

TEST_F(Staff, WaitByTheClockThatNobodyCanSet) {
    staff::Attempts attempts;
    for (int i = 0; i < 8; ++i) {
        attempts = staff::failed(attempts, {"boot-1", 1000, 0});
    }
    EXPECT_EQ(staff::wait_ms(attempts, {"boot-1", 1000, 999'999'999}), 64'000);
    EXPECT_EQ(staff::wait_ms(attempts, {"boot-1", 65'000, -999'999'999}), 0);
    EXPECT_EQ(staff::wait_ms(attempts, {"boot-2", 3'000, 999'999'999}), 61'000);
    EXPECT_EQ(
        staff::to_text(staff::attempts_from_text(staff::to_text(attempts))),
        staff::to_text(attempts)
    );
    EXPECT_EQ(staff::attempts_from_text("nonsense").failures, 0);
}

TEST_F(Staff, TakeAOneTimeCodeOnce) {
    auto here = people();
    EXPECT_EQ(signs_in(here, {"T-2", "1357", ""}), "E-STF-06");
    const auto code = code_now();
    EXPECT_EQ(signs_in(here, {"T-2", "1357", code}), "");
    EXPECT_EQ(here.current()->method, "pin+code");
    EXPECT_EQ(signs_in(here, {"T-2", "1357", code}), "E-STF-06") << "used before";
    pass(30 * second_ms);
    EXPECT_EQ(signs_in(here, {"T-2", "1357", code_now()}), "");
    pass(30 * second_ms);
    const auto early = code_now();
    pass(120 * second_ms);
    EXPECT_EQ(signs_in(here, {"T-2", "1357", early}), "E-STF-06") << "minutes old";
}

TEST_F(Staff, AreTurnedAwayWhenTheListOrTheirOwnTimeIsOver) {
    auto here = people();
    now.wall_ms = clock::from_iso_time("2026-12-01T00:00:00Z").value();
    EXPECT_EQ(signs_in(here, {"T-2", "1357", code_now()}), "E-STF-05") << "their own last day";
    EXPECT_EQ(signs_in(here, {"T-1", "2468", ""}), "");
    now.wall_ms = clock::from_iso_time("2026-12-31T23:59:59Z").value();
    EXPECT_EQ(signs_in(here, {"T-1", "2468", ""}), "");
    now.wall_ms += second_ms;
    EXPECT_EQ(signs_in(here, {"T-1", "2468", ""}), "E-STF-05") << "the list's last day";
    // A clock set back does not make it good.
    now.wall_ms -= 86'400'000;
    EXPECT_EQ(signs_in(here, {"T-1", "2468", ""}), "E-CLK-01");
}

TEST_F(Staff, NeedASecondPersonWhoIsAnotherAndHasTheRole) {
    auto here = people();
    EXPECT_EQ(here.second({"S-1", "97531", ""}, Role::supervisor, "T-1").value().id, "S-1");
    EXPECT_EQ(
        refused(here.second({"S-1", "97531", ""}, Role::supervisor, "S-1").value().refused),
        "E-STF-08"
    );
    EXPECT_EQ(
        refused(here.second({"T-1", "2468", ""}, Role::supervisor, "S-1").value().refused),
        "E-STF-07"
    );
    EXPECT_EQ(
        refused(here.second({"S-1", "0000", ""}, Role::supervisor, "T-1").value().refused),
        "E-STF-02"
    );
    EXPECT_FALSE(here.current()) << "agreeing is not signing in";
}

TEST_F(Staff, AssertByTheirOwnKey) {
    auto here = people();
    ASSERT_EQ(signs_in(here, {"T-1", "2468", ""}), "");
    const auto made =
        json::parse(assertion(*here.current(), {"i-1", "FAIL", "VIN", "P-1", "aa", "now"}));
    const std::string statement(made.at("statement").as_string());
    seal::PublicKey key{};
    seal::Signature signature{};
    ASSERT_TRUE(seal::from_hex(std::string_view(made.at("public_key").as_string()), key));
    ASSERT_TRUE(seal::from_hex(std::string_view(made.at("signature").as_string()), signature));
    EXPECT_EQ(key, here.roster()->find("T-1")->key) << "the list says whose key it is";
    EXPECT_TRUE(seal::verifies(seal::hash_of_document("assertion", statement), signature, key));
    EXPECT_EQ(json::parse(statement).at("roster"), json::value(here.roster()->sha256));
}

TEST_F(Staff, InstallOnlyNewerListsOfTheirProgramme) {
    const auto list = [](std::int64_t version, const seal::KeyPair& key) {
        return seal::make_document("roster", staff::make_roster(plan(version)).payload, {key});
    };
    EXPECT_TRUE(install_roster(*store, list(2, root), "").has_value());
    EXPECT_EQ(install_roster(*store, list(1, root), "").error().fault, Fault::malformed) << "older";
    const auto thief = seal::make_keys();
    EXPECT_EQ(
        install_roster(*store, list(3, thief), seal::hex(thief.public_key)).error().fault,
        Fault::key_unusable
    ) << "trust is given once";
    EXPECT_EQ(install_roster(*store, "{}", "").error().fault, Fault::malformed);
    EXPECT_EQ(people().roster()->version, 2);
    EXPECT_EQ(events(), "roster roster") << "once a list";
    // Put there by hand it is in force, and recorded by whoever opens the folder first.
    std::ofstream(folder.path() / "staff.roster") << list(1, root);
    (void)people();
    (void)people();
    EXPECT_EQ(events(), "roster roster roster");
    std::filesystem::remove(folder.path() / "staff.roster");
    const auto gone = People::open(*store);
    EXPECT_EQ(gone.error().fault, Fault::store_damaged) << "taking it away does not open the door";
    EXPECT_TRUE(install_roster(*store, list(3, root), "").has_value());
    std::ofstream(folder.path() / "staff.roster") << text.substr(0, text.size() / 2);
    EXPECT_TRUE(People::open(*store).has_error()) << "cut short on the disk";
}

TEST_F(Staff, ListsAreReadOrRefusedWithThePerson) {
    const auto payload = staff::make_roster(plan()).payload;
    const auto good = json::parse(payload).as_object();
    EXPECT_TRUE(staff::read_roster(payload).has_value());
    for (const auto* key : {"schema", "version", "expires", "people"}) {
        auto bad = good;
        bad.erase(key);
        EXPECT_TRUE(staff::read_roster(json::serialize(bad)).has_error()) << key;
    }
    for (const auto* key : {"id", "roles", "key", "salt", "sealed"}) {
        auto bad = good;
        bad["people"].as_array()[1].as_object()[key] = "x";
        const auto read = staff::read_roster(json::serialize(bad));
        if (std::string_view(key) == "id") {
            EXPECT_TRUE(read.has_value()) << "any name is a name";
            continue;
        }
        ASSERT_TRUE(read.has_error()) << key;
        EXPECT_NE(read.error().detail.find("T-2"), std::string::npos) << read.error().detail;
    }
    auto twice = good;
    twice["people"].as_array()[1].as_object()["id"] = "T-1";
    EXPECT_TRUE(staff::read_roster(json::serialize(twice)).has_error());
    const json::object short_pin{
        {"schema", "obd-station/roster-plan/1"},
        {"version", 1},
        {"expires", "2026-12-31"},
        {"people", json::array{json::object{
                       {"id", "X"}, {"roles", json::array{"technician"}}, {"pin", "123"}}}}};
    EXPECT_TRUE(staff::read_plan(json::serialize(short_pin)).has_error());
}

TEST_F(Staff, AssertionsOfAnotherInspectionDoNotHold) {
    auto here = people();
    ASSERT_EQ(signs_in(here, {"T-1", "2468", ""}), "");
    const auto wrong = [&](const Statement& statement, const char* by, bool broken) {
        auto made = json::parse(assertion(*here.current(), statement)).as_object();
        if (broken) {
            made["statement"] = std::string(made["statement"].as_string()) + " ";
        }
        chain::Record record;
        record.sequence = 7;
        record.transcript = "talk";
        record.body = json::serialize(json::object{
            {"inspection", "i-1"},
            {"vehicle", {{"vin", "V"}, {"plate", "P"}}},
            {"judgement", {{"verdict", "FAIL"}}},
            {"confirmation", {{"by", by}, {"assertion", std::move(made)}}}});
        return records::wrong_assertion(record);
    };
    const Statement right{"i-1", "FAIL", "V", "P", seal::hex(seal::sha256("talk")), "now"};
    EXPECT_EQ(wrong(right, "T-1", false), "");
    EXPECT_NE(wrong(right, "T-1", true).find("did not sign"), std::string::npos);
    EXPECT_NE(wrong(right, "T-2", false), "");
    for (auto Statement::*part :
         {&Statement::inspection, &Statement::verdict, &Statement::vin, &Statement::plate,
          &Statement::transcript}) {
        auto other = right;
        other.*part = "other";
        EXPECT_NE(wrong(other, "T-1", false).find("another inspection"), std::string::npos);
    }
    EXPECT_EQ(records::wrong_assertion({}), "") << "no confirmation, nothing asserted";
}

}  // namespace
}  // namespace station::app
