#pragma once

#include "protocols/base/result.hpp"
#include "station/criteria/texts.hpp"

#include <boost/json/value.hpp>

#include <string>
#include <string_view>

namespace station::criteria {

/// Something in a document that cannot be used: where, and what to write instead.
struct Complaint {
    std::string pointer;  ///< JSON pointer; empty for the whole document.
    int line = 1;         ///< 1-based.
    BothLanguages what;
};

/// `POINTER (line N) WHAT`, as malformed.
[[nodiscard]] protocols::Failure to_failure(const Complaint& complaint);

/// 1-based line of the value a JSON pointer names in `text`; the deepest part found when it is
/// missing.
[[nodiscard]] int line_of(std::string_view text, std::string_view pointer);

/// The longest document that is read at all.
inline constexpr std::size_t longest_document = std::size_t{8} * 1024 * 1024;

/// Parses JSON. A key that stands twice in one object is refused: which of the two counts would be
/// a guess. Fault: malformed, detail names line and column; too long, deeper than 32 levels.
[[nodiscard]] protocols::Result<boost::json::value> parse_json(std::string_view text);

}  // namespace station::criteria
