#pragma once

#include "station/criteria/condition.hpp"
#include "station/criteria/tables.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace station::criteria {

/// none: the programme collects and gives no verdict.
enum class Verdict { pass, fail, not_ready, no_comm, refer, not_applicable, invalid, none };
/// PASS, FAIL, NOT_READY, NO_COMM, REFER, NOT_APPLICABLE, INVALID, NONE.
[[nodiscard]] std::string_view id(Verdict verdict);
[[nodiscard]] std::optional<Verdict> verdict_from_id(std::string_view id);

/// In the order they are judged; a failed stage ends the judgement.
enum class Stage { applicability, connector, communication, engine, criteria };
[[nodiscard]] std::string_view id(Stage stage);

struct Rule {
    std::string id;
    Stage stage = Stage::criteria;
    BothLanguages text;
    std::string clause;
    std::vector<std::string> cite;
    std::string verified;   ///< primary, secondary or memory.
    std::string confirmed;  ///< Who compared it with the law's text, and when; empty: nobody yet.
    bool decides = true;    ///< False: recorded only.
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

    /// Every fact the rule may consult.
    [[nodiscard]] std::vector<const FactRow*> facts() const;
};

/// One thing the technician looks at before the vehicle is connected.
struct CheckItem {
    std::string id;
    BothLanguages text;
    bool may_be_absent = false;  ///< "Does not apply" is an answer.
};

/// By which readiness groups vehicles of SAE J1979-2 without F401 tell a monitor.
struct MonitorGroups {
    std::string monitor;               ///< Code, e.g. `CAT`.
    std::vector<std::uint8_t> groups;  ///< Empty: such vehicles do not have this monitor.
    std::string verified;              ///< As a rule's.
    std::vector<std::string> cite;
};

/// A programme's verification criteria.
struct Profile {
    enum class Kind { verification, collection };

    std::string id;
    std::string edition;
    std::string variant;  ///< Empty for the base text.
    BothLanguages name;
    BothLanguages variant_text;  ///< What the variant changes; empty for the base text.
    std::string status;
    bool miles = false;  ///< Its vehicles' odometers count miles.
    Kind kind = Kind::verification;
    std::string effective_from;              ///< First day it may be used; empty: no limit.
    std::string effective_until;             ///< Last day; empty: no limit.
    std::string retention = "verification";  ///< Class of data its records belong to.
    std::optional<int> erase_days;  ///< Erased so many days after the centre has it; none: kept.
    bool certificate_hides_vehicle = false;  ///< Its certificates hold hashes of VIN and plate.
    int certificate_days = 0;                ///< They hold so long; 0: the programme does not say.
    bool hide_values = true;                 ///< No value is shown before the verdict.
    int connect_attempts = 3;
    bool prefers_j1979_2 = false;  ///< A unit that speaks SAE J1979 too is read in J1979-2.
    std::vector<MonitorGroups> readiness_groups;
    int revisit_days = 0;  ///< An inspection within these days after one not passed is its retest.
    std::vector<CheckItem> checklist;
    std::map<std::string, std::string> sources;
    std::map<Verdict, BothLanguages> words;
    std::map<std::string, BothLanguages> causes;  ///< By reason code.
    std::map<std::string, int> result_codes;      ///< By reason code or verdict; variants only.
    std::vector<Verdict> precedence;              ///< Among failed criteria.
    std::vector<Rule> rules;
    std::shared_ptr<const Table> readiness;  ///< Reference tables it names; nullptr for none.
    std::shared_ptr<const Table> software;
    std::shared_ptr<const Table> catalogue;
    std::shared_ptr<const Table> left_out;
    std::string sha256;  ///< Of the file's bytes, lower-case hex.

    /// The tables it names.
    [[nodiscard]] std::vector<std::shared_ptr<const Table>> tables() const;
    /// Vehicle facts the applicability rules consult, e.g. `vehicle.model_year`.
    [[nodiscard]] std::vector<std::string> vehicle_facts_needed() const;
    /// Whether an enabled rule consults the fact.
    [[nodiscard]] bool consults(std::string_view path) const;
    /// Whether it may be used on a day, `2026-11-25`.
    [[nodiscard]] bool in_effect(std::string_view day) const;
};

/// Reads a profile file (schema `profile.schema.json`), optionally as one of its variants, with the
/// reference tables it names. Unknown keys, operators, facts and units are refused. Fault:
/// malformed, detail names JSON pointer and line of the first complaint.
[[nodiscard]] protocols::Result<Profile> read_profile(
    std::string_view text, std::string_view variant = {}, const Tables& tables = built_in_tables()
);
/// Every complaint read_profile() would have, of the base text or of one variant.
[[nodiscard]] std::vector<Complaint> check_profile(
    std::string_view text, std::string_view variant = {}, const Tables& tables = built_in_tables()
);
/// Names of the variants of a profile file, in its order.
[[nodiscard]] std::vector<std::string> variants_of(std::string_view text);

/// Profiles built into the program, by id.
[[nodiscard]] std::vector<std::string> profile_ids();
/// Text of the built-in profile with this id. Fault: malformed (detail lists the ids).
[[nodiscard]] protocols::Result<std::string> profile_text(const std::string& id);
/// Text of its examples; empty when it has none.
[[nodiscard]] std::string examples_text(const std::string& id);

}  // namespace station::criteria
