#pragma once

#include "station/criteria/profile.hpp"

#include <string_view>
#include <vector>

namespace station::criteria {

/// Of what a programme's examples show; `checked` counts them.
struct ExampleReport {
    std::size_t checked = 0;
    std::vector<Complaint> complaints;  ///< Places are those of the examples' file.
};

/// Runs a programme's examples (schema `examples.schema.json`): each must give the outcome, verdict
/// and reasons it states, and every rule must be shown passing, failing, not determined where it
/// can be, and on both sides of its boundary where it has one.
[[nodiscard]] ExampleReport run_examples(
    std::string_view profile, std::string_view examples, const Tables& tables = built_in_tables()
);

/// Everything that is wrong with a profile, of its base text and all its variants: what
/// check_profile() finds, and words that would put two different causes under one label.
[[nodiscard]] std::vector<Complaint> lint_profile(
    std::string_view text, const Tables& tables = built_in_tables()
);

}  // namespace station::criteria
