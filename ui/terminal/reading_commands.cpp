#include "obd/snapshot/json.hpp"
#include "station/app/inspector.hpp"
#include "station/app/learning.hpp"
#include "station/messages/messages.hpp"
#include "sync/uploader/send.hpp"
#include "ui/reader/running.hpp"
#include "ui/terminal/arguments.hpp"
#include "ui/terminal/commands.hpp"
#include "ui/terminal/snapshot_text.hpp"
#include "ui/terminal/vehicle_options.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <unistd.h>

#include <chrono>
#include <iostream>

namespace ui::terminal {
namespace {

namespace app = station::app;
namespace json = boost::json;
using protocols::Failure;
using protocols::Fault;
using station::report::Language;

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

// A hundred PIDs and tests, one at a time on a slow bus.
constexpr auto everything_total = std::chrono::seconds(900);

}  // namespace

int read(int argc, char** argv) {
    const Arguments arguments(
        argc, argv, 2, {"--adapter", "--format", "--record", "--lang", "--reconnect", "--station"},
        {"--all"}
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
    obd::ReadingSettings settings;
    if (arguments.has("--station")) {
        settings = app::Learning(arguments.get("--station")).settings(parsed.value(), "", "");
    }
    settings.connect_attempts = 1;
    settings.all = arguments.has("--all");
    if (settings.all) {
        settings.total = everything_total;
    }
    const auto done = reader::read_now(parsed.value(), settings, reconnect_of(arguments), spanish);
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
    app::Learning learning(arguments.need("--station"));
    order.qualified = learning.qualified(endpoint.value());
    const auto begun = store.begin(order.id, station::inspection::draft_of(order));
    if (begun.has_error()) {
        throw Stopped(begun.error());
    }
    auto settings = learning.settings(endpoint.value(), stated.vin, stated.plate);
    settings.connect_attempts = loaded.profile.connect_attempts;
    const auto done =
        reader::read_now(endpoint.value(), settings, reconnect_of(arguments), spanish);
    learning.learn(done, stated.vin, stated.plate);
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
        auto judged = station::criteria::to_json(judgement, loaded.profile);
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
