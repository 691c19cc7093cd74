#pragma once

#include "protocols/link/port.hpp"
#include "station/criteria/profile.hpp"
#include "ui/presenters/station_presenter.hpp"

#include <QtCore/QObject>

#include <filesystem>
#include <memory>
#include <string>

namespace ui::technician {

/// Reads, judges, stores and sends on threads of its own; speaks to the presenter by queued signals
/// that carry values. Lives on the GUI thread.
class Engine : public QObject {
    Q_OBJECT

public:
    struct Settings {
        std::filesystem::path station;
        protocols::link::Endpoint adapter;
        std::string profile_source;
        station::criteria::Profile profile;
        std::string centre;  ///< Empty: nothing is sent.
        std::string technician;
    };
    explicit Engine(Settings settings);
    ~Engine() override;

    void start(const presenters::Entered& entered);
    void stop();

Q_SIGNALS:
    void progressed(const ui::presenters::Progress& progress);
    void finished(const ui::presenters::Finished& finished);
    void centreAnswered(int waiting, bool reached);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace ui::technician
