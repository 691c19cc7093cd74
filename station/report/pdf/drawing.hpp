#pragma once

#include "station/report/pdf/pdf.hpp"

#include <QtCore/QPointF>
#include <QtCore/QRectF>
#include <QtCore/QString>
#include <QtGui/QColor>
#include <QtGui/QPainter>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

/// Of this leaf only.
namespace station::report {

/// A QR code before it is drawn: rows of square modules.
struct Modules {
    int side = 0;
    std::vector<bool> dark;

    [[nodiscard]] bool at(int x, int y) const {
        return dark
            [static_cast<std::size_t>(y) * static_cast<std::size_t>(side) +
             static_cast<std::size_t>(x)];
    }
};
/// nullopt when it would need more than version 12.
[[nodiscard]] std::optional<Modules> modules_of(const std::string& text);

// Points, 72 to the inch.
inline constexpr double margin = 30;
inline constexpr double gap = 7;
inline constexpr double qr_side = 96;  // 34 mm
inline constexpr double band_height = 62;
inline constexpr double largest_scale = 1.24;
inline constexpr double smallest_scale = 0.72;
inline constexpr int dots_per_inch = 1200;

inline const QColor ink(0x11, 0x18, 0x27);
inline const QColor quiet(0x4B, 0x55, 0x63);
inline const QColor rule_colour(0x6B, 0x72, 0x80);
inline const QColor pass_colour(0x0B, 0x5F, 0xA5);
inline const QColor fail_colour(0xB4, 0x23, 0x18);
inline const QColor warn_colour(0xFF, 0xC5, 0x3D);
inline const QColor tint(0xEE, 0xF1, 0xF5);

inline QString qt(const std::string& text) {
    return QString::fromStdString(text);
}

/// Draws downwards, or only measures how far down it would come.
class Page {
public:
    Page(QPainter& painter, QSizeF size, Languages languages)
        : painter_(painter), size_(size), languages_(languages) {}

    /// What a list may hold, and how large letters are.
    void begin(double scale, std::size_t longest_list, bool drawing) {
        scale_ = scale;
        longest_list_ = longest_list;
        drawing_ = drawing;
        y_ = margin;
    }
    [[nodiscard]] double y() const { return y_; }
    [[nodiscard]] double width() const { return size_.width() - 2 * margin; }
    [[nodiscard]] double bottom() const { return size_.height() - margin; }
    [[nodiscard]] std::size_t longest_list() const { return longest_list_; }

    [[nodiscard]] QString pick(const BothLanguages& both, const char* between = " / ") const {
        switch (languages_) {
            case Languages::spanish:
                return qt(both.es);
            case Languages::english:
                return qt(both.en);
            case Languages::both:
                break;
        }
        return both.es == both.en ? qt(both.es) : qt(both.es + between + both.en);
    }

    void space(double points) { y_ += points * scale_; }
    void line() {
        if (drawing_) {
            painter_.setPen(QPen(rule_colour, 0.6));
            painter_.drawLine(QPointF(margin, y_), QPointF(margin + width(), y_));
        }
        y_ += 4 * scale_;
    }

    /// Wrapped text; the height it took.
    double text(
        const QString& what,
        QRectF where,
        double points,
        bool bold = false,
        const QColor& colour = ink,
        int align = Qt::AlignLeft
    ) {
        const double size = points * scale_;
        QFont font(QStringLiteral("DejaVu Sans"));
        font.setPixelSize(1000);  // measured large, so that no hinting bends the widths
        font.setBold(bold);
        const double zoom = size / 1000;
        const QRectF box(
            0, 0, where.width() / zoom, where.height() > 0 ? where.height() / zoom : 1e7
        );
        int flags = align | Qt::TextWordWrap;
        painter_.save();
        painter_.setFont(font);
        auto needed = painter_.boundingRect(box, flags, what);
        if (needed.width() > box.width() + 1) {  // one word is wider than the column
            flags = align | Qt::TextWrapAnywhere;
            needed = painter_.boundingRect(box, flags, what);
        }
        if (drawing_) {
            painter_.translate(where.topLeft());
            painter_.scale(zoom, zoom);
            painter_.setPen(colour);
            painter_.drawText(box, flags, what);
        }
        painter_.restore();
        return needed.height() * zoom;
    }
    /// Of paragraphs and headings, on both sides.
    void indent(double points) { indent_ = points; }
    void paragraph(
        const QString& what, double points, bool bold = false, const QColor& colour = ink
    ) {
        y_ += text(what, {margin + indent_, y_, width() - 2 * indent_, 0}, points, bold, colour) +
              1.5 * scale_;
    }
    void heading(const BothLanguages& what) {
        y_ += text(pick(what), {margin + indent_, y_, width(), 0}, 9, true, quiet) + 2 * scale_;
    }
    void fill(QRectF where, const QColor& colour) {
        if (drawing_) {
            painter_.fillRect(where, colour);
        }
    }
    void frame(QRectF where, const QColor& colour) {
        if (drawing_) {
            painter_.setPen(QPen(colour, 0.8));
            painter_.setBrush(Qt::NoBrush);
            painter_.drawRect(where);
        }
    }
    void hatch(QRectF where) {
        if (!drawing_) {
            return;
        }
        painter_.save();
        painter_.setClipRect(where);
        painter_.setPen(QPen(ink, 5));
        for (double x = where.left() - where.height(); x < where.right(); x += 14) {
            painter_.drawLine(QPointF(x, where.bottom()), QPointF(x + where.height(), where.top()));
        }
        painter_.restore();
    }
    void code(const Modules& modules, QPointF corner, double side) {
        if (!drawing_) {
            return;
        }
        painter_.save();
        painter_.setRenderHint(QPainter::Antialiasing, false);
        const double module = side / modules.side;
        for (int y = 0; y < modules.side; ++y) {
            // Runs, not modules: no seams between neighbours.
            for (int x = 0; x < modules.side;) {
                int end = x;
                while (end < modules.side && modules.at(end, y)) {
                    ++end;
                }
                if (end > x) {
                    painter_.fillRect(
                        QRectF(
                            corner.x() + x * module, corner.y() + y * module, (end - x) * module,
                            module
                        ),
                        Qt::black
                    );
                }
                x = std::max(end, x + 1);
            }
        }
        painter_.restore();
    }
    void move_to(double y) { y_ = y; }
    [[nodiscard]] double scale() const { return scale_; }

private:
    QPainter& painter_;
    QSizeF size_;
    Languages languages_;
    double scale_ = 1;
    std::size_t longest_list_ = 99;
    bool drawing_ = false;
    double y_ = 0;
    double indent_ = 0;
};

}  // namespace station::report
