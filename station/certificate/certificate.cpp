#include "station/certificate/certificate.hpp"

#include "station/certificate/base45.hpp"
#include "station/certificate/cbor.hpp"
#include "station/clock/clock.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>

namespace station::certificate {
namespace {

namespace json = boost::json;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;

constexpr std::string_view mark = "OBDC1:";
constexpr std::size_t longest_text = 4096;
constexpr std::uint64_t cose_sign1 = 18;  // RFC 9052, 4.2
constexpr std::int64_t header_algorithm = 1;
constexpr std::int64_t header_key = 4;
constexpr std::int64_t eddsa = -8;  // RFC 9053, 2.2
constexpr std::size_t key_bytes = 8;
constexpr std::size_t digest_bytes = 16;
constexpr std::int64_t ms_per_s = 1000;

/// Of the payload's map. Append only.
enum Field : std::int64_t {
    sequence = 1,
    vin,
    plate,
    verdict,
    programme,
    made,
    earliest,
    latest,
    valid_until,
    record
};
/// By their number in the payload. Append only.
constexpr std::array<std::string_view, 7> verdicts{
    "PASS", "FAIL", "NOT_READY", "NO_COMM", "REFER", "NOT_APPLICABLE", "INVALID"};
constexpr std::array<std::string_view, 7> states{
    "valid", "expired", "revoked", "other_vehicle", "unknown_key", "forged", "unreadable"};

Failure malformed(std::string what) {
    return {Fault::malformed, std::move(what)};
}

std::string first_bytes(const seal::Hash& hash, std::size_t count) {
    return {reinterpret_cast<const char*>(hash.data()), count};
}

std::string key_name(const seal::PublicKey& key) {
    return first_bytes(
        seal::sha256({reinterpret_cast<const char*>(key.data()), key.size()}), key_bytes
    );
}

std::string station_of_key(std::string_view key) {
    constexpr std::size_t named = 6;
    std::array<std::uint8_t, named> start{};
    std::ranges::copy(key.substr(0, named), reinterpret_cast<char*>(start.data()));
    return "ST-" + seal::hex(start);
}

std::string digest_of(std::string_view record, std::string_view name) {
    return first_bytes(seal::sha256(std::string(record) + std::string(name)), digest_bytes);
}

std::string text_at(const json::value& from, const char* pointer) {
    boost::system::error_code error;
    const auto* value = from.find_pointer(pointer, error);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

/// The VIN entered, else the one the vehicle gave.
std::string vin_of(const json::value& body) {
    auto stated = text_at(body, "/vehicle/vin");
    boost::system::error_code error;
    const auto* ecus = body.find_pointer("/snapshot/ecus", error);
    if (stated.empty() && ecus != nullptr && ecus->is_array()) {
        for (const auto& ecu : ecus->get_array()) {
            stated = stated.empty() ? text_at(ecu, "/vin/value") : stated;
        }
    }
    return stated;
}

std::string protected_header(std::string_view key) {
    return cbor::encode({cbor::Map{
        {header_algorithm, {eddsa}}, {header_key, {cbor::Bytes{std::string(key)}}}}});
}

/// RFC 9052, 4.4.
std::string to_sign(const std::string& header, const std::string& payload) {
    return cbor::encode({cbor::Array{
        {std::string("Signature1")},
        {cbor::Bytes{header}},
        {cbor::Bytes{}},
        {cbor::Bytes{payload}}}});
}

std::string payload_of(const Certificate& certificate) {
    cbor::Map map;
    const auto put = [&](Field field, cbor::Value value) {
        map.push_back({field, std::move(value)});
    };
    const auto put_name = [&](Field field, const Name& name) {
        if (!name.digest.empty()) {
            put(field, {cbor::Bytes{name.digest}});
        } else if (!name.text.empty()) {
            put(field, {name.text});
        }
    };
    const auto put_number = [&](Field field, const std::optional<std::int64_t>& number) {
        if (number) {
            put(field, {*number});
        }
    };
    put(sequence, {std::stoll(certificate.number.substr(certificate.number.rfind('-') + 1))});
    put_name(vin, certificate.vin);
    put_name(plate, certificate.plate);
    const auto* found = std::ranges::find(verdicts, certificate.verdict);
    put(verdict, {static_cast<std::int64_t>(found - verdicts.begin())});
    put(programme, {certificate.programme});
    put(made, {certificate.made_s});
    put_number(earliest, certificate.earliest_s);
    put_number(latest, certificate.latest_s);
    if (!certificate.valid_until.empty()) {
        put(valid_until, {certificate.valid_until});
    }
    put(record, {cbor::Bytes{certificate.record}});
    return cbor::encode({std::move(map)});
}

bool is_day(std::string_view text) {
    return clock::from_iso_time(std::string(text) + "T00:00:00Z").has_value();
}

/// The map's fields into the certificate; false for one that is none of them.
bool take(Certificate& to, std::int64_t field, const cbor::Value& from) {
    const auto* number = std::get_if<std::int64_t>(&from.value);
    const auto* text = std::get_if<std::string>(&from.value);
    const auto* bytes = std::get_if<cbor::Bytes>(&from.value);
    const auto name = [&](Name& into) {
        into.text = text != nullptr ? *text : std::string();
        into.digest = bytes != nullptr ? bytes->bytes : std::string();
        return text != nullptr || (bytes != nullptr && bytes->bytes.size() == digest_bytes);
    };
    switch (field) {
        case sequence:
            to.number = number != nullptr ? std::to_string(*number) : "";
            return number != nullptr && *number > 0;
        case vin:
            return name(to.vin);
        case plate:
            return name(to.plate);
        case verdict: {
            const bool known = number != nullptr && *number >= 0 &&
                               *number < static_cast<std::int64_t>(verdicts.size());
            to.verdict = known ? verdicts[static_cast<std::size_t>(*number)] : "";
            return known;
        }
        case programme:
            to.programme = text != nullptr ? *text : "";
            return text != nullptr;
        case made:
            to.made_s = number != nullptr ? *number : 0;
            return number != nullptr;
        case earliest:
            to.earliest_s = number != nullptr ? std::optional(*number) : std::nullopt;
            return number != nullptr;
        case latest:
            to.latest_s = number != nullptr ? std::optional(*number) : std::nullopt;
            return number != nullptr;
        case valid_until:
            to.valid_until = text != nullptr ? *text : "";
            return text != nullptr && is_day(*text);
        case record:
            to.record = bytes != nullptr ? bytes->bytes : "";
            return to.record.size() == digest_bytes;
        default:
            return false;
    }
}

Result<Certificate> certificate_from(std::string_view payload, std::string_view key) {
    const auto value = cbor::decode(payload);
    const auto* map = value.has_value() ? std::get_if<cbor::Map>(&value.value().value) : nullptr;
    if (map == nullptr) {
        return malformed("the certificate holds no statement");
    }
    Certificate certificate;
    for (const auto& [field, one] : *map) {
        if (!take(certificate, field, one)) {
            return malformed("the certificate has an unknown field " + std::to_string(field));
        }
    }
    if (certificate.number.empty() || certificate.verdict.empty() || certificate.record.empty()) {
        return malformed("the certificate lacks number, verdict or record");
    }
    certificate.key = key;
    certificate.number = station_of_key(key) + "-" + certificate.number;
    return certificate;
}

bool recognised(const Name& name, const std::string& record, const std::string& at_hand) {
    if (at_hand.empty() || (name.text.empty() && name.digest.empty())) {
        return true;
    }
    return name.digest.empty() ? name.text == at_hand : name.digest == digest_of(record, at_hand);
}

Result<json::object> parsed(std::string_view payload, std::string_view schema) {
    boost::system::error_code error;
    auto value = json::parse(json::string_view(payload.data(), payload.size()), error);
    if (error || !value.is_object() || text_at(value, "/schema") != schema) {
        return malformed("not of the schema " + std::string(schema));
    }
    return std::move(value.get_object());
}

const json::array& list_at(const json::object& object, std::string_view key) {
    static const json::array none;
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_array() ? value->get_array() : none;
}

}  // namespace

Result<Certificate> of_record(std::string_view station, const chain::Record& stored) {
    boost::system::error_code error;
    const auto body = json::parse(stored.body, error);
    const auto type = error ? "" : text_at(body, "/type");
    const auto said = error ? "" : text_at(body, "/judgement/verdict");
    if ((type != "inspection" && type != "referral" && type != "correction") ||
        std::ranges::find(verdicts, said) == verdicts.end()) {
        return malformed(
            "record " + std::to_string(stored.sequence) +
            " is no judged inspection: it has no certificate"
        );
    }
    const auto stamp = clock::from_text(stored.stamp);
    if (!stamp) {
        return malformed("record " + std::to_string(stored.sequence) + " has no stamp");
    }
    const bool hidden = text_at(body, "/certificate/vehicle") == "hashed";
    Certificate certificate;
    certificate.number = std::string(station) + "-" + std::to_string(stored.sequence);
    certificate.record = first_bytes(stored.hash, digest_bytes);
    const auto name = [&](std::string text) {
        return hidden && !text.empty() ? Name{"", digest_of(certificate.record, text)}
                                       : Name{std::move(text), ""};
    };
    certificate.vin = name(vin_of(body));
    certificate.plate = name(text_at(body, "/vehicle/plate"));
    certificate.verdict = said;
    const auto variant = text_at(body, "/profile/variant");
    certificate.programme = text_at(body, "/profile/id") + (variant.empty() ? "" : "@" + variant);
    certificate.made_s = stamp->at.wall_ms / ms_per_s;
    const auto seconds = [](const std::optional<std::int64_t>& ms) {
        return ms ? std::optional(*ms / ms_per_s) : std::nullopt;
    };
    certificate.earliest_s = seconds(stamp->earliest_ms);
    certificate.latest_s = seconds(stamp->latest_ms);
    certificate.valid_until = text_at(body, "/certificate/valid_until");
    return certificate;
}

Result<std::string> issue(const Certificate& certificate, seal::Signer& signer) {
    const auto header = protected_header(key_name(signer.public_key()));
    const auto payload = payload_of(certificate);
    const auto signature = signer.sign(std::string_view(to_sign(header, payload)));
    if (signature.has_error()) {
        return signature.error();
    }
    const std::string bytes(
        reinterpret_cast<const char*>(signature.value().data()), signature.value().size()
    );
    return std::string(mark) + to_base45(cbor::encode_tagged(
                                   cose_sign1, {cbor::Array{
                                                   {cbor::Bytes{header}},
                                                   {cbor::Map{}},
                                                   {cbor::Bytes{payload}},
                                                   {cbor::Bytes{bytes}}}}
                               ));
}

Result<Read> read(std::string_view text) {
    if (text.size() > longest_text || !text.starts_with(mark)) {
        return malformed("not a certificate");
    }
    const auto bytes = from_base45(text.substr(mark.size()));
    const auto value = bytes ? cbor::decode_tagged(cose_sign1, *bytes)
                             : Result<cbor::Value>(malformed("not Base45"));
    const auto* parts =
        value.has_value() ? std::get_if<cbor::Array>(&value.value().value) : nullptr;
    constexpr std::size_t parts_of_sign1 = 4;
    if (parts == nullptr || parts->size() != parts_of_sign1) {
        return malformed("not a COSE_Sign1");
    }
    const auto* header = std::get_if<cbor::Bytes>(&(*parts)[0].value);
    const auto* open_header = std::get_if<cbor::Map>(&(*parts)[1].value);
    const auto* payload = std::get_if<cbor::Bytes>(&(*parts)[2].value);
    const auto* signature = std::get_if<cbor::Bytes>(&(*parts)[3].value);
    Read found;
    if (header == nullptr || open_header == nullptr || !open_header->empty() ||
        payload == nullptr || signature == nullptr ||
        signature->bytes.size() != found.signature.size()) {
        return malformed("not a COSE_Sign1 of a certificate");
    }
    // One algorithm, one place for the key's name: the header is known but for that name.
    std::string key;
    if (header->bytes.size() > key_bytes) {
        key = header->bytes.substr(header->bytes.size() - key_bytes);
    }
    if (key.empty() || header->bytes != protected_header(key)) {
        return malformed("the certificate's header is not EdDSA and a key's name");
    }
    auto certificate = certificate_from(payload->bytes, key);
    if (certificate.has_error()) {
        return certificate.error();
    }
    found.certificate = std::move(certificate.value());
    found.to_sign = to_sign(header->bytes, payload->bytes);
    std::ranges::copy(signature->bytes, reinterpret_cast<char*>(found.signature.data()));
    return found;
}

Result<Keys> read_keys(std::string_view payload) {
    const auto object = parsed(payload, "obd-station/keys/1");
    if (object.has_error()) {
        return object.error();
    }
    const json::value whole = object.value();
    Keys keys{text_at(whole, "/programme"), text_at(whole, "/expires"), {}};
    if (!is_day(keys.expires)) {
        return malformed("a list of keys needs \"expires\", a day");
    }
    for (const auto& one : list_at(object.value(), "keys")) {
        Key key;
        key.station = text_at(one, "/station");
        key.name = text_at(one, "/name");
        key.from = text_at(one, "/from");
        key.until = text_at(one, "/until");
        const bool days =
            (key.from.empty() || is_day(key.from)) && (key.until.empty() || is_day(key.until));
        if (!seal::from_hex(text_at(one, "/key"), key.key) || !days ||
            seal::station_id(key.key) != key.station) {
            return malformed(
                "key " + std::to_string(keys.keys.size()) +
                " of the list needs key (hex), the station that it gives, and days"
            );
        }
        keys.keys.push_back(std::move(key));
    }
    return keys;
}

Result<Revoked> read_revoked(std::string_view payload) {
    const auto object = parsed(payload, "obd-station/revoked/1");
    if (object.has_error()) {
        return object.error();
    }
    Revoked revoked;
    revoked.issued = text_at(json::value(object.value()), "/issued");
    if (!is_day(revoked.issued)) {
        return malformed("a list of revoked certificates needs \"issued\", a day");
    }
    for (const auto& one : list_at(object.value(), "certificates")) {
        const auto number = text_at(one, "/number");
        if (number.empty()) {
            return malformed("a revoked certificate needs its number");
        }
        revoked.reasons[number] = text_at(one, "/reason");
    }
    return revoked;
}

std::string_view id(State state) {
    return states[static_cast<std::size_t>(state)];
}

criteria::BothLanguages words(State state) {
    switch (state) {
        case State::valid:
            return {"Certificado auténtico y vigente.", "The certificate is genuine and in force."};
        case State::expired:
            return {
                "Certificado auténtico, pero ya venció: toca nueva verificación.",
                "The certificate is genuine but past its last day: a new inspection is due."};
        case State::revoked:
            return {
                "Certificado auténtico, pero fue revocado: no vale. Lea la causa y retenga copia.",
                "The certificate is genuine but was revoked: it does not count. Read the reason "
                "and keep a copy."};
        case State::other_vehicle:
            return {
                "Certificado auténtico de OTRO vehículo. Compare NIV y placa.",
                "The certificate is genuine and of ANOTHER vehicle. Compare VIN and plate."};
        case State::unknown_key:
            return {
                "La estación que lo firmó no está en la lista del programa. Actualice la lista; si "
                "sigue así, trátelo como falso.",
                "The station that signed it is not on the programme's list. Update the list; if it "
                "stays so, treat it as forged."};
        case State::forged:
            return {
                "FALSO: el contenido no es el que firmó la estación.",
                "FORGED: the content is not what the station signed."};
        case State::unreadable:
            break;
    }
    return {
        "No es un certificado de este sistema o no se lee. Enfoque de cerca, sin reflejos, y "
        "repita.",
        "This is no certificate of this system, or it cannot be read. Get close, avoid glare, and "
        "repeat."};
}

Checked check(std::string_view text, const With& with) {
    Checked checked;
    const auto found = read(text);
    if (found.has_error()) {
        return checked;
    }
    const auto& certificate = found.value().certificate;
    checked.certificate = certificate;
    const auto key = std::ranges::find_if(with.keys.keys, [&](const Key& one) {
        return key_name(one.key) == certificate.key;
    });
    if (key == with.keys.keys.end()) {
        checked.state = State::unknown_key;
        return checked;
    }
    checked.station = key->name;
    if (!seal::verifies(
            std::string_view(found.value().to_sign), found.value().signature, key->key
        )) {
        checked.state = State::forged;
        return checked;
    }
    const auto day = clock::iso_time(certificate.made_s * ms_per_s).substr(0, 10);
    const auto reason = with.revoked.reasons.find(certificate.number);
    if (day < key->from || (!key->until.empty() && day > key->until)) {
        checked.state = State::unknown_key;
    } else if (reason != with.revoked.reasons.end()) {
        checked.state = State::revoked;
        checked.reason = reason->second;
    } else if (!recognised(certificate.vin, certificate.record, with.vin) ||
               !recognised(certificate.plate, certificate.record, with.plate)) {
        checked.state = State::other_vehicle;
    } else if (!certificate.valid_until.empty() && with.today > certificate.valid_until) {
        checked.state = State::expired;
    } else {
        checked.state = State::valid;
    }
    return checked;
}

}  // namespace station::certificate
