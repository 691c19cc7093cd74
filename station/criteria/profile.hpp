#pragma once

#include "protocols/base/embedded.hpp"
#include "station/criteria/condition.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace station::criteria {

enum class Verdict { pass, fail, not_ready, no_comm, refer, not_applicable, invalid };
/// PASS, FAIL, NOT_READY, NO_COMM, REFER, NOT_APPLICABLE, INVALID.
[[nodiscard]] std::string_view id(Verdict verdict);
[[nodiscard]] std::optional<Verdict> verdict_from_id(std::string_view id);

struct BothLanguages {
    std::string es;
    std::string en;
};

/// In the order they are judged; a failed stage ends the judgement.
enum class Stage { applicability, connector, communication, engine, criteria };
[[nodiscard]] std::string_view id(Stage stage);

struct Rule {
    std::string id;
    Stage stage = Stage::criteria;
    BothLanguages text;
    std::string clause;
    std::vector<std::string> cite;
    std::string verified;  ///< primary, secondary or memory.
    bool decides = true;   ///< False: recorded only.
    bool enabled = true;
    bool blocks_when_unknown = true;
    std::shared_ptr<const Condition> when;  ///< nullptr: always.
    std::shared_ptr<const Condition> require;
    boost::json::value require_source;  ///< As written, for explanations.
    Verdict verdict = Verdict::fail;    ///< When not met.
    std::string reason;
    std::optional<BothLanguages> next;  ///< What the owner does then.
    std::shared_ptr<const Condition> escalate_when;
    Verdict escalate_to = Verdict::fail;
};

/// A programme's verification criteria.
struct Profile {
    std::string id;
    std::string edition;
    std::string variant;  ///< Empty for the base text.
    BothLanguages name;
    std::string status;
    int connect_attempts = 3;
    std::map<std::string, std::string> sources;
    std::map<Verdict, BothLanguages> words;
    std::map<std::string, BothLanguages> causes;  ///< By reason code.
    std::map<std::string, int> result_codes;      ///< By reason code or verdict; variants only.
    std::vector<Verdict> precedence;              ///< Among failed criteria.
    std::vector<Rule> rules;
    std::string sha256;  ///< Of the file's bytes, lower-case hex.

    /// Vehicle facts the applicability rules consult, e.g. `vehicle.model_year`.
    [[nodiscard]] std::vector<std::string> vehicle_facts_needed() const;
};

/// Reads a profile file (schema `profile.schema.json`), optionally as one of its variants. Unknown
/// keys, operators, facts and units are refused. Fault: malformed, detail names JSON pointer and
/// line.
[[nodiscard]] protocols::Result<Profile> read_profile(
    std::string_view text, std::string_view variant = {}
);

/// Profiles built into the program, by id.
[[nodiscard]] std::vector<std::string> profile_ids();
/// Text of the built-in profile with this id. Fault: malformed (detail lists the ids).
[[nodiscard]] protocols::Result<std::string> profile_text(const std::string& id);

}  // namespace station::criteria
