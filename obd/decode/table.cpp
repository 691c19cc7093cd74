#include "obd/decode/table.hpp"

#include "protocols/base/embedded.hpp"
#include "protocols/base/ensure.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <vector>

namespace obd::data {
const std::vector<protocols::EmbeddedFile>& files();
}

namespace obd {

namespace json = boost::json;

json::object read_data(std::string_view name) {
    const auto& files = data::files();
    const auto file = std::ranges::find(files, name, &protocols::EmbeddedFile::name);
    ENSURE(file != files.end());
    return json::parse(json::string_view(file->text.data(), file->text.size())).as_object();
}

std::string table_text(const json::object& row, std::string_view key) {
    const auto* value = row.if_contains(key);
    return value == nullptr ? std::string() : std::string(value->as_string());
}

double table_number(const json::object& row, std::string_view key, double otherwise) {
    const auto* value = row.if_contains(key);
    return value == nullptr ? otherwise : value->to_number<double>();
}

std::uint8_t table_id(const json::object& row, std::string_view key) {
    return protocols::from_hex(table_text(row, key)).value().at(0);
}

}  // namespace obd
