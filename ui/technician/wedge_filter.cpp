#include "ui/technician/wedge_filter.hpp"

#include <QtCore/QCoreApplication>
#include <QtGui/QKeyEvent>
#include <QtGui/QWindow>

namespace ui::technician {
namespace {

constexpr int hold_ms = 40;
constexpr int shortest_scan = 6;

bool printable(const QKeyEvent& key) {
    return key.text().size() == 1 && key.text().at(0).isPrint() &&
           (key.modifiers() & ~(Qt::ShiftModifier | Qt::KeypadModifier)) == 0;
}

/// A scanner presses Shift for capitals: part of the burst, not its end.
bool modifier(const QKeyEvent& key) {
    return key.key() == Qt::Key_Shift || key.key() == Qt::Key_CapsLock ||
           key.key() == Qt::Key_NumLock || key.key() == Qt::Key_AltGr;
}

}  // namespace

WedgeFilter::WedgeFilter(QWindow* window) : QObject(window), window_(window) {
    hold_.setSingleShot(true);
    hold_.setInterval(hold_ms);
    connect(&hold_, &QTimer::timeout, this, &WedgeFilter::on_quiet);
    window->installEventFilter(this);
}

WedgeFilter::~WedgeFilter() = default;

bool WedgeFilter::eventFilter(QObject*, QEvent* event) {
    if (event->type() == QEvent::KeyPress || event->type() == QEvent::MouseButtonPress ||
        event->type() == QEvent::TouchBegin) {
        Q_EMIT touched();
    }
    const bool released = event->type() == QEvent::KeyRelease;
    if (delivering_ || (event->type() != QEvent::KeyPress && !released)) {
        return false;
    }
    const auto& key = *static_cast<QKeyEvent*>(event);
    if (released) {
        // Behind the press it belongs to, or a button would stay down.
        if (held_.empty()) {
            return false;
        }
        held_.emplace_back(key.clone());
        return true;
    }
    const bool ends = key.key() == Qt::Key_Return || key.key() == Qt::Key_Enter;
    QString text;
    for (const auto& one : held_) {
        text += one->type() == QEvent::KeyPress ? one->text() : QString();
    }
    if (ends && text.size() >= shortest_scan) {
        held_.clear();
        hold_.stop();
        Q_EMIT scanned(text);
        return true;
    }
    if (modifier(key)) {
        return false;
    }
    if (!printable(key)) {
        deliver();
        return false;
    }
    held_.emplace_back(key.clone());
    hold_.start();
    return true;
}

void WedgeFilter::on_quiet() {
    // The window may only have been busy drawing: keys that already wait belong to the same burst,
    // and handling them starts the timer again.
    QCoreApplication::processEvents();
    if (!hold_.isActive()) {
        deliver();
    }
}

void WedgeFilter::deliver() {
    hold_.stop();
    auto keys = std::move(held_);
    held_.clear();
    delivering_ = true;
    for (const auto& key : keys) {
        if (window_) {
            QCoreApplication::sendEvent(window_, key.get());
        }
    }
    delivering_ = false;
}

}  // namespace ui::technician
