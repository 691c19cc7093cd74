#pragma once

#include "station/criteria/texts.hpp"

#include <boost/json/value.hpp>

#include <map>

#include <string>

namespace station::report {

enum class Language { spanish, english };

/// A record's body as a page of plain text for people: verdict, causes, vehicle, monitors, codes,
/// what to do next. Works for aborted inspections too.
/// Words of a programme's own for single codes, which come before the built-in ones.
using CodeTexts = std::map<std::string, criteria::BothLanguages>;
[[nodiscard]] std::string as_text(
    const boost::json::value& body, Language language, const CodeTexts& texts = {}
);

}  // namespace station::report
