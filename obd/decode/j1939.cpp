#include "obd/decode/j1939.hpp"

#include "obd/decode/table.hpp"

#include <boost/json/array.hpp>

#include <algorithm>

namespace obd::j1939 {
namespace {

namespace json = boost::json;
using protocols::ByteView;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;

Failure wrong(const char* what, ByteView data) {
    return {Fault::malformed, std::string(what) + ": " + protocols::to_hex(data)};
}

std::uint32_t little(ByteView bytes) {
    std::uint32_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) {
        value = value << 8 | bytes[i];
    }
    return value;
}

std::uint16_t word(ByteView data, std::size_t at) {
    return static_cast<std::uint16_t>(little(data.subspan(at, 2)));
}

/// Bytes from FB (of words FB00) up say error or not available (SAE J1939-71 5.1.4).
std::optional<std::uint8_t> known(std::uint8_t byte) {
    constexpr std::uint8_t highest = 0xFA;
    return byte <= highest ? std::optional(byte) : std::nullopt;
}

std::optional<std::uint16_t> known_word(ByteView data, std::size_t at) {
    constexpr std::uint16_t highest = 0xFAFF;
    const auto value = word(data, at);
    return value <= highest ? std::optional(value) : std::nullopt;
}

std::vector<GroupRow> read_groups() {
    std::vector<GroupRow> rows;
    const auto table = read_data("j1939.json");
    for (const auto& item : table.at("groups").as_array()) {
        const auto& object = item.as_object();
        rows.push_back(
            {object.at("pgn").to_number<std::uint32_t>(), table_text(object, "id"),
             table_text(object, "kind"), table_text(object, "en"), table_text(object, "es"),
             table_text(object, "clause")}
        );
    }
    return rows;
}

const std::vector<GroupRow>& groups() {
    static const auto rows = read_groups();
    return rows;
}

struct ValueRow {
    std::uint32_t pgn = 0;
    std::uint32_t spn = 0;
    std::size_t at = 0;  ///< From 0.
    std::size_t bytes = 1;
    double mul = 1;
    double add = 0;
    std::string unit;
    std::string id;
};
/// What one count of it is worth nobody told us: a value is known where the count is zero.
struct SlotRow {
    double add = 0;
    std::string unit;
};
struct Tables {
    std::vector<ValueRow> values;
    std::map<std::uint16_t, SlotRow> slots;
};
Tables read_tables() {
    Tables tables;
    const auto table = read_data("j1939.json");
    for (const auto& item : table.at("values").as_array()) {
        const auto& object = item.as_object();
        tables.values.push_back(
            {object.at("pgn").to_number<std::uint32_t>(),
             object.at("spn").to_number<std::uint32_t>(),
             object.at("at").to_number<std::size_t>() - 1,
             object.at("bytes").to_number<std::size_t>(), table_number(object, "mul", 1),
             table_number(object, "add", 0), table_text(object, "unit"), table_text(object, "id")}
        );
    }
    for (const auto& item : table.at("slots").as_array()) {
        const auto& object = item.as_object();
        SlotRow row;
        row.add = table_number(object, "add", 0);
        row.unit = table_text(object, "unit");
        tables.slots.emplace(object.at("slot").to_number<std::uint16_t>(), std::move(row));
    }
    return tables;
}
const Tables& tables() {
    static const auto all = read_tables();
    return all;
}

Lamp lamp_of(unsigned state, unsigned flash) {
    constexpr unsigned off = 0;
    constexpr unsigned on = 1;
    constexpr unsigned error = 2;
    if (state == off) {
        return Lamp::off;
    }
    if (state != on) {
        return state == error ? Lamp::error : Lamp::unavailable;
    }
    return flash == 0 ? Lamp::slow_flash : flash == 1 ? Lamp::fast_flash : Lamp::on;
}

Dtc code_of(ByteView four) {
    constexpr std::uint8_t not_available = 0x7F;
    Dtc code;
    std::copy_n(four.begin(), four.size(), code.raw.begin());
    code.older_method = (four[3] & 0x80) != 0;
    code.spn = spn_by_method(four, 4);
    code.fmi = four[2] & 0x1F;
    const std::uint8_t count = four[3] & 0x7F;
    code.occurrences = count == not_available ? std::nullopt : std::optional(count);
    return code;
}

void monitors(ByteView five, Readiness& into) {
    const auto& names = monitor_names();
    constexpr std::size_t continuous = 3;
    constexpr std::size_t of_low_byte = 8;
    for (std::size_t i = 0; i < names.size(); ++i) {
        bool supported = false;
        bool incomplete = false;
        if (i < continuous) {
            supported = (five[0] >> i & 1) != 0;
            incomplete = (five[0] >> (i + 4) & 1) != 0;
        } else {
            const auto bit = (i - continuous) % of_low_byte;
            const auto byte = (i - continuous) / of_low_byte;
            supported = (five[1 + byte] >> bit & 1) != 0;
            incomplete = (five[3 + byte] >> bit & 1) != 0;
        }
        into.monitors[std::string(names[i])] = !supported   ? State::unsupported
                                               : incomplete ? State::incomplete
                                                            : State::complete;
    }
}

/// Text of printable letters; padding at its end is cut.
std::optional<std::string> printable(ByteView data) {
    std::string text(data.begin(), data.end());
    while (!text.empty() && (text.back() == '\0' || text.back() == ' ' ||
                             static_cast<std::uint8_t>(text.back()) == 0xFF)) {
        text.pop_back();
    }
    const bool good = std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
    return good ? std::optional(text) : std::nullopt;
}

}  // namespace

const GroupRow* group_row(std::uint32_t pgn) {
    const auto row = std::ranges::find(groups(), pgn, &GroupRow::pgn);
    return row == groups().end() ? nullptr : &*row;
}

const GroupRow* group_row(std::string_view id) {
    const auto row = std::ranges::find(groups(), id, &GroupRow::id);
    return row == groups().end() ? nullptr : &*row;
}

std::string_view id(Lamp lamp) {
    static constexpr std::array<std::string_view, 6> ids{"off",        "on",    "slow_flash",
                                                         "fast_flash", "error", "unavailable"};
    return ids[static_cast<std::size_t>(lamp)];
}

std::string Dtc::text() const {
    return "SPN " + std::to_string(spn) + " FMI " + std::to_string(fmi);
}

std::uint32_t spn_by_method(ByteView four, int method) {
    const auto low = static_cast<std::uint32_t>(four[2] >> 5);
    switch (method) {
        case 1:
            return static_cast<std::uint32_t>(four[0]) << 11 |
                   static_cast<std::uint32_t>(four[1]) << 3 | low;
        case 2:
            return static_cast<std::uint32_t>(four[1]) << 11 |
                   static_cast<std::uint32_t>(four[0]) << 3 | low;
        default:
            return static_cast<std::uint32_t>(four[0]) | static_cast<std::uint32_t>(four[1]) << 8 |
                   low << 16;
    }
}

Result<Codes> read_codes(ByteView data) {
    constexpr std::size_t lamp_bytes = 2;
    constexpr std::size_t code_bytes = 4;
    constexpr std::size_t frame = 8;
    if (data.size() < lamp_bytes) {
        return wrong("lamps are missing", data);
    }
    Codes read;
    const auto lamp = [&](unsigned shift) {
        return lamp_of(data[0] >> shift & 3U, data[1] >> shift & 3U);
    };
    read.lamps = {lamp(6), lamp(4), lamp(2), lamp(0)};
    auto rest = data.subspan(lamp_bytes);
    // One code and two bytes of padding fill a frame.
    if (data.size() == frame && data[6] == 0xFF && data[7] == 0xFF) {
        rest = rest.first(code_bytes);
    }
    if (rest.size() % code_bytes != 0) {
        return wrong("a code is cut short", data);
    }
    for (; !rest.empty(); rest = rest.subspan(code_bytes)) {
        const auto four = rest.first(code_bytes);
        const auto number = little(four);
        constexpr std::uint32_t nothing = 0xFFFFFFFF;
        const auto code = code_of(four);
        const bool none = number == nothing || (code.spn == 0 && code.fmi == 0);
        if (!none) {
            read.codes.push_back(code);
        }
    }
    return read;
}

const std::vector<std::string_view>& monitor_names() {
    static const std::vector<std::string_view> names{"misfire",         "fuel_system",
                                                     "components",      "catalyst",
                                                     "heated_catalyst", "evaporative",
                                                     "secondary_air",   "ac_refrigerant",
                                                     "exhaust_sensor",  "exhaust_sensor_heater",
                                                     "egr_vvt",         "cold_start_aid",
                                                     "boost_pressure",  "pm_filter",
                                                     "nox_catalyst",    "nmhc_catalyst"};
    return names;
}

bool is_hd_obd(std::uint8_t compliance) {
    return compliance == 0x13 || compliance == 0x14 || compliance == 0x22 || compliance == 0x23;
}

Result<Readiness> read_dm5(ByteView data) {
    if (data.size() != 8) {
        return wrong("eight bytes expected", data);
    }
    Readiness read;
    read.active = known(data[0]);
    read.previously_active = known(data[1]);
    read.compliance = known(data[2]);
    monitors(data.subspan(3), read);
    return read;
}

Result<Readiness> read_dm26(ByteView data) {
    if (data.size() != 8) {
        return wrong("eight bytes expected", data);
    }
    Readiness read;
    read.seconds_since_start = known_word(data, 0);
    read.warmups_since_clear = known(data[2]);
    monitors(data.subspan(3), read);
    return read;
}

Result<Since> read_dm21(ByteView data) {
    if (data.size() != 8) {
        return wrong("eight bytes expected", data);
    }
    return Since{
        known_word(data, 0), known_word(data, 2), known_word(data, 4), known_word(data, 6)};
}

Result<std::vector<Calibration>> read_dm19(ByteView data) {
    constexpr std::size_t record = 20;
    constexpr std::size_t cvn_bytes = 4;
    if (data.empty() || data.size() % record != 0) {
        return wrong("records of twenty bytes expected", data);
    }
    std::vector<Calibration> all;
    for (; !data.empty(); data = data.subspan(record)) {
        auto calid = printable(data.subspan(cvn_bytes, record - cvn_bytes));
        if (!calid) {
            return wrong("a calibration's name is not text", data);
        }
        const protocols::Bytes cvn{data[3], data[2], data[1], data[0]};
        all.push_back({protocols::to_hex(cvn), std::move(*calid)});
    }
    return all;
}

Result<Ratios> read_dm20(ByteView data) {
    constexpr std::size_t head = 4;
    constexpr std::size_t record = 7;
    if (data.size() < head || (data.size() - head) % record != 0) {
        return wrong("records of seven bytes expected", data);
    }
    Ratios read{word(data, 0), word(data, 2), {}};
    for (auto rest = data.subspan(head); !rest.empty(); rest = rest.subspan(record)) {
        read.ratios.push_back({spn_by_method(rest.first(4), 4), word(rest, 3), word(rest, 5)});
    }
    return read;
}

Result<std::vector<Supported>> read_dm24(ByteView data) {
    constexpr std::size_t record = 4;
    if (data.empty() || data.size() % record != 0) {
        return wrong("records of four bytes expected", data);
    }
    std::vector<Supported> all;
    for (; !data.empty(); data = data.subspan(record)) {
        const auto bits = data[2];
        all.push_back(  // 0 says that it is supported
            {spn_by_method(data.first(record), 4), (bits & 1) == 0, (bits & 2) == 0,
             (bits & 4) == 0, data[3]}
        );
    }
    return all;
}

namespace {

/// The length of the first frame and its cause; nothing when none is stored.
Result<std::optional<Frozen>> first_frame(ByteView data) {
    constexpr std::size_t code_bytes = 4;
    if (data.size() < 1 + code_bytes) {
        return wrong("a freeze frame's code is cut short", data);
    }
    const std::size_t bytes = data[0];
    const auto cause = code_of(data.subspan(1, code_bytes));
    if (bytes == 0 || (cause.spn == 0 && cause.fmi == 0)) {
        return std::optional<Frozen>();
    }
    if (bytes < code_bytes || bytes > data.size() - 1) {
        return wrong("a freeze frame is shorter than it says", data);
    }
    return std::optional(Frozen{cause, {}});
}

}  // namespace

Result<std::optional<Frozen>> read_dm25(ByteView data) {
    return first_frame(data);
}

Result<std::optional<Frozen>> read_dm4(ByteView data) {
    auto frame = first_frame(data);
    if (frame.has_error() || !frame.value()) {
        return frame;
    }
    // After the code: torque mode, boost, engine speed, load, coolant, vehicle speed.
    struct Place {
        std::uint8_t pid;
        std::size_t at;
        std::size_t bytes;
        double mul;
        double add;
        const char* unit;
    };
    static constexpr std::array places{
        Place{0x0C, 7, 2, 0.125, 0, "rpm"}, Place{0x04, 9, 1, 1, 0, "%"},
        Place{0x05, 10, 1, 1, -40, "°C"}, Place{0x0D, 11, 2, 0.00390625, 0, "km/h"}};
    for (const auto& place : places) {
        if (place.at + place.bytes > std::size_t{data[0]} + 1) {
            break;
        }
        const auto bytes = data.subspan(place.at, place.bytes);
        if (known(bytes.back())) {
            frame.value()->values[place.pid] =
                Quantity{little(bytes) * place.mul + place.add, place.unit};
        }
    }
    return frame;
}

Result<Counts> read_dm29(ByteView data) {
    if (data.size() < 5) {
        return wrong("five counts expected", data);
    }
    return Counts{known(data[0]), known(data[1]), known(data[2]), known(data[3]), known(data[4])};
}

Result<std::vector<TestResult>> read_dm30(ByteView data) {
    constexpr std::size_t record = 12;
    if (data.empty() || data.size() % record != 0) {
        return wrong("records of twelve bytes expected", data);
    }
    std::vector<TestResult> all;
    for (; !data.empty(); data = data.subspan(record)) {
        TestResult result;
        result.test = data[0];
        result.spn = spn_by_method(data.subspan(1, 4), 4);
        result.fmi = data[3] & 0x1F;
        result.slot = word(data, 4);
        result.raw = word(data, 6);
        result.highest = word(data, 8);
        result.lowest = word(data, 10);
        const auto row = tables().slots.find(result.slot);
        if (row != tables().slots.end() && result.raw == 0) {
            result.value = Quantity{row->second.add, row->second.unit};
        }
        all.push_back(result);
    }
    return all;
}

Result<Family> read_dm56(ByteView data) {
    constexpr std::size_t head = 8;  // 2011E-MY
    const auto text = printable(data);
    const auto digits =
        text && text->size() >= head &&
        std::ranges::all_of(text->substr(0, 4), [](char c) { return c >= '0' && c <= '9'; });
    if (!digits || text->substr(5, 3) != "-MY" || ((*text)[4] != 'E' && (*text)[4] != 'V')) {
        return wrong("no model year and family", data);
    }
    auto family = text->substr(head);
    family.resize(std::min(family.find('*'), family.size()));
    return Family{std::stoi(text->substr(0, 4)), (*text)[4] == 'V', std::move(family)};
}

Result<std::string> read_vin(ByteView data) {
    const auto text = printable(data);
    if (!text || text->empty()) {
        return wrong("no text", data);
    }
    return text->substr(0, std::min(text->find('*'), text->size()));
}

Result<std::vector<std::string>> read_fields(ByteView data, bool counted) {
    const auto text = data.empty() ? std::nullopt : printable(counted ? data.subspan(1) : data);
    if (!text) {
        return wrong("no text", data);
    }
    std::vector<std::string> fields(1);
    for (const char c : *text) {
        if (c == '*') {
            fields.emplace_back();
        } else {
            fields.back() += c;
        }
    }
    if (fields.back().empty()) {
        fields.pop_back();
    }
    if (counted && fields.size() != data[0]) {
        return wrong("another number of fields than its first byte says", data);
    }
    return fields;
}

std::vector<Value> read_values(std::uint32_t pgn, ByteView data) {
    std::vector<Value> all;
    for (const auto& row : tables().values) {
        if (row.pgn != pgn) {
            continue;
        }
        Value value{row.spn, row.id, std::nullopt};
        if (row.at + row.bytes <= data.size()) {
            const auto bytes = data.subspan(row.at, row.bytes);
            if (known(bytes.back())) {
                value.value = Quantity{little(bytes) * row.mul + row.add, row.unit};
            }
        }
        all.push_back(std::move(value));
    }
    return all;
}

}  // namespace obd::j1939
