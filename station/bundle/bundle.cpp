#include "station/bundle/bundle.hpp"

#include "station/bundle/parts.hpp"
#include "station/criteria/json_text.hpp"
#include "station/criteria/lint.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace station::bundle {
namespace {

namespace json = boost::json;
using criteria::BothLanguages;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;

void demand_signatures(const Envelope& envelope, Role role, const Keys& keys) {
    const auto hash = to_sign(role, envelope.payload);
    std::set<std::string> valid;
    for (const auto& [keyid, sig] : envelope.signatures) {
        const auto key = keys.keys.find(keyid);
        seal::Signature signature{};
        if (key != keys.keys.end() && seal::from_hex(sig, signature) &&
            seal::verifies(hash, signature, key->second)) {
            valid.insert(keyid);
        }
    }
    if (static_cast<std::int64_t>(valid.size()) < keys.threshold) {
        const auto count = std::to_string(valid.size()) + "/" + std::to_string(keys.threshold);
        refuse(
            "El paquete no está firmado por quien debe (" + std::string(id(role)) + ": " + count +
                " firmas válidas). No lo instales; avisa al programa.",
            "The bundle is not signed by those who must (" + std::string(id(role)) + ": " + count +
                " valid signatures). Do not install it; tell the programme."
        );
    }
}

/// A role that vouches for another names its version, length and hash.
void demand_match(
    const json::object& vouching, Role role, const Envelope& envelope, std::int64_t version
) {
    const auto& named = object_at(vouching, id(role));
    const bool same =
        number_at(named, "version") == version &&
        number_at(named, "length") == static_cast<std::int64_t>(envelope.payload.size()) &&
        text_at(named, "sha256") == criteria::sha256_hex(envelope.payload);
    if (!same) {
        refuse(
            "El paquete mezcla partes de distintas versiones (" + std::string(id(role)) +
                "). Pide uno completo.",
            "The bundle mixes parts of different versions (" + std::string(id(role)) +
                "). Ask for a whole one."
        );
    }
}

/// The chain of roots, from the one that is trusted to the last; each is vouched for by the one
/// before it and by itself.
json::object check_roots(const json::object& bundle, std::string_view trusted, Verified& verified) {
    const auto* roots = at(bundle, "roots").if_array();
    if (roots == nullptr || roots->empty()) {
        malformed("roots");
    }
    std::optional<json::object> current;
    for (const auto& one : *roots) {
        const auto envelope = envelope_from(one, "roots");
        auto root = payload_of(envelope, Role::root);
        const bool anchor = criteria::sha256_hex(envelope.payload) == trusted;
        if (!current && !anchor) {
            continue;  // older than what is trusted
        }
        if (current) {
            if (number_at(root, "version") != number_at(*current, "version") + 1) {
                malformed("roots");
            }
            demand_signatures(envelope, Role::root, keys_of(*current, Role::root));
        }
        demand_signatures(envelope, Role::root, keys_of(root, Role::root));
        verified.root_sha256 = criteria::sha256_hex(envelope.payload);
        verified.versions[Role::root] = number_at(root, "version");
        verified.expires[Role::root] = text_at(root, "expires");
        current = std::move(root);
    }
    if (!current) {
        refuse(
            "El paquete es de otro programa: su raíz no es la de confianza de esta estación.",
            "The bundle is another programme's: its root is not the one this station trusts."
        );
    }
    return std::move(*current);
}

void check_files(const json::object& bundle, const json::object& targets, Verified& verified) {
    const auto& files = object_at(bundle, "files");
    const auto& named = object_at(targets, "targets");
    for (const auto& item : named) {
        const std::string path(item.key());
        if (!good_path(path)) {
            malformed(path);
        }
        auto bytes = decoded(at(files, path), path);
        const auto& about = object_at(named, path);
        if (number_at(about, "length") != static_cast<std::int64_t>(bytes.size()) ||
            text_at(about, "sha256") != criteria::sha256_hex(bytes)) {
            refuse(
                "El archivo " + path + " del paquete no es el que se firmó. No lo instales.",
                "The bundle's file " + path + " is not the one that was signed. Do not install it."
            );
        }
        verified.files[path] = std::move(bytes);
    }
    if (files.size() != named.size()) {
        refuse(
            "El paquete trae archivos que nadie firmó. No lo instales.",
            "The bundle carries files that nobody signed. Do not install it."
        );
    }
}

Verified verify(std::string_view text, std::string_view trusted_root) {
    if (text.size() > longest_bundle) {
        refuse(
            "El archivo es demasiado grande para un paquete.", "The file is too large for a bundle."
        );
    }
    const auto bundle = parse_object(text, "JSON");
    if (text_at(bundle, "schema") != bundle_schema) {
        malformed("schema");
    }
    Verified verified;
    verified.sha256 = criteria::sha256_hex(text);
    const auto root = check_roots(bundle, trusted_root, verified);
    std::map<Role, Envelope> envelopes;
    std::map<Role, json::object> payloads;
    for (const auto role : {Role::timestamp, Role::snapshot, Role::targets}) {
        envelopes[role] = envelope_from(at(bundle, id(role)), id(role));
        demand_signatures(envelopes[role], role, keys_of(root, role));
        payloads[role] = payload_of(envelopes[role], role);
        verified.versions[role] = number_at(payloads[role], "version");
        verified.expires[role] = text_at(payloads[role], "expires");
    }
    demand_match(
        payloads[Role::timestamp], Role::snapshot, envelopes[Role::snapshot],
        verified.versions[Role::snapshot]
    );
    demand_match(
        payloads[Role::snapshot], Role::targets, envelopes[Role::targets],
        verified.versions[Role::targets]
    );
    check_files(bundle, payloads[Role::targets], verified);
    return verified;
}

/// Criteria this program cannot judge by never become the station's.
void demand_good_criteria(const Verified& bundle) {
    const auto complain = [](const std::string& path, const BothLanguages& what) {
        refuse(
            "El archivo " + path + " no sirve: " + what.es,
            "The file " + path + " is of no use: " + what.en
        );
    };
    const auto tables = tables_of(bundle);
    if (tables.has_error()) {
        complain("tables", {tables.error().detail, tables.error().detail});
    }
    const auto texts = code_texts_of(bundle);
    if (texts.has_error()) {
        complain("texts/dtc.json", {texts.error().detail, texts.error().detail});
    }
    constexpr std::string_view examples = ".examples.json";
    bool any = false;
    for (const auto& [path, text] : bundle.files) {
        if (!path.starts_with("profiles/") || path.ends_with(examples)) {
            continue;
        }
        any = true;
        auto complaints = criteria::lint_profile(text, tables.value());
        const auto beside = bundle.files.find(
            path.substr(0, path.size() - std::string_view(".json").size()) + std::string(examples)
        );
        if (complaints.empty() && beside == bundle.files.end()) {
            complain(path, {"no trae ejemplos", "it comes without examples"});
        }
        if (complaints.empty()) {
            complaints = criteria::run_examples(text, beside->second, tables.value()).complaints;
        }
        if (!complaints.empty()) {
            const auto& first = complaints.front();
            complain(
                path, {first.pointer + " " + first.what.es, first.pointer + " " + first.what.en}
            );
        }
    }
    if (!any) {
        refuse("El paquete no trae ningún programa.", "The bundle carries no programme.");
    }
}

void demand_newer(const Verified& bundle, const Verified& installed) {
    for (const auto& [role, version] : installed.versions) {
        const auto now = bundle.versions.at(role);
        if (now < version) {
            const auto numbers = std::to_string(now) + " < " + std::to_string(version);
            refuse(
                "El paquete es más antiguo que el instalado (" + std::string(id(role)) + ": " +
                    numbers + "). Pide el vigente.",
                "The bundle is older than the installed one (" + std::string(id(role)) + ": " +
                    numbers + "). Ask for the current one."
            );
        }
    }
}

}  // namespace

std::string_view id(Role role) {
    return role_ids[static_cast<std::size_t>(role)];
}

std::optional<Role> role_from_id(std::string_view id) {
    const auto found = std::ranges::find(role_ids, id);
    return found == role_ids.end() ? std::nullopt
                                   : std::optional(static_cast<Role>(found - role_ids.begin()));
}

std::string key_id(const seal::PublicKey& key) {
    return seal::hex(seal::sha256({reinterpret_cast<const char*>(key.data()), key.size()}));
}

std::optional<Role> Verified::expired(std::string_view now) const {
    constexpr std::size_t seconds = 19;  // both to the second: 2027-01-31T00:00:00
    for (const auto& [role, day] : expires) {
        if (now.substr(0, seconds) >= std::string_view(day).substr(0, seconds)) {
            return role;
        }
    }
    return std::nullopt;
}

Checked check(std::string_view text, std::string_view trusted_root) {
    try {
        return {verify(text, trusted_root), {}};
    } catch (const Refusal& refusal) {
        return {std::nullopt, refusal.why};
    }
}

Checked check_install(
    std::string_view text,
    std::string_view trusted_root,
    std::string_view now,
    const std::optional<Verified>& installed
) {
    try {
        auto bundle = verify(text, trusted_root);
        for (const auto& [role, day] : bundle.expires) {
            if (bad_day(day)) {
                malformed("expires");
            }
        }
        if (const auto role = bundle.expired(now)) {
            refuse(
                "El paquete venció el " + bundle.expires.at(*role) + " (" + std::string(id(*role)) +
                    "). Pide el vigente.",
                "The bundle expired on " + bundle.expires.at(*role) + " (" +
                    std::string(id(*role)) + "). Ask for the current one."
            );
        }
        if (installed) {
            demand_newer(bundle, *installed);
        }
        demand_good_criteria(bundle);
        return {std::move(bundle), {}};
    } catch (const Refusal& refusal) {
        return {std::nullopt, refusal.why};
    }
}

Result<criteria::Tables> tables_of(const Verified& bundle) {
    auto tables = criteria::built_in_tables();
    for (const auto& [path, text] : bundle.files) {
        if (!path.starts_with("tables/")) {
            continue;
        }
        auto table = criteria::read_table(text);
        if (table.has_error()) {
            return Failure{Fault::malformed, path + ": " + table.error().detail};
        }
        tables[table.value()->id] = table.value();
    }
    return tables;
}

Result<std::map<std::string, BothLanguages>> code_texts_of(const Verified& bundle) {
    std::map<std::string, BothLanguages> texts;
    const auto file = bundle.files.find("texts/dtc.json");
    if (file == bundle.files.end()) {
        return texts;
    }
    const auto parsed = criteria::parse_json(file->second);
    if (parsed.has_error()) {
        return parsed.error();
    }
    for (const auto& item :
         parsed.value().is_object() ? parsed.value().get_object() : json::object()) {
        const auto* both = item.value().if_object();
        const auto* es = both == nullptr ? nullptr : both->if_contains("es");
        const auto* en = both == nullptr ? nullptr : both->if_contains("en");
        if (es == nullptr || en == nullptr || !es->is_string() || !en->is_string()) {
            return Failure{
                Fault::malformed,
                "/" + std::string(item.key()) + " must be {\"es\": \"…\", \"en\": \"…\"}"};
        }
        texts[item.key()] = {std::string(es->get_string()), std::string(en->get_string())};
    }
    return texts;
}

}  // namespace station::bundle
