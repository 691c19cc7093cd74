#include "station/chain/record.hpp"

namespace station::chain {
namespace {

namespace json = boost::json;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;

std::string text_of(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

/// A missing member is not an empty one.
Result<std::string> bytes_of(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    if (value == nullptr || !value->is_string()) {
        return Failure{Fault::malformed, "there is no " + std::string(key)};
    }
    return seal::from_base64(value->get_string());
}

constexpr std::size_t members = 7;

}  // namespace

seal::Hash hash_of(std::string_view station, const Record& record) {
    const auto body = record.erased ? record.erased->body : seal::sha256(record.body);
    const auto transcript =
        record.erased ? record.erased->transcript : seal::sha256(record.transcript);
    return seal::hash_of({station, record.sequence, record.previous, record.stamp, body, transcript}
    );
}

json::object to_json(const Record& record) {
    json::object out{
        {"sequence", static_cast<std::int64_t>(record.sequence)},
        {"previous", seal::hex(record.previous)},
        {"hash", seal::hex(record.hash)},
        {"signature", seal::hex(record.signature)},
        {"stamp", seal::to_base64(record.stamp)},
        {"body", seal::to_base64(record.body)},
        {"transcript", seal::to_base64(record.transcript)},
    };
    if (record.erased) {
        out["erased"] = {
            {"body", seal::hex(record.erased->body)},
            {"transcript", seal::hex(record.erased->transcript)}};
    }
    return out;
}

Result<Record> from_json(const json::value& value) {
    const auto* object = value.if_object();
    if (object == nullptr) {
        return Failure{Fault::malformed, "a record must be an object"};
    }
    Record record;
    const auto* sequence = object->if_contains("sequence");
    if (sequence == nullptr || !sequence->is_int64() || sequence->get_int64() <= 0 ||
        !seal::from_hex(text_of(*object, "previous"), record.previous) ||
        !seal::from_hex(text_of(*object, "hash"), record.hash) ||
        !seal::from_hex(text_of(*object, "signature"), record.signature)) {
        return Failure{Fault::malformed, "a record needs sequence, previous, hash and signature"};
    }
    record.sequence = static_cast<std::uint64_t>(sequence->get_int64());
    auto stamp = bytes_of(*object, "stamp");
    auto body = bytes_of(*object, "body");
    auto transcript = bytes_of(*object, "transcript");
    if (stamp.has_error() || body.has_error() || transcript.has_error()) {
        return Failure{Fault::malformed, "stamp, body and transcript must be base64"};
    }
    record.stamp = std::move(stamp.value());
    record.body = std::move(body.value());
    record.transcript = std::move(transcript.value());
    if (object->size() != members + object->count("erased")) {
        return Failure{Fault::malformed, "a record has no other members"};
    }
    if (const auto* erased = object->if_contains("erased")) {
        Erased left;
        if (!erased->is_object() ||
            !seal::from_hex(text_of(erased->get_object(), "body"), left.body) ||
            !seal::from_hex(text_of(erased->get_object(), "transcript"), left.transcript) ||
            !record.body.empty() || !record.transcript.empty()) {
            return Failure{
                Fault::malformed, "an erased record has the hashes of body and transcript alone"};
        }
        record.erased = left;
    }
    return record;
}

}  // namespace station::chain
