#include "ui/terminal/paper.hpp"

#include "ui/terminal/arguments.hpp"
#include "ui/terminal/commands.hpp"

#ifdef OBD_WITH_PAPER
#include "station/report/pdf/pdf.hpp"
#endif

namespace ui::terminal::paper {

using protocols::Failure;
using protocols::Fault;

#ifdef OBD_WITH_PAPER

void write_pdf(
    const station::report::Sheet& sheet, const Layout& layout, const std::filesystem::path& file
) {
    using station::report::Languages;
    using station::report::Paper;
    const bool known_paper = layout.paper == "letter" || layout.paper == "a4";
    if (!known_paper || (layout.lang != "es" && layout.lang != "en" && layout.lang != "both")) {
        throw UsageError("--paper must be letter or a4, and --report-lang es, en or both");
    }
    const auto written = station::report::write_pdf(
        sheet, layout.paper == "a4" ? Paper::a4 : Paper::letter,
        layout.lang == "es"   ? Languages::spanish
        : layout.lang == "en" ? Languages::english
                              : Languages::both,
        file
    );
    if (written.has_error()) {
        throw Stopped(written.error());
    }
}

void write_qr(const std::string& text, int dots, const std::filesystem::path& file) {
    const auto written = station::report::write_qr(text, dots, file);
    if (written.has_error()) {
        throw Stopped(written.error());
    }
}

protocols::Result<std::string> read_qr(const std::filesystem::path& picture) {
    return station::report::read_qr(picture);
}

#else

namespace {
const Failure without{Fault::malformed, "this program was built without Qt: no pages, no pictures"};
}

void write_pdf(const station::report::Sheet&, const Layout&, const std::filesystem::path&) {
    throw Stopped(without);
}

void write_qr(const std::string&, int, const std::filesystem::path&) {
    throw Stopped(without);
}

protocols::Result<std::string> read_qr(const std::filesystem::path&) {
    return without;
}

#endif

}  // namespace ui::terminal::paper
