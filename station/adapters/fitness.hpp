#pragma once

#include "protocols/elm327/qualify.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace station::adapters {

/// What an adapter may be used for.
enum class Fitness {
    fit,           ///< Inspections.
    reading_only,  ///< It tells the truth as far as was tried, but not about itself, or not enough
                   ///< was tried.
    unfit,         ///< It loses or confuses what vehicles say.
};
[[nodiscard]] std::string_view id(Fitness fitness);

/// Why, in both languages.
struct Reason {
    std::string_view id;
    Fitness allows = Fitness::fit;  ///< The best this reason allows; fit: only a remark.
    std::string_view es;
    std::string_view en;
};

struct Judged {
    Fitness fitness = Fitness::fit;
    std::vector<Reason> reasons;  ///< Worst first.
};

/// What the trials of a qualification allow.
[[nodiscard]] Judged judge(const protocols::elm327::Qualification& found);

}  // namespace station::adapters
