#pragma once

#include <QtCore/QElapsedTimer>
#include <QtCore/QObject>
#include <QtCore/QString>
#include <QtCore/QStringList>
#include <QtCore/QTimer>
#include <QtCore/QVariantList>
#include <QtCore/QVariantMap>

namespace ui::presenters {

/// A sentence in both languages; the view picks.
struct Both {
    QString es;
    QString en;
};

/// What the technician entered, handed to the engine when the reading starts.
struct Entered {
    QString vin;
    QString plate;
    int modelYear = 0;
    QString fuel;
    int grossWeightKg = 0;
    int odometer = -1;    ///< In the programme's unit; -1: not entered.
    QString lampKeyOn;    ///< yes, no or empty
    QString lampRunning;  ///< yes, no or empty
};

struct Progress {
    QString step;
    double share = 0;
    int attempt = 1;
    int limitSeconds = 0;  ///< The reading ends at the latest after these.
    bool adapterFound = false;
    bool protocolFound = false;
};

/// What came of an inspection: a judged record, or an error that ended it.
struct Finished {
    bool judged = false;
    bool confirmed = false;  ///< It has its record.
    QString verdict;
    Both word;
    QVariantList causes;     ///< {es, en}
    QVariantList nextSteps;  ///< {es, en}
    QVariantList monitors;   ///< {code, state}
    QVariantList rules;      ///< {id, es, en, outcome, clause, decides}
    QVariantList codes;      ///< {code, kinds, ecu, es, en}
    QVariantList findings;   ///< {es, en, detail}: what in the reading does not fit together
    QString vinRead;
    qint64 sequence = 0;
    QString errorCode;
    Both error;
};

/// Where the inspection stands, by the workflow's own names: identify, look, key_on, ready,
/// reading, engine_off, judged, done.
struct Standing {
    QString state = QStringLiteral("identify");
    Entered entered;     ///< As the inspection has it; of one that goes on, what was answered.
    QVariantMap visual;  ///< Checklist item to pass, fail or not_applicable.
    QString connector;
    Both refused;          ///< Why the last step did not fit; nothing has changed then.
    QString relation;      ///< retest, second_not_ready or empty.
    bool read = false;     ///< The vehicle has told something already.
    bool stalled = false;  ///< engine_off: it ran when the reading began.
    bool aborted = false;  ///< done: without a verdict.
};

/// Who may work here and who does.
struct Crew {
    bool required = false;  ///< Nobody works without having proved who they are.
    QVariantList people;    ///< {id, name, code}: technicians; code: a one-time code is asked.
    QString id;             ///< Of whoever is at work; empty: nobody.
    QString name;
    Both refused;               ///< Why the last proof was not taken.
    bool clockSetBack = false;  ///< A supervisor has to answer for the time first.
};

/// What is handed out beside the verdict.
struct Paper {
    QString kind;  ///< Of the numbered paper in stock; empty: none is kept here.
    QString next;  ///< First serial in stock.
    QString issued;
    Both said;  ///< What became of printing or issuing.
    bool well = true;
};

/// An inspection that was cut short and can go on.
struct LeftOpen {
    int count = 0;
    QString vehicle;
    QString state;
    bool two = false;  ///< It has its verdict: sending it away takes a second person.
};

/// The technician's flow as state: which page, what it shows, what may be done. Draws nothing,
/// reads nothing; the engine answers its signals by calling the slots.
class StationPresenter : public QObject {
    Q_OBJECT
    Q_PROPERTY(Page page READ page NOTIFY pageChanged)
    Q_PROPERTY(QString vin READ vin WRITE setVin NOTIFY vehicleChanged)
    Q_PROPERTY(QString plate READ plate WRITE setPlate NOTIFY vehicleChanged)
    Q_PROPERTY(QString modelYear READ modelYear WRITE setModelYear NOTIFY vehicleChanged)
    Q_PROPERTY(QString fuel READ fuel WRITE setFuel NOTIFY vehicleChanged)
    Q_PROPERTY(QString grossWeight READ grossWeight WRITE setGrossWeight NOTIFY vehicleChanged)
    Q_PROPERTY(QString odometer READ odometer WRITE setOdometer NOTIFY vehicleChanged)
    Q_PROPERTY(bool miles READ miles CONSTANT)
    Q_PROPERTY(QString vinProblem READ vinProblem NOTIFY vehicleChanged)
    Q_PROPERTY(bool vehicleComplete READ vehicleComplete NOTIFY vehicleChanged)
    Q_PROPERTY(QString lampKeyOn READ lampKeyOn WRITE setLampKeyOn NOTIFY lampChanged)
    Q_PROPERTY(QString lampRunning READ lampRunning WRITE setLampRunning NOTIFY lampChanged)
    Q_PROPERTY(QVariantList checklist READ checklist CONSTANT)
    Q_PROPERTY(QVariantMap visual READ visual NOTIFY visualChanged)
    Q_PROPERTY(QString connector READ connector WRITE setConnector NOTIFY visualChanged)
    Q_PROPERTY(bool visualComplete READ visualComplete NOTIFY visualChanged)
    Q_PROPERTY(QString state READ state NOTIFY standingChanged)
    Q_PROPERTY(QString relation READ relation NOTIFY standingChanged)
    Q_PROPERTY(bool stalled READ stalled NOTIFY standingChanged)
    Q_PROPERTY(QVariantMap refused READ refused NOTIFY standingChanged)
    Q_PROPERTY(QVariantMap leftOpen READ leftOpen NOTIFY leftOpenChanged)
    Q_PROPERTY(bool asksKeyOn READ asksKeyOn CONSTANT)
    Q_PROPERTY(bool asksRunning READ asksRunning CONSTANT)
    Q_PROPERTY(QString step READ step NOTIFY progressChanged)
    Q_PROPERTY(double share READ share NOTIFY progressChanged)
    Q_PROPERTY(int attempt READ attempt NOTIFY progressChanged)
    Q_PROPERTY(int limitSeconds READ limitSeconds NOTIFY progressChanged)
    Q_PROPERTY(bool adapterFound READ adapterFound NOTIFY progressChanged)
    Q_PROPERTY(bool protocolFound READ protocolFound NOTIFY progressChanged)
    Q_PROPERTY(int seconds READ seconds NOTIFY secondsChanged)
    Q_PROPERTY(QVariantMap result READ result NOTIFY resultChanged)
    Q_PROPERTY(QVariantMap error READ error NOTIFY errorChanged)
    Q_PROPERTY(int waiting READ waiting NOTIFY centreChanged)
    Q_PROPERTY(bool centreReached READ centreReached NOTIFY centreChanged)
    Q_PROPERTY(bool centreKnown READ centreKnown CONSTANT)
    Q_PROPERTY(QVariantMap crew READ crew NOTIFY crewChanged)
    Q_PROPERTY(bool signInOpen READ signInOpen NOTIFY crewChanged)
    Q_PROPERTY(bool secondNeeded READ secondNeeded NOTIFY crewChanged)
    Q_PROPERTY(QString badge READ badge NOTIFY badgeChanged)
    Q_PROPERTY(QVariantMap paper READ paper NOTIFY paperChanged)
    Q_PROPERTY(QString stationId READ stationId CONSTANT)
    Q_PROPERTY(QString adapter READ adapter CONSTANT)
    Q_PROPERTY(QString programme READ programme CONSTANT)

public:
    enum Page { Vehicle, Check, Connect, Reading, Result };
    Q_ENUM(Page)

    struct Station {
        QString id;
        QString adapter;
        QString programme;
        bool hasCentre = false;
        QVariantList checklist{};  ///< {id, es, en, mayBeAbsent}
        bool asksKeyOn = true;     ///< The programme looks at the lamp with the key on,
        bool asksRunning = true;   ///< and with the engine running.
        bool miles = false;        ///< Its vehicles' odometers count miles.
    };
    explicit StationPresenter(Station station, QObject* parent = nullptr);

    Page page() const { return page_; }
    QString vin() const { return entered_.vin; }
    QString plate() const { return entered_.plate; }
    QString modelYear() const;
    QString fuel() const { return entered_.fuel; }
    QString grossWeight() const;
    QString odometer() const;
    bool miles() const { return station_.miles; }
    /// Empty, `length`, `letters` or `check_digit`; the last is a warning only.
    QString vinProblem() const;
    bool vehicleComplete() const;
    QString lampKeyOn() const { return entered_.lampKeyOn; }
    QString lampRunning() const { return entered_.lampRunning; }
    QVariantList checklist() const { return station_.checklist; }
    QVariantMap visual() const { return visual_; }
    QString connector() const { return connector_; }
    bool visualComplete() const;
    QString state() const { return standing_.state; }
    QString relation() const { return standing_.relation; }
    bool stalled() const { return standing_.stalled; }
    QVariantMap refused() const;
    QVariantMap leftOpen() const;
    bool asksKeyOn() const { return station_.asksKeyOn; }
    bool asksRunning() const { return station_.asksRunning; }
    QString step() const { return progress_.step; }
    double share() const { return progress_.share; }
    int attempt() const { return progress_.attempt; }
    int limitSeconds() const { return progress_.limitSeconds; }
    bool adapterFound() const { return progress_.adapterFound; }
    bool protocolFound() const { return progress_.protocolFound; }
    int seconds() const { return seconds_; }
    QVariantMap result() const { return result_; }
    QVariantMap error() const { return error_; }
    int waiting() const { return waiting_; }
    bool centreReached() const { return centreReached_; }
    bool centreKnown() const { return station_.hasCentre; }
    QVariantMap crew() const;
    bool signInOpen() const { return (crew_.required && crew_.id.isEmpty()) || changing_; }
    /// A vehicle that was read is not sent away by one person alone.
    bool secondNeeded() const;
    QString badge() const { return badge_; }
    QVariantMap paper() const;
    QString stationId() const { return station_.id; }
    QString adapter() const { return station_.adapter; }
    QString programme() const { return station_.programme; }

    void setVin(const QString& vin);
    void setPlate(const QString& plate);
    void setModelYear(const QString& year);
    void setFuel(const QString& fuel);
    void setOdometer(const QString& odometer);
    void setGrossWeight(const QString& weight);
    void setLampKeyOn(const QString& answer);
    void setLampRunning(const QString& answer);
    void setConnector(const QString& connector);
    /// pass, fail or not_applicable.
    Q_INVOKABLE void look(const QString& item, const QString& answer);
    Q_INVOKABLE void allGood();
    /// The vehicle cannot be connected: it is judged so.
    Q_INVOKABLE void cannotConnect();
    /// Judge although the engine does not run.
    Q_INVOKABLE void goOn();
    /// Read again after a verdict that decided nothing.
    Q_INVOKABLE void again();
    /// Ends the inspection without a verdict: technician, vehicle_left.
    Q_INVOKABLE void close(const QString& reason);
    /// The inspection that was cut short goes on, or is closed with its record.
    Q_INVOKABLE void resume();
    Q_INVOKABLE void drop();

    Q_INVOKABLE void closeWith(
        const QString& reason, const QString& who, const QString& pin, const QString& code
    );
    Q_INVOKABLE void signIn(const QString& who, const QString& pin, const QString& code);
    Q_INVOKABLE void signOut();
    /// Another technician takes over, or nobody does.
    Q_INVOKABLE void changePerson();
    Q_INVOKABLE void keepPerson();
    Q_INVOKABLE void confirmClock(const QString& who, const QString& pin, const QString& code);
    Q_INVOKABLE void printReport();
    Q_INVOKABLE void issue(const QString& serial);
    /// Somebody is there: a key or a touch.
    Q_INVOKABLE void touched();

    /// A scanner's burst, whatever has the focus. Strips the `I` prefix of door labels.
    Q_INVOKABLE void scanned(const QString& text);
    Q_INVOKABLE void next();
    Q_INVOKABLE void back();
    Q_INVOKABLE void stop();
    Q_INVOKABLE void nextVehicle();

    void showStanding(const ui::presenters::Standing& standing);
    void showLeftOpen(const ui::presenters::LeftOpen& left);
    void showProgress(const Progress& progress);
    void showFinished(const Finished& finished);
    void showCentre(int waiting, bool reached);
    void showCrew(const ui::presenters::Crew& crew);
    void showPaper(const ui::presenters::Paper& paper);
    /// For tests: how long nobody may be there.
    void setIdleLimit(int ms) { idle_.setInterval(ms); }

Q_SIGNALS:
    void pageChanged();
    void vehicleChanged();
    void lampChanged();
    void progressChanged();
    void secondsChanged();
    void resultChanged();
    void errorChanged();
    void centreChanged();
    void visualChanged();
    void standingChanged();
    void leftOpenChanged();
    void identifyWanted(const ui::presenters::Entered& entered);
    void lookedWanted(const QVariantMap& visual, const QString& connector);
    void readingWanted(const ui::presenters::Entered& entered);
    void cannotConnectWanted();
    void goOnWanted();
    void againWanted();
    void confirmWanted();
    void closeWanted(
        const QString& reason, const QString& who, const QString& pin, const QString& code
    );
    void crewChanged();
    void badgeChanged();
    void paperChanged();
    void signInWanted(const QString& who, const QString& pin, const QString& code);
    void signOutWanted(const QString& why);
    void confirmClockWanted(const QString& who, const QString& pin, const QString& code);
    void printWanted();
    void issueWanted(const QString& serial);
    void resumeWanted();
    void dropWanted();
    void stopWanted();

private:
    void go(Page page);
    void startReading();
    void clearVehicle();
    void setError(const QString& code, const Both& text);

    Station station_;
    Page page_ = Vehicle;
    Entered entered_;
    bool yearFromVin_ = false;
    Standing standing_;
    LeftOpen left_;
    QVariantMap visual_;
    QString connector_;
    Progress progress_;
    QElapsedTimer clock_;
    QTimer tick_;
    int seconds_ = 0;
    QVariantMap result_;
    QVariantMap error_;
    Crew crew_;
    bool changing_ = false;
    QString badge_;
    Paper paper_;
    QTimer idle_;
    int waiting_ = 0;
    bool centreReached_ = true;
};

}  // namespace ui::presenters
