#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace protocols::simulator {

/// Arguments of commands: up to eight hex digits, or decimal digits; nullopt for anything else.
[[nodiscard]] std::optional<int> hex_number(std::string_view text);
[[nodiscard]] std::optional<std::uint32_t> decimal_number(std::string_view text);

}  // namespace protocols::simulator
