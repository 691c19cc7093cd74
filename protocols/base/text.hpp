#pragma once

#include <string>
#include <string_view>

namespace protocols {

/// `bytes` as people and JSON can take them: printable ASCII as it stands, everything else as
/// `\xNN`. At most `limit` bytes of it.
[[nodiscard]] std::string printable(std::string_view bytes, std::size_t limit = 200);

/// Characters in UTF-8 text, for alignment.
[[nodiscard]] std::size_t characters(std::string_view text);

/// Whether the bytes are UTF-8 (RFC 3629: shortest form, no surrogates).
[[nodiscard]] bool is_utf8(std::string_view bytes);

}  // namespace protocols
