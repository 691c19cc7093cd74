#pragma once

#include <QtCore/QObject>
#include <QtCore/QPointer>
#include <QtCore/QTimer>

#include <memory>
#include <vector>

class QKeyEvent;
class QWindow;

namespace ui::technician {

/// Tells a keyboard-wedge scanner from a person by speed: keys are held back for 40 ms; a burst
/// that ends in Return is one scan and never reaches a field, anything else is delivered as typed.
class WedgeFilter : public QObject {
    Q_OBJECT

public:
    explicit WedgeFilter(QWindow* window);
    ~WedgeFilter() override;

Q_SIGNALS:
    void scanned(const QString& text);
    /// A key, a click or a touch: somebody is there.
    void touched();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void on_quiet();
    void deliver();

    QPointer<QWindow> window_;
    QTimer hold_;
    std::vector<std::unique_ptr<QKeyEvent>> held_;
    bool delivering_ = false;
};

}  // namespace ui::technician
