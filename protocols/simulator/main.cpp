#include "protocols/link/port.hpp"
#include "protocols/simulator/dialogue.hpp"
#include "protocols/simulator/elm.hpp"
#include "protocols/simulator/serve.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

namespace sim = protocols::simulator;

constexpr const char* usage = R"(obd-sim: a simulated vehicle behind a simulated adapter

  obd-sim --vehicle NAME|FILE [--adapter elm327-2.3|elm327-1.5-clone|elm327-2.1-clone|stn2255]
          --elm pty:LINK | --elm tcp:HOST:PORT   [--baud 38400] [--speed 1]
  obd-sim --vehicle NAME|FILE --doip HOST[:PORT]
          [--gateway 2019|default-activation|confirm|no-functional|alive-check]
  obd-sim --dialogue FILE [--id ID] --elm …      play a recorded dialogue (JSON Lines)
  obd-sim --list                                 vehicles that are built in
  obd-sim --papers NAME|FILE                     what obd-inspect --vehicle takes for it
  obd-sim --lamp NAME|FILE                       what obd-inspect --lamp takes for it

--baud 0 makes the serial line take no time; --speed 20 lets the simulated world run 20 times
faster. Ends with Ctrl-C.
)";

struct UsageError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

std::string file_text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw std::runtime_error("cannot read " + path + ": check the path and permissions");
    }
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

sim::Vehicle load_vehicle(const std::string& name) {
    const bool file = name.find('/') != name.npos || name.ends_with(".json");
    auto vehicle = file ? sim::read_vehicle(file_text(name)) : sim::built_in_vehicle(name);
    if (vehicle.has_error()) {
        throw std::runtime_error(vehicle.error().detail);
    }
    return vehicle.value();
}

sim::Dialogue load_dialogue(const std::string& path, const std::string& id) {
    std::istringstream lines(file_text(path));
    std::string line;
    while (std::getline(lines, line)) {
        auto dialogue = sim::read_dialogue(line);
        if (dialogue.has_error()) {
            throw std::runtime_error(path + ": " + dialogue.error().detail);
        }
        if (id.empty() || dialogue.value().id == id) {
            return dialogue.value();
        }
    }
    throw std::runtime_error(path + " has no dialogue called \"" + id + "\"");
}

std::map<std::string, std::string> options(int argc, char** argv) {
    std::map<std::string, std::string> values;
    for (int i = 1; i < argc; ++i) {
        const std::string name = argv[i];
        if (name == "--list" || name == "--help") {
            values[name] = "yes";
            continue;
        }
        static const std::vector<std::string> known{
            "--vehicle", "--adapter", "--elm",  "--baud", "--dialogue", "--id",
            "--speed",   "--papers",  "--lamp", "--doip", "--gateway"};
        if (std::ranges::find(known, name) == known.end() || i + 1 == argc) {
            throw UsageError("do not understand \"" + name + "\"");
        }
        values[name] = argv[++i];
    }
    return values;
}

void list_vehicles() {
    for (const auto name : sim::vehicle_names()) {
        const auto vehicle = sim::built_in_vehicle(name);
        std::cout << name << "\t" << vehicle.value().title_en << "\n";
    }
}

void print_papers(const sim::Papers& papers) {
    std::cout << "plate=" << papers.plate << ",year=" << papers.model_year
              << ",fuel=" << papers.fuel << ",gvwr=" << papers.gvwr_kg << "\n";
}

void print_lamp(const sim::Papers& papers) {
    std::cout << "key-on=" << (papers.lamp_key_on ? "yes" : "no")
              << ",running=" << (papers.lamp_running ? "yes" : "no") << "\n";
}

sim::Offer offer_of(const std::map<std::string, std::string>& given) {
    const auto value = [&](const std::string& name, const std::string& fallback) {
        const auto found = given.find(name);
        return found == given.end() ? fallback : found->second;
    };
    if (given.contains("--dialogue")) {
        const auto dialogue = load_dialogue(given.at("--dialogue"), value("--id", ""));
        return {[dialogue] { return std::make_unique<sim::DialoguePlayer>(dialogue); }};
    }
    const auto vehicle = load_vehicle(value("--vehicle", "healthy-petrol"));
    const auto* dialect = sim::find_dialect(value("--adapter", "elm327-2.3"));
    if (dialect == nullptr) {
        throw UsageError("no adapter is called \"" + given.at("--adapter") + "\"");
    }
    std::uint32_t baud = 0;
    try {
        baud = static_cast<std::uint32_t>(std::stoul(value("--baud", "38400")));
    } catch (const std::logic_error&) {
        throw UsageError("--baud needs a number");
    }
    double speed = 1;
    try {
        speed = std::stod(value("--speed", "1"));
    } catch (const std::logic_error&) {
        speed = 0;
    }
    if (!(speed >= 0.01 && speed <= 1000)) {
        throw UsageError("--speed needs a number from 0.01 to 1000");
    }
    return {[=] { return std::make_unique<sim::Elm>(vehicle, *dialect, baud); }, speed};
}

sim::DoipQuirks quirks_of(const std::string& gateway) {
    sim::DoipQuirks quirks;
    constexpr int some_requests = 3;
    if (gateway == "2019") {
        quirks.version = protocols::doip::version_2019;
    } else if (gateway == "default-activation") {
        quirks.default_activation_only = true;
    } else if (gateway == "confirm") {
        quirks.confirmed_at_vehicle = true;
    } else if (gateway == "no-functional") {
        quirks.no_functional_address = true;
    } else if (gateway == "alive-check") {
        quirks.alive_check_every = some_requests;
    } else if (!gateway.empty()) {
        throw UsageError("no gateway is called \"" + gateway + "\"");
    }
    return quirks;
}

void serve_gateway(std::map<std::string, std::string> given) {
    auto host = given["--doip"];
    int port = protocols::doip::port;
    if (const auto colon = host.find(':'); colon != host.npos) {
        try {
            port = std::stoi(host.substr(colon + 1));
        } catch (const std::logic_error&) {
            port = -1;
        }
        host.resize(colon);
    }
    if (port < 0 || port > 65535) {
        throw UsageError("--doip HOST:PORT needs a port number");
    }
    const auto name = given["--vehicle"];
    const auto vehicle = load_vehicle(name.empty() ? "uds-2027" : name);
    boost::asio::io_context io(1);
    boost::asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([&](const boost::system::error_code&, int) { io.stop(); });
    const auto taken = sim::serve_doip(
        io, host, static_cast<unsigned short>(port), vehicle, quirks_of(given["--gateway"]), 1
    );
    std::cout << "vehicle at doip:" << host << ":" << taken << std::endl;
    io.run();
}

int run(int argc, char** argv) {
    const auto given = options(argc, argv);
    if (given.contains("--help")) {
        std::cout << usage;
        return 0;
    }
    if (given.contains("--list")) {
        list_vehicles();
        return 0;
    }
    if (given.contains("--papers")) {
        print_papers(load_vehicle(given.at("--papers")).papers);
        return 0;
    }
    if (given.contains("--lamp")) {
        print_lamp(load_vehicle(given.at("--lamp")).papers);
        return 0;
    }
    if (given.contains("--doip")) {
        serve_gateway(given);
        return 0;
    }
    if (!given.contains("--elm")) {
        throw UsageError("--elm or --doip says where the adapter or the vehicle is offered");
    }
    const auto offer = offer_of(given);
    boost::asio::io_context io(1);
    boost::asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([&](const boost::system::error_code&, int) { io.stop(); });
    const auto& where = given.at("--elm");
    std::string link;
    if (where.starts_with("pty:")) {
        link = where.substr(4);
        sim::serve_pty(io, link, offer);
        std::cout << "adapter at serial:" << link << std::endl;
    } else if (where.starts_with("tcp:")) {
        const auto colon = where.rfind(':');
        const auto host = where.substr(4, std::max<std::size_t>(colon, 4) - 4);
        int port = -1;
        try {
            port = std::stoi(where.substr(colon + 1));
        } catch (const std::logic_error&) {
            port = -1;
        }
        if (port < 0 || port > 65535) {
            throw UsageError("--elm tcp:HOST:PORT needs a port number");
        }
        const auto taken = sim::serve_tcp(io, host, static_cast<unsigned short>(port), offer);
        std::cout << "adapter at tcp:" << host << ":" << taken << std::endl;
    } else {
        throw UsageError("--elm must be pty:LINK or tcp:HOST:PORT");
    }
    io.run();
    if (!link.empty()) {
        std::remove(link.c_str());
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const UsageError& error) {
        std::cerr << "obd-sim: " << error.what() << "\n\n" << usage;
        return 2;
    } catch (const std::exception& error) {
        std::cerr << "obd-sim: " << error.what() << "\n";
        return 1;
    }
}
