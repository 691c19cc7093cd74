#pragma once

#include "protocols/base/result.hpp"
#include "station/report/sheet.hpp"

#include <filesystem>
#include <string>

namespace station::report {

enum class Paper { letter, a4 };
enum class Languages { spanish, english, both };

/// The vehicle inspection report as one page of PDF/A-1b with embedded fonts. Sets smaller, and in
/// the end cuts lists with a word about how much was cut, rather than begin a second page. Starts
/// Qt without a screen when the program has not. Faults: store_full, store_read_only; malformed: no
/// fonts are installed.
[[nodiscard]] protocols::Result<void> write_pdf(
    const Sheet& sheet, Paper paper, Languages languages, const std::filesystem::path& file
);

/// The text of a certificate's QR code as black and white PNG, `dots` a module. Faults as above;
/// malformed: too long.
[[nodiscard]] protocols::Result<void> write_qr(
    const std::string& text, int dots, const std::filesystem::path& file
);

/// The text of the QR code in a picture (PNG, JPEG), also a turned or blurred one. Fault:
/// malformed: no picture, or no code in it.
[[nodiscard]] protocols::Result<std::string> read_qr(const std::filesystem::path& picture);

}  // namespace station::report
