#include "station/exports/exports.hpp"
#include "station/records/archive.hpp"
#include "station/records/verify.hpp"
#include "ui/terminal/arguments.hpp"
#include "ui/terminal/commands.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <iostream>
#include <limits>

namespace ui::terminal {
namespace {

namespace exports = station::exports;
namespace json = boost::json;
using protocols::Failure;
using protocols::Fault;
using station::report::Language;

std::uint64_t sequence_of(const Arguments& arguments, const char* name, std::uint64_t fallback) {
    if (!arguments.has(name)) {
        return fallback;
    }
    try {
        return std::stoull(arguments.get(name));
    } catch (const std::logic_error&) {
        throw UsageError(std::string(name) + " needs a number");
    }
}

json::object object_of(const exports::Row& row) {
    json::object object;
    for (const auto& field : row) {
        object[field.name] = field.value;
    }
    return object;
}

}  // namespace

int export_records(int argc, char** argv) {
    const Arguments arguments(
        argc, argv, 2, {"--as", "--records", "--station", "--from", "--to", "--format", "--lang"},
        {}
    );
    const bool spanish = language(arguments.get("--lang")) == Language::spanish;
    const auto first = sequence_of(arguments, "--from", 1);
    const auto last = sequence_of(arguments, "--to", std::numeric_limits<std::int64_t>::max());
    if (arguments.has("--records")) {
        const auto written = value_or_stop(station::records::export_chain(
            arguments.need("--station"), first, last, arguments.get("--records")
        ));
        std::cout << json::serialize(json::object{
                         {"file", arguments.get("--records")},
                         {"records", static_cast<std::int64_t>(written)}})
                  << "\n";
        return exit_ok;
    }
    const auto format = arguments.get("--format", "csv");
    if (format != "csv" && format != "json") {
        throw UsageError("--format must be csv or json");
    }
    const auto as = arguments.need("--as");
    const auto map = value_or_stop(
        as.ends_with(".json") ? exports::read_map(file_text(as)) : exports::built_in_map(as)
    );
    auto archive = value_or_stop(station::records::Archive::open(arguments.need("--station")));
    const auto station = value_or_stop(archive.station());
    if (format == "csv") {
        std::cout << exports::csv_line(map.names());
    }
    std::int64_t written = 0;
    std::int64_t passed_over = 0;
    std::optional<Failure> failure;
    const auto read = archive.bodies(first, last, [&](auto sequence, auto text) {
        const auto body = json::parse({text.data(), text.size()});
        if (!map.takes(std::string_view(body.at("type").as_string()))) {
            ++passed_over;
            return true;
        }
        const auto row = map.row(body, station, sequence);
        if (row.has_error()) {
            failure = Failure{
                Fault::malformed, "record " + std::to_string(sequence) + ": " + row.error().detail};
            return false;
        }
        std::cout
            << (format == "csv" ? exports::csv_line(row.value())
                                : json::serialize(object_of(row.value())) + "\n");
        ++written;
        return true;
    });
    if (read.has_error()) {
        throw Stopped(read.error());
    }
    std::cout.flush();
    if (failure) {
        throw Stopped(*failure);
    }
    std::cerr << (spanish ? "Registros exportados: " : "Records exported: ") << written
              << (spanish ? "; de otro tipo: " : "; of another type: ") << passed_over << "\n";
    return exit_ok;
}

}  // namespace ui::terminal
