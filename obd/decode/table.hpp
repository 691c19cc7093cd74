#pragma once

#include "protocols/base/hex.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace obd {

// Reading of the tables in `obd/data`, which are part of the program: a table that does not have
// its schema's form ends it.

/// The table of that file name, parsed.
[[nodiscard]] boost::json::object read_data(std::string_view name);
/// A text; empty when the key is not there.
[[nodiscard]] std::string table_text(const boost::json::object& row, std::string_view key);
/// A number, or `otherwise`.
[[nodiscard]] double table_number(
    const boost::json::object& row, std::string_view key, double otherwise
);
/// An identifier of two hex digits.
[[nodiscard]] std::uint8_t table_id(const boost::json::object& row, std::string_view key);

}  // namespace obd
