#include "station/certificate/certificate.hpp"
#include "station/certificate/base45.hpp"
#include "station/certificate/cbor.hpp"
#include "station/clock/clock.hpp"
#include "station/seal/document.hpp"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

namespace station::certificate {
namespace {

namespace json = boost::json;
using protocols::Fault;

TEST(Base45, IsThatOfTheStandardAndNothingElse) {
    // RFC 9285, 4.3 and 4.4.
    EXPECT_EQ(to_base45("AB"), "BB8");
    EXPECT_EQ(to_base45("Hello!!"), "%69 VD92EX0");
    EXPECT_EQ(to_base45("base-45"), "UJCLQE7W581");
    EXPECT_EQ(from_base45("QED8WEX0"), "ietf!");
    std::string all;
    for (int i = 0; i < 256; ++i) {
        all += static_cast<char>(i);
        EXPECT_EQ(from_base45(to_base45(all)), all);
    }
    for (const auto* bad : {"A", "ABCD", "GGW", ":::", "ab", "::"}) {
        EXPECT_FALSE(from_base45(bad)) << bad;
    }
}

std::string bytes(std::initializer_list<int> values) {
    std::string out;
    for (const auto value : values) {
        out += static_cast<char>(value);
    }
    return out;
}

TEST(Cbor, WritesAndReadsTheShortestFormAlone) {
    using namespace cbor;
    struct Row {
        std::int64_t value;
        std::string encoded;
    };
    // RFC 8949, appendix A.
    for (const auto& row :
         {Row{0, bytes({0x00})}, Row{23, bytes({0x17})}, Row{24, bytes({0x18, 0x18})},
          Row{255, bytes({0x18, 0xFF})}, Row{256, bytes({0x19, 0x01, 0x00})},
          Row{65535, bytes({0x19, 0xFF, 0xFF})}, Row{65536, bytes({0x1A, 0, 1, 0, 0})},
          Row{1'000'000'000'000, bytes({0x1B, 0, 0, 0, 0xE8, 0xD4, 0xA5, 0x10, 0})},
          Row{-1, bytes({0x20})}, Row{-1000, bytes({0x39, 0x03, 0xE7})}}) {
        EXPECT_EQ(encode({row.value}), row.encoded) << row.value;
        EXPECT_EQ(std::get<std::int64_t>(decode(row.encoded).value().value), row.value);
    }
    const Value whole{
        Map{{1, {std::string("IETF")}},
            {2, {Array{{Null{}}, {Bytes{"\x01\x02"}}, {std::int64_t{-8}}}}},
            {-1, {Map{}}}}};
    const auto encoded = encode(whole);
    EXPECT_EQ(encode(decode(encoded).value()), encoded);
    for (const auto& bad : {
             bytes({}),                              // nothing
             bytes({0x18, 0x17}),                    // 23 in two bytes
             bytes({0x19, 0x00, 0xFF}),              // 255 in three
             bytes({0x1A, 0, 0, 0xFF, 0xFF}),        // 65535 in five
             bytes({0x62, 0x41}),                    // cut short
             bytes({0x5F, 0x41, 0x41, 0xFF}),        // indefinite
             bytes({0xA2, 0x02, 0x00, 0x01, 0x00}),  // keys out of order
             bytes({0xA2, 0x01, 0x00, 0x01, 0x00}),  // a key twice
             bytes({0xA1, 0x61, 0x41, 0x00}),        // a key that is text
             bytes({0xF5}),                          // true
             bytes({0xFB, 0, 0, 0, 0, 0, 0, 0, 0}),  // a fraction
             bytes({0x00, 0x00}),                    // something behind
             bytes({0xD2, 0x00}),                    // a tag
             bytes({0x9B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}),
             bytes({0x1B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}),
             std::string(100, '\x81'),  // deep
         }) {
        EXPECT_TRUE(decode(bad).has_error()) << bad.size();
    }
    EXPECT_TRUE(decode_tagged(18, bytes({0xD2, 0x00})).has_value());
    EXPECT_TRUE(decode_tagged(18, bytes({0xD1, 0x00})).has_error());
}

class Certificates : public ::testing::Test {
protected:
    Certificates() {
        keys.programme = "MX";
        keys.expires = "2027-01-31";
        keys.keys.push_back(
            {pair.public_key, seal::station_id(pair.public_key), "Los Pinos", "2026-01-01", ""}
        );
    }

    [[nodiscard]] chain::Record record(json::object body) const {
        chain::Record made;
        made.sequence = 17;
        clock::Stamp stamp;
        stamp.at = {"b", 1, 1'795'658'975'000};
        stamp.earliest_ms = 1'795'658'970'999;
        made.stamp = clock::to_text(stamp);
        made.body = json::serialize(body);
        made.hash = chain::hash_of(seal::station_id(pair.public_key), made);
        return made;
    }
    [[nodiscard]] static json::object inspection(
        const char* verdict = "PASS", bool hidden = false
    ) {
        return {
            {"type", "inspection"},
            {"vehicle", {{"vin", "3N1CN7AD3KL812345"}, {"plate", "PTR-55-21"}}},
            {"profile", {{"id", "mx-nom-167-2017"}, {"variant", "edomex-saechvv"}}},
            {"judgement", {{"verdict", verdict}}},
            {"certificate",
             {{"vehicle", hidden ? "hashed" : "plain"}, {"valid_until", "2027-05-26"}}}};
    }
    std::string text(const json::object& body) {
        const auto made = of_record(seal::station_id(pair.public_key), record(body));
        EXPECT_TRUE(made.has_value()) << made.error().detail;
        return issue(made.value(), signer).value();
    }
    [[nodiscard]] State state(
        const std::string& given, std::string vin = {}, std::string today = "2026-12-01"
    ) const {
        return check(given, {keys, revoked, std::move(today), std::move(vin), {}}).state;
    }

    seal::KeyPair pair = seal::make_keys();
    seal::KeySigner signer{pair};
    Keys keys;
    Revoked revoked;
};

TEST_F(Certificates, SayWhatTheRecordSays) {
    const auto checked = check(text(inspection()), {keys, revoked, "2026-12-01"});
    EXPECT_EQ(checked.state, State::valid);
    EXPECT_EQ(checked.station, "Los Pinos");
    const auto& said = *checked.certificate;
    EXPECT_EQ(said.number, seal::station_id(pair.public_key) + "-17");
    EXPECT_EQ(said.vin.text, "3N1CN7AD3KL812345");
    EXPECT_EQ(said.plate.text, "PTR-55-21");
    EXPECT_EQ(said.verdict, "PASS");
    EXPECT_EQ(said.programme, "mx-nom-167-2017@edomex-saechvv");
    EXPECT_EQ(said.made_s, 1'795'658'975);
    EXPECT_EQ(said.earliest_s, 1'795'658'970);
    EXPECT_FALSE(said.latest_s);
    EXPECT_EQ(said.valid_until, "2027-05-26");
    EXPECT_EQ(said.record.size(), 16U);
    for (const auto* verdict :
         {"FAIL", "NOT_READY", "NO_COMM", "REFER", "NOT_APPLICABLE", "INVALID"}) {
        EXPECT_EQ(read(text(inspection(verdict))).value().certificate.verdict, verdict);
    }
}

TEST_F(Certificates, FitAQrCodeOfVersionTwelve) {
    // Version 12-M holds 419 letters of the alphanumeric mode (ISO/IEC 18004, table 7).
    auto body = inspection("NOT_APPLICABLE");
    body["vehicle"] = {{"vin", "3N1CN7AD3KL812345"}, {"plate", std::string(16, 'W')}};
    EXPECT_LE(text(body).size(), 419U);
}

TEST_F(Certificates, HideTheVehicleWhereTheProgrammeSaysSo) {
    const auto given = text(inspection("PASS", true));
    const auto said = read(given).value().certificate;
    EXPECT_EQ(said.vin.text, "");
    EXPECT_EQ(said.vin.digest.size(), 16U);
    EXPECT_NE(said.vin.digest, said.plate.digest);
    EXPECT_EQ(state(given), State::valid);
    EXPECT_EQ(state(given, "3N1CN7AD3KL812345"), State::valid);
    EXPECT_EQ(state(given, "3N1CN7AD3KL812346"), State::other_vehicle);
}

TEST_F(Certificates, AreForgedWhenAnySingleLetterIsChanged) {
    const auto good = text(inspection());
    for (std::size_t i = 0; i < good.size(); ++i) {
        for (const char other : {'0', 'Z', ':'}) {
            auto changed = good;
            changed[i] = other;
            const auto found = state(changed);
            EXPECT_TRUE(changed == good || (found != State::valid && found != State::expired))
                << i << other << id(found);
        }
        EXPECT_NE(state(good.substr(0, i)), State::valid) << i;
    }
    EXPECT_NE(state(good + "0"), State::valid);
}

TEST_F(Certificates, AreWhatTheListsMakeOfThem) {
    const auto good = text(inspection());
    EXPECT_EQ(state(good, "", "2027-05-26"), State::valid);
    EXPECT_EQ(state(good, "", "2027-05-27"), State::expired);
    EXPECT_EQ(state(good, "3N1CN7AD3KL812346"), State::other_vehicle);
    revoked.reasons[seal::station_id(pair.public_key) + "-17"] = "duplicate";
    EXPECT_EQ(state(good), State::revoked);
    revoked.reasons.clear();
    keys.keys[0].until = "2026-11-25";  // the day before it was made
    EXPECT_EQ(state(good), State::unknown_key);
    keys.keys[0].until = "2026-11-26";
    EXPECT_EQ(state(good), State::valid);
    keys.keys[0].from = "2026-11-27";
    EXPECT_EQ(state(good), State::unknown_key);
    keys.keys.clear();
    EXPECT_EQ(state(good), State::unknown_key);
}

TEST_F(Certificates, OfAnotherSignerUnderTheSameNameAreForged) {
    const auto other = seal::make_keys();
    seal::KeySigner thief(other);
    const auto made = of_record(seal::station_id(pair.public_key), record(inspection())).value();
    const auto stolen = issue(made, thief).value();
    EXPECT_EQ(state(stolen), State::unknown_key);
    keys.keys[0].key = other.public_key;
    keys.keys[0].station = seal::station_id(other.public_key);
    EXPECT_EQ(state(stolen), State::valid) << "the list decides whose word counts";
    EXPECT_EQ(state(text(inspection())), State::unknown_key);
}

TEST_F(Certificates, AreNotMadeOfWhatIsNoInspection) {
    auto body = inspection();
    for (const auto* type : {"event", "aborted", "reading", "extension"}) {
        body["type"] = type;
        EXPECT_EQ(of_record("ST-1", record(body)).error().fault, Fault::malformed) << type;
    }
    body = inspection();
    body.erase("judgement");
    EXPECT_TRUE(of_record("ST-1", record(body)).has_error());
    auto unstamped = record(inspection());
    unstamped.stamp = "{}";
    EXPECT_TRUE(of_record("ST-1", unstamped).has_error());
}

TEST_F(Certificates, RefuseNoise) {
    std::string noise("OBDC1:");
    for (int i = 0; i < 3000; ++i) {
        noise += "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"[(i * 7919) % 45];
        if (i % 50 == 0) {
            EXPECT_EQ(state(noise), State::unreadable);
        }
    }
    for (const auto* text : {"", "OBDC1:", "HC1:6BF", "obdc1:AAA"}) {
        EXPECT_EQ(state(text), State::unreadable);
    }
    EXPECT_EQ(state("OBDC1:" + std::string(1'000'000, '0')), State::unreadable);
    for (const auto one :
         {State::valid, State::expired, State::revoked, State::other_vehicle, State::unknown_key,
          State::forged, State::unreadable}) {
        EXPECT_FALSE(words(one).es.empty() || words(one).en.empty());
    }
}

TEST_F(Certificates, ListsAreReadOrRefusedWithThePlace) {
    const auto station = seal::station_id(pair.public_key);
    const json::object good{
        {"schema", "obd-station/keys/1"},
        {"programme", "MX"},
        {"expires", "2027-01-31"},
        {"keys",
         json::array{json::object{
             {"key", seal::hex(pair.public_key)}, {"station", station}, {"from", "2026-01-01"}}}}};
    EXPECT_EQ(read_keys(json::serialize(good)).value().keys.size(), 1U);
    for (const auto& [key, value] : {std::pair{"schema", "x"}, std::pair{"expires", "soon"}}) {
        auto bad = good;
        bad[key] = value;
        EXPECT_TRUE(read_keys(json::serialize(bad)).has_error()) << key;
    }
    for (const auto& [key, value] :
         {std::pair{"key", "00"}, std::pair{"station", "ST-0"}, std::pair{"from", "2026-13-01"}}) {
        auto bad = good;
        bad["keys"].as_array()[0].as_object()[key] = value;
        EXPECT_TRUE(read_keys(json::serialize(bad)).has_error()) << key;
    }
    EXPECT_TRUE(read_revoked(R"({"schema":"obd-station/revoked/1"})").has_error());
    EXPECT_EQ(
        read_revoked(R"({"schema":"obd-station/revoked/1","issued":"2026-11-26",)"
                     R"("certificates":[{"number":"ST-1-2","reason":"x"}]})")
            .value()
            .reasons.at("ST-1-2"),
        "x"
    );
}

TEST(Documents, AreOpenedOnlyByAKeyThatIsTrusted) {
    const auto one = seal::make_keys();
    const auto other = seal::make_keys();
    const auto text = seal::make_document("keys", "{}", {one});
    EXPECT_EQ(
        seal::open_document(text, "keys", {other.public_key, one.public_key}).value().payload, "{}"
    );
    EXPECT_EQ(
        seal::open_document(text, "keys", {other.public_key}).error().fault, Fault::key_unusable
    );
    EXPECT_EQ(
        seal::open_document(text, "revoked", {one.public_key}).error().fault, Fault::malformed
    );
    auto changed = text;
    changed.replace(changed.find("e30="), 4, "e31=");  // {} to {}: other letters, other bytes
    EXPECT_TRUE(seal::open_document(changed, "keys", {one.public_key}).has_error());
    for (const auto* bad : {"", "[]", "{}", "{\"schema\":\"obd-station/document/1\"}"}) {
        EXPECT_EQ(
            seal::open_document(bad, "keys", {one.public_key}).error().fault, Fault::malformed
        );
    }
}

}  // namespace
}  // namespace station::certificate
