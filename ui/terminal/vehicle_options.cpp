#include "ui/terminal/vehicle_options.hpp"

#include "station/criteria/profile.hpp"

#include <algorithm>
#include <array>
#include <iostream>

namespace ui::terminal {
namespace {

constexpr std::array<std::string_view, 11> fuels{
    "gasoline",      "hybrid_gasoline", "diesel",  "cng_oem",       "flex",    "electric",
    "lpg_converted", "cng_converted",   "lpg_oem", "hybrid_diesel", "hydrogen"};
constexpr std::array<std::string_view, 6> obd_types{"OBD-II",  "OBD",     "EOBD-E3",
                                                    "EOBD-E4", "EOBD-E5", "EOBD-E6"};

double number(const std::string& text, const std::string& name, double least, double most) {
    std::size_t used = 0;
    double value = 0;
    try {
        value = std::stod(text, &used);
    } catch (const std::logic_error&) {
        used = 0;
    }
    if (used != text.size() || text.empty() || value < least || value > most) {
        throw UsageError("\"" + text + "\" is not a possible " + name);
    }
    return value;
}

template <std::size_t n>
std::string one_of(
    const std::string& text, const std::array<std::string_view, n>& known, const std::string& name
) {
    if (std::ranges::find(known, text) == known.end()) {
        std::string list;
        for (const auto one : known) {
            list += (list.empty() ? "" : ", ") + std::string(one);
        }
        throw UsageError(name + " must be one of: " + list);
    }
    return text;
}

bool yes_or_no(const std::string& text) {
    if (text == "yes" || text == "si" || text == "sí") {
        return true;
    }
    if (text == "no") {
        return false;
    }
    throw UsageError("\"" + text + "\" is neither yes nor no");
}

std::optional<bool> ask(const char* question, bool spanish) {
    std::cerr << question << (spanish ? " [s/n, Enter: no se ve] " : " [y/n, Enter: cannot see] ");
    std::string line;
    if (!std::getline(std::cin, line) || line.empty()) {
        return std::nullopt;
    }
    return line[0] == 's' || line[0] == 'S' || line[0] == 'y' || line[0] == 'Y';
}

}  // namespace

station::criteria::Stated stated_from(const Arguments& arguments) {
    station::criteria::Stated stated;
    const auto vehicle = read_pairs(
        arguments.get("--vehicle"), {"plate", "vin", "year", "fuel", "gvwr", "obd", "make", "model",
                                     "category", "registered", "plug-in", "odometer"}
    );
    const auto given = [&](const char* key) {
        const auto found = vehicle.find(key);
        return found == vehicle.end() ? std::string() : found->second;
    };
    stated.plate = given("plate");
    stated.vin = given("vin");
    if (!given("year").empty()) {
        stated.model_year = static_cast<int>(number(given("year"), "model year", 1900, 2100));
    }
    if (!given("fuel").empty()) {
        stated.fuel = one_of(given("fuel"), fuels, "fuel");
    }
    if (!given("gvwr").empty()) {
        stated.gvwr_kg = number(given("gvwr"), "gross vehicle weight in kg", 50, 100000);
    }
    if (!given("odometer").empty()) {
        auto text = given("odometer");
        auto& odometer = stated.odometer.emplace();
        if (text.ends_with("km") || text.ends_with("mi")) {
            odometer.unit = text.substr(text.size() - 2);
            text.resize(text.size() - 2);
        }
        odometer.value = static_cast<int>(number(text, "odometer", 0, 9'999'999));
    }
    if (!given("obd").empty()) {
        stated.obd_type = one_of(given("obd"), obd_types, "obd");
    }
    stated.make = given("make");
    stated.model = given("model");
    if (!given("category").empty()) {
        constexpr std::array<std::string_view, 6> categories{"M1", "M2", "M3", "N1", "N2", "N3"};
        stated.category = one_of(given("category"), categories, "category");
    }
    stated.first_registered = given("registered");
    if (!stated.first_registered.empty() && !station::criteria::is_date(stated.first_registered)) {
        throw UsageError("registered must be a day, e.g. registered=2022-05-01");
    }
    if (!given("plug-in").empty()) {
        stated.plug_in = yes_or_no(given("plug-in"));
    }
    if (arguments.has("--owner-objects")) {
        stated.owner_objects = yes_or_no(arguments.get("--owner-objects"));
    }
    for (const auto& [key, answer] : read_pairs(arguments.get("--lamp"), {"key-on", "running"})) {
        (key == "key-on" ? stated.lamp_at_key_on : stated.lamp_running) = yes_or_no(answer);
    }
    if (arguments.has("--connector")) {
        constexpr std::array<std::string_view, 3> states{"ok", "missing", "intermediate_device"};
        stated.connector = one_of(arguments.get("--connector"), states, "--connector");
    }
    if (arguments.has("--visit")) {
        stated.visit = static_cast<int>(number(arguments.get("--visit"), "visit", 1, 99));
    }
    stated.previous = arguments.get("--previous");
    if (!stated.previous.empty() && !station::criteria::verdict_from_id(stated.previous)) {
        throw UsageError("--previous must be a verdict, e.g. NOT_READY");
    }
    return stated;
}

std::vector<std::string> missing_options(
    const station::criteria::Stated& stated, const std::vector<std::string>& needed
) {
    std::vector<std::string> missing;
    for (const auto& path : needed) {
        if (path == "vehicle.model_year" && !stated.model_year) {
            missing.emplace_back("year");
        } else if (path == "vehicle.fuel" && stated.fuel.empty()) {
            missing.emplace_back("fuel");
        } else if (path == "vehicle.gvwr_kg" && !stated.gvwr_kg) {
            missing.emplace_back("gvwr");
        }
    }
    return missing;
}

void ask_about_lamp(station::criteria::Stated& stated, bool spanish) {
    if (!stated.lamp_at_key_on) {
        stated.lamp_at_key_on =
            ask(spanish ? "¿Enciende la luz de check engine con la llave en ON, motor apagado?"
                        : "Does the check-engine light come on with the key ON, engine off?",
                spanish);
    }
    if (!stated.lamp_running) {
        stated.lamp_running =
            ask(spanish ? "¿Sigue encendida con el motor en marcha?"
                        : "Is it lit with the engine running?",
                spanish);
    }
}

std::chrono::seconds reconnect_of(const Arguments& arguments) {
    constexpr int longest = 3600;
    const auto text = arguments.get("--reconnect", "30");
    int seconds = -1;
    try {
        std::size_t used = 0;
        seconds = std::stoi(text, &used);
        seconds = used == text.size() ? seconds : -1;
    } catch (const std::logic_error&) {
        seconds = -1;
    }
    if (seconds < 0 || seconds > longest) {
        throw UsageError("--reconnect needs a number of seconds from 0 to 3600");
    }
    return std::chrono::seconds(seconds);
}

}  // namespace ui::terminal
