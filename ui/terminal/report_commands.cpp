#include "station/app/bundles.hpp"
#include "station/app/naming.hpp"
#include "station/app/printing.hpp"
#include "ui/terminal/arguments.hpp"
#include "ui/terminal/commands.hpp"
#include "ui/terminal/paper.hpp"
#include "ui/terminal/proving.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <iostream>

namespace ui::terminal {
namespace {

namespace app = station::app;
namespace json = boost::json;
using station::report::Language;

json::object shown(const app::Settings& settings) {
    return {
        {"site", settings.site},
        {"bay", settings.bay},
        {"phone", settings.phone},
        {"appeal", settings.appeal},
        {"printer", settings.printer},
        {"paper", settings.paper},
        {"report_lang", settings.report_lang}};
}

}  // namespace

int report(int argc, char** argv) {
    const Arguments arguments(
        argc, argv, 2,
        {"--station", "--sequence", "--out", "--paper", "--report-lang", "--printer", "--by",
         "--lang"},
        {"--print"}
    );
    auto store = value_or_stop(station::records::Store::open(arguments.need("--station")));
    const auto record = record_named(arguments, store);
    const auto sequence = record.sequence;
    const auto settings = value_or_stop(app::settings_of(store));
    const paper::Layout layout{
        arguments.get("--paper", settings.paper),
        arguments.get("--report-lang", settings.report_lang)};
    const bool printing = arguments.has("--print");
    const int copy = value_or_stop(app::copies(store, sequence)) + 1;
    const auto installed = value_or_stop(app::installed_bundle(arguments.need("--station")));
    const auto sheet = value_or_stop(app::sheet_for(
        store, record, printing ? copy : 1,
        installed ? installed->code_texts : station::report::CodeTexts()
    ));
    const auto file = arguments.has("--out")
                          ? std::filesystem::path(arguments.get("--out"))
                          : app::report_file(store, sequence, printing ? copy : 1);
    paper::write_pdf(sheet, layout, file);
    if (printing) {
        const auto queue = arguments.get("--printer", settings.printer);
        const auto printed = app::print(store, sequence, copy, file, queue, arguments.get("--by"));
        if (printed.has_error()) {
            throw Stopped(printed.error());
        }
    }
    std::cout << json::serialize(json::object{
                     {"file", file.string()},
                     {"printed", printing},
                     {"copy", printing ? json::value(copy) : json::value()},
                     {"certificate", sheet.certificate}})
              << "\n";
    return exit_ok;
}

int station_settings(int argc, char** argv) {
    auto options = proof_options("by");
    options.merge(std::set<std::string>{
        "--station", "--site", "--bay", "--phone", "--appeal", "--printer", "--paper",
        "--report-lang", "--lang"});
    const Arguments arguments(argc, argv, 2, options, {});
    const bool spanish = language(arguments.get("--lang")) == Language::spanish;
    auto store = value_or_stop(station::records::Store::open(arguments.need("--station")));
    auto settings = value_or_stop(app::settings_of(store));
    const auto before = shown(settings);
    settings.site = arguments.get("--site", settings.site);
    settings.bay = arguments.get("--bay", settings.bay);
    settings.phone = arguments.get("--phone", settings.phone);
    settings.appeal = arguments.get("--appeal", settings.appeal);
    settings.printer = arguments.get("--printer", settings.printer);
    settings.paper = arguments.get("--paper", settings.paper);
    settings.report_lang = arguments.get("--report-lang", settings.report_lang);
    if ((settings.paper != "letter" && settings.paper != "a4") ||
        (settings.report_lang != "es" && settings.report_lang != "en" &&
         settings.report_lang != "both")) {
        throw UsageError("--paper must be letter or a4, and --report-lang es, en or both");
    }
    if (shown(settings) != before) {
        auto people = value_or_stop(app::People::open(store));
        const auto by =
            proven(people, arguments, "by", station::staff::Role::supervisor, "", spanish);
        const auto kept = app::keep_settings(store, settings, by);
        if (kept.has_error()) {
            throw Stopped(kept.error());
        }
    }
    std::cout << json::serialize(shown(settings)) << "\n";
    return exit_ok;
}

}  // namespace ui::terminal
