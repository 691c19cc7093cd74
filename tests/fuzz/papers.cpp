// Certificates, signed lists and exported records: whatever the bytes, a value or a reason, and a
// value has one encoding only.
#include "protocols/base/ensure.hpp"
#include "station/certificate/base45.hpp"
#include "station/certificate/cbor.hpp"
#include "station/certificate/certificate.hpp"
#include "station/chain/record.hpp"
#include "station/clock/clock.hpp"
#include "station/records/listed.hpp"
#include "station/seal/document.hpp"
#include "station/staff/roster.hpp"
#include "tests/fuzz/target.hpp"

#include <boost/json/parse.hpp>

namespace {

namespace certificate = station::certificate;

template <class T>
void expect_reason(const protocols::Result<T>& result) {
    ENSURE(result.has_value() || !result.error().detail.empty());
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = text_of(data, size);
    expect_reason(certificate::read(text));
    const auto value = certificate::cbor::decode(text);
    if (value.has_value()) {
        ENSURE(certificate::cbor::encode(value.value()) == text);
    }
    const auto bytes = certificate::from_base45(text);
    if (bytes) {
        ENSURE(certificate::to_base45(*bytes) == text);
    }
    expect_reason(certificate::read("OBDC1:" + certificate::to_base45(text)));
    expect_reason(certificate::read_keys(text));
    expect_reason(certificate::read_revoked(text));
    expect_reason(station::seal::open_document(text, "keys", {}));
    expect_reason(station::staff::read_roster(text));
    expect_reason(station::staff::read_plan(text));
    const auto stamp = station::clock::from_text(text);
    if (stamp) {
        ENSURE(station::clock::from_text(station::clock::to_text(*stamp)).has_value());
    }
    boost::system::error_code error;
    const auto parsed = boost::json::parse(text, error);
    if (!error) {
        const auto record = station::chain::from_json(parsed);
        expect_reason(record);
        if (record.has_value()) {
            ENSURE(station::chain::from_json(station::chain::to_json(record.value())).has_value());
        }
    }
    static_cast<void>(station::records::listed_of(text));
    return 0;
}

std::vector<std::string> seeds() {
    return {
        "OBDC1:RRQT 9P60GO0/H5MKI12V%GR8CK3V9Y50+D0*L6BA6/*9DB8 "
        "L6RS9*96DL6QV65EDVTA8W5NW6OF6YM0-U0",
        std::string(
            "\xD2\x84\x4D\xA2\x01\x27\x04\x48"
            "01234567"
            "\xA0\x43\xA1\x01\x11\x41\x00",
            23
        ),
        std::string(
            "\xA2\x01\x18\x2A\x02\x82\xF6\x63"
            "abc",
            11
        ),
        R"({"schema":"obd-station/keys/1","expires":"2027-01-31","keys":[{"key":"00","station":"ST-1"}]})",
        R"({"schema":"obd-station/revoked/1","issued":"2026-11-26","certificates":[{"number":"x"}]})",
        R"({"schema":"obd-station/document/1","kind":"keys","payload":"e30=","signatures":[]})",
        R"({"schema":"obd-station/roster/1","version":1,"expires":"2026-12-31","people":[{"id":"T",)"
        R"("roles":["technician"],"key":"","salt":"","sealed":""}]})",
        R"({"boot":"b","monotonic_ms":1,"wall":"2026-09-21T14:13:20.123Z","earliest":null,)"
        R"("latest":null,"jump_ms":0,"anchor":null})",
        R"({"sequence":1,"previous":")" + std::string(64, '0') + R"(","hash":")" +
            std::string(64, '0') + R"(","signature":")" + std::string(128, '0') +
            R"(","stamp":"","body":"e30=","transcript":""})",
        R"({"type":"inspection","vehicle":{"vin":"V","visit":2},"judgement":{"verdict":"PASS"},)"
        R"("erase_days":0})",
    };
}
