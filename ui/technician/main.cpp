#include "station/app/bundles.hpp"
#include "station/criteria/profile.hpp"
#include "station/messages/messages.hpp"
#include "station/records/store.hpp"
#include "ui/technician/engine.hpp"
#include "ui/technician/wedge_filter.hpp"

#include <QtQml/qqmlextensionplugin.h>
#include <QtCore/QCommandLineParser>
#include <QtGui/QFontDatabase>
#include <QtGui/QGuiApplication>
#include <QtQml/QQmlApplicationEngine>
#include <QtQml/QQmlContext>
#include <QtQuick/QQuickWindow>
#include <QtQuickControls2/QQuickStyle>

#include <csignal>
#include <fstream>
#include <iostream>
#include <sstream>

Q_IMPORT_QML_PLUGIN(StationPlugin)

namespace {

using ui::presenters::StationPresenter;
using ui::technician::Engine;

int fail(const protocols::Failure& failure) {
    std::cerr << station::messages::spanish(failure) << "\n"
              << station::messages::english(failure) << "\n";
    return station::messages::message_for(failure.fault).exit_code;
}

std::string profile_bytes(const std::string& name, protocols::Result<std::string>& result) {
    if (name.ends_with(".json")) {
        std::ifstream file(name, std::ios::binary);
        std::ostringstream text;
        text << file.rdbuf();
        if (!file) {
            result = protocols::Failure{protocols::Fault::malformed, name + ": cannot be read"};
        }
        return text.str();
    }
    result = station::criteria::profile_text(name);
    return result.has_value() ? result.value() : std::string();
}

void read_options(QCommandLineParser& parser, const QGuiApplication& app) {
    parser.setApplicationDescription("The technician's window of an OBD inspection station");
    parser.addHelpOption();
    parser.addOptions({
        {"station", "Folder of the station's records and key.", "DIR"},
        {"adapter", "serial:DEVICE[@BAUD], tcp:HOST:PORT, j2534:NAME or doip:HOST.", "ADAPTER"},
        {"profile", "Programme: ID or FILE.json, with @VARIANT.", "ID", "mx-nom-167-2017"},
        {"centre", "Base URL of the centre.", "URL"},
        {"technician", "Who is at work.", "NAME"},
        {"lang", "es or en.", "LANG", "es"},
    });
    parser.process(app);
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    QGuiApplication app(argc, argv);
    QGuiApplication::setApplicationName("obd-station");
    if (QFontDatabase::families().isEmpty()) {
        std::cerr << "obd-station: no fonts are installed: install the package fonts-dejavu-core\n";
        return 1;
    }
    QCommandLineParser parser;
    read_options(parser, app);
    if (!parser.isSet("station") || !parser.isSet("adapter")) {
        std::cerr << "obd-station: --station DIR and --adapter ADAPTER are needed\n";
        return 2;
    }
    auto endpoint = protocols::link::read_endpoint(parser.value("adapter").toStdString());
    if (endpoint.has_error()) {
        std::cerr << "obd-station: " << endpoint.error().detail << "\n";
        return 2;
    }
    const auto named = parser.value("profile").split('@');
    protocols::Result<std::string> source = std::string();
    const std::filesystem::path folder = parser.value("station").toStdString();
    const auto installed = station::app::installed_bundle(folder);
    if (installed.has_error()) {
        return fail(installed.error());
    }
    const auto& bundle = installed.value();
    const auto ours = bundle ? bundle->profile(named.value(0).toStdString()) : std::nullopt;
    const auto bytes = ours ? *ours : profile_bytes(named.value(0).toStdString(), source);
    if (source.has_error()) {
        return fail(source.error());
    }
    auto profile = station::criteria::read_profile(
        bytes, named.value(1).toStdString(),
        ours ? bundle->tables : station::criteria::built_in_tables()
    );
    if (profile.has_error()) {
        return fail(profile.error());
    }
    QString station_id;
    {
        const auto store = station::records::Store::open(folder);
        if (store.has_error()) {
            return fail(store.error());
        }
        station_id = QString::fromStdString(store.value().station());
    }
    QVariantList checklist;
    for (const auto& item : profile.value().checklist) {
        checklist.push_back(QVariantMap{
            {"id", QString::fromStdString(item.id)},
            {"es", QString::fromStdString(item.text.es)},
            {"en", QString::fromStdString(item.text.en)},
            {"mayBeAbsent", item.may_be_absent}});
    }
    StationPresenter presenter({
        station_id,
        QString::fromStdString(endpoint.value().text()),
        QString::fromStdString(profile.value().id) +
            (profile.value().variant.empty() ? "" : " · " + named.value(1)),
        !parser.value("centre").isEmpty(),
        checklist,
        profile.value().consults("obd.mil_lit_koeo"),
        profile.value().consults("obd.mil_lit_running"),
        profile.value().miles,
    });
    Engine engine(
        {folder,
         endpoint.value(),
         {bytes, profile.value(), ours ? std::optional(bundle->name) : std::nullopt},
         bundle ? bundle->code_texts : std::map<std::string, station::criteria::BothLanguages>(),
         parser.value("centre").toStdString(),
         parser.value("technician").toStdString()}
    );
    const auto wire = [&](auto wanted, auto done) {
        QObject::connect(&presenter, wanted, &engine, done);
    };
    wire(&StationPresenter::identifyWanted, &Engine::identify);
    wire(&StationPresenter::lookedWanted, &Engine::looked);
    wire(&StationPresenter::readingWanted, &Engine::read);
    wire(&StationPresenter::cannotConnectWanted, &Engine::cannotConnect);
    wire(&StationPresenter::goOnWanted, &Engine::goOn);
    wire(&StationPresenter::againWanted, &Engine::again);
    wire(&StationPresenter::confirmWanted, &Engine::confirm);
    wire(&StationPresenter::closeWanted, &Engine::close);
    wire(&StationPresenter::resumeWanted, &Engine::resume);
    wire(&StationPresenter::dropWanted, &Engine::drop);
    wire(&StationPresenter::stopWanted, &Engine::stop);
    wire(&StationPresenter::signInWanted, &Engine::signIn);
    wire(&StationPresenter::signOutWanted, &Engine::signOut);
    wire(&StationPresenter::confirmClockWanted, &Engine::confirmClock);
    wire(&StationPresenter::printWanted, &Engine::print);
    wire(&StationPresenter::issueWanted, &Engine::issue);
    QObject::connect(
        &engine, &Engine::crewed, &presenter, &StationPresenter::showCrew, Qt::QueuedConnection
    );
    QObject::connect(
        &engine, &Engine::papered, &presenter, &StationPresenter::showPaper, Qt::QueuedConnection
    );
    QObject::connect(
        &engine, &Engine::stood, &presenter, &StationPresenter::showStanding, Qt::QueuedConnection
    );
    QObject::connect(
        &engine, &Engine::leftOpen, &presenter, &StationPresenter::showLeftOpen,
        Qt::QueuedConnection
    );
    QObject::connect(
        &engine, &Engine::progressed, &presenter, &StationPresenter::showProgress,
        Qt::QueuedConnection
    );
    QObject::connect(
        &engine, &Engine::finished, &presenter, &StationPresenter::showFinished,
        Qt::QueuedConnection
    );
    QObject::connect(
        &engine, &Engine::centreAnswered, &presenter, &StationPresenter::showCentre,
        Qt::QueuedConnection
    );

    engine.begin();

    QQuickStyle::setStyle("Basic");
    QQmlApplicationEngine qml;
    qml.addImportPath("qrc:/qt/qml");
    qml.rootContext()->setContextProperty("presenter", &presenter);
    qml.rootContext()->setContextProperty("startLanguage", parser.value("lang"));
    qml.load(QUrl("qrc:/qt/qml/Station/qml/Main.qml"));
    if (qml.rootObjects().isEmpty()) {
        std::cerr << "obd-station: the window cannot be shown\n";
        return 1;
    }
    auto* window = qobject_cast<QQuickWindow*>(qml.rootObjects().constFirst());
    ui::technician::WedgeFilter wedge(window);
    QObject::connect(
        &wedge, &ui::technician::WedgeFilter::scanned, &presenter, &StationPresenter::scanned
    );
    QObject::connect(
        &wedge, &ui::technician::WedgeFilter::touched, &presenter, &StationPresenter::touched
    );
    return QGuiApplication::exec();
}
