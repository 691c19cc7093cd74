#include "station/bundle/parts.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>

namespace station::bundle {

namespace json = boost::json;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;

void refuse(std::string es, std::string en) {
    throw Refusal(std::move(es), std::move(en));
}

seal::Hash to_sign(Role role, std::string_view payload) {
    const auto type = "application/vnd.obd-station." + std::string(id(role)) + "+json";
    const auto text = "DSSEv1 " + std::to_string(type.size()) + " " + type + " " +
                      std::to_string(payload.size()) + " ";
    return seal::sha256(text + std::string(payload));
}

const json::value& at(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    if (value == nullptr) {
        refuse(
            "El paquete está incompleto: falta \"" + std::string(key) + "\". Cópialo otra vez.",
            "The bundle is incomplete: \"" + std::string(key) + "\" is missing. Copy it again."
        );
    }
    return *value;
}

void malformed(std::string_view key) {
    refuse(
        "El paquete no tiene la forma debida en \"" + std::string(key) + "\". Pide otro.",
        "The bundle does not have its form at \"" + std::string(key) + "\". Ask for another."
    );
}

const json::object& object_at(const json::object& object, std::string_view key) {
    const auto* value = at(object, key).if_object();
    return value == nullptr ? (malformed(key), object) : *value;
}

std::string text_at(const json::object& object, std::string_view key) {
    const auto& value = at(object, key);
    if (!value.is_string()) {
        malformed(key);
    }
    return std::string(value.get_string());
}

std::int64_t number_at(const json::object& object, std::string_view key) {
    const auto& value = at(object, key);
    if (!value.is_int64() || value.get_int64() < 1) {
        malformed(key);
    }
    return value.get_int64();
}

json::object parse_object(std::string_view text, std::string_view name) {
    boost::system::error_code error;
    auto value = json::parse({text.data(), text.size()}, error);
    if (error || !value.is_object()) {
        refuse(
            "El paquete está cortado o dañado (" + std::string(name) + "). Cópialo otra vez.",
            "The bundle is cut short or damaged (" + std::string(name) + "). Copy it again."
        );
    }
    return std::move(value.get_object());
}

std::string decoded(const json::value& value, std::string_view name) {
    auto bytes = value.is_string() ? seal::from_base64(std::string_view(value.get_string()))
                                   : Result<std::string>(Failure{Fault::malformed, ""});
    if (bytes.has_error()) {
        malformed(name);
    }
    return std::move(bytes.value());
}

Envelope envelope_from(const json::value& value, std::string_view name) {
    const auto* object = value.if_object();
    if (object == nullptr) {
        malformed(name);
    }
    Envelope envelope{decoded(at(*object, "payload"), name), {}};
    const auto* signatures = at(*object, "signatures").if_array();
    if (signatures == nullptr) {
        malformed(name);
    }
    for (const auto& one : *signatures) {
        const auto* entry = one.if_object();
        if (entry == nullptr) {
            malformed(name);
        }
        envelope.signatures.emplace_back(text_at(*entry, "keyid"), text_at(*entry, "sig"));
    }
    return envelope;
}

json::object to_json(const Envelope& envelope) {
    json::array signatures;
    for (const auto& [keyid, sig] : envelope.signatures) {
        signatures.push_back(json::object{{"keyid", keyid}, {"sig", sig}});
    }
    return {{"payload", seal::to_base64(envelope.payload)}, {"signatures", std::move(signatures)}};
}

json::object payload_of(const Envelope& envelope, Role role) {
    auto object = parse_object(envelope.payload, id(role));
    if (text_at(object, "_type") != id(role)) {
        malformed("_type");
    }
    return object;
}

Keys keys_of(const json::object& root, Role role) {
    const auto& known = object_at(root, "keys");
    const auto& of = object_at(object_at(root, "roles"), id(role));
    Keys keys;
    keys.threshold = number_at(of, "threshold");
    const auto* ids = at(of, "keyids").if_array();
    for (const auto& one : ids == nullptr ? json::array() : *ids) {
        const auto keyid = one.is_string() ? std::string(one.get_string()) : std::string();
        seal::PublicKey key{};
        // The id is the key's own hash: a root cannot give one key two votes.
        if (!seal::from_hex(text_at(known, keyid), key) || key_id(key) != keyid) {
            malformed("keys");
        }
        keys.keys[keyid] = key;
    }
    return keys;
}

bool good_path(std::string_view path) {
    const auto slash = path.find('/');
    const auto folder = path.substr(0, slash);
    const auto name = slash == path.npos ? std::string_view() : path.substr(slash + 1);
    const bool known = folder == "profiles" || folder == "tables" || folder == "texts";
    return known && name.ends_with(".json") && name.size() < 100 && name.front() != '.' &&
           std::ranges::all_of(name, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                      c == '_';
           });
}

std::optional<std::string> bad_day(const std::string& text) {
    constexpr std::size_t size = 20;
    const bool good = text.size() == size && criteria::is_date(text.substr(0, 10)) &&
                      text[10] == 'T' && text.back() == 'Z';
    return good ? std::nullopt : std::optional(text);
}

}  // namespace station::bundle
