#pragma once

#include "station/app/people.hpp"
#include "station/report/sheet.hpp"
#include "ui/presenters/station_presenter.hpp"

#include <cstdint>
#include <string>

/// Of this leaf only: who works here and what is handed out, as the presenter shows it.
namespace ui::technician {

[[nodiscard]] presenters::Crew crew_of(
    const station::app::People& people,
    station::records::Store& store,
    const station::app::People::Refusal& refused
);

/// The kind and first serial of the paper that is kept here.
[[nodiscard]] presenters::Paper paper_in_stock(station::records::Store& store);

/// Prints a record's report as the station is set; the file it was printed from.
[[nodiscard]] protocols::Result<std::string> print_report(
    station::records::Store& store,
    std::uint64_t sequence,
    const station::report::CodeTexts& texts,
    const std::string& by
);

}  // namespace ui::technician
