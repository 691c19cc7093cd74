#pragma once

#include "protocols/base/result.hpp"

#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Records in the encodings of single programmes, by mapping tables: nothing of a programme's own
/// form is in the code.
namespace station::exports {

/// One field of an exported record.
struct Field {
    std::string name;
    boost::json::value value;  ///< Text, whole number, decimal or null.
};
using Row = std::vector<Field>;

/// A mapping table (schema `export.schema.json`). Immutable.
class Map {
public:
    [[nodiscard]] const std::string& id() const { return id_; }
    /// `station` and `sequence` are what the record itself does not say. nullopt: the table takes
    /// no records of this type. Fault: malformed, when a value does not fit its field: it is never
    /// cut.
    [[nodiscard]] protocols::Result<Row> row(
        const boost::json::value& body, std::string_view station, std::uint64_t sequence
    ) const;
    [[nodiscard]] bool takes(std::string_view type) const;
    [[nodiscard]] std::vector<std::string> names() const;

private:
    friend protocols::Result<Map> read_map(std::string_view text);
    std::string id_;
    std::vector<std::string> types_;
    boost::json::value document_;
};

/// Fault: malformed.
[[nodiscard]] protocols::Result<Map> read_map(std::string_view text);
/// Tables built into the program.
[[nodiscard]] std::vector<std::string> map_ids();
/// Fault: malformed (detail lists the ids).
[[nodiscard]] protocols::Result<Map> built_in_map(const std::string& id);

/// RFC 4180, one line with CR LF. A text that a spreadsheet would take for a formula gets a leading
/// apostrophe.
[[nodiscard]] std::string csv_line(const std::vector<std::string>& cells);
[[nodiscard]] std::string csv_line(const Row& row);

}  // namespace station::exports
