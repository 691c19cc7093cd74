#include "station/report/pdf/pdf.hpp"

#include "station/files/whole_file.hpp"
#include "station/report/pdf/drawing.hpp"

#include <QtCore/QBuffer>
#include <QtCore/QMarginsF>
#include <QtGui/QFontDatabase>
#include <QtGui/QGuiApplication>
#include <QtGui/QPainter>
#include <QtGui/QPdfWriter>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>

namespace station::report {
namespace {

using protocols::Failure;
using protocols::Fault;
using protocols::Result;

void band(Page& page, const Sheet& sheet) {
    const bool decided = sheet.verdict != Sheet::Mark::none;
    const QRectF where(margin, page.y(), page.width(), band_height);
    page.fill(
        where, sheet.verdict == Sheet::Mark::pass   ? pass_colour
               : sheet.verdict == Sheet::Mark::fail ? fail_colour
                                                    : warn_colour
    );
    const auto colour = decided ? QColor(Qt::white) : ink;
    double left = where.left() + 14;
    if (!decided) {
        page.hatch({where.left(), where.top(), 44, where.height()});
        left += 44;
    }
    const auto glyph = sheet.verdict == Sheet::Mark::pass   ? "✓"
                       : sheet.verdict == Sheet::Mark::fail ? "✕"
                                                            : "!";
    const double at_scale = page.scale();
    page.text(
        QString::fromUtf8(glyph), {left, where.top() + 8, 40, 0}, 34 / at_scale, true, colour
    );
    const auto word = page.pick(sheet.word);
    const double points = word.size() > 26 ? 17 : word.size() > 16 ? 22 : 30;
    page.text(
        word, {left + 44, where.top() + (band_height - points * 1.3) / 2, page.width() - 190, 0},
        points / at_scale, true, colour
    );
    const QRectF right(where.right() - 132, where.top() + 10, 122, 0);
    page.text(
        page.pick({"Informe de verificación vehicular", "Vehicle inspection report"}, "\n"), right,
        8.5 / at_scale, false, colour, Qt::AlignRight
    );
    if (sheet.copy > 1) {
        const auto number = " " + std::to_string(sheet.copy);
        page.text(
            page.pick({"REIMPRESIÓN" + number, "REPRINT" + number}),
            {right.left() - 40, where.bottom() - 16, right.width() + 40, 0}, 8 / at_scale, true,
            colour, Qt::AlignRight
        );
    }
    page.move_to(where.bottom() + gap);
}

/// Label above value, in columns that fill the width.
void fields(Page& page, const std::vector<Sheet::Line>& lines, int columns) {
    const double column = page.width() / columns;
    for (std::size_t i = 0; i < lines.size(); i += static_cast<std::size_t>(columns)) {
        double tallest = 0;
        for (std::size_t j = i; j < std::min(lines.size(), i + static_cast<std::size_t>(columns));
             ++j) {
            const double left = margin + static_cast<double>(j - i) * column;
            const double top = page.y();
            double tall =
                page.text(page.pick(lines[j].label), {left, top, column - 8, 0}, 7, false, quiet);
            tall += page.text(qt(lines[j].value), {left, top + tall, column - 8, 0}, 9.5, true);
            tallest = std::max(tallest, tall);
        }
        page.move_to(page.y() + tallest + 3 * page.scale());
    }
}

void cells(
    Page& page,
    std::size_t count,
    int columns,
    const std::function<std::pair<QString, QColor>(std::size_t)>& cell
) {
    const double column = page.width() / columns;
    for (std::size_t i = 0; i < count; i += static_cast<std::size_t>(columns)) {
        double tallest = 0;
        const auto end = std::min(count, i + static_cast<std::size_t>(columns));
        const double top = page.y();
        for (std::size_t j = i; j < end; ++j) {
            const auto [text, colour] = cell(j);
            const QRectF where(
                margin + static_cast<double>(j - i) * column + 4, top + 3 * page.scale(),
                column - 10, 0
            );
            tallest = std::max(tallest, page.text(text, where, 8.5, colour != ink, colour));
        }
        tallest += 6 * page.scale();
        for (std::size_t j = i; j < end; ++j) {
            page.frame(
                {margin + static_cast<double>(j - i) * column, top, column, tallest}, rule_colour
            );
        }
        page.move_to(top + tallest);
    }
}

void reasons(Page& page, const Sheet& sheet) {
    if (!sheet.why.empty()) {
        page.heading({"Por qué", "Why"});
        const auto shown = std::min(sheet.why.size(), page.longest_list());
        for (std::size_t i = 0; i < shown; ++i) {
            const auto& one = sheet.why[i];
            const auto clause =
                one.clause.empty() || one.clause == "—" ? QString() : " — " + qt(one.clause);
            page.paragraph("• " + page.pick(one.text) + clause, 10, true);
        }
        if (shown < sheet.why.size()) {
            const auto more = std::to_string(sheet.why.size() - shown);
            page.paragraph(
                page.pick(
                    {"… y " + more + " causas más, en el expediente.",
                     "… and " + more + " more causes, in the record."}
                ),
                8.5
            );
        }
    }
    const auto shown = std::min(sheet.codes.size(), page.longest_list());
    for (std::size_t i = 0; i < shown; ++i) {
        const auto& one = sheet.codes[i];
        page.paragraph(
            qt(one.code) + "  " + page.pick(one.words) + " (" + page.pick(one.kinds) + ")", 8.5
        );
    }
    if (shown < sheet.codes.size()) {
        const auto more = std::to_string(sheet.codes.size() - shown);
        page.paragraph(
            page.pick(
                {"… y " + more + " códigos más, en el expediente.",
                 "… and " + more + " more codes, in the record."}
            ),
            8.5
        );
    }
}

void monitors(Page& page, const Sheet& sheet) {
    if (sheet.monitors.empty()) {
        return;
    }
    page.space(3);
    page.heading({"Monitores", "Monitors"});
    cells(page, sheet.monitors.size(), 4, [&](std::size_t i) {
        const auto& one = sheet.monitors[i];
        const bool ready = one.state == "complete";
        const bool known = one.state != "unknown";
        return std::pair{
            QString::fromUtf8(
                ready   ? "✓ "
                : known ? "◔ "
                        : "? "
            ) + page.pick(one.name) +
                ": " +
                page.pick(
                    ready   ? BothLanguages{"listo", "ready"}
                    : known ? BothLanguages{"no listo", "not ready"}
                            : BothLanguages{"no se sabe", "not known"}
                ),
            ready || !known ? ink : fail_colour};
    });
    page.space(4);
    fields(page, sheet.since_clear, 3);
}

void next_steps(Page& page, const Sheet& sheet) {
    page.space(2);
    const double top = page.y();
    page.indent(8);
    page.move_to(top + 5 * page.scale());
    page.heading({"Qué hacer ahora", "What you do next"});
    for (const auto& one : sheet.next) {
        page.paragraph("→ " + page.pick(one), 10.5, true);
    }
    page.space(3);
    page.indent(0);
    page.frame({margin, top, page.width(), page.y() - top}, ink);
    page.space(6);
}

void repair_form(Page& page) {
    page.heading({"Reparación (la llena el taller)", "Repair (filled in by the workshop)"});
    const std::array<BothLanguages, 4> labels{
        BothLanguages{"Taller", "Workshop"}, BothLanguages{"Trabajo hecho", "Work done"},
        BothLanguages{"Costo", "Cost"}, BothLanguages{"Firma y fecha", "Signature and date"}};
    const double height = 26 * page.scale();
    double left = margin;
    const double top = page.y();
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const double width = page.width() * (i == 1 ? 0.4 : 0.2);
        page.frame({left, top, width, height}, rule_colour);
        page.text(page.pick(labels[i]), {left + 3, top + 2, width - 6, 0}, 6.5, false, quiet);
        left += width;
    }
    page.move_to(top + height + 4);
}

double footer_height(const Sheet& sheet) {
    return sheet.certificate.empty() ? 46 : qr_side + 22;
}

void footer(Page& page, const Sheet& sheet) {
    const double at_scale = page.scale();
    const double top = page.bottom() - footer_height(sheet);
    page.move_to(top);
    page.line();
    double left = margin;
    if (!sheet.certificate.empty()) {
        if (const auto modules = modules_of(sheet.certificate)) {
            page.code(*modules, {margin + 4, top + 8}, qr_side);
        }
        left += qr_side + 24;
    }
    const double width = page.width() - (left - margin);
    double y = top + 8;
    const auto put = [&](const QString& text, double points, bool bold, const QColor& colour) {
        y += page.text(text, {left, y, width, 0}, points / at_scale, bold, colour) + 2;
    };
    if (!sheet.certificate.empty()) {
        put(page.pick(
                {"Compruebe este informe sin internet: escanee el código con la página de "
                 "verificación del programa.",
                 "Check this report without internet: scan the code with the programme's "
                 "verification page."},
                "\n"
            ),
            8.5, true, ink);
    }
    if (!sheet.unconfirmed.es.empty()) {
        put(page.pick(sheet.unconfirmed), 6.5, false, quiet);
    }
    const double bottom = page.bottom();
    const auto small = [&](const QString& text, double at, double wide, int align) {
        page.text(text, {at, bottom - 10, wide, 0}, 7 / at_scale, false, quiet, align);
    };
    page.fill({left, bottom - 14, width * 0.45, 0.6}, ink);
    small(page.pick({"Firma", "Signature"}), left, width * 0.45, Qt::AlignLeft);
    small(
        "SHA-256 " + qt(sheet.hash) + "…   1/1", left + width * 0.45, width * 0.55, Qt::AlignRight
    );
}

/// Everything above the footer; how far down it came.
double content(Page& page, const Sheet& sheet) {
    band(page, sheet);
    fields(page, sheet.station, 3);
    page.line();
    fields(page, sheet.vehicle, 3);
    if (!sheet.parts.empty()) {
        page.space(1);
        cells(
            page, sheet.parts.size(),
            static_cast<int>(std::min<std::size_t>(sheet.parts.size(), 6)),
            [&](std::size_t i) {
                const auto& one = sheet.parts[i];
                const auto mark = one.mark == Sheet::Mark::pass   ? "✓ "
                                  : one.mark == Sheet::Mark::fail ? "✕ "
                                                                  : "– ";
                return std::pair{
                    QString::fromUtf8(mark) + page.pick(one.name),
                    one.mark == Sheet::Mark::fail ? fail_colour : ink};
            }
        );
        page.space(5);
    }
    reasons(page, sheet);
    monitors(page, sheet);
    next_steps(page, sheet);
    if (sheet.repair_form) {
        repair_form(page);
    }
    return page.y();
}

/// Qt draws letters only with an application object; where the program has none, one without a
/// screen.
void need_application() {
    if (QCoreApplication::instance() != nullptr) {
        return;
    }
    if (std::getenv("QT_QPA_PLATFORM") == nullptr) {
        ::setenv("QT_QPA_PLATFORM", "offscreen", 0);  // "minimal" embeds no fonts
    }
    static int count = 1;
    static char name[] = "obd";
    static char* names[] = {name, nullptr};
    // What a screen would need is not missed here.
    qInstallMessageHandler([](QtMsgType, const QMessageLogContext&, const QString&) {});
    static QGuiApplication application(count, names);
}

}  // namespace

Result<void> write_pdf(
    const Sheet& sheet, Paper paper, Languages languages, const std::filesystem::path& file
) {
    need_application();
    if (QFontDatabase::families().isEmpty()) {
        return Failure{
            Fault::malformed, "no fonts are installed: install the package fonts-dejavu-core"};
    }
    // Qt does not tell when a disk is full: the page is made whole, then written.
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    writer.setPdfVersion(QPagedPaintDevice::PdfVersion_A1b);
    writer.setResolution(dots_per_inch);
    writer.setPageSize(QPageSize(paper == Paper::letter ? QPageSize::Letter : QPageSize::A4));
    writer.setPageMargins(QMarginsF(0, 0, 0, 0));
    writer.setTitle(qt("OBD " + sheet.hash));
    writer.setCreator(QStringLiteral("obd-inspect"));
    QPainter painter;
    if (!painter.begin(&writer)) {
        return Failure{Fault::store_read_only, file.string()};
    }
    const double zoom = dots_per_inch / 72.0;
    painter.scale(zoom, zoom);
    const QSizeF size = writer.pageLayout().pageSize().size(QPageSize::Point);
    Page page(painter, size, languages);
    const double room = size.height() - margin - footer_height(sheet) - 4;
    double scale = largest_scale;
    std::size_t list = 12;
    for (;;) {
        page.begin(scale, list, false);
        if (content(page, sheet) <= room || (scale <= smallest_scale && list == 1)) {
            break;
        }
        if (scale > smallest_scale) {
            scale -= 0.04;
        } else {
            --list;
        }
    }
    page.begin(scale, list, true);
    content(page, sheet);
    footer(page, sheet);
    if (!painter.end()) {
        return Failure{Fault::store_full, file.string()};
    }
    constexpr ::mode_t readable = 0644;
    const std::string_view made(bytes.constData(), static_cast<std::size_t>(bytes.size()));
    return files::write_whole(file, made, readable);
}

}  // namespace station::report
