#pragma once

#include "station/criteria/profile.hpp"

#include <boost/json/value.hpp>

#include <string>
#include <vector>

namespace station::criteria {

enum class Outcome { pass, fail, not_applicable, not_determined };
[[nodiscard]] std::string_view id(Outcome outcome);

/// What became of one rule, with everything needed to dispute it.
struct RuleResult {
    const Rule* rule = nullptr;  ///< Owned by the profile.
    Outcome outcome = Outcome::not_determined;
    bool reached = true;  ///< False: an earlier stage had already ended the judgement.
    Looked looked{};
    Verdict verdict = Verdict::invalid;  ///< Of a deciding rule that is not met.
};

struct Judgement {
    Verdict verdict = Verdict::invalid;
    std::vector<std::string> reasons;  ///< Every unmet criterion's code, in profile order, once.
    std::vector<RuleResult> rules;
    Facts facts;  ///< What was judged: as given, and what reference tables say of the vehicle.
};

/// Reason code of a verdict that could not be given for lack of evidence.
inline constexpr std::string_view evidence_incomplete = "evidence_incomplete";
/// Of one under criteria that are not in force on the day.
inline constexpr std::string_view not_in_effect = "not_in_effect";

/// Applies a programme's criteria. Pure: the same profile and facts give the same judgement.
/// A failed stage ends the judgement; within the last stage all unmet criteria are reported and the
/// profile's precedence picks the verdict. A deciding rule that cannot be determined never becomes
/// a pass: unless something else fails, the verdict is INVALID. A programme that collects gives
/// NONE where another gives PASS. `assume_applicable`: the operator
/// chose the programme without stating the vehicle; unknown applicability is then noted and does
/// not block.
[[nodiscard]] Judgement judge(const Profile& profile, Facts facts, bool assume_applicable = false);

/// Form `judgement.schema.json`: verdict, reasons, and per rule value, limit, clause, evidence and
/// outcome.
[[nodiscard]] boost::json::value to_json(const Judgement& judgement, const Profile& profile);

/// The programme's words for a reason, with the codes or monitors at fault appended.
[[nodiscard]] BothLanguages words(
    const Profile& profile, const Judgement& judgement, std::string_view reason
);

}  // namespace station::criteria
