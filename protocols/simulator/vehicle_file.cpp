#include "protocols/base/embedded.hpp"
#include "protocols/simulator/json_reader.hpp"
#include "protocols/simulator/vehicle_tongues.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>

namespace protocols::simulator {

const std::vector<EmbeddedFile>& vehicle_files();

namespace {

std::vector<std::uint16_t> read_codes(
    Reader& reader, const json::object& ecu, std::string_view key, const std::string& place
) {
    std::vector<std::uint16_t> codes;
    const auto* list = ecu.if_contains(key);
    if (list == nullptr) {
        return codes;
    }
    const auto where = place + "/" + std::string(key);
    if (!list->is_array()) {
        reader.complain(where, "must be a list of codes such as \"P0420\"");
        return codes;
    }
    for (const auto& item : list->as_array()) {
        const auto code =
            item.is_string() ? code_from_text(std::string_view(item.as_string())) : std::nullopt;
        if (!code) {
            reader.complain(where, "must be a list of codes such as \"P0420\"");
            return codes;
        }
        codes.push_back(*code);
    }
    return codes;
}

struct MonitorBit {
    std::string_view name;
    int byte;  ///< 0: PID 01 byte B (continuous), 1: bytes C and D.
    int bit;
};

constexpr std::array spark_monitors{
    MonitorBit{"misfire", 0, 0},         MonitorBit{"fuel_system", 0, 1},
    MonitorBit{"components", 0, 2},      MonitorBit{"catalyst", 1, 0},
    MonitorBit{"heated_catalyst", 1, 1}, MonitorBit{"evaporative", 1, 2},
    MonitorBit{"secondary_air", 1, 3},   MonitorBit{"ac_refrigerant", 1, 4},
    MonitorBit{"oxygen_sensor", 1, 5},   MonitorBit{"oxygen_heater", 1, 6},
    MonitorBit{"egr_vvt", 1, 7}};

constexpr std::array compression_monitors{
    MonitorBit{"misfire", 0, 0},        MonitorBit{"fuel_system", 0, 1},
    MonitorBit{"components", 0, 2},     MonitorBit{"nmhc_catalyst", 1, 0},
    MonitorBit{"nox_scr", 1, 1},        MonitorBit{"boost_pressure", 1, 3},
    MonitorBit{"exhaust_sensor", 1, 5}, MonitorBit{"pm_filter", 1, 6},
    MonitorBit{"egr_vvt", 1, 7}};

/// Bytes B, C, D of PID 01 (SAE J1979 service 01 PID 01).
Bytes monitor_bytes(Reader& reader, const json::object& monitors, const std::string& place) {
    reader.known_keys(monitors, place, {"ignition", "supported", "incomplete"});
    const auto ignition = reader.text(monitors, "ignition", place);
    const bool spark = ignition == "spark";
    if (!spark && ignition != "compression") {
        reader.complain(place + "/ignition", "must be spark or compression");
    }
    Bytes bytes{static_cast<std::uint8_t>(spark ? 0 : 0x08), 0, 0};
    const auto set = [&](std::string_view key, bool incomplete) {
        const auto* list = monitors.if_contains(key);
        if (list == nullptr || !list->is_array()) {
            reader.complain(place + "/" + std::string(key), "must be a list of monitor names");
            return;
        }
        for (const auto& item : list->as_array()) {
            const auto name = item.is_string() ? std::string_view(item.as_string()) : "";
            const auto find = [&](const auto& table) {
                const auto row = std::ranges::find(table, name, &MonitorBit::name);
                return row == table.end() ? nullptr : &*row;
            };
            const auto* row = spark ? find(spark_monitors) : find(compression_monitors);
            if (row == nullptr) {
                reader.complain(
                    place + "/" + std::string(key), "unknown monitor for this ignition"
                );
                return;
            }
            const auto index = row->byte == 0 ? 0U : (incomplete ? 2U : 1U);
            const auto bit = row->byte == 0 && incomplete ? row->bit + 4 : row->bit;
            bytes[index] = static_cast<std::uint8_t>(bytes[index] | 1 << bit);
        }
    };
    set("supported", false);
    set("incomplete", true);
    return bytes;
}

Parameter read_parameter(Reader& reader, const json::value& value, const std::string& place) {
    Parameter parameter;
    if (value.is_string()) {
        parameter.fixed = reader.bytes(value, place);
        return parameter;
    }
    const auto& object = reader.object(value, place);
    reader.known_keys(object, place, {"raw", "rate_per_s", "swing", "period_s", "bytes"});
    parameter.raw = static_cast<std::int64_t>(reader.number(object, "raw", 0, place));
    parameter.rate_per_s = reader.number(object, "rate_per_s", 0, place);
    parameter.swing = reader.number(object, "swing", 0, place);
    parameter.period_s = reader.number(object, "period_s", 1, place);
    parameter.bytes = static_cast<int>(reader.number(object, "bytes", 1, place));
    if (parameter.bytes < 1 || parameter.bytes > 4 || parameter.period_s <= 0) {
        reader.complain(place, "needs 1 to 4 bytes and a period above 0");
        parameter.bytes = 1;
        parameter.period_s = 1;
    }
    return parameter;
}

Bytes padded_text(std::string text, std::size_t size) {
    text.resize(size, '\0');
    return {text.begin(), text.end()};
}

void read_information(
    Reader& reader, const json::object& object, const std::string& place, Ecu& ecu
) {
    if (const auto* vin = object.if_contains("vin")) {
        const auto text = vin->is_string() ? std::string(vin->as_string()) : std::string();
        if (text.size() != 17) {
            reader.complain(place + "/vin", "must have 17 characters");
        }
        ecu.infotypes[0x02] = {Bytes(text.begin(), text.end())};
    }
    if (object.contains("name")) {
        ecu.infotypes[0x0A] = {padded_text(reader.text(object, "name", place), 20)};
    }
    const auto list = [&](std::string_view key) -> const json::array* {
        const auto* value = object.if_contains(key);
        if (value != nullptr && !value->is_array()) {
            reader.complain(place + "/" + std::string(key), "must be a list");
            return nullptr;
        }
        return value == nullptr ? nullptr : &value->as_array();
    };
    if (const auto* calids = list("calids")) {
        for (const auto& item : *calids) {
            const auto text = item.is_string() ? std::string(item.as_string()) : std::string();
            ecu.infotypes[0x04].push_back(padded_text(text, 16));
        }
    }
    if (const auto* cvns = list("cvns")) {
        for (const auto& item : *cvns) {
            auto bytes = reader.bytes(item, place + "/cvns");
            bytes.resize(4);
            ecu.infotypes[0x06].push_back(bytes);
        }
    }
    for (const auto& [key, type] : {std::pair{"iumpr_spark", 0x08}, {"iumpr_compression", 0x0B}}) {
        if (const auto* counters = list(key)) {
            Bytes all;
            for (const auto& item : *counters) {
                const auto count = item.is_int64() ? item.as_int64() : 0;
                all.push_back(static_cast<std::uint8_t>(count >> 8 & 0xFF));
                all.push_back(static_cast<std::uint8_t>(count & 0xFF));
            }
            ecu.infotypes[static_cast<std::uint8_t>(type)] = {all};
        }
    }
}

void read_quirks(Reader& reader, const json::object& object, const std::string& place, Ecu& ecu) {
    if (const auto* negatives = object.if_contains("negatives")) {
        for (const auto& item : reader.object(*negatives, place + "/negatives")) {
            const auto code = reader.bytes(item.value(), place + "/negatives");
            ecu.negatives[std::string(item.key())] = code.empty() ? std::uint8_t{0x11} : code[0];
        }
    }
    if (const auto* delays = object.if_contains("delays")) {
        for (const auto& item : reader.object(*delays, place + "/delays")) {
            const auto where = place + "/delays/" + std::string(item.key());
            const auto& delay = reader.object(item.value(), where);
            reader.known_keys(delay, where, {"pending", "each_ms"});
            ecu.delays[std::string(item.key())] = {
                static_cast<int>(reader.number(delay, "pending", 1, where)),
                std::chrono::milliseconds(
                    static_cast<std::int64_t>(reader.number(delay, "each_ms", 100, where))
                )};
        }
    }
}

std::map<std::uint8_t, Bytes> read_frame(
    Reader& reader, const json::value& value, const std::string& where
) {
    std::map<std::uint8_t, Bytes> frame;
    for (const auto& item : reader.object(value, where)) {
        if (item.key() == "cause") {
            const auto code = item.value().is_string()
                                  ? code_from_text(std::string_view(item.value().as_string()))
                                  : std::nullopt;
            if (!code) {
                reader.complain(where + "/cause", "must be a code such as \"P0420\"");
                continue;
            }
            frame[0x02] = {
                static_cast<std::uint8_t>(*code >> 8), static_cast<std::uint8_t>(*code & 0xFF)};
        } else {
            frame[reader.id(item.key(), where)] = reader.bytes(item.value(), where);
        }
    }
    return frame;
}

void read_freeze_frames(
    Reader& reader, const json::object& object, const std::string& place, Ecu& ecu
) {
    if (const auto* frame = object.if_contains("freeze_frame")) {
        ecu.freeze_frames.push_back(read_frame(reader, *frame, place + "/freeze_frame"));
    }
    if (const auto* frames = object.if_contains("later_freeze_frames")) {
        const auto where = place + "/later_freeze_frames";
        if (ecu.freeze_frames.empty() || !frames->is_array()) {
            return reader.complain(where, "must be a list, behind a freeze_frame");
        }
        for (const auto& frame : frames->as_array()) {
            ecu.freeze_frames.push_back(read_frame(reader, frame, where));
        }
    }
}

/// Service 06 and 05, and infotypes given as bytes.
void read_tests(Reader& reader, const json::object& object, const std::string& place, Ecu& ecu) {
    const auto each = [&](std::string_view key, auto take) {
        if (const auto* value = object.if_contains(key)) {
            const auto where = place + "/" + std::string(key);
            for (const auto& item : reader.object(*value, where)) {
                const auto at = where + "/" + std::string(item.key());
                take(reader.id(item.key(), at), item.value(), at);
            }
        }
    };
    const auto lists = [&](auto& to) {
        return [&](std::uint8_t id, const json::value& value, const std::string& at) {
            if (!value.is_array()) {
                return reader.complain(at, "must be a list of hex texts");
            }
            for (const auto& bytes : value.as_array()) {
                to[id].push_back(reader.bytes(bytes, at));
            }
        };
    };
    each("tests", lists(ecu.tests));
    each("infotypes", lists(ecu.infotypes));
    each("oxygen_tests", [&](std::uint8_t sensor, const json::value& value, const std::string& at) {
        for (const auto& test : reader.object(value, at)) {
            ecu.oxygen_tests[sensor][reader.id(test.key(), at)] = reader.bytes(test.value(), at);
        }
    });
}

Ecu read_ecu(Reader& reader, const json::value& value, const std::string& place) {
    Ecu ecu;
    const auto& object = reader.object(value, place);
    reader.known_keys(
        object, place,
        {"address",
         "latency_ms",
         "name",
         "vin",
         "calids",
         "cvns",
         "iumpr_spark",
         "iumpr_compression",
         "mil",
         "monitors",
         "monitors_cycle",
         "stored",
         "pending",
         "permanent",
         "answers_permanent",
         "tongues",
         "groups",
         "codes",
         "later_parameters",
         "freeze_frame",
         "later_freeze_frames",
         "parameters",
         "tests",
         "infotypes",
         "oxygen_tests",
         "negatives",
         "delays"}
    );
    const auto address = bus::EcuAddress::from_text(reader.text(object, "address", place));
    if (!address) {
        reader.complain(place + "/address", "must be 3 or 8 hex digits (CAN) or 2 (legacy)");
        return ecu;
    }
    ecu.address = *address;
    ecu.latency = std::chrono::microseconds(
        static_cast<std::int64_t>(reader.number(object, "latency_ms", 10, place) * 1000)
    );
    ecu.stored = read_codes(reader, object, "stored", place);
    ecu.pending = read_codes(reader, object, "pending", place);
    ecu.permanent = read_codes(reader, object, "permanent", place);
    read_tongues(reader, object, place, ecu);
    read_groups(reader, object, place, ecu);
    ecu.answers_permanent = reader.truth(object, "answers_permanent", true, place);
    if (const auto* parameters = object.if_contains("parameters")) {
        for (const auto& item : reader.object(*parameters, place + "/parameters")) {
            const auto where = place + "/parameters/" + std::string(item.key());
            ecu.parameters[reader.id(item.key(), where)] =
                read_parameter(reader, item.value(), where);
        }
    }
    const bool lit = reader.truth(object, "mil", false, place);
    const auto add_monitors = [&](std::string_view key, std::uint8_t pid, std::uint8_t first) {
        if (const auto* monitors = object.if_contains(key)) {
            const auto where = place + "/" + std::string(key);
            auto bytes = monitor_bytes(reader, reader.object(*monitors, where), where);
            bytes.insert(bytes.begin(), first);
            ecu.parameters[pid].fixed = bytes;
        }
    };
    add_monitors(
        "monitors", 0x01, static_cast<std::uint8_t>((lit ? 0x80U : 0U) | ecu.stored.size())
    );
    add_monitors("monitors_cycle", 0x41, 0);
    read_information(reader, object, place, ecu);
    read_quirks(reader, object, place, ecu);
    read_freeze_frames(reader, object, place, ecu);
    read_tests(reader, object, place, ecu);
    return ecu;
}

Papers read_papers(Reader& reader, const json::value& value) {
    const std::string place = "/papers";
    const auto& object = reader.object(value, place);
    reader.known_keys(
        object, place, {"plate", "model_year", "fuel", "gvwr_kg", "lamp_key_on", "lamp_running"}
    );
    Papers papers;
    papers.plate = reader.text(object, "plate", place);
    papers.model_year = static_cast<int>(reader.number(object, "model_year", 0, place));
    papers.fuel = reader.text(object, "fuel", place);
    papers.gvwr_kg = static_cast<int>(reader.number(object, "gvwr_kg", 0, place));
    papers.lamp_key_on = reader.truth(object, "lamp_key_on", true, place);
    papers.lamp_running = reader.truth(object, "lamp_running", false, place);
    return papers;
}

}  // namespace

Result<Vehicle> read_vehicle(std::string_view text) {
    boost::system::error_code error;
    const auto value = json::parse(json::string_view(text.data(), text.size()), error);
    if (error) {
        return Failure{Fault::malformed, "the vehicle file is not JSON: " + error.message()};
    }
    Reader reader;
    Vehicle vehicle;
    const auto& object = reader.object(value, "");
    reader.known_keys(
        object, "", {"schema", "name", "title", "protocol", "volts", "padding", "papers", "ecus"}
    );
    if (reader.text(object, "schema", "") != "obd-sim/vehicle/1") {
        reader.complain("/schema", "must be obd-sim/vehicle/1");
    }
    vehicle.name = reader.text(object, "name", "");
    if (const auto* title = object.if_contains("title")) {
        const auto& both = reader.object(*title, "/title");
        vehicle.title_en = reader.text(both, "en", "/title");
        vehicle.title_es = reader.text(both, "es", "/title");
    }
    const auto protocol = bus::protocol_from_id(reader.text(object, "protocol", ""));
    if (!protocol) {
        reader.complain("/protocol", "is not a known protocol, e.g. can11_500");
    }
    vehicle.protocol = protocol.value_or(bus::Protocol::undecided);
    vehicle.volts = reader.number(object, "volts", 12.6, "");
    if (const auto* padding = object.if_contains("padding")) {
        const auto bytes = reader.bytes(*padding, "/padding");
        vehicle.padding = bytes.empty() ? std::uint8_t{0} : bytes[0];
    }
    if (const auto* papers = object.if_contains("papers")) {
        vehicle.papers = read_papers(reader, *papers);
    }
    const auto* ecus = object.if_contains("ecus");
    if (ecus == nullptr || !ecus->is_array()) {
        reader.complain("/ecus", "must be a list");
    } else {
        for (std::size_t i = 0; i < ecus->as_array().size(); ++i) {
            vehicle.ecus.push_back(
                read_ecu(reader, ecus->as_array()[i], "/ecus/" + std::to_string(i))
            );
        }
    }
    if (!reader.good()) {
        return Failure{Fault::malformed, "vehicle file " + reader.problem()};
    }
    return vehicle;
}

std::vector<std::string_view> vehicle_names() {
    std::vector<std::string_view> names;
    for (const auto& file : vehicle_files()) {
        names.push_back(file.name.substr(0, file.name.rfind('.')));
    }
    return names;
}

Result<Vehicle> built_in_vehicle(std::string_view name) {
    for (const auto& file : vehicle_files()) {
        if (file.name.substr(0, file.name.rfind('.')) == name) {
            return read_vehicle(file.text);
        }
    }
    return Failure{
        Fault::malformed,
        "no vehicle is called \"" + std::string(name) + "\"; obd-sim --list names them"};
}

}  // namespace protocols::simulator
