#pragma once

#include <boost/json/value.hpp>

#include <string>

namespace station::report {

enum class Language { spanish, english };

/// A record's body as a page of plain text for people: verdict, causes, vehicle, monitors, codes,
/// what to do next. Works for aborted inspections too.
[[nodiscard]] std::string as_text(const boost::json::value& body, Language language);

}  // namespace station::report
