#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace station::certificate {

/// RFC 9285: bytes in the letters that a QR code packs best (alphanumeric mode).
[[nodiscard]] std::string to_base45(std::string_view bytes);
/// nullopt for anything that is not one of to_base45()'s.
[[nodiscard]] std::optional<std::string> from_base45(std::string_view text);

}  // namespace station::certificate
