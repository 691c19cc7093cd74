#include "obd/snapshot/json.hpp"
#include "station/app/inspector.hpp"
#include "station/messages/messages.hpp"
#include "sync/uploader/send.hpp"
#include "ui/terminal/arguments.hpp"
#include "ui/terminal/commands.hpp"
#include "ui/terminal/snapshot_text.hpp"
#include "ui/terminal/vehicle_options.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>

namespace ui::terminal {
namespace {

namespace app = station::app;
namespace json = boost::json;
using protocols::Failure;
using protocols::Fault;
using station::report::Language;

struct StepWord {
    std::string_view step;
    std::string_view es;
    std::string_view en;
};
constexpr std::array step_words{
    StepWord{"adapter", "Adaptador", "Adapter"},
    StepWord{"support", "Qué sabe el vehículo", "What the vehicle knows"},
    StepWord{"identity", "Identidad (NIV)", "Identity (VIN)"},
    StepWord{"status", "Luz de falla y monitores", "Malfunction lamp and monitors"},
    StepWord{"codes", "Códigos de falla", "Trouble codes"},
    StepWord{"freeze_frame", "Cuadro congelado", "Freeze frame"},
    StepWord{"parameters", "Valores", "Values"},
    StepWord{"software", "Software del motor", "Engine software"},
    StepWord{"performance", "Desempeño de monitores", "Monitor performance"},
    StepWord{"done", "Listo", "Done"},
    StepWord{
        "reconnect", "El adaptador se desconectó: conéctalo y la lectura sigue donde iba",
        "The adapter was disconnected: plug it in and the reading goes on where it was"},
};

std::string step_text(const std::string& step, bool spanish) {
    for (const auto& word : step_words) {
        if (word.step == step) {
            return std::string(spanish ? word.es : word.en);
        }
    }
    return (spanish ? "Buscando " : "Trying ") + step;
}

app::OnProgress progress_lines(bool spanish) {
    const auto start = std::chrono::steady_clock::now();
    return [=](const obd::ReadingProgress& progress) {
        const auto seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        std::fprintf(
            stderr, "%6.1f s  %3d %%  %s%s\n", seconds, static_cast<int>(progress.share * 100),
            step_text(progress.step, spanish).c_str(),
            progress.attempt > 1
                ? ((spanish ? " (intento " : " (attempt ") + std::to_string(progress.attempt) + ")")
                      .c_str()
                : ""
        );
    };
}

app::ReadingDone read_now(
    const protocols::link::Endpoint& endpoint,
    int attempts,
    std::chrono::seconds reconnect,
    bool spanish
) {
    boost::asio::io_context io(1);
    app::ReadingDone done;
    app::Stop stop;
    boost::asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([&](const boost::system::error_code& error, int) {
        if (!error) {
            stop.request();
        }
    });
    obd::ReadingSettings settings;
    settings.connect_attempts = attempts;
    auto on_progress = progress_lines(spanish);
    boost::asio::co_spawn(
        io, app::read_vehicle(io, endpoint, settings, reconnect, std::move(on_progress), stop, done),
        [&](const std::exception_ptr& problem) {
            signals.cancel();
            if (problem) {
                std::rethrow_exception(problem);
            }
        }
    );
    io.run();
    return done;
}

/// How long a lost adapter is waited for: `--reconnect SECONDS`, 30 unless stated.
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

void write_transcript(
    const std::string& path, const protocols::transcript::Transcript& transcript
) {
    std::ofstream file(path, std::ios::binary);
    file << protocols::transcript::to_text(transcript);
    file.flush();
    if (!file) {
        throw Stopped({Fault::store_read_only, path});
    }
}

}  // namespace

int adapters(int argc, char** argv) {
    const Arguments arguments(argc, argv, 2, {"--adapter", "--format", "--lang"}, {});
    const bool spanish = language(arguments.get("--lang")) == Language::spanish;
    if (arguments.has("--adapter")) {
        const auto endpoint =
            value_or_stop(protocols::link::read_endpoint(arguments.get("--adapter")));
        const auto done = read_now(endpoint, 1, std::chrono::seconds(0), spanish);
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

int read(int argc, char** argv) {
    const Arguments arguments(
        argc, argv, 2, {"--adapter", "--format", "--record", "--lang", "--reconnect"}, {}
    );
    const bool spanish = language(arguments.get("--lang")) == Language::spanish;
    const auto format = arguments.get("--format", "text");
    if (format != "text" && format != "json") {
        throw UsageError("--format must be text or json");
    }
    auto parsed = protocols::link::read_endpoint(arguments.need("--adapter"));
    if (parsed.has_error()) {
        throw UsageError(parsed.error().detail);
    }
    const auto done = read_now(parsed.value(), 1, reconnect_of(arguments), spanish);
    if (arguments.has("--record") && !done.transcript.entries.empty()) {
        write_transcript(arguments.get("--record"), done.transcript);
    }
    if (!done.snapshot) {
        throw Stopped(*done.failure);
    }
    if (format == "json") {
        std::cout << json::serialize(obd::to_json(*done.snapshot)) << "\n";
    } else {
        print_snapshot(*done.snapshot, spanish);
    }
    if (!done.snapshot->connected) {
        std::cerr << (spanish ? station::messages::spanish({Fault::no_protocol, ""})
                              : station::messages::english({Fault::no_protocol, ""}))
                  << "\n";
        return exit_code(station::criteria::Verdict::no_comm);
    }
    return exit_ok;
}

namespace {

void report_upload(station::records::Store& store, const std::string& centre, bool spanish) {
    constexpr auto upload_time = std::chrono::seconds(15);
    const auto sent = syncing::send_all(store, centre, upload_time);
    if (sent.has_error()) {
        std::cerr << (spanish ? station::messages::spanish(sent.error())
                              : station::messages::english(sent.error()))
                  << "\n";
        return;
    }
    std::cerr << (spanish ? "Enviado al centro: " : "Sent to the centre: ")
              << sent.value().confirmed
              << (spanish ? " registro(s) confirmados\n" : " record(s) confirmed\n");
}

}  // namespace

int run(int argc, char** argv) {
    const Arguments arguments(
        argc, argv, 2,
        {"--adapter", "--profile", "--variant", "--vehicle", "--station", "--centre", "--lamp",
         "--connector", "--technician", "--visit", "--previous", "--lang", "--reconnect"},
        {}
    );
    const bool spanish = language(arguments.get("--lang")) == Language::spanish;
    auto endpoint = protocols::link::read_endpoint(arguments.need("--adapter"));
    if (endpoint.has_error()) {
        throw UsageError(endpoint.error().detail);
    }
    const auto loaded = load_profile(arguments.need("--profile"), arguments.get("--variant"));
    auto stated = stated_from(arguments);
    if (stated.plate.empty() && stated.vin.empty()) {
        throw UsageError("--vehicle needs plate=… or vin=…");
    }
    if (::isatty(STDIN_FILENO) == 1) {
        ask_about_lamp(stated, spanish);
    }
    for (const auto& name : missing_options(stated, loaded.profile.vehicle_facts_needed())) {
        std::cerr << (spanish ? "Aviso: el programa pide --vehicle "
                              : "Note: the programme needs --vehicle ")
                  << name << "=…\n";
    }
    auto store = value_or_stop(station::records::Store::open(arguments.need("--station")));
    const int closed = value_or_stop(app::close_left_open(store));
    if (closed > 0) {
        std::cerr << (spanish ? "Inspecciones interrumpidas que se cerraron: "
                              : "Interrupted inspections that were closed: ")
                  << closed << "\n";
    }
    station::inspection::Order order;
    order.id = app::make_id();
    order.stated = stated;
    order.technician = arguments.get("--technician");
    order.profile_source = loaded.source;
    order.variant = loaded.profile.variant;
    order.adapter = endpoint.value().text();
    order.started = app::utc_now();
    const auto begun = store.begin(order.id, station::inspection::draft_of(order));
    if (begun.has_error()) {
        throw Stopped(begun.error());
    }
    const auto done = read_now(
        endpoint.value(), loaded.profile.connect_attempts, reconnect_of(arguments), spanish
    );
    const auto stored = value_or_stop(app::store_inspection(store, order, loaded.profile, done));
    if (arguments.has("--centre")) {
        report_upload(store, arguments.get("--centre"), spanish);
    }
    const auto body = json::parse(stored.concluded.body);
    std::cerr << station::report::as_text(body, spanish ? Language::spanish : Language::english);
    json::object out{
        {"station", store.station()},
        {"sequence", static_cast<std::int64_t>(stored.record.sequence)},
        {"hash", station::seal::hex(stored.record.hash)},
        {"inspection", order.id},
    };
    if (stored.concluded.judgement) {
        const auto& judgement = *stored.concluded.judgement;
        auto judged = station::criteria::to_json(judgement, loaded.profile, stored.concluded.facts);
        out["verdict"] = judged.at("verdict");
        out["reasons"] = judged.at("reasons");
        out["rules"] = judged.at("rules");
        std::cout << json::serialize(out) << "\n";
        return exit_code(judgement.verdict);
    }
    out["verdict"] = nullptr;
    out["aborted"] = body.at("aborted");
    std::cout << json::serialize(out) << std::endl;
    throw Stopped(*done.failure);
}

int send(int argc, char** argv) {
    const Arguments arguments(argc, argv, 2, {"--station", "--centre", "--lang"}, {});
    auto store = value_or_stop(station::records::Store::open(arguments.need("--station")));
    constexpr auto upload_time = std::chrono::seconds(60);
    const auto sent =
        value_or_stop(syncing::send_all(store, arguments.need("--centre"), upload_time));
    const auto left = value_or_stop(store.unsent_count());
    std::cout << json::serialize(json::object{
                     {"confirmed", static_cast<std::int64_t>(sent.confirmed)},
                     {"waiting", static_cast<std::int64_t>(left)}})
              << "\n";
    return exit_ok;
}

}  // namespace ui::terminal
