#pragma once

#include "station/records/store.hpp"
#include "station/report/sheet.hpp"

#include <filesystem>
#include <string>

namespace station::app {

/// What a station says of itself on paper, and where it prints.
struct Settings {
    std::string site;     ///< Name and address, for the page.
    std::string bay;      ///< The lane of the site this station stands at.
    std::string phone;    ///< Whom a motorist asks.
    std::string appeal;   ///< Where a motorist who disagrees turns to, and until when.
    std::string printer;  ///< A CUPS queue; empty: the system's own choice.
    std::string paper = "letter";
    std::string report_lang = "es";
};
/// Faults: store_*.
[[nodiscard]] protocols::Result<Settings> settings_of(records::Store& store);
[[nodiscard]] protocols::Result<void> keep_settings(
    records::Store& store, const Settings& settings, std::string_view by
);

/// How often a record's report was printed. Faults: store_*.
[[nodiscard]] protocols::Result<int> copies(records::Store& store, std::uint64_t sequence);
/// The page of a record, with its certificate where it has one. Faults: store_*, malformed: the
/// record is no inspection; key_unusable.
[[nodiscard]] protocols::Result<report::Sheet> sheet_for(
    records::Store& store, const records::Record& record, int copy, const report::CodeTexts& texts
);
/// `reports/NUMBER.pdf` in the station's folder, which is made.
[[nodiscard]] std::filesystem::path report_file(
    const records::Store& store, std::uint64_t sequence, int copy
);

/// Hands a page to CUPS (`lp`) and records that it was printed. Fault: printer_failed, with what lp
/// said; store_*.
[[nodiscard]] protocols::Result<void> print(
    records::Store& store,
    std::uint64_t sequence,
    int copy,
    const std::filesystem::path& file,
    const std::string& queue,
    std::string_view by
);

}  // namespace station::app
