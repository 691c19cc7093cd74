#include "protocols/base/text.hpp"
#include "protocols/link/libraries.hpp"
#include "station/adapters/json.hpp"
#include "station/adapters/memory.hpp"
#include "station/app/naming.hpp"
#include "ui/reader/running.hpp"
#include "ui/terminal/arguments.hpp"
#include "ui/terminal/commands.hpp"

#include <boost/json/serialize.hpp>

#include <array>
#include <cstdio>
#include <filesystem>
#include <iostream>

namespace ui::terminal {
namespace {

namespace app = station::app;
namespace json = boost::json;
namespace qualified = station::adapters;
using protocols::Failure;
using protocols::Fault;
using qualified::Fitness;
using station::report::Language;

struct FitnessWord {
    Fitness fitness;
    int exit;
    const char* es;
    const char* en;
};
constexpr std::array fitness_words{
    FitnessWord{Fitness::fit, exit_ok, "APTO PARA INSPECCIONES", "FIT FOR INSPECTIONS"},
    FitnessWord{Fitness::reading_only, exit_reading_only, "SOLO PARA LECTURA", "FOR READING ONLY"},
    FitnessWord{Fitness::unfit, exit_unfit, "NO APTO", "UNFIT"},
};

const FitnessWord& word_of(Fitness fitness) {
    return fitness_words[static_cast<std::size_t>(fitness)];
}

void print_qualification(
    const protocols::elm327::Qualification& found, const qualified::Judged& judged, bool spanish
) {
    const auto pick = [spanish](const char* es, const char* en) { return spanish ? es : en; };
    const auto field = [](const char* name, const std::string& value) {
        std::cerr << name << std::string(18 - protocols::characters(name), ' ') << value << "\n";
    };
    const auto ms = [](std::chrono::microseconds time) {
        std::array<char, 32> text{};
        std::snprintf(
            text.data(), text.size(), "%.1f ms", static_cast<double>(time.count()) / 1000
        );
        return std::string(text.data());
    };
    const auto& identity = found.identity;
    std::cerr << "\n";
    field(pick("Dice ser", "Claims to be"), protocols::printable(identity.banner));
    field(
        pick("Conoce hasta", "Knows up to"),
        found.effective.empty()
            ? pick("no se sabe: dice que sí a todo", "unknown: it agrees to all")
            : "ELM327 v" + found.effective
    );
    if (!identity.stn.empty()) {
        field("STN", protocols::printable(identity.stn + " " + found.device + " " + found.serial));
    }
    if (found.protocol != protocols::bus::Protocol::undecided) {
        field(
            pick("Vehículo", "Vehicle"),
            std::string(name(found.protocol)) + ", " + std::to_string(found.units) +
                pick(
                    found.units == 1 ? " unidad" : " unidades",
                    found.units == 1 ? " unit" : " units"
                ) +
                pick("; respuesta más larga: ", "; longest answer: ") +
                std::to_string(found.longest_frames) + pick(" tramas", " frames")
        );
    }
    field(
        pick("Ida y vuelta", "Round trip"),
        ms(found.round_trip.median) + " (95 %: " + ms(found.round_trip.p95) +
            pick(", la más larga: ", ", longest: ") + ms(found.round_trip.longest) + ")"
    );
    if (found.line_baud != 0) {
        field(
            pick("Velocidad", "Rate"), std::to_string(found.line_baud) +
                                           pick(" baud; la mejor: ", " baud; best: ") +
                                           std::to_string(found.best_baud)
        );
    }
    std::cerr << "\n" << pick(word_of(judged.fitness).es, word_of(judged.fitness).en) << "\n";
    for (const auto& reason : judged.reasons) {
        const bool remark = reason.allows == Fitness::fit;
        std::cerr << (remark ? pick("  nota: ", "  note: ") : "  - ")
                  << (spanish ? reason.es : reason.en) << "\n";
    }
}

int qualify(const Arguments& arguments, bool spanish) {
    const auto endpoint =
        value_or_stop(protocols::link::read_endpoint(arguments.need("--adapter")));
    std::optional<qualified::Memory> memory;
    if (arguments.has("--station")) {
        std::error_code ignored;
        std::filesystem::create_directories(arguments.get("--station"), ignored);
        memory.emplace(value_or_stop(qualified::Memory::open(arguments.get("--station"))));
    }
    const auto done = reader::qualify_now(endpoint, spanish);
    if (arguments.has("--record") && !done.transcript.entries.empty()) {
        write_transcript(arguments.get("--record"), done.transcript);
    }
    if (!done.found) {
        throw Stopped(*done.failure);
    }
    const auto judged = qualified::judge(*done.found);
    const auto at = app::utc_now();
    const auto text = json::serialize(qualified::to_json(*done.found, judged, endpoint.text(), at));
    if (memory) {
        const qualified::Remembered remembered{
            known_adapter(*done.found), std::string(id(judged.fitness)), at, text};
        const auto kept = memory->remember(endpoint.text(), remembered);
        if (kept.has_error()) {
            throw Stopped(kept.error());
        }
    }
    print_qualification(*done.found, judged, spanish);
    std::cout << text << "\n";
    return word_of(judged.fitness).exit;
}

int identify(const Arguments& arguments, bool spanish) {
    const auto endpoint = value_or_stop(protocols::link::read_endpoint(arguments.get("--adapter")));
    obd::ReadingSettings settings;
    settings.connect_attempts = 1;
    const auto done = reader::read_now(endpoint, settings, std::chrono::seconds(0), spanish);
    const auto& adapter = done.snapshot ? done.snapshot->adapter : done.partial.adapter;
    if (adapter.banner.empty()) {
        throw Stopped(done.failure.value_or(Failure{Fault::adapter_silent, ""}));
    }
    json::object found{
        {"endpoint", endpoint.text()},
        {"banner", adapter.banner},
        {"description", adapter.description},
        {"stn", adapter.stn},
        {"volts", nullptr}};
    if (adapter.volts) {
        found["volts"] = *adapter.volts;
    }
    std::cout << json::serialize(found) << "\n";
    return exit_ok;
}

int list_adapters(bool spanish) {
    json::array found;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator("/dev", error)) {
        const auto name = entry.path().filename().string();
        if (name.starts_with("ttyUSB") || name.starts_with("ttyACM") ||
            name.starts_with("rfcomm")) {
            found.emplace_back("serial:" + entry.path().string());
        }
    }
    for (const auto& entry : std::filesystem::directory_iterator("/dev/serial/by-id", error)) {
        found.emplace_back("serial:" + entry.path().string());
    }
    for (const auto& library : protocols::link::installed(protocols::link::passthru_folders())) {
        found.emplace_back("j2534:" + library.name);
    }
    if (found.empty()) {
        std::cerr
            << (spanish ? "No hay adaptadores conectados. Conecta uno, o nómbralo: "
                          "serial:DISPOSITIVO o tcp:192.168.0.10:35000\n"
                        : "No adapter is plugged in. Plug one in, or name it: "
                          "serial:DEVICE or tcp:192.168.0.10:35000\n");
    }
    std::cout << json::serialize(json::object{{"adapters", std::move(found)}}) << "\n";
    return exit_ok;
}

}  // namespace

int adapters(int argc, char** argv) {
    const Arguments arguments(
        argc, argv, 2, {"--adapter", "--station", "--record", "--lang"}, {"--qualify"}
    );
    const bool spanish = language(arguments.get("--lang")) == Language::spanish;
    if (arguments.has("--qualify")) {
        return qualify(arguments, spanish);
    }
    return arguments.has("--adapter") ? identify(arguments, spanish) : list_adapters(spanish);
}

}  // namespace ui::terminal
