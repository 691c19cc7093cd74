// obd-reader: reads a vehicle and says what it read, nothing else: no programme, no record. It
// needs no database and no network, so it is also built for Windows, where J2534 libraries live.
#include "obd/snapshot/json.hpp"
#include "protocols/link/libraries.hpp"
#include "station/messages/messages.hpp"
#include "ui/reader/running.hpp"

#include <boost/json/serialize.hpp>

#include <csignal>
#include <cstdio>
#include <iostream>
#include <string_view>
#include <vector>

namespace {

namespace json = boost::json;

constexpr const char* usage = R"(obd-reader: what a vehicle's on-board diagnostics say

  obd-reader libraries                  J2534 libraries that are installed
  obd-reader read ADAPTER [--all] [--no-reconnect] [--english]

ADAPTER is j2534:NAME (a library, by name or path), serial:DEVICE[@BAUD],
tcp:HOST:PORT or doip:HOST.
JSON goes to standard output. Exit: 0 ok, 12 no communication, 2 usage, 20-36 an error with its own
code, as of obd-inspect.
)";
constexpr int exit_usage = 2;
constexpr int exit_no_comm = 12;

int libraries() {
    json::array list;
    for (const auto& one : protocols::link::installed(protocols::link::passthru_folders())) {
        list.push_back(json::object{
            {"name", one.name},
            {"vendor", one.vendor},
            {"library", one.library},
            {"version", one.version}});
    }
    std::cout << json::serialize(json::object{{"libraries", std::move(list)}}) << "\n";
    return 0;
}

int refuse(const protocols::Failure& failure, bool english) {
    std::cerr << (english ? station::messages::english(failure)
                          : station::messages::spanish(failure))
              << "\n";
    return station::messages::message_for(failure.fault).exit_code;
}

int read(std::string_view adapter, bool all, bool reconnects, bool english) {
    constexpr auto everything = std::chrono::seconds(900);  // one at a time on a slow bus
    constexpr auto reconnect = std::chrono::seconds(30);
    const auto endpoint = protocols::link::read_endpoint(adapter);
    if (endpoint.has_error()) {
        std::cerr << "obd-reader: " << endpoint.error().detail << "\n\n" << usage;
        return exit_usage;
    }
    obd::ReadingSettings settings;
    settings.connect_attempts = 1;
    settings.all = all;
    settings.total = all ? everything : settings.total;
    const auto done = ui::reader::read_now(
        endpoint.value(), settings, reconnects ? reconnect : std::chrono::seconds(0), !english
    );
    if (!done.snapshot) {
        return refuse(*done.failure, english);
    }
    std::cout << json::serialize(obd::to_json(*done.snapshot)) << "\n";
    if (done.snapshot->connected) {
        return 0;
    }
    refuse({protocols::Fault::no_protocol, ""}, english);
    return exit_no_comm;
}

}  // namespace

int main(int argc, char** argv) {
#ifdef SIGPIPE
    std::signal(SIGPIPE, SIG_IGN);
#endif
    const std::vector<std::string_view> words(argv + 1, argv + argc);
    if (words.size() == 1 && words[0] == "libraries") {
        return libraries();
    }
    if (words.size() < 2 || words[0] != "read") {
        const bool help = words.size() == 1 && words[0] == "--help";
        (help ? std::cout : std::cerr) << usage;
        return help ? 0 : exit_usage;
    }
    bool all = false;
    bool reconnects = true;
    bool english = false;
    for (const auto word : std::vector<std::string_view>(words.begin() + 2, words.end())) {
        all = all || word == "--all";
        reconnects = reconnects && word != "--no-reconnect";
        english = english || word == "--english";
        if (word != "--all" && word != "--no-reconnect" && word != "--english") {
            std::cerr << "obd-reader: there is no option \"" << word << "\"\n\n" << usage;
            return exit_usage;
        }
    }
    return read(words[1], all, reconnects, english);
}
