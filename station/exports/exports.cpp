#include "station/exports/exports.hpp"

#include "obd/decode/dtc_text.hpp"
#include "obd/decode/monitors.hpp"
#include "protocols/base/embedded.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace station::exports {

const std::vector<protocols::EmbeddedFile>& map_files();

namespace {

namespace json = boost::json;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;

const json::value* find(const json::value& from, std::string_view pointer) {
    boost::system::error_code error;
    return from.find_pointer({pointer.data(), pointer.size()}, error);
}

std::string text_of(const json::value& from, std::string_view key) {
    const auto* object = from.if_object();
    const auto* value = object == nullptr ? nullptr : object->if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

std::size_t code_points(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

/// Everything a field may be taken from.
struct From {
    const json::value& body;
    std::string_view station;
    std::uint64_t sequence;

    [[nodiscard]] bool connected() const {
        const auto* said = find(body, "/facts/obd/connected");
        return said != nullptr && said->is_bool() && said->get_bool();
    }

    /// The first value any unit has at the pointer; null when none has.
    [[nodiscard]] json::value of_units(std::string_view pointer) const {
        const auto* units = find(body, "/snapshot/ecus");
        for (const auto& unit :
             units != nullptr && units->is_array() ? units->get_array() : json::array()) {
            const auto* value = find(unit, pointer);
            if (value != nullptr && !value->is_null()) {
                return *value;
            }
        }
        return nullptr;
    }

    /// complete, incomplete, unsupported; unknown when it was not read; disconnected.
    [[nodiscard]] std::string monitor(std::string_view code) const {
        if (!connected()) {
            return "disconnected";
        }
        const auto* all = find(body, "/facts/obd/monitors");
        const auto* one =
            all == nullptr || !all->is_object() ? nullptr : all->get_object().if_contains(code);
        if (one == nullptr) {
            return all == nullptr || all->get_object().empty() ? "unknown" : "unsupported";
        }
        return one->is_string() ? std::string(one->get_string()) : "unknown";
    }

    /// Whether a confirmed code is of the system this monitor watches.
    [[nodiscard]] bool has_code(std::string_view monitor) const {
        const auto* codes = find(body, "/facts/obd/confirmed");
        const auto none = json::array();
        const auto& list = codes != nullptr && codes->is_array() ? codes->get_array() : none;
        return std::ranges::any_of(list, [&](const json::value& code) {
            return code.is_string() &&
                   obd::monitor_of(std::string_view(code.get_string())) == monitor;
        });
    }

    [[nodiscard]] json::value source(const json::object& field) const {
        if (const auto* pointer = field.if_contains("at")) {
            const auto* value = find(body, std::string_view(pointer->as_string()));
            return value == nullptr ? json::value() : *value;
        }
        if (const auto* pointer = field.if_contains("unit")) {
            return of_units(std::string_view(pointer->as_string()));
        }
        if (const auto* code = field.if_contains("monitor")) {
            const std::string_view which(code->as_string());
            auto state = monitor(which);
            const auto* with_codes = field.if_contains("codes");
            if (with_codes != nullptr && state == "complete" && has_code(which)) {
                state = "complete_with_code";
            }
            return json::value(json::string(state));
        }
        if (const auto* constant = field.if_contains("constant")) {
            return *constant;
        }
        const auto* own = field.if_contains("own");
        const auto name = own == nullptr ? std::string_view() : std::string_view(own->as_string());
        if (name == "station") {
            return json::value(json::string(station));
        }
        if (name == "sequence") {
            return sequence;
        }
        if (name == "connected") {
            return connected();
        }
        return nullptr;
    }
};

/// What the table says instead of the value; the value itself where it says nothing.
json::value through(const json::value& value, const json::object* map) {
    if (map == nullptr) {
        return value;
    }
    const auto key = value.is_string() ? std::string(value.get_string()) : json::serialize(value);
    if (const auto* said = map->if_contains(key)) {
        return *said;
    }
    const auto* otherwise = map->if_contains("*");
    return otherwise == nullptr ? value : *otherwise;
}

json::value shaped(json::value value, const json::object& field) {
    if (value.is_array()) {
        if (field.contains("count")) {
            return static_cast<std::int64_t>(value.get_array().size());
        }
        std::string joined;
        for (const auto& one : value.get_array()) {
            joined += (joined.empty() ? "" : ",") +
                      (one.is_string() ? std::string(one.get_string()) : json::serialize(one));
        }
        return json::value(json::string(joined));
    }
    const auto* scale = field.if_contains("scale");
    if (scale != nullptr && value.is_number()) {
        value = value.to_number<double>() * scale->to_number<double>();
    }
    return value;
}

/// As the field's type; a message when the value is none.
Result<json::value> typed(const json::value& value, const json::object& field) {
    const auto type = text_of(field, "type");
    const auto name = text_of(field, "name");
    if (value.is_null()) {
        return json::value();
    }
    if (type == "text") {
        const auto text =
            value.is_string() ? std::string(value.get_string()) : json::serialize(value);
        const auto* width = field.if_contains("width");
        if (width != nullptr &&
            code_points(text) > static_cast<std::size_t>(width->to_number<std::int64_t>())) {
            return Failure{
                Fault::malformed, "\"" + name + "\" takes " + json::serialize(*width) +
                                      " characters and the record has " +
                                      std::to_string(code_points(text))};
        }
        return json::value(json::string(text));
    }
    if (!value.is_number()) {
        return Failure{
            Fault::malformed, "\"" + name + "\" takes a number, the record has " +
                                  json::serialize(value).substr(0, 60)};
    }
    if (type == "decimal") {
        const double tenths = std::round(value.to_number<double>() * 10);
        return json::value(tenths / 10);
    }
    const double number = std::round(value.to_number<double>());
    const auto* most = field.if_contains("most");
    if (most != nullptr && number > most->to_number<double>()) {
        return Failure{
            Fault::malformed, "\"" + name + "\" takes at most " + json::serialize(*most) +
                                  ", the record has " + json::serialize(value)};
    }
    return json::value(static_cast<std::int64_t>(number));
}

std::string cell(const json::value& value) {
    if (value.is_null()) {
        return {};
    }
    if (value.is_double()) {
        std::array<char, 32> text{};
        std::snprintf(text.data(), text.size(), "%.1f", value.get_double());
        return text.data();
    }
    return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

}  // namespace

bool Map::takes(std::string_view type) const {
    return std::ranges::find(types_, type) != types_.end();
}

std::vector<std::string> Map::names() const {
    std::vector<std::string> names;
    for (const auto& field : document_.at("fields").as_array()) {
        names.push_back(text_of(field, "name"));
    }
    return names;
}

Result<Row> Map::row(const json::value& body, std::string_view station, std::uint64_t sequence)
    const {
    const From from{body, station, sequence};
    Row row;
    for (const auto& item : document_.at("fields").as_array()) {
        const auto& field = item.as_object();
        const auto* named = field.if_contains("map");
        const json::object* map = nullptr;
        if (named != nullptr) {
            map = named->is_object()
                      ? &named->get_object()
                      : &document_.at("maps").at(std::string_view(named->as_string())).as_object();
        }
        auto value = typed(through(shaped(from.source(field), field), map), field);
        if (value.has_error()) {
            return value.error();
        }
        row.push_back({text_of(item, "name"), std::move(value.value())});
    }
    return row;
}

Result<Map> read_map(std::string_view text) {
    const auto malformed = [](const std::string& what) {
        return Failure{Fault::malformed, "a mapping table: " + what};
    };
    boost::system::error_code error;
    Map map;
    map.document_ = json::parse({text.data(), text.size()}, error);
    if (error || text_of(map.document_, "schema") != "obd-station/export/1") {
        return malformed("schema must be obd-station/export/1");
    }
    map.id_ = text_of(map.document_, "id");
    const auto* types = find(map.document_, "/types");
    for (const auto& one :
         types != nullptr && types->is_array() ? types->get_array() : json::array()) {
        map.types_.emplace_back(one.is_string() ? std::string(one.get_string()) : "");
    }
    const auto* fields = find(map.document_, "/fields");
    if (map.id_.empty() || map.types_.empty() || fields == nullptr || !fields->is_array()) {
        return malformed("needs id, types and fields");
    }
    for (const auto& field : fields->get_array()) {
        const auto type = text_of(field, "type");
        const auto name = text_of(field, "name");
        if (name.empty() || (type != "text" && type != "integer" && type != "decimal")) {
            return malformed("every field needs a name and a type: text, integer or decimal");
        }
        int sources = 0;
        for (const auto* key : {"at", "unit", "monitor", "own"}) {
            sources += text_of(field, key).empty() ? 0 : 1;
        }
        sources += field.as_object().contains("constant") ? 1 : 0;
        const auto* used = field.as_object().if_contains("map");
        const bool mapped =
            used == nullptr || used->is_object() ||
            (used->is_string() &&
             find(map.document_, "/maps/" + std::string(used->get_string())) != nullptr);
        if (sources != 1 || !mapped) {
            return malformed("field " + name + " needs one source, and a map that exists");
        }
        const auto monitor = text_of(field, "monitor");
        if (!monitor.empty() && !obd::monitor_from_code(monitor)) {
            return malformed("field " + name + " names no monitor");
        }
    }
    return map;
}

std::vector<std::string> map_ids() {
    std::vector<std::string> ids;
    for (const auto& file : map_files()) {
        ids.emplace_back(file.name.substr(0, file.name.rfind('.')));
    }
    return ids;
}

Result<Map> built_in_map(const std::string& id) {
    std::string known;
    for (const auto& file : map_files()) {
        if (file.name == id + ".json") {
            return read_map(file.text);
        }
        known +=
            (known.empty() ? "" : ", ") + std::string(file.name.substr(0, file.name.rfind('.')));
    }
    return Failure{Fault::malformed, "there is no export \"" + id + "\"; there are: " + known};
}

std::string csv_line(const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        auto text = cells[i];
        const bool formula = !text.empty() && (text[0] == '=' || text[0] == '@' || text[0] == '\t');
        text = formula ? "'" + text : text;
        if (text.find_first_of(",\"\r\n") != text.npos) {
            std::string quoted;
            for (const char c : text) {
                quoted += c == '"' ? "\"\"" : std::string(1, c);
            }
            text = "\"" + quoted + "\"";
        }
        line += (i == 0 ? "" : ",") + text;
    }
    return line + "\r\n";
}

std::string csv_line(const Row& row) {
    std::vector<std::string> cells;
    for (const auto& field : row) {
        cells.push_back(cell(field.value));
    }
    return csv_line(cells);
}

}  // namespace station::exports
