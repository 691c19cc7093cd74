#include "station/criteria/profile.hpp"

#include "protocols/base/embedded.hpp"
#include "station/criteria/reader.hpp"

#include <algorithm>
#include <array>

namespace station::criteria {

const std::vector<protocols::EmbeddedFile>& profile_files();

namespace {

using protocols::Failure;
using protocols::Fault;
using protocols::Result;

constexpr std::array<std::string_view, 8> verdict_ids{
    "PASS", "FAIL", "NOT_READY", "NO_COMM", "REFER", "NOT_APPLICABLE", "INVALID", "NONE"};
constexpr std::array<std::string_view, 5> stage_ids{
    "applicability", "connector", "communication", "engine", "criteria"};
constexpr std::string_view examples_suffix = ".examples.json";

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

std::vector<const FactRow*> Rule::facts() const {
    std::vector<const FactRow*> rows;
    for (const auto& condition : {when, require, escalate_when}) {
        if (condition) {
            condition->name_facts(rows);
        }
    }
    return rows;
}

std::vector<std::shared_ptr<const Table>> Profile::tables() const {
    std::vector<std::shared_ptr<const Table>> named;
    for (const auto& table : {readiness, software, catalogue, left_out}) {
        if (table) {
            named.push_back(table);
        }
    }
    return named;
}

std::vector<std::string> Profile::vehicle_facts_needed() const {
    std::vector<std::string> needed;
    for (const auto& rule : rules) {
        if (rule.stage != Stage::applicability || !rule.enabled || !rule.decides) {
            continue;
        }
        for (const auto* row : rule.facts()) {
            const std::string path(row->path);
            if (path.starts_with("vehicle.") && std::ranges::find(needed, path) == needed.end()) {
                needed.push_back(path);
            }
        }
    }
    return needed;
}

bool Profile::consults(std::string_view path) const {
    return std::ranges::any_of(rules, [&](const Rule& rule) {
        const auto rows = rule.enabled ? rule.facts() : std::vector<const FactRow*>();
        return std::ranges::any_of(rows, [&](const FactRow* row) { return row->path == path; });
    });
}

bool Profile::in_effect(std::string_view day) const {
    return (effective_from.empty() || day >= effective_from) &&
           (effective_until.empty() || day <= effective_until);
}

std::vector<std::string> variants_of(std::string_view text) {
    std::vector<std::string> names;
    const auto parsed = parse_json(text);
    const auto* object = parsed.has_value() ? parsed.value().if_object() : nullptr;
    const auto* variants = object == nullptr ? nullptr : object->if_contains("variants");
    if (variants != nullptr && variants->is_object()) {
        for (const auto& item : variants->get_object()) {
            names.emplace_back(item.key());
        }
    }
    return names;
}

std::vector<std::string> profile_ids() {
    std::vector<std::string> ids;
    for (const auto& file : profile_files()) {
        if (!file.name.ends_with(examples_suffix)) {
            ids.emplace_back(file.name.substr(0, file.name.rfind('.')));
        }
    }
    return ids;
}

std::string examples_text(const std::string& id) {
    for (const auto& file : profile_files()) {
        if (file.name == id + std::string(examples_suffix)) {
            return std::string(file.text);
        }
    }
    return {};
}

Result<std::string> profile_text(const std::string& id) {
    for (const auto& file : profile_files()) {
        if (file.name == id + ".json") {
            return std::string(file.text);
        }
    }
    return Failure{
        Fault::malformed,
        "there is no profile \"" + id + "\"; built in are " + Reader::joined(profile_ids())};
}

}  // namespace station::criteria
