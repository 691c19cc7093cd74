#include "station/records/assertion.hpp"

#include "station/records/listed.hpp"

#include <boost/json/parse.hpp>

namespace station::records {
namespace {

namespace json = boost::json;

std::string text_of(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

json::object object_of(std::string_view text) {
    boost::system::error_code error;
    auto value = json::parse(json::string_view(text.data(), text.size()), error);
    return !error && value.is_object() ? std::move(value.get_object()) : json::object();
}

}  // namespace

std::string wrong_assertion(const chain::Record& record) {
    const auto listed = listed_of(record.body);
    const auto confirmation = object_of(confirmation_of(record.body));
    const auto* given = confirmation.if_contains("assertion");
    if (given == nullptr || given->is_null()) {
        return {};
    }
    const auto name = "record " + std::to_string(record.sequence);
    seal::PublicKey key{};
    seal::Signature signature{};
    if (!given->is_object() || !seal::from_hex(text_of(given->get_object(), "public_key"), key) ||
        !seal::from_hex(text_of(given->get_object(), "signature"), signature)) {
        return name + " has an assertion that cannot be read";
    }
    const auto statement = text_of(given->get_object(), "statement");
    if (!seal::verifies(seal::hash_of_document("assertion", statement), signature, key)) {
        return name + " has an assertion that its technician did not sign";
    }
    const auto said = object_of(statement);
    const bool agrees = text_of(said, "inspection") == listed.inspection &&
                        text_of(said, "person") == text_of(confirmation, "by") &&
                        text_of(said, "verdict") == listed.verdict &&
                        text_of(said, "vin") == listed.vin &&
                        text_of(said, "plate") == listed.plate &&
                        text_of(said, "transcript") == seal::hex(seal::sha256(record.transcript));
    return agrees ? std::string() : name + " has an assertion of another inspection";
}

}  // namespace station::records
