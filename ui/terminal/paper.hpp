#pragma once

#include "protocols/base/result.hpp"
#include "station/report/sheet.hpp"

#include <filesystem>
#include <string>

/// What needs Qt's drawing; a build without Qt says so instead.
namespace ui::terminal::paper {

struct Layout {
    std::string paper;  ///< letter, a4.
    std::string lang;   ///< es, en, both.
};
/// UsageError for another layout; Stopped.
void write_pdf(
    const station::report::Sheet& sheet, const Layout& layout, const std::filesystem::path& file
);
void write_qr(const std::string& text, int dots, const std::filesystem::path& file);
[[nodiscard]] protocols::Result<std::string> read_qr(const std::filesystem::path& picture);

}  // namespace ui::terminal::paper
