#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace protocols::elm327 {

/// A command and the first ELM327 version that knows it. All are harmless, write nothing into the
/// adapter and are undone by a reset.
struct Rung {
    std::string_view command;
    std::string_view since;
};
inline constexpr std::array<Rung, 9> ladder{
    Rung{"ATKW1", "1.2"},  Rung{"ATS0", "1.3"},    Rung{"ATFE", "1.3a"},
    Rung{"ATSS", "1.4"},   Rung{"ATCSM1", "1.4b"}, Rung{"ATAMT40", "2.0"},
    Rung{"ATCTM1", "2.1"}, Rung{"ATCERF1", "2.2"}, Rung{"ATIA", "2.3"},
};

/// What a banner claims: `2.1` of `ELM327 v2.1`; nullopt when it names no version.
[[nodiscard]] std::optional<std::string> claimed_version(std::string_view banner);

/// Highest version all whose commands up to it are known; `accepted[i]` belongs to `ladder[i]`.
[[nodiscard]] std::string effective_version(const std::array<bool, ladder.size()>& accepted);

/// How an adapter contradicts itself.
enum class Contradiction {
    never_released,   ///< It claims a version its maker never sold, e.g. 1.5.
    claims_too_much,  ///< It does not know commands of the version it claims.
    gaps,             ///< It knows commands of later versions but not of earlier ones.
};
[[nodiscard]] std::string_view id(Contradiction contradiction);

/// Empty for a genuine ELM327. An STN emulates a version and adds its own: gaps are not held
/// against it.
[[nodiscard]] std::vector<Contradiction> contradictions(
    std::string_view banner, const std::array<bool, ladder.size()>& accepted, bool stn
);

}  // namespace protocols::elm327
