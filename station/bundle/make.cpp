#include "station/bundle/parts.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace station::bundle {

namespace json = boost::json;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;

Result<std::string> make(
    std::string_view plan_text,
    const std::map<std::string, std::string>& files,
    std::string_view previous
) {
    try {
        const auto plan = parse_object(plan_text, "bundle.json");
        const auto version = number_at(plan, "version");
        const auto& expires = object_at(plan, "expires");
        const auto head = [&](Role role, std::int64_t number) {
            return json::object{
                {"_type", id(role)}, {"version", number}, {"expires", text_at(expires, id(role))}};
        };
        for (const auto name : role_ids) {
            if (const auto bad = bad_day(text_at(expires, name))) {
                return Failure{
                    Fault::malformed, "expires/" + std::string(name) + ": \"" + *bad +
                                          "\" must be like 2027-01-31T00:00:00Z"};
            }
        }
        auto root = head(Role::root, number_at(plan, "root_version"));
        json::object keys;
        json::object roles;
        for (const auto name : role_ids) {
            const auto& role = object_at(object_at(plan, "roles"), name);
            json::array ids;
            const auto* given = at(role, "keys").if_array();
            for (const auto& one : given == nullptr ? json::array() : *given) {
                seal::PublicKey key{};
                if (!one.is_string() || !seal::from_hex(std::string_view(one.get_string()), key)) {
                    return Failure{
                        Fault::malformed, "roles/" + std::string(name) +
                                              "/keys must be public keys of 64 hex digits"};
                }
                ids.emplace_back(key_id(key));
                keys[key_id(key)] = seal::hex(key);
            }
            const auto threshold = number_at(role, "threshold");
            if (threshold > static_cast<std::int64_t>(ids.size())) {
                return Failure{
                    Fault::malformed, "roles/" + std::string(name) +
                                          "/threshold is larger than the number of its keys"};
            }
            roles[name] = json::object{{"keyids", std::move(ids)}, {"threshold", threshold}};
        }
        root["keys"] = std::move(keys);
        root["roles"] = std::move(roles);
        json::array roots;
        const auto root_payload = json::serialize(root);
        if (!previous.empty()) {
            roots = at(parse_object(previous, "previous"), "roots").as_array();
        }
        if (roots.empty() || envelope_from(roots.back(), "roots").payload != root_payload) {
            roots.push_back(to_json({root_payload, {}}));
        }
        json::object named;
        json::object carried;
        for (const auto& [path, bytes] : files) {
            if (!good_path(path)) {
                return Failure{
                    Fault::malformed,
                    path +
                        ": a bundle carries profiles/, tables/ and texts/ NAME.json, small "
                        "letters, digits, - and _"};
            }
            named[path] = json::object{
                {"length", static_cast<std::int64_t>(bytes.size())},
                {"sha256", criteria::sha256_hex(bytes)}};
            carried[path] = seal::to_base64(bytes);
        }
        auto targets = head(Role::targets, version);
        targets["targets"] = std::move(named);
        const auto about = [&](const std::string& payload) {
            return json::object{
                {"version", version},
                {"length", static_cast<std::int64_t>(payload.size())},
                {"sha256", criteria::sha256_hex(payload)}};
        };
        const auto targets_payload = json::serialize(targets);
        auto snapshot = head(Role::snapshot, version);
        snapshot["targets"] = about(targets_payload);
        const auto snapshot_payload = json::serialize(snapshot);
        auto timestamp = head(Role::timestamp, version);
        timestamp["snapshot"] = about(snapshot_payload);
        return json::serialize(json::object{
            {"schema", bundle_schema},
            {"roots", std::move(roots)},
            {"timestamp", to_json({json::serialize(timestamp), {}})},
            {"snapshot", to_json({snapshot_payload, {}})},
            {"targets", to_json({targets_payload, {}})},
            {"files", std::move(carried)}});
    } catch (const Refusal& refusal) {
        return Failure{Fault::malformed, refusal.why.en};
    }
}

std::string last_root(std::string_view text) {
    try {
        const auto bundle = parse_object(text, "JSON");
        const auto* roots = at(bundle, "roots").if_array();
        return roots == nullptr || roots->empty()
                   ? std::string()
                   : criteria::sha256_hex(envelope_from(roots->back(), "roots").payload);
    } catch (const Refusal&) {
        return {};
    }
}

Result<std::string> sign(std::string_view text, Role role, const seal::KeyPair& keys) {
    try {
        auto bundle = parse_object(text, "JSON");
        auto roots = at(bundle, "roots").as_array();
        const auto last = payload_of(envelope_from(roots.back(), "roots"), Role::root);
        const auto mine = key_id(keys.public_key);
        bool entitled = keys_of(last, role).keys.contains(mine);
        if (role == Role::root && roots.size() > 1) {
            const auto before =
                payload_of(envelope_from(roots[roots.size() - 2], "roots"), Role::root);
            entitled = entitled || keys_of(before, Role::root).keys.contains(mine);
        }
        if (!entitled) {
            return Failure{
                Fault::malformed,
                "the key " + mine + " has no part in the role " + std::string(id(role))};
        }
        auto envelope =
            envelope_from(role == Role::root ? roots.back() : at(bundle, id(role)), id(role));
        std::erase_if(envelope.signatures, [&](const auto& one) { return one.first == mine; });
        envelope.signatures.emplace_back(
            mine, seal::hex(seal::sign(to_sign(role, envelope.payload), keys.secret_key))
        );
        if (role == Role::root) {
            roots.back() = to_json(envelope);
            bundle["roots"] = std::move(roots);
        } else {
            bundle[id(role)] = to_json(envelope);
        }
        return json::serialize(bundle);
    } catch (const Refusal& refusal) {
        return Failure{Fault::malformed, refusal.why.en};
    }
}

}  // namespace station::bundle
