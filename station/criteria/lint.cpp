#include "station/criteria/lint.hpp"

#include "station/criteria/monitors.hpp"
#include "station/criteria/reader.hpp"

#include <algorithm>
#include <map>

namespace station::criteria {
namespace {

/// Different facts never stand under one label: no connection is not "not ready".
void words_differ(Reader& reader, const Profile& profile) {
    std::map<std::string, std::string> seen;
    const auto once = [&](const std::string& text, const std::string& pointer) {
        const auto [at, fresh] = seen.emplace(text, pointer);
        if (!fresh) {
            reader.complain(
                pointer, "says the same as " + at->second + "; give each its own words",
                "dice lo mismo que " + at->second + "; usa palabras propias para cada uno"
            );
        }
    };
    for (const auto& [verdict, words] : profile.words) {
        const auto pointer = "/words/" + std::string(id(verdict));
        once("es" + words.es, pointer + "/es");
        once("en" + words.en, pointer + "/en");
    }
    seen.clear();
    for (const auto& [reason, words] : profile.causes) {
        once("es" + words.es, "/causes/" + reason + "/es");
        once("en" + words.en, "/causes/" + reason + "/en");
    }
}

/// A monitor that is consulted but not named would stay open on every vehicle told by groups.
void groups_are_whole(Reader& reader, const Profile& profile) {
    if (profile.readiness_groups.empty()) {
        return;
    }
    for (const auto* row : monitor_rows()) {
        const std::string code(Monitors::code(*row));
        const bool named =
            std::ranges::find(profile.readiness_groups, code, &MonitorGroups::monitor) !=
            profile.readiness_groups.end();
        if (!named && profile.consults(row->path)) {
            reader.complain(
                "/readiness_groups",
                "does not name " + code + ", which a rule consults; write its groups, or [] when " +
                    "such vehicles do not have it",
                "no nombra " + code + ", que una regla consulta; escribe sus grupos, o [] si " +
                    "esos vehículos no lo tienen"
            );
        }
    }
}

void causes_are_used(Reader& reader, const Profile& profile) {
    for (const auto& cause : profile.causes) {
        const auto& reason = cause.first;
        const bool used = reason == "evidence_incomplete" || reason == "not_in_effect" ||
                          std::ranges::any_of(profile.rules, [&](const Rule& rule) {
                              return rule.decides && rule.reason == reason;
                          });
        // What only a variant's rules give is used too.
        if (!used && !profile.result_codes.contains(reason) && profile.variant.empty()) {
            reader.complain(
                "/causes/" + reason, "is the reason of no rule; remove it or correct its name",
                "no es la razón de ninguna regla; quítala o corrige su nombre"
            );
        }
    }
}

}  // namespace

std::vector<Complaint> lint_profile(std::string_view text, const Tables& tables) {
    auto complaints = check_profile(text, {}, tables);
    const auto add = [&](const std::vector<Complaint>& more) {
        for (const auto& one : more) {
            const bool known = std::ranges::any_of(complaints, [&](const Complaint& other) {
                return other.pointer == one.pointer && other.what == one.what;
            });
            if (!known) {
                complaints.push_back(one);
            }
        }
    };
    for (const auto& variant : variants_of(text)) {
        add(check_profile(text, variant, tables));
    }
    if (!complaints.empty()) {
        return complaints;
    }
    Reader reader(text);
    const auto base = read_profile(text, {}, tables);
    words_differ(reader, base.value());
    auto all_rules = base.value();
    for (const auto& variant : variants_of(text)) {
        auto changed = read_profile(text, variant, tables).value();
        all_rules.rules.insert(all_rules.rules.end(), changed.rules.begin(), changed.rules.end());
    }
    groups_are_whole(reader, all_rules);
    causes_are_used(reader, all_rules);
    return reader.complaints();
}

}  // namespace station::criteria
