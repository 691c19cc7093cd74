#include "station/criteria/profile.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <initializer_list>

namespace station::criteria {

const std::vector<protocols::EmbeddedFile>& profile_files();

namespace {

namespace json = boost::json;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;

constexpr std::array<std::string_view, 7> verdict_ids{
    "PASS", "FAIL", "NOT_READY", "NO_COMM", "REFER", "NOT_APPLICABLE", "INVALID"};
constexpr std::array<std::string_view, 5> stage_ids{
    "applicability", "connector", "communication", "engine", "criteria"};

std::string sha256_hex(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
    std::string hex;
    for (unsigned int i = 0; i < size; ++i) {
        hex += "0123456789abcdef"[digest[i] >> 4];
        hex += "0123456789abcdef"[digest[i] & 0x0F];
    }
    return hex;
}

/// Reads with the first complaint kept; later reads give empty values.
class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    [[nodiscard]] const std::optional<Failure>& failure() const { return failure_; }

    void complain(const std::string& pointer, std::string_view what) {
        if (!failure_) {
            failure_ = Failure{
                Fault::malformed, pointer + " (line " + std::to_string(line_of(text_, pointer)) +
                                      ") " + std::string(what)};
        }
    }
    const json::object& object(const json::value* value, const std::string& pointer) {
        static const json::object none;
        if (value == nullptr || !value->is_object()) {
            complain(pointer, "must be an object");
            return none;
        }
        return value->get_object();
    }
    const json::array& array(const json::value* value, const std::string& pointer) {
        static const json::array none;
        if (value == nullptr || !value->is_array()) {
            complain(pointer, "must be a list");
            return none;
        }
        return value->get_array();
    }
    std::string text(const json::object& from, std::string_view key, const std::string& pointer) {
        const auto* value = from.if_contains(key);
        if (value == nullptr || !value->is_string()) {
            complain(pointer + "/" + std::string(key), "must be text");
            return {};
        }
        return std::string(value->get_string());
    }
    bool flag(
        const json::object& from, std::string_view key, bool fallback, const std::string& pointer
    ) {
        const auto* value = from.if_contains(key);
        if (value == nullptr) {
            return fallback;
        }
        if (!value->is_bool()) {
            complain(pointer + "/" + std::string(key), "must be true or false");
            return fallback;
        }
        return value->get_bool();
    }
    BothLanguages both(const json::value* value, const std::string& pointer) {
        const auto& texts = object(value, pointer);
        keys(texts, pointer, {"es", "en"});
        return {text(texts, "es", pointer), text(texts, "en", pointer)};
    }
    void keys(
        const json::object& from,
        const std::string& pointer,
        std::initializer_list<std::string_view> known
    ) {
        for (const auto& item : from) {
            if (std::ranges::find(known, std::string_view(item.key())) == known.end()) {
                complain(pointer + "/" + std::string(item.key()), "is not a known key");
            }
        }
    }
    Verdict verdict(const json::object& from, std::string_view key, const std::string& pointer) {
        const auto found = verdict_from_id(text(from, key, pointer));
        if (!found) {
            complain(pointer + "/" + std::string(key), "is not a verdict");
        }
        return found.value_or(Verdict::invalid);
    }
    std::shared_ptr<const Condition> condition(
        const json::value* value, const std::string& pointer
    ) {
        if (value == nullptr) {
            complain(pointer, "must be a condition");
            return nullptr;
        }
        auto read = read_condition(*value, pointer, text_);
        if (read.has_error()) {
            failure_ = failure_ ? failure_ : read.error();
            return nullptr;
        }
        return read.value();
    }

private:
    std::string_view text_;
    std::optional<Failure> failure_;
};

void read_outcome(Reader& reader, const json::object& object, const std::string& at, Rule& rule) {
    const auto* on_fail = object.if_contains("on_fail");
    if (on_fail == nullptr) {
        rule.decides = false;
        return;
    }
    const auto pointer = at + "/on_fail";
    const auto& outcome = reader.object(on_fail, pointer);
    reader.keys(outcome, pointer, {"verdict", "reason", "next", "escalate"});
    rule.verdict = reader.verdict(outcome, "verdict", pointer);
    rule.reason = reader.text(outcome, "reason", pointer);
    if (const auto* next = outcome.if_contains("next")) {
        rule.next = reader.both(next, pointer + "/next");
    }
    if (const auto* escalate = outcome.if_contains("escalate")) {
        const auto where = pointer + "/escalate";
        const auto& more = reader.object(escalate, where);
        reader.keys(more, where, {"when", "verdict"});
        rule.escalate_when = reader.condition(more.if_contains("when"), where + "/when");
        rule.escalate_to = reader.verdict(more, "verdict", where);
    }
}

Rule read_rule(Reader& reader, const json::value& value, const std::string& pointer) {
    Rule rule;
    const auto& object = reader.object(&value, pointer);
    reader.keys(
        object, pointer,
        {"id", "stage", "text", "clause", "cite", "verified", "enabled", "if_unknown", "when",
         "require", "on_fail"}
    );
    rule.id = reader.text(object, "id", pointer);
    const auto stage = std::ranges::find(stage_ids, reader.text(object, "stage", pointer));
    if (stage == stage_ids.end()) {
        reader.complain(pointer + "/stage", "is not a stage");
    } else {
        rule.stage = static_cast<Stage>(stage - stage_ids.begin());
    }
    rule.text = reader.both(object.if_contains("text"), pointer + "/text");
    rule.clause = reader.text(object, "clause", pointer);
    for (const auto& item : reader.array(object.if_contains("cite"), pointer + "/cite")) {
        rule.cite.emplace_back(item.is_string() ? std::string(item.get_string()) : "");
    }
    rule.verified = reader.text(object, "verified", pointer);
    if (rule.verified != "primary" && rule.verified != "secondary" && rule.verified != "memory") {
        reader.complain(pointer + "/verified", "must be primary, secondary or memory");
    }
    rule.enabled = reader.flag(object, "enabled", true, pointer);
    if (object.contains("if_unknown")) {
        const auto unknown = reader.text(object, "if_unknown", pointer);
        if (unknown != "blocks" && unknown != "noted") {
            reader.complain(pointer + "/if_unknown", "must be blocks or noted");
        }
        rule.blocks_when_unknown = unknown == "blocks";
    }
    if (const auto* when = object.if_contains("when")) {
        rule.when = reader.condition(when, pointer + "/when");
    }
    const auto* require = object.if_contains("require");
    rule.require = reader.condition(require, pointer + "/require");
    rule.require_source = require == nullptr ? json::value() : *require;
    read_outcome(reader, object, pointer, rule);
    return rule;
}

/// A variant replaces whole keys of named rules.
json::value with_variant(
    Reader& reader, json::value profile, const std::string& variant, Profile& into
) {
    auto& object = profile.get_object();
    const auto* variants = object.if_contains("variants");
    const auto* chosen = variants != nullptr && variants->is_object()
                             ? variants->get_object().if_contains(variant)
                             : nullptr;
    if (chosen == nullptr) {
        reader.complain("/variants", "has no variant \"" + variant + "\"");
        return profile;
    }
    const auto pointer = "/variants/" + variant;
    const json::object changes = reader.object(chosen, pointer);
    reader.keys(changes, pointer, {"text", "rules", "result_codes", "cite", "verified"});
    if (const auto* codes = changes.if_contains("result_codes")) {
        for (const auto& item : reader.object(codes, pointer + "/result_codes")) {
            if (!item.value().is_int64()) {
                reader.complain(pointer + "/result_codes", "must map to whole numbers");
                break;
            }
            into.result_codes[item.key()] = static_cast<int>(item.value().get_int64());
        }
    }
    const auto* rules = changes.if_contains("rules");
    if (rules == nullptr || !object.contains("rules") || !object["rules"].is_array()) {
        return profile;
    }
    for (const auto& change : reader.object(rules, pointer + "/rules")) {
        bool found = false;
        for (auto& rule : object["rules"].get_array()) {
            if (!rule.is_object() || rule.get_object()["id"] != change.key()) {
                continue;
            }
            found = true;
            const auto where = pointer + "/rules/" + std::string(change.key());
            for (const auto& key : reader.object(&change.value(), where)) {
                rule.get_object()[key.key()] = key.value();
            }
        }
        if (!found) {
            reader.complain(
                pointer + "/rules/" + std::string(change.key()), "names no rule of this profile"
            );
        }
    }
    return profile;
}

void read_words(Reader& reader, const json::object& object, Profile& profile) {
    for (const auto& item : reader.object(object.if_contains("words"), "/words")) {
        const auto pointer = "/words/" + std::string(item.key());
        const auto verdict = verdict_from_id(item.key());
        if (!verdict) {
            reader.complain(pointer, "is not a verdict");
            return;
        }
        profile.words[*verdict] = reader.both(&item.value(), pointer);
    }
    if (profile.words.size() != verdict_ids.size()) {
        reader.complain("/words", "must have a word for every verdict");
    }
    for (const auto& item : reader.object(object.if_contains("causes"), "/causes")) {
        profile.causes[item.key()] =
            reader.both(&item.value(), "/causes/" + std::string(item.key()));
    }
    for (const auto& item : reader.array(object.if_contains("precedence"), "/precedence")) {
        const auto verdict =
            item.is_string() ? verdict_from_id(std::string_view(item.get_string())) : std::nullopt;
        if (!verdict) {
            reader.complain("/precedence", "must be a list of verdicts");
            return;
        }
        profile.precedence.push_back(*verdict);
    }
}

}  // namespace

std::string_view id(Verdict verdict) {
    return verdict_ids[static_cast<std::size_t>(verdict)];
}

std::optional<Verdict> verdict_from_id(std::string_view id) {
    const auto found = std::ranges::find(verdict_ids, id);
    if (found == verdict_ids.end()) {
        return std::nullopt;
    }
    return static_cast<Verdict>(found - verdict_ids.begin());
}

std::string_view id(Stage stage) {
    return stage_ids[static_cast<std::size_t>(stage)];
}

std::vector<std::string> Profile::vehicle_facts_needed() const {
    std::vector<std::string> needed;
    for (const auto& rule : rules) {
        if (rule.stage != Stage::applicability || !rule.enabled || !rule.decides) {
            continue;
        }
        for (const auto& path : facts_named(rule.require_source)) {
            if (path.starts_with("vehicle.") && std::ranges::find(needed, path) == needed.end()) {
                needed.push_back(path);
            }
        }
    }
    return needed;
}

Result<Profile> read_profile(std::string_view text, std::string_view variant) {
    auto parsed = parse_json(text);
    if (parsed.has_error()) {
        return parsed.error();
    }
    Reader reader(text);
    Profile profile;
    auto value = std::move(parsed.value());
    reader.object(&value, "");
    if (reader.failure()) {
        return *reader.failure();
    }
    if (!variant.empty()) {
        value = with_variant(reader, std::move(value), std::string(variant), profile);
        profile.variant = variant;
    }
    const auto& object = value.get_object();
    reader.keys(
        object, "",
        {"schema", "id", "edition", "name", "jurisdiction", "status", "connect_attempts", "sources",
         "words", "causes", "precedence", "rules", "variants"}
    );
    if (reader.text(object, "schema", "") != "obd-station/profile/1") {
        reader.complain("/schema", "must be obd-station/profile/1");
    }
    profile.id = reader.text(object, "id", "");
    profile.edition = reader.text(object, "edition", "");
    profile.name = reader.both(object.if_contains("name"), "/name");
    profile.status = reader.text(object, "status", "");
    const auto* attempts = object.if_contains("connect_attempts");
    if (attempts == nullptr || !attempts->is_int64() || attempts->get_int64() < 1 ||
        attempts->get_int64() > 9) {
        reader.complain("/connect_attempts", "must be a whole number from 1 to 9");
    } else {
        profile.connect_attempts = static_cast<int>(attempts->get_int64());
    }
    for (const auto& item : reader.object(object.if_contains("sources"), "/sources")) {
        profile.sources[item.key()] =
            item.value().is_string() ? std::string(item.value().get_string()) : "";
    }
    read_words(reader, object, profile);
    const auto& rules = reader.array(object.if_contains("rules"), "/rules");
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const auto pointer = "/rules/" + std::to_string(i);
        auto rule = read_rule(reader, rules[i], pointer);
        for (const auto& source : rule.cite) {
            if (!profile.sources.contains(source)) {
                reader.complain(pointer + "/cite", "names a source that is not in /sources");
            }
        }
        if (rule.decides && !profile.causes.contains(rule.reason)) {
            reader.complain(pointer + "/on_fail/reason", "has no words in /causes");
        }
        profile.rules.push_back(std::move(rule));
    }
    if (reader.failure()) {
        return *reader.failure();
    }
    profile.sha256 = sha256_hex(text);
    return profile;
}

std::vector<std::string> profile_ids() {
    std::vector<std::string> ids;
    for (const auto& file : profile_files()) {
        ids.emplace_back(file.name.substr(0, file.name.rfind('.')));
    }
    return ids;
}

Result<std::string> profile_text(const std::string& id) {
    for (const auto& file : profile_files()) {
        if (file.name.substr(0, file.name.rfind('.')) == id) {
            return std::string(file.text);
        }
    }
    std::string known;
    for (const auto& one : profile_ids()) {
        known += known.empty() ? one : ", " + one;
    }
    return Failure{Fault::malformed, "no programme is called \"" + id + "\"; there are: " + known};
}

}  // namespace station::criteria
