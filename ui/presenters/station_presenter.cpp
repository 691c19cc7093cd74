#include "ui/presenters/station_presenter.hpp"

#include "obd/decode/vin.hpp"

#include <algorithm>

namespace ui::presenters {
namespace {

constexpr int vin_length = 17;
constexpr int oldest_year = 1900;
constexpr int newest_year = 2100;
constexpr int heaviest_kg = 100000;

QVariantMap both(const Both& text) {
    return {{"es", text.es}, {"en", text.en}};
}

}  // namespace

StationPresenter::StationPresenter(Station station, QObject* parent)
    : QObject(parent), station_(std::move(station)) {
    constexpr int tick_ms = 250;
    tick_.setInterval(tick_ms);
    connect(&tick_, &QTimer::timeout, this, [this] {
        const int now = static_cast<int>(clock_.elapsed() / 1000);
        if (now != seconds_) {
            seconds_ = now;
            Q_EMIT secondsChanged();
        }
    });
    constexpr int idle_ms = 15 * 60 * 1000;
    idle_.setInterval(idle_ms);
    idle_.setSingleShot(true);
    connect(&idle_, &QTimer::timeout, this, [this] {
        if (page_ == Reading) {
            idle_.start();  // never during a reading
        } else if (!crew_.id.isEmpty()) {
            Q_EMIT signOutWanted(QStringLiteral("idle"));
        }
    });
}

QVariantMap StationPresenter::crew() const {
    return {
        {"required", crew_.required},
        {"people", crew_.people},
        {"id", crew_.id},
        {"name", crew_.name},
        {"refused", crew_.refused.es.isEmpty() ? QVariant() : QVariant(both(crew_.refused))},
        {"clockSetBack", crew_.clockSetBack}};
}

bool StationPresenter::secondNeeded() const {
    return crew_.required && standing_.read;
}

QVariantMap StationPresenter::paper() const {
    return {{"kind", paper_.kind},  {"next", paper_.next},  {"issued", paper_.issued},
            {"es", paper_.said.es}, {"en", paper_.said.en}, {"well", paper_.well}};
}

void StationPresenter::showCrew(const Crew& crew) {
    const bool somebody_else = crew.id != crew_.id;
    crew_ = crew;
    if (somebody_else) {
        changing_ = false;
        badge_.clear();
        Q_EMIT badgeChanged();
    }
    if (crew_.id.isEmpty()) {
        idle_.stop();
    } else {
        idle_.start();
    }
    Q_EMIT crewChanged();
}

void StationPresenter::showPaper(const Paper& paper) {
    paper_ = paper;
    Q_EMIT paperChanged();
}

void StationPresenter::signIn(const QString& who, const QString& pin, const QString& code) {
    Q_EMIT signInWanted(who.trimmed(), pin, code);
}

void StationPresenter::signOut() {
    if (page_ != Reading) {
        Q_EMIT signOutWanted(QStringLiteral("asked"));
    }
}

void StationPresenter::changePerson() {
    changing_ = crew_.required && page_ != Reading;
    Q_EMIT crewChanged();
}

void StationPresenter::keepPerson() {
    changing_ = false;
    crew_.refused = {};
    Q_EMIT crewChanged();
}

void StationPresenter::confirmClock(const QString& who, const QString& pin, const QString& code) {
    Q_EMIT confirmClockWanted(who.trimmed(), pin, code);
}

void StationPresenter::printReport() {
    if (page_ == Result && standing_.state == QLatin1String("done")) {
        Q_EMIT printWanted();
    }
}

void StationPresenter::issue(const QString& serial) {
    if (page_ == Result && standing_.state == QLatin1String("done")) {
        Q_EMIT issueWanted(serial.trimmed().toUpper());
    }
}

void StationPresenter::touched() {
    if (idle_.isActive()) {
        idle_.start();
    }
}

QString StationPresenter::modelYear() const {
    return entered_.modelYear == 0 ? QString() : QString::number(entered_.modelYear);
}

QString StationPresenter::grossWeight() const {
    return entered_.grossWeightKg == 0 ? QString() : QString::number(entered_.grossWeightKg);
}

QString StationPresenter::odometer() const {
    return entered_.odometer < 0 ? QString() : QString::number(entered_.odometer);
}

QString StationPresenter::vinProblem() const {
    const auto vin = entered_.vin.toStdString();
    if (vin.empty()) {
        return {};
    }
    if (vin.size() != vin_length) {
        return QStringLiteral("length");
    }
    const auto check = obd::check_vin(vin);
    if (!check.well_formed) {
        return QStringLiteral("letters");
    }
    return check.check_digit_applies && !check.check_digit_matches ? QStringLiteral("check_digit")
                                                                   : QString();
}

bool StationPresenter::vehicleComplete() const {
    const auto problem = vinProblem();
    const bool named = !entered_.plate.isEmpty() || !entered_.vin.isEmpty();
    const bool vin_usable = problem.isEmpty() || problem == QLatin1String("check_digit");
    return named && vin_usable && entered_.modelYear != 0 && !entered_.fuel.isEmpty() &&
           entered_.grossWeightKg != 0;
}

void StationPresenter::setVin(const QString& vin) {
    const auto clean = vin.trimmed().toUpper();
    if (clean == entered_.vin) {
        return;
    }
    entered_.vin = clean;
    const auto check = obd::check_vin(clean.toStdString());
    if (check.well_formed && check.model_year && (entered_.modelYear == 0 || yearFromVin_)) {
        entered_.modelYear = *check.model_year;
        yearFromVin_ = true;
    }
    Q_EMIT vehicleChanged();
}

void StationPresenter::setPlate(const QString& plate) {
    entered_.plate = plate.trimmed().toUpper();
    Q_EMIT vehicleChanged();
}

void StationPresenter::setModelYear(const QString& year) {
    const int value = year.toInt();
    entered_.modelYear = value >= oldest_year && value <= newest_year ? value : 0;
    yearFromVin_ = false;
    Q_EMIT vehicleChanged();
}

void StationPresenter::setFuel(const QString& fuel) {
    entered_.fuel = fuel;
    Q_EMIT vehicleChanged();
}

void StationPresenter::setGrossWeight(const QString& weight) {
    const int value = weight.toInt();
    entered_.grossWeightKg = value > 0 && value <= heaviest_kg ? value : 0;
    Q_EMIT vehicleChanged();
}

void StationPresenter::setOdometer(const QString& odometer) {
    bool number = false;
    const int value = odometer.toInt(&number);
    entered_.odometer = number && value >= 0 ? value : -1;
    Q_EMIT vehicleChanged();
}

void StationPresenter::setLampKeyOn(const QString& answer) {
    entered_.lampKeyOn = answer;
    Q_EMIT lampChanged();
}

void StationPresenter::setLampRunning(const QString& answer) {
    entered_.lampRunning = answer;
    Q_EMIT lampChanged();
}

void StationPresenter::scanned(const QString& text) {
    if (signInOpen()) {
        badge_ = text.trimmed();
        Q_EMIT badgeChanged();
        return;
    }
    auto code = text.trimmed().toUpper();
    if (code.size() == vin_length + 1 && code.startsWith(u'I')) {
        code.remove(0, 1);
    }
    if (page_ == Result) {
        nextVehicle();  // once it is confirmed
    }
    if (page_ != Vehicle) {
        return;
    }
    if (code.size() == vin_length) {
        setVin(code);
    } else {
        setPlate(code);
    }
}

void StationPresenter::setConnector(const QString& connector) {
    connector_ = connector;
    Q_EMIT visualChanged();
}

void StationPresenter::look(const QString& item, const QString& answer) {
    visual_[item] = answer;
    Q_EMIT visualChanged();
}

void StationPresenter::allGood() {
    for (const auto& item : station_.checklist) {
        visual_[item.toMap()["id"].toString()] = QStringLiteral("pass");
    }
    connector_ = QStringLiteral("ok");
    Q_EMIT visualChanged();
}

bool StationPresenter::visualComplete() const {
    return !connector_.isEmpty() && std::ranges::all_of(station_.checklist, [&](const auto& item) {
        return visual_.contains(item.toMap()["id"].toString());
    });
}

QVariantMap StationPresenter::refused() const {
    return standing_.refused.es.isEmpty() ? QVariantMap() : both(standing_.refused);
}

QVariantMap StationPresenter::leftOpen() const {
    if (left_.count == 0) {
        return {};
    }
    return {
        {"count", left_.count},
        {"vehicle", left_.vehicle},
        {"state", left_.state},
        {"two", left_.two}};
}

void StationPresenter::startReading() {
    progress_ = {};
    seconds_ = 0;
    setError({}, {});
    Q_EMIT progressChanged();
    Q_EMIT secondsChanged();
    clock_.start();
    tick_.start();
    go(Reading);
    Q_EMIT readingWanted(entered_);
}

void StationPresenter::next() {
    if (signInOpen()) {
        return;
    }
    switch (page_) {
        case Vehicle:
            if (vehicleComplete()) {
                Q_EMIT identifyWanted(entered_);
            }
            break;
        case Check:
            if (visualComplete()) {
                Q_EMIT lookedWanted(visual_, connector_);
            }
            break;
        case Connect:
            startReading();
            break;
        case Reading:
            break;
        case Result:
            if (standing_.state == QLatin1String("judged")) {
                Q_EMIT confirmWanted();
            } else {
                nextVehicle();
            }
            break;
    }
}

void StationPresenter::back() {
    if (page_ == Connect && standing_.state != QLatin1String("engine_off")) {
        setError({}, {});
        go(station_.checklist.isEmpty() ? Vehicle : Check);
    } else if (page_ == Check) {
        go(Vehicle);
    } else if (page_ == Reading) {
        stop();
    }
}

void StationPresenter::stop() {
    if (page_ == Reading) {
        Q_EMIT stopWanted();
    }
}

void StationPresenter::cannotConnect() {
    if (page_ == Connect) {
        Q_EMIT cannotConnectWanted();
    }
}

void StationPresenter::goOn() {
    Q_EMIT goOnWanted();
}

void StationPresenter::again() {
    if (page_ == Result) {
        Q_EMIT againWanted();
    }
}

void StationPresenter::close(const QString& reason) {
    closeWith(reason, {}, {}, {});
}

void StationPresenter::closeWith(
    const QString& reason, const QString& who, const QString& pin, const QString& code
) {
    if (page_ != Vehicle && page_ != Reading) {
        Q_EMIT closeWanted(reason, who.trimmed(), pin, code);
    }
}

void StationPresenter::resume() {
    if (page_ == Vehicle) {
        Q_EMIT resumeWanted();
    }
}

void StationPresenter::drop() {
    Q_EMIT dropWanted();
}

void StationPresenter::clearVehicle() {
    entered_ = {};
    visual_ = {};
    connector_.clear();
    yearFromVin_ = false;
    result_ = {};
    setError({}, {});
    Q_EMIT vehicleChanged();
    Q_EMIT lampChanged();
    Q_EMIT visualChanged();
    Q_EMIT resultChanged();
}

/// Only once the last one has its record: a verdict on the screen is never walked away from.
void StationPresenter::nextVehicle() {
    if (standing_.state != QLatin1String("done")) {
        return;
    }
    standing_ = {};
    Q_EMIT standingChanged();
    clearVehicle();
    go(Vehicle);
}

void StationPresenter::showStanding(const Standing& standing) {
    standing_ = standing;
    const bool accepted = standing.refused.es.isEmpty();
    if (accepted && !(standing.entered.vin.isEmpty() && standing.entered.plate.isEmpty())) {
        entered_ = standing.entered;
        if (!standing.visual.isEmpty()) {
            visual_ = standing.visual;
        }
        if (!standing.connector.isEmpty()) {
            connector_ = standing.connector;
        }
        Q_EMIT vehicleChanged();
        Q_EMIT lampChanged();
        Q_EMIT visualChanged();
    }
    Q_EMIT standingChanged();
    Q_EMIT crewChanged();
    if (!accepted) {
        if (page_ == Reading) {
            tick_.stop();
            go(Connect);
        }
        return;
    }
    const auto& state = standing.state;
    static const QStringList connecting{"key_on", "ready", "engine_off"};
    if (state == QLatin1String("look")) {
        go(Check);
    } else if (connecting.contains(state)) {
        tick_.stop();
        go(Connect);
    } else if (state == QLatin1String("reading")) {
        go(Reading);
    } else if (state == QLatin1String("done") && (standing.aborted || result_.isEmpty())) {
        nextVehicle();  // closed without a verdict: none stays on the screen
    }
}

void StationPresenter::showLeftOpen(const LeftOpen& left) {
    left_ = left;
    Q_EMIT leftOpenChanged();
}

void StationPresenter::showProgress(const Progress& progress) {
    progress_ = progress;
    Q_EMIT progressChanged();
}

void StationPresenter::showFinished(const Finished& finished) {
    tick_.stop();
    if (!finished.judged) {
        setError(finished.errorCode, finished.error);
        if (page_ == Reading) {
            go(Connect);
        }
        return;
    }
    setError({}, {});
    result_ = {
        {"verdict", finished.verdict},   {"word", both(finished.word)},
        {"causes", finished.causes},     {"nextSteps", finished.nextSteps},
        {"monitors", finished.monitors}, {"rules", finished.rules},
        {"codes", finished.codes},       {"findings", finished.findings},
        {"vinRead", finished.vinRead},   {"sequence", finished.sequence},
        {"seconds", seconds_},           {"confirmed", finished.confirmed},
    };
    Q_EMIT resultChanged();
    go(Result);
}

void StationPresenter::showCentre(int waiting, bool reached) {
    waiting_ = waiting;
    centreReached_ = reached;
    Q_EMIT centreChanged();
}

void StationPresenter::go(Page page) {
    if (page_ != page) {
        page_ = page;
        Q_EMIT pageChanged();
    }
}

void StationPresenter::setError(const QString& code, const Both& text) {
    error_ = code.isEmpty() ? QVariantMap()
                            : QVariantMap{{"code", code}, {"es", text.es}, {"en", text.en}};
    Q_EMIT errorChanged();
}

}  // namespace ui::presenters
