#include "ui/technician/paper.hpp"

#include "station/app/naming.hpp"
#include "station/app/printing.hpp"
#include "station/report/pdf/pdf.hpp"
#include "station/stock/stock.hpp"

namespace ui::technician {

namespace app = station::app;

presenters::Crew crew_of(
    const app::People& people, station::records::Store& store, const app::People::Refusal& refused
) {
    presenters::Crew crew;
    crew.required = people.required();
    if (people.roster()) {
        const auto today = app::utc_now().substr(0, 10);
        for (const auto& one : people.roster()->people) {
            if (one.has(station::staff::Role::technician) &&
                people.roster()->in_force(one, today)) {
                crew.people.push_back(QVariantMap{
                    {"id", QString::fromStdString(one.id)},
                    {"name", QString::fromStdString(one.name)},
                    {"code", one.one_time_code}});
            }
        }
    }
    if (people.current()) {
        crew.id = QString::fromStdString(people.current()->person.id);
        crew.name = QString::fromStdString(people.current()->person.name);
    }
    if (refused) {
        crew.refused = {QString::fromStdString(refused->es), QString::fromStdString(refused->en)};
    }
    const auto set_back = store.clock_set_back();
    crew.clockSetBack = set_back.has_value() && set_back.value();
    return crew;
}

presenters::Paper paper_in_stock(station::records::Store& store) {
    presenters::Paper paper;
    const auto found = station::stock::status(store);
    if (found.has_value() && !found.value().next.empty()) {
        paper.next = QString::fromStdString(found.value().next);
        for (const auto& [kind, states] : found.value().counts) {
            if (states.contains("in_stock")) {
                paper.kind = QString::fromStdString(kind);
                break;
            }
        }
    }
    return paper;
}

protocols::Result<std::string> print_report(
    station::records::Store& store,
    std::uint64_t sequence,
    const station::report::CodeTexts& texts,
    const std::string& by
) {
    namespace report = station::report;
    const auto record = store.record(sequence);
    if (record.has_error()) {
        return record.error();
    }
    const auto where = app::settings_of(store);
    if (where.has_error()) {
        return where.error();
    }
    const auto copies = app::copies(store, sequence);
    if (copies.has_error()) {
        return copies.error();
    }
    const int copy = copies.value() + 1;
    const auto sheet = app::sheet_for(store, *record.value(), copy, texts);
    if (sheet.has_error()) {
        return sheet.error();
    }
    const auto file = app::report_file(store, sequence, copy);
    const auto& lang = where.value().report_lang;
    const auto written = report::write_pdf(
        sheet.value(), where.value().paper == "a4" ? report::Paper::a4 : report::Paper::letter,
        lang == "es"   ? report::Languages::spanish
        : lang == "en" ? report::Languages::english
                       : report::Languages::both,
        file
    );
    if (written.has_error()) {
        return written.error();
    }
    const auto done = app::print(store, sequence, copy, file, where.value().printer, by);
    if (done.has_error()) {
        return done.error();
    }
    return file.string();
}

}  // namespace ui::technician
