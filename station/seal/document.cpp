#include "station/seal/document.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace station::seal {
namespace {

namespace json = boost::json;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;

constexpr std::string_view schema = "obd-station/document/1";

std::string text_of(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

}  // namespace

std::string make_document(
    std::string_view kind, std::string_view payload, const std::vector<KeyPair>& keys
) {
    json::array signatures;
    for (const auto& key : keys) {
        signatures.push_back(json::object{
            {"key", hex(key.public_key)},
            {"signature", hex(sign(hash_of_document(kind, payload), key.secret_key))},
        });
    }
    return json::serialize(json::object{
               {"schema", schema},
               {"kind", kind},
               {"payload", to_base64(payload)},
               {"signatures", std::move(signatures)},
           }) +
           "\n";
}

Result<Document> open_document(
    std::string_view text, std::string_view kind, const std::vector<PublicKey>& trusted
) {
    boost::system::error_code error;
    const auto value = json::parse(json::string_view(text.data(), text.size()), error);
    const auto* object = error ? nullptr : value.if_object();
    const auto* signatures = object == nullptr ? nullptr : object->if_contains("signatures");
    if (signatures == nullptr || !signatures->is_array() || text_of(*object, "schema") != schema) {
        return Failure{Fault::malformed, "not a signed document"};
    }
    if (text_of(*object, "kind") != kind) {
        return Failure{
            Fault::malformed, "the document is of kind \"" + text_of(*object, "kind") +
                                  "\", not \"" + std::string(kind) + "\""};
    }
    auto payload = from_base64(text_of(*object, "payload"));
    if (payload.has_error()) {
        return Failure{Fault::malformed, "the document's payload is not base64"};
    }
    const auto hash = hash_of_document(kind, payload.value());
    for (const auto& one : signatures->get_array()) {
        PublicKey key{};
        Signature signature{};
        const bool whole = one.is_object() && from_hex(text_of(one.get_object(), "key"), key) &&
                           from_hex(text_of(one.get_object(), "signature"), signature);
        const bool wanted = std::ranges::find(trusted, key) != trusted.end();
        if (whole && wanted && verifies(hash, signature, key)) {
            return Document{std::string(kind), std::move(payload.value())};
        }
    }
    return Failure{Fault::key_unusable, "no key that is trusted here signed the document"};
}

}  // namespace station::seal
