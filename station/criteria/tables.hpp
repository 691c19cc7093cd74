#pragma once

#include "station/criteria/facts.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace station::criteria {

/// Reference data of a programme by make, model and model years, in a file of its own (schema
/// `table.schema.json`): it changes more often than the rules. Immutable.
class Table {
public:
    enum class Kind {
        readiness,  ///< Monitors that may be incomplete on these models.
        software,   ///< CALID and CVN pairs these models are known with.
        catalogue,  ///< The models the programme knows.
        left_out,   ///< Requests that control units of these models do not bear.
    };
    struct Row {
        std::string model;  ///< Upper case; empty: every model of the make.
        int first_year = 0;
        int last_year = 0;
        std::vector<std::string> monitors;  ///< readiness: may be incomplete.
        std::string calid;                  ///< software
        std::vector<std::string> cvns;      ///< software
        std::vector<std::string> requests;  ///< left_out: in hex, `0142`, or `06` for a service.
    };

    std::string id;
    std::string edition;
    Kind kind = Kind::catalogue;
    std::string sha256;  ///< Of the file's bytes, lower-case hex.
    std::string text;    ///< The file's bytes.

    void add(std::string make, Row row);
    [[nodiscard]] bool empty() const { return rows_.empty(); }
    /// Rows that speak of this vehicle. Nothing is found while one of the three is not known.
    [[nodiscard]] std::vector<const Row*> of(const Facts& facts) const;
    /// Monitors that may be incomplete on this vehicle; nullopt when the table does not name it.
    [[nodiscard]] std::optional<std::vector<std::string>> may_be_incomplete(const Facts& facts
    ) const;
    /// Requests that are not to be made of this vehicle.
    [[nodiscard]] std::vector<std::string> left_out(const Facts& facts) const;
    /// `match`: every pair read is listed. `mismatch`: a listed CALID came with a CVN that is not
    /// its own. Otherwise unknown: what a list does not name is never held against a vehicle.
    [[nodiscard]] Value compare_software(const Facts& facts) const;

private:
    std::map<std::string, std::vector<Row>, std::less<>> rows_;
};

/// Every table at hand, by id.
using Tables = std::map<std::string, std::shared_ptr<const Table>, std::less<>>;

/// Fault: malformed, detail names JSON pointer and line of the first complaint.
[[nodiscard]] protocols::Result<std::shared_ptr<const Table>> read_table(std::string_view text);
/// All that is wrong with a table file.
[[nodiscard]] std::vector<Complaint> check_table(std::string_view text);

/// Tables built into the program.
[[nodiscard]] const Tables& built_in_tables();

/// Lower-case hex of the SHA-256.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

}  // namespace station::criteria
