#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace protocols {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// Upper-case hex without separators.
[[nodiscard]] std::string to_hex(ByteView bytes);
[[nodiscard]] std::string to_hex(std::uint8_t byte);

/// Bytes of an even number of hex digits, either case, spaces ignored; nullopt for anything else.
[[nodiscard]] std::optional<Bytes> from_hex(std::string_view text);

/// Value of one hex digit, or nullopt.
[[nodiscard]] std::optional<std::uint8_t> hex_digit(char c);

/// Big-endian number of at most 8 bytes.
[[nodiscard]] std::uint64_t big_endian(ByteView bytes);

}  // namespace protocols
