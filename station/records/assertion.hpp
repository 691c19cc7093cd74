#pragma once

#include "station/chain/record.hpp"

#include <string>

namespace station::records {

/// Why the assertion in a record's confirmation does not hold: not signed by the key it names, or
/// of something else than this record. Empty when it holds, or when there is none. Whose key it is
/// the list of people says, by the hash that the statement names.
[[nodiscard]] std::string wrong_assertion(const chain::Record& record);

}  // namespace station::records
