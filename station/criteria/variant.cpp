#include "station/criteria/variant.hpp"

#include <algorithm>

namespace station::criteria {
namespace {

namespace json = boost::json;

void change_rules(
    Reader& reader, json::object& profile, const json::object& changes, const std::string& pointer
) {
    auto* rules = profile.if_contains("rules");
    if (rules == nullptr || !rules->is_array()) {
        return;  // that is complained of where the profile is read
    }
    for (const auto& change : changes) {
        const auto where = pointer + "/" + std::string(change.key());
        const auto& keys = reader.object(&change.value(), where);
        bool found = false;
        for (auto& rule : rules->get_array()) {
            if (!rule.is_object() || rule.get_object()["id"] != change.key()) {
                continue;
            }
            found = true;
            for (const auto& key : keys) {
                rule.get_object()[key.key()] = key.value();
            }
        }
        if (!found) {
            reader.complain(
                where, "names no rule of this profile", "no nombra ninguna regla de este perfil"
            );
        }
    }
}

/// Names from the first one extended to `variant` itself.
std::vector<std::string> line_of_descent(
    Reader& reader, const json::object& variants, const std::string& variant
) {
    std::vector<std::string> line;
    for (std::string name = variant; !name.empty();) {
        const auto pointer = "/variants/" + name;
        if (std::ranges::find(line, name) != line.end()) {
            reader.complain(
                pointer + "/extends", "goes round in a circle; let one of them extend nothing",
                "forma un círculo; una de ellas no debe extender a otra"
            );
            break;
        }
        const auto* one = variants.if_contains(name);
        if (one == nullptr) {
            std::vector<std::string> known;
            for (const auto& item : variants) {
                known.emplace_back(item.key());
            }
            reader.complain(
                pointer, "there is no such variant; known are: " + Reader::joined(known),
                "no existe esa variante; las conocidas son: " + Reader::joined(known)
            );
            break;
        }
        line.insert(line.begin(), name);
        const auto& changes = reader.object(one, pointer);
        name =
            changes.contains("extends") ? reader.text(changes, "extends", pointer) : std::string();
    }
    return line;
}

}  // namespace

json::value with_variant(
    Reader& reader, json::value profile, const std::string& variant, Profile& into
) {
    auto& object = profile.get_object();
    const auto* found = object.if_contains("variants");
    const json::object variants =
        found == nullptr ? json::object() : reader.object(found, "/variants");
    for (const auto& name : line_of_descent(reader, variants, variant)) {
        const auto pointer = "/variants/" + name;
        const json::object& changes = variants.at(name).get_object();
        reader.keys(
            changes, pointer,
            {"text", "rules", "result_codes", "cite", "verified", "extends", "effective",
             "references", "checklist"}
        );
        into.variant_text = reader.both(changes.if_contains("text"), pointer + "/text");
        for (const auto* key : {"effective", "references", "checklist"}) {
            if (const auto* value = changes.if_contains(key)) {
                object[key] = *value;
            }
        }
        if (const auto* codes = changes.if_contains("result_codes")) {
            for (const auto& item : reader.object(codes, pointer + "/result_codes")) {
                if (!item.value().is_int64()) {
                    reader.complain(
                        pointer + "/result_codes/" + std::string(item.key()),
                        "must be a whole number", "debe ser un número entero"
                    );
                    continue;
                }
                into.result_codes[item.key()] = static_cast<int>(item.value().get_int64());
            }
        }
        if (const auto* rules = changes.if_contains("rules")) {
            change_rules(
                reader, object, reader.object(rules, pointer + "/rules"), pointer + "/rules"
            );
        }
    }
    return profile;
}

}  // namespace station::criteria
