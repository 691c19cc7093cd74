#include "station/criteria/profile.hpp"

#include "station/criteria/read_condition.hpp"
#include "station/criteria/read_groups.hpp"
#include "station/criteria/variant.hpp"

#include <algorithm>
#include <array>

namespace station::criteria {

namespace {

namespace json = boost::json;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;

/// What id() says of every enumerator up to the last.
template <class Enum>
std::vector<std::string_view> ids_up_to(Enum last) {
    std::vector<std::string_view> ids;
    for (int i = 0; i <= static_cast<int>(last); ++i) {
        ids.push_back(id(static_cast<Enum>(i)));
    }
    return ids;
}
const auto verdict_ids = ids_up_to(Verdict::none);
const auto stage_ids = ids_up_to(Stage::criteria);

Verdict read_verdict(
    Reader& reader, const json::object& from, std::string_view key, const std::string& pointer
) {
    const auto found = verdict_from_id(reader.text(from, key, pointer));
    if (!found) {
        reader.one_of(pointer + "/" + std::string(key), Reader::joined(verdict_ids));
    }
    return found.value_or(Verdict::invalid);
}

void read_outcome(Reader& reader, const json::object& object, const std::string& at, Rule& rule) {
    const auto* on_fail = object.if_contains("on_fail");
    if (on_fail == nullptr) {
        rule.decides = false;
        return;
    }
    const auto pointer = at + "/on_fail";
    const auto& outcome = reader.object(on_fail, pointer);
    reader.keys(outcome, pointer, {"verdict", "reason", "next", "escalate"});
    rule.verdict = read_verdict(reader, outcome, "verdict", pointer);
    rule.reason = reader.text(outcome, "reason", pointer);
    if (const auto* next = outcome.if_contains("next")) {
        rule.next = reader.both(next, pointer + "/next");
    }
    if (const auto* escalate = outcome.if_contains("escalate")) {
        const auto where = pointer + "/escalate";
        const auto& more = reader.object(escalate, where);
        reader.keys(more, where, {"when", "verdict"});
        rule.escalate_when = read_condition(reader, more.if_contains("when"), where + "/when");
        rule.escalate_to = read_verdict(reader, more, "verdict", where);
    }
    for (const auto verdict : {rule.verdict, rule.escalate_to}) {
        if (verdict == Verdict::pass) {
            reader.complain(
                pointer + "/verdict", "cannot be PASS: a rule that is not met is no reason to pass",
                "no puede ser PASS: una regla no cumplida no aprueba"
            );
        }
    }
}

void read_confirmation(
    Reader& reader, const json::object& object, const std::string& pointer, Rule& rule
) {
    const auto* confirmed = object.if_contains("confirmed");
    if (confirmed == nullptr) {
        return;
    }
    const auto at = pointer + "/confirmed";
    const auto& by = reader.object(confirmed, at);
    reader.keys(by, at, {"by", "on"});
    const auto on = reader.text(by, "on", at);
    if (!is_date(on)) {
        reader.complain(
            at + "/on", "is no day of the calendar: write \"2026-11-25\"",
            "no es un día del calendario: escribe \"2026-11-25\""
        );
    }
    rule.confirmed = reader.text(by, "by", at) + ", " + on;
}

Rule read_rule(Reader& reader, const json::value& value, const std::string& pointer) {
    Rule rule;
    const auto& object = reader.object(&value, pointer);
    reader.keys(
        object, pointer,
        {"id", "stage", "text", "clause", "cite", "verified", "confirmed", "enabled", "if_unknown",
         "when", "require", "on_fail"}
    );
    rule.id = reader.text(object, "id", pointer);
    const auto stage = std::ranges::find(stage_ids, reader.text(object, "stage", pointer));
    if (stage == stage_ids.end()) {
        reader.one_of(pointer + "/stage", Reader::joined(stage_ids));
    } else {
        rule.stage = static_cast<Stage>(stage - stage_ids.begin());
    }
    rule.text = reader.both(object.if_contains("text"), pointer + "/text");
    rule.clause = reader.text(object, "clause", pointer);
    rule.cite = reader.texts(object, "cite", pointer);
    rule.verified = reader.text(object, "verified", pointer);
    level_is_known(reader, rule.verified, pointer);
    read_confirmation(reader, object, pointer, rule);
    rule.enabled = reader.flag(object, "enabled", true, pointer);
    if (object.contains("if_unknown")) {
        const auto unknown = reader.text(object, "if_unknown", pointer);
        if (unknown != "blocks" && unknown != "noted") {
            reader.one_of(pointer + "/if_unknown", "blocks, noted");
        }
        rule.blocks_when_unknown = unknown == "blocks";
    }
    if (const auto* when = object.if_contains("when")) {
        rule.when = read_condition(reader, when, pointer + "/when");
    }
    const auto* require = object.if_contains("require");
    rule.require = read_condition(reader, require, pointer + "/require");
    rule.require_source = require == nullptr ? json::value() : *require;
    read_outcome(reader, object, pointer, rule);
    return rule;
}

void read_words(Reader& reader, const json::object& object, Profile& profile) {
    for (const auto& item : reader.object(object.if_contains("words"), "/words")) {
        const auto pointer = "/words/" + std::string(item.key());
        const auto verdict = verdict_from_id(item.key());
        if (!verdict) {
            reader.one_of(pointer, Reader::joined(verdict_ids));
            continue;
        }
        profile.words[*verdict] = reader.both(&item.value(), pointer);
    }
    const bool collects = profile.kind == Profile::Kind::collection;
    for (const auto name : verdict_ids) {
        const auto verdict = *verdict_from_id(name);
        const bool gives = collects ? verdict == Verdict::none || verdict == Verdict::invalid ||
                                          verdict == Verdict::not_applicable
                                    : verdict != Verdict::none;
        if (gives && !profile.words.contains(verdict)) {
            reader.complain(
                "/words/" + std::string(name), "is missing: the programme gives this verdict",
                "falta: el programa da este dictamen"
            );
        }
    }
    for (const auto& item : reader.object(object.if_contains("causes"), "/causes")) {
        profile.causes[item.key()] =
            reader.both(&item.value(), "/causes/" + std::string(item.key()));
    }
    for (const auto& name : reader.texts(object, "precedence", "")) {
        const auto verdict = verdict_from_id(name);
        if (!verdict) {
            reader.one_of("/precedence", Reader::joined(verdict_ids));
            return;
        }
        profile.precedence.push_back(*verdict);
    }
}

void read_effective(Reader& reader, const json::object& object, Profile& profile) {
    const auto* effective = object.if_contains("effective");
    if (effective == nullptr) {
        return;
    }
    const auto& days = reader.object(effective, "/effective");
    reader.keys(days, "/effective", {"from", "until"});
    const auto day = [&](const char* key) -> std::string {
        const auto* value = days.if_contains(key);
        if (value == nullptr || value->is_null()) {
            return {};
        }
        const auto text = reader.text(days, key, "/effective");
        if (!is_date(text)) {
            reader.complain(
                "/effective/" + std::string(key),
                "is no day of the calendar: write \"2026-11-25\", or null",
                "no es un día del calendario: escribe \"2026-11-25\" o null"
            );
        }
        return text;
    };
    profile.effective_from = day("from");
    profile.effective_until = day("until");
    if (!profile.effective_until.empty() && profile.effective_until < profile.effective_from) {
        reader.complain(
            "/effective/until", "is before /effective/from", "es anterior a /effective/from"
        );
    }
}

void read_checklist(Reader& reader, const json::object& object, Profile& profile) {
    const auto* list = object.if_contains("checklist");
    if (list == nullptr) {
        return;
    }
    const auto& items = reader.array(list, "/checklist");
    for (std::size_t i = 0; i < items.size(); ++i) {
        const auto pointer = "/checklist/" + std::to_string(i);
        const auto& one = reader.object(&items[i], pointer);
        reader.keys(one, pointer, {"id", "text", "may_be_absent"});
        CheckItem item{
            reader.text(one, "id", pointer),
            reader.both(one.if_contains("text"), pointer + "/text"),
            reader.flag(one, "may_be_absent", false, pointer)};
        if (!reader.checklist.insert(item.id).second) {
            reader.complain(
                pointer + "/id", "stands twice; give this item a name of its own",
                "está repetido; dale a este punto un nombre propio"
            );
        }
        profile.checklist.push_back(std::move(item));
    }
}

std::shared_ptr<const Table> find_table(
    Reader& reader,
    const json::object& references,
    const char* key,
    Table::Kind kind,
    const Tables& tables
) {
    if (!references.contains(key)) {
        return nullptr;
    }
    const auto name = reader.text(references, key, "/references");
    const auto found = tables.find(name);
    if (found == tables.end() || found->second->kind != kind) {
        const auto at = "/references/" + std::string(key);
        reader.complain(
            at, "names no " + std::string(key) + " table that is at hand: \"" + name + "\"",
            "no nombra una tabla de " + std::string(key) + " disponible: \"" + name + "\""
        );
        return nullptr;
    }
    return found->second;
}

void read_references(
    Reader& reader, const json::object& object, const Tables& tables, Profile& profile
) {
    const auto* references = object.if_contains("references");
    if (references == nullptr) {
        return;
    }
    const auto& named = reader.object(references, "/references");
    reader.keys(named, "/references", {"readiness", "software", "catalogue", "left_out"});
    profile.readiness = find_table(reader, named, "readiness", Table::Kind::readiness, tables);
    profile.software = find_table(reader, named, "software", Table::Kind::software, tables);
    profile.catalogue = find_table(reader, named, "catalogue", Table::Kind::catalogue, tables);
    profile.left_out = find_table(reader, named, "left_out", Table::Kind::left_out, tables);
    reader.has_overrides = profile.readiness != nullptr;
}

void read_rules(Reader& reader, const json::object& object, Profile& profile) {
    const auto& rules = reader.array(object.if_contains("rules"), "/rules");
    std::set<std::string> ids;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const auto pointer = "/rules/" + std::to_string(i);
        auto rule = read_rule(reader, rules[i], pointer);
        if (!rule.id.empty() && !ids.insert(rule.id).second) {
            reader.complain(
                pointer + "/id", "is the id of an earlier rule; give this one its own",
                "es el id de una regla anterior; dale a esta uno propio"
            );
        }
        sources_are_named(reader, rule.cite, profile, pointer);
        if (rule.decides && !profile.causes.contains(rule.reason)) {
            reader.complain(
                pointer + "/on_fail/reason", "has no words in /causes: add them there",
                "no tiene palabras en /causes: agrégalas ahí"
            );
        }
        const auto placed = [&](Verdict verdict) {
            return std::ranges::find(profile.precedence, verdict) != profile.precedence.end();
        };
        const bool whole =
            placed(rule.verdict) && (!rule.escalate_when || placed(rule.escalate_to));
        if (rule.decides && !whole) {
            reader.complain(
                pointer + "/on_fail/verdict", "has no place in /precedence: add it there",
                "no tiene lugar en /precedence: agrégalo ahí"
            );
        }
        profile.rules.push_back(std::move(rule));
    }
    if (rules.empty()) {
        reader.complain(
            "/rules", "has no rule; nothing could be judged", "no tiene reglas; nada se juzgaría"
        );
    }
}

Profile read(
    Reader& reader, const json::value& document, std::string_view variant, const Tables& tables
) {
    Profile profile;
    if (!document.is_object()) {
        reader.object(&document, "");
        return profile;
    }
    auto value = document;
    if (!variant.empty()) {
        value = with_variant(reader, std::move(value), std::string(variant), profile);
        profile.variant = variant;
    }
    const auto& object = value.get_object();
    reader.keys(object, "", {"schema",
                             "id",
                             "edition",
                             "name",
                             "jurisdiction",
                             "status",
                             "kind",
                             "effective",
                             "retention",
                             "hide_values",
                             "connect_attempts",
                             "revisit_days",
                             "checklist",
                             "references",
                             "sources",
                             "words",
                             "causes",
                             "precedence",
                             "rules",
                             "variants",
                             "erase_days",
                             "certificate",
                             "preferred_tongue",
                             "readiness_groups"});
    if (reader.text(object, "schema", "") != "obd-station/profile/1") {
        reader.one_of("/schema", "obd-station/profile/1");
    }
    profile.id = reader.text(object, "id", "");
    profile.edition = reader.text(object, "edition", "");
    profile.name = reader.both(object.if_contains("name"), "/name");
    profile.status = reader.text(object, "status", "");
    if (const auto* where = object.if_contains("jurisdiction")) {
        const auto country = reader.text(reader.object(where, "/jurisdiction"), "country", "");
        profile.miles = country == "US" || country == "GB";
    }
    if (object.contains("kind")) {
        const auto kind = reader.text(object, "kind", "");
        if (kind != "verification" && kind != "collection") {
            reader.one_of("/kind", "verification, collection");
        }
        profile.kind =
            kind == "collection" ? Profile::Kind::collection : Profile::Kind::verification;
    }
    if (object.contains("retention")) {
        profile.retention = reader.text(object, "retention", "");
    }
    constexpr int most_days = 3650;
    if (object.contains("erase_days")) {
        profile.erase_days = reader.whole(object, "erase_days", 0, 0, most_days, "");
    }
    if (const auto* settings = object.if_contains("certificate")) {
        const auto& certificate = reader.object(settings, "/certificate");
        reader.keys(certificate, "/certificate", {"vehicle", "days"});
        const auto vehicle = reader.text(certificate, "vehicle", "/certificate");
        if (vehicle != "plain" && vehicle != "hashed") {
            reader.one_of("/certificate/vehicle", "plain, hashed");
        }
        profile.certificate_hides_vehicle = vehicle == "hashed";
        profile.certificate_days =
            reader.whole(certificate, "days", 0, 0, most_days, "/certificate");
    }
    profile.hide_values = reader.flag(object, "hide_values", true, "");
    constexpr int most_attempts = 9;
    if (!object.contains("connect_attempts")) {
        reader.complain("/connect_attempts", "is missing: write 1…9", "falta: escribe 1…9");
    }
    profile.connect_attempts = reader.whole(object, "connect_attempts", 1, 1, most_attempts, "");
    if (object.contains("preferred_tongue")) {
        const auto tongue = reader.text(object, "preferred_tongue", "");
        if (tongue != "j1979" && tongue != "j1979-2") {
            reader.one_of("/preferred_tongue", "j1979, j1979-2");
        }
        profile.prefers_j1979_2 = tongue == "j1979-2";
    }
    profile.revisit_days = reader.whole(object, "revisit_days", 0, 0, most_days, "");
    const auto& sources = reader.object(object.if_contains("sources"), "/sources");
    for (const auto& item : sources) {
        profile.sources[item.key()] = reader.text(sources, item.key(), "/sources");
    }
    read_effective(reader, object, profile);
    read_checklist(reader, object, profile);
    read_references(reader, object, tables, profile);
    read_readiness_groups(reader, object, profile);
    read_words(reader, object, profile);
    read_rules(reader, object, profile);
    return profile;
}

}  // namespace

Result<Profile> read_profile(
    std::string_view text, std::string_view variant, const Tables& tables
) {
    const auto parsed = parse_json(text);
    if (parsed.has_error()) {
        return parsed.error();
    }
    Reader reader(text);
    auto profile = read(reader, parsed.value(), variant, tables);
    if (!reader.complaints().empty()) {
        return to_failure(reader.complaints().front());
    }
    profile.sha256 = sha256_hex(text);
    return profile;
}

std::vector<Complaint> check_profile(
    std::string_view text, std::string_view variant, const Tables& tables
) {
    const auto parsed = parse_json(text);
    if (parsed.has_error()) {
        return {{"", 1, {parsed.error().detail, parsed.error().detail}}};
    }
    Reader reader(text);
    (void)read(reader, parsed.value(), variant, tables);
    return reader.complaints();
}

}  // namespace station::criteria
