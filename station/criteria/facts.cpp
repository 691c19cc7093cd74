#include "station/criteria/facts.hpp"

#include "protocols/base/ensure.hpp"

#include <boost/json/stream_parser.hpp>

#include <algorithm>
#include <array>

namespace station::criteria {
namespace {

namespace json = boost::json;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;

constexpr std::array fact_rows{
    FactRow{"vehicle.model_year", Kind::number, ""},
    FactRow{"vehicle.fuel", Kind::text, ""},
    FactRow{"vehicle.gvwr_kg", Kind::number, "kg"},
    FactRow{"vehicle.obd_type", Kind::text, ""},
    FactRow{"obd.connected", Kind::truth, ""},
    FactRow{"obd.connector", Kind::text, ""},
    FactRow{"obd.engine_running", Kind::truth, ""},
    FactRow{"obd.mil_commanded", Kind::truth, ""},
    FactRow{"obd.mil_lit_koeo", Kind::truth, ""},
    FactRow{"obd.mil_lit_running", Kind::truth, ""},
    FactRow{"obd.confirmed", Kind::codes, ""},
    FactRow{"obd.pending", Kind::codes, ""},
    FactRow{"obd.permanent", Kind::codes, ""},
    FactRow{"obd.pdtc_supported", Kind::truth, ""},
    FactRow{"obd.warmups_since_clear", Kind::number, ""},
    FactRow{"obd.km_since_clear", Kind::number, "km"},
    FactRow{"obd.minutes_since_clear", Kind::number, "min"},
    FactRow{"obd.software", Kind::text, ""},
    FactRow{"obd.evin", Kind::text, ""},
    FactRow{"obd.data_profile", Kind::text, ""},
    FactRow{"obd.ecu_catalogued", Kind::truth, ""},
    FactRow{"obd.monitors.MIS", Kind::readiness, ""},
    FactRow{"obd.monitors.FUE", Kind::readiness, ""},
    FactRow{"obd.monitors.CCM", Kind::readiness, ""},
    FactRow{"obd.monitors.CAT", Kind::readiness, ""},
    FactRow{"obd.monitors.HCAT", Kind::readiness, ""},
    FactRow{"obd.monitors.EVAP", Kind::readiness, ""},
    FactRow{"obd.monitors.AIR", Kind::readiness, ""},
    FactRow{"obd.monitors.ACR", Kind::readiness, ""},
    FactRow{"obd.monitors.O2S", Kind::readiness, ""},
    FactRow{"obd.monitors.O2H", Kind::readiness, ""},
    FactRow{"obd.monitors.EGR", Kind::readiness, ""},
    FactRow{"obd.monitors.NMHC", Kind::readiness, ""},
    FactRow{"obd.monitors.NOX", Kind::readiness, ""},
    FactRow{"obd.monitors.BP", Kind::readiness, ""},
    FactRow{"obd.monitors.EGS", Kind::readiness, ""},
    FactRow{"obd.monitors.PMF", Kind::readiness, ""},
    FactRow{"obd.monitors.CSA", Kind::readiness, ""},
    FactRow{"context.visit", Kind::number, ""},
    FactRow{"context.previous", Kind::text, ""},
};

constexpr std::string_view monitor_prefix = "obd.monitors.";

std::string_view expected(Kind kind) {
    switch (kind) {
        case Kind::truth:
            return "must be true, false or null";
        case Kind::number:
            return "must be a number or null";
        case Kind::text:
            return "must be text or null";
        case Kind::codes:
            return "must be a list of codes such as \"P0420\", or null";
        case Kind::readiness:
            return "must be \"complete\", \"incomplete\", \"unsupported\" or null";
    }
    return "";
}

bool dtc_text(std::string_view text) {
    return text.size() == 5 && std::string_view("PCBU").find(text[0]) != text.npos &&
           std::ranges::all_of(text.substr(1), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
           });
}

/// nullopt when the JSON does not have the fact's kind.
std::optional<Value> read_value(const json::value& value, Kind kind) {
    if (value.is_null()) {
        return Value();
    }
    switch (kind) {
        case Kind::truth:
            if (value.is_bool()) {
                return Value(value.get_bool());
            }
            break;
        case Kind::number:
            if (value.is_number()) {
                return Value(value.to_number<double>());
            }
            break;
        case Kind::text:
            if (value.is_string()) {
                return Value(std::string(value.get_string()));
            }
            break;
        case Kind::readiness:
            if (value.is_string()) {
                const std::string text(value.get_string());
                if (text == "complete" || text == "incomplete" || text == "unsupported") {
                    return Value(text);
                }
            }
            break;
        case Kind::codes:
            if (value.is_array()) {
                std::vector<std::string> codes;
                for (const auto& item : value.get_array()) {
                    if (!item.is_string() || !dtc_text(std::string_view(item.get_string()))) {
                        return std::nullopt;
                    }
                    codes.emplace_back(item.get_string());
                }
                return Value(codes);
            }
            break;
    }
    return std::nullopt;
}

Failure misplaced(std::string_view text, const std::string& pointer, std::string_view what) {
    return {
        Fault::malformed,
        pointer + " (line " + std::to_string(line_of(text, pointer)) + ") " + std::string(what)};
}

Result<Facts> read_group(
    Facts facts, const json::object& group, const std::string& path, std::string_view text
) {
    for (const auto& item : group) {
        const auto name = path + "." + std::string(item.key());
        auto pointer = "/" + name;
        std::ranges::replace(pointer, '.', '/');
        if (name == "obd.monitors") {
            if (item.value().is_null()) {
                continue;  // not reported
            }
            if (!item.value().is_object()) {
                return misplaced(text, pointer, "must be an object of monitors");
            }
            auto inner = read_group(std::move(facts), item.value().get_object(), name, text);
            if (inner.has_error()) {
                return inner.error();
            }
            facts = std::move(inner.value());
            continue;
        }
        const auto* row = find_fact(name);
        if (row == nullptr) {
            return misplaced(text, pointer, "is not a fact this program knows");
        }
        auto value = read_value(item.value(), row->kind);
        if (!value) {
            return misplaced(text, pointer, expected(row->kind));
        }
        const bool reported = known(*value);
        facts.set(name, {std::move(*value), {"stated"}, reported ? "" : "not reported"});
    }
    return facts;
}

/// Walks JSON text without building it, to find where a pointer's value stands.
class Walker {
public:
    explicit Walker(std::string_view text) : text_(text) {}

    int line(std::string_view pointer) {
        int found = 1;
        space();
        while (!pointer.empty()) {
            pointer.remove_prefix(1);
            const auto end = std::min(pointer.find('/'), pointer.size());
            const auto token = pointer.substr(0, end);
            pointer.remove_prefix(end);
            if (!enter(token)) {
                return found;
            }
            found = line_here();
        }
        return found;
    }

private:
    [[nodiscard]] int line_here() const {
        return 1 + static_cast<int>(std::ranges::count(text_.substr(0, at_), '\n'));
    }
    [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    void space() {
        while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != text_.npos) {
            ++at_;
        }
    }
    std::string_view string() {
        const auto begin = ++at_;
        while (at_ < text_.size() && text_[at_] != '"') {
            at_ += text_[at_] == '\\' ? 2 : 1;
        }
        const auto content = text_.substr(begin, std::min(at_, text_.size()) - begin);
        ++at_;
        return content;
    }
    void skip_value() {
        int depth = 0;
        do {
            space();
            const char c = peek();
            if (c == '"') {
                string();
            } else {
                depth += c == '{' || c == '[' ? 1 : 0;
                depth -= c == '}' || c == ']' ? 1 : 0;
                ++at_;
                if (depth == 0 && c != '}' && c != ']') {
                    while (at_ < text_.size() &&
                           std::string_view(",}] \t\r\n").find(text_[at_]) == text_.npos) {
                        ++at_;
                    }
                }
            }
        } while (depth > 0 && at_ < text_.size());
    }
    bool enter(std::string_view token) {
        const bool object = peek() == '{';
        if (!object && peek() != '[') {
            return false;
        }
        ++at_;
        for (std::size_t index = 0; at_ < text_.size(); ++index) {
            space();
            if (peek() == '}' || peek() == ']') {
                return false;
            }
            if (peek() == ',') {
                ++at_;
                space();
            }
            const auto name = object ? std::string(string()) : std::to_string(index);
            space();
            if (object && peek() == ':') {
                ++at_;
                space();
            }
            if (name == token) {
                return true;
            }
            skip_value();
        }
        return false;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace

bool known(const Value& value) {
    return !std::holds_alternative<std::monostate>(value);
}

json::value to_json(const Value& value) {
    struct Show {
        json::value operator()(std::monostate) const { return nullptr; }
        json::value operator()(bool truth) const { return truth; }
        json::value operator()(double number) const {
            const auto whole = static_cast<std::int64_t>(number);
            return static_cast<double>(whole) == number ? json::value(whole) : json::value(number);
        }
        json::value operator()(const std::string& text) const { return json::value(text); }
        json::value operator()(const std::vector<std::string>& list) const {
            json::array all;
            for (const auto& item : list) {
                all.emplace_back(item);
            }
            return all;
        }
    };
    return std::visit(Show{}, value);
}

const FactRow* find_fact(std::string_view path) {
    const auto row = std::ranges::find(fact_rows, path, &FactRow::path);
    return row == fact_rows.end() ? nullptr : &*row;
}

void Facts::set(std::string_view path, Fact fact) {
    ENSURE(find_fact(path) != nullptr);
    facts_.insert_or_assign(std::string(path), std::move(fact));
}

const Fact& Facts::at(std::string_view path) const {
    static const Fact nothing{{}, {}, "not recorded"};
    const auto found = facts_.find(path);
    return found == facts_.end() ? nothing : found->second;
}

std::vector<std::string> Facts::monitors() const {
    std::vector<std::string> codes;
    for (const auto& row : fact_rows) {
        if (row.path.starts_with(monitor_prefix) && known(at(row.path).value)) {
            codes.emplace_back(row.path.substr(monitor_prefix.size()));
        }
    }
    return codes;
}

Result<Facts> read_facts(const json::value& value, std::string_view text) {
    if (!value.is_object()) {
        return misplaced(text, "", "must be an object with vehicle, obd and context");
    }
    const auto& object = value.get_object();
    Facts facts;
    for (const std::string group : {"vehicle", "obd", "context"}) {
        const auto* part = object.if_contains(group);
        if (part == nullptr && group == "context") {
            continue;
        }
        if (part == nullptr || !part->is_object()) {
            return misplaced(text, "/" + group, "must be an object");
        }
        auto more = read_group(std::move(facts), part->get_object(), group, text);
        if (more.has_error()) {
            return more.error();
        }
        facts = std::move(more.value());
    }
    return facts;
}

json::value to_json(const Facts& facts) {
    json::object groups{
        {"vehicle", json::object()}, {"obd", json::object()}, {"context", json::object()}};
    json::object monitors;
    for (const auto& [path, fact] : facts.all()) {
        if (path.starts_with(monitor_prefix)) {
            monitors[path.substr(monitor_prefix.size())] = to_json(fact.value);
            continue;
        }
        const auto dot = path.find('.');
        groups[path.substr(0, dot)].get_object()[path.substr(dot + 1)] = to_json(fact.value);
    }
    groups["obd"].get_object()["monitors"] = std::move(monitors);
    return groups;
}

int line_of(std::string_view text, std::string_view pointer) {
    return Walker(text).line(pointer);
}

Result<json::value> parse_json(std::string_view text) {
    json::stream_parser parser;
    boost::system::error_code error;
    const auto read = parser.write_some(text.data(), text.size(), error);
    if (!error) {
        const auto rest = text.substr(read);
        if (rest.find_first_not_of(" \t\r\n") != rest.npos) {
            error = json::error::extra_data;
        } else {
            parser.finish(error);
        }
    }
    if (error) {
        const auto before = text.substr(0, read);
        const auto line = 1 + std::ranges::count(before, '\n');
        const auto start = before.rfind('\n');
        const auto column = read - (start == before.npos ? 0 : start + 1) + 1;
        return Failure{
            Fault::malformed, "line " + std::to_string(line) + ", column " +
                                  std::to_string(column) + ": not JSON (" + error.message() + ")"};
    }
    return parser.release();
}

}  // namespace station::criteria
