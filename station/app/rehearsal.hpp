#pragma once

#include "station/criteria/judge.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace station::app {

/// A stored inspection whose verdict would be another one.
struct Change {
    struct ByRule {
        std::string id;
        std::string before;  ///< Outcome under the old criteria; empty: it has no such rule.
        std::string after;   ///< Outcome under the new ones; empty: it has no such rule.
    };
    std::uint64_t sequence = 0;
    std::string inspection;
    std::string plate;
    std::string vin;
    criteria::Verdict before = criteria::Verdict::invalid;
    criteria::Verdict after = criteria::Verdict::invalid;
    std::vector<ByRule> rules;  ///< Whose outcome differs.
};

struct Rehearsal {
    std::uint64_t judged = 0;
    std::uint64_t without_facts = 0;  ///< Records that are no judged inspection.
    std::uint64_t unreadable = 0;     ///< Facts this program cannot read.
    std::vector<Change> changes;      ///< In order of sequence.
};

/// Judges every stored inspection of a station by two editions of criteria. Reads alone. `progress`
/// hears how many of how many are done, from several threads, one at a time. Faults: store_*.
[[nodiscard]] protocols::Result<Rehearsal> rehearse(
    const std::filesystem::path& station,
    const criteria::Profile& before,
    const criteria::Profile& after,
    const std::function<void(std::uint64_t done, std::uint64_t all)>& progress
);

/// What two judgements of the same facts differ in, rule by rule.
[[nodiscard]] std::vector<Change::ByRule> rules_that_differ(
    const criteria::Judgement& before, const criteria::Judgement& after
);

/// The facts a record's body was judged by, as stored; empty when it has none.
[[nodiscard]] std::string_view facts_in(std::string_view body);

}  // namespace station::app
