#pragma once

#include "station/clock/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace station::staff {

/// How often somebody's proof was wrong, and when last. Kept in the store: a restart forgives
/// nothing. Pure.
struct Attempts {
    int failures = 0;
    std::string boot;
    std::int64_t last_ms = 0;     ///< Monotonic.
    std::int64_t last_code = -1;  ///< Step of the last one-time code that was taken.
};
[[nodiscard]] std::string to_text(const Attempts& attempts);
/// None yet, for anything else.
[[nodiscard]] Attempts attempts_from_text(std::string_view text);

/// Wrong so often that only a supervisor lets them try again.
[[nodiscard]] bool locked(const Attempts& attempts);
/// How long until the next try; by the clock that nobody can set.
[[nodiscard]] std::int64_t wait_ms(const Attempts& attempts, const clock::Moment& now);

[[nodiscard]] Attempts failed(Attempts attempts, const clock::Moment& now);

}  // namespace station::staff
