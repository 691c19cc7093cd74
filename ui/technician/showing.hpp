#pragma once

#include "protocols/base/result.hpp"
#include "station/inspection/workflow.hpp"
#include "ui/presenters/station_presenter.hpp"

#include <boost/json/value.hpp>

#include <optional>
#include <string>

/// Of this leaf only: what the station knows, as the presenter shows it.
namespace ui::technician {

[[nodiscard]] QString text(const boost::json::value& value);
/// For the technician: what to do. The detail for support stands in the record.
[[nodiscard]] presenters::Finished failed(const protocols::Failure& failure);
/// `yes`, `no` or empty.
[[nodiscard]] std::optional<bool> answer(const QString& word);
[[nodiscard]] station::criteria::Stated stated_from(const presenters::Entered& entered, bool miles);
/// Of a body with a judgement: of a reading, or of the papers alone.
/// `texts`: a programme's own words for codes.
using CodeTexts = std::map<std::string, station::criteria::BothLanguages>;
[[nodiscard]] presenters::Finished judged(const std::string& text_of_body, const CodeTexts& texts);
[[nodiscard]] presenters::Standing standing_of(const station::inspection::Workflow& workflow);

}  // namespace ui::technician
