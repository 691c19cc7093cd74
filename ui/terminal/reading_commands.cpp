#include "obd/snapshot/json.hpp"
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
