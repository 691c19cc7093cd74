#pragma once

#include "protocols/link/port.hpp"
#include "station/app/session.hpp"
#include "ui/presenters/station_presenter.hpp"

#include <QtCore/QObject>

#include <filesystem>
#include <memory>
#include <string>

namespace ui::technician {

/// Drives inspections (station::app::Session), reads, stores and sends on threads of its own;
/// speaks to the presenter by queued signals that carry values. Lives on the GUI thread.
class Engine : public QObject {
    Q_OBJECT

public:
    struct Settings {
        std::filesystem::path station;
        protocols::link::Endpoint adapter;
        station::app::Programme programme;
        std::map<std::string, station::criteria::BothLanguages> code_texts;
        std::string centre;  ///< Empty: nothing is sent.
        std::string technician;
    };
    explicit Engine(Settings settings);
    ~Engine() override;

    /// Tells what was left open, once somebody listens.
    void begin();
    void identify(const presenters::Entered& entered);
    void looked(const QVariantMap& visual, const QString& connector);
    void read(const presenters::Entered& entered);
    void cannotConnect();
    void goOn();
    void again();
    void confirm();
    void close(const QString& reason, const QString& who, const QString& pin, const QString& code);
    void signIn(const QString& who, const QString& pin, const QString& code);
    void signOut(const QString& why);
    void confirmClock(const QString& who, const QString& pin, const QString& code);
    void print();
    void issue(const QString& serial);
    void resume();
    void drop();
    void stop();

Q_SIGNALS:
    void stood(const ui::presenters::Standing& standing);
    void leftOpen(const ui::presenters::LeftOpen& left);
    void progressed(const ui::presenters::Progress& progress);
    void finished(const ui::presenters::Finished& finished);
    void centreAnswered(int waiting, bool reached);
    void crewed(const ui::presenters::Crew& crew);
    void papered(const ui::presenters::Paper& paper);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace ui::technician
