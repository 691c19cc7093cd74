#pragma once

#include "station/criteria/texts.hpp"

#include <optional>
#include <string_view>

namespace station::inspection {

/// Longest plate of any country, with its spaces.
inline constexpr std::size_t longest_plate = 16;

/// What is wrong with a plate as it was typed or scanned; nullopt when it can be one: letters of
/// any script, digits, spaces, hyphens and dots. Control and direction marks never are.
[[nodiscard]] std::optional<criteria::BothLanguages> wrong_plate(std::string_view plate);

/// What is wrong with a VIN; nullopt when it can be one: 17 capital letters and digits without I,
/// O and Q (ISO 3779).
[[nodiscard]] std::optional<criteria::BothLanguages> wrong_vin(std::string_view vin);

/// Days from one UTC day to another, `2026-11-25…`; nullopt when one of them is none.
[[nodiscard]] std::optional<int> days_between(std::string_view earlier, std::string_view later);

/// The day so many days after a UTC day, `2026-11-25…` to `2027-05-24`; empty when it is none.
[[nodiscard]] std::string day_after(std::string_view day, int days);

}  // namespace station::inspection
