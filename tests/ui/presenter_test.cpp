#include "ui/presenters/station_presenter.hpp"

#include <gtest/gtest.h>

#include <QtCore/QCoreApplication>
#include <QtCore/QEventLoop>

namespace ui::presenters {
namespace {

using Page = StationPresenter::Page;

QVariantMap item(const char* id, bool may_be_absent) {
    return {{"id", id}, {"es", "es"}, {"en", "en"}, {"mayBeAbsent", may_be_absent}};
}

/// Answers as the engine does: every step is accepted and leads on.
class Flow : public testing::Test {
protected:
    Flow() : presenter({"ST-1", "serial:x", "generic", true, {item("cap", false)}}) {
        QObject::connect(
            &presenter, &StationPresenter::identifyWanted,
            [this](const Entered& entered) {
                identified.push_back(entered);
                standing.entered = entered;
                stand("look");
            }
        );
        QObject::connect(
            &presenter, &StationPresenter::lookedWanted,
            [this](const QVariantMap& visual, const QString& connector) {
                standing.visual = visual;
                standing.connector = connector;
                stand("key_on");
            }
        );
        QObject::connect(
            &presenter, &StationPresenter::readingWanted,
            [this](const Entered& entered) { wanted.push_back(entered); }
        );
        QObject::connect(&presenter, &StationPresenter::confirmWanted, [this] {
            ++confirmed;
            finished.confirmed = true;
            stand("done");
            presenter.showFinished(finished);
        });
        QObject::connect(
            &presenter, &StationPresenter::closeWanted,
            [this](const QString& reason, const QString& who, const QString&, const QString&) {
                reasons.push_back(reason + (who.isEmpty() ? "" : " " + who));
                standing.aborted = true;
                stand("done");
            }
        );
        QObject::connect(&presenter, &StationPresenter::stopWanted, [this] { ++stops; });
    }
    void stand(const char* state) {
        standing.state = state;
        presenter.showStanding(standing);
    }
    void fill() {
        presenter.setVin("3N1CN7AD3KL812345");
        presenter.setFuel("gasoline");
        presenter.setGrossWeight("1550");
    }
    void to_connect() {
        fill();
        presenter.next();
        presenter.allGood();
        presenter.next();
    }
    void judge(const char* verdict) {
        finished.judged = true;
        finished.verdict = verdict;
        standing.read = true;
        stand("judged");
        presenter.showFinished(finished);
    }
    void read_to(const char* verdict) {
        to_connect();
        presenter.next();
        judge(verdict);
    }

    StationPresenter presenter;
    Standing standing;
    Finished finished;
    std::vector<Entered> identified;
    std::vector<Entered> wanted;
    std::vector<QString> reasons;
    int stops = 0;
    int confirmed = 0;
};

TEST_F(Flow, GoesOnOnlyWithAVehicleThatIsKnown) {
    presenter.next();
    EXPECT_EQ(presenter.page(), Page::Vehicle);
    fill();
    EXPECT_TRUE(presenter.vehicleComplete());
    EXPECT_EQ(presenter.modelYear(), "2019");
    presenter.next();
    EXPECT_EQ(presenter.page(), Page::Check);
    presenter.next();
    EXPECT_EQ(presenter.page(), Page::Check) << "nobody has looked";
    presenter.look("cap", "fail");
    presenter.next();
    EXPECT_EQ(presenter.page(), Page::Check) << "the connector too";
    presenter.setConnector("ok");
    presenter.next();
    EXPECT_EQ(presenter.page(), Page::Connect);
    presenter.back();
    EXPECT_EQ(presenter.page(), Page::Check);
    EXPECT_EQ(presenter.visual()["cap"], "fail");
    presenter.back();
    EXPECT_EQ(presenter.page(), Page::Vehicle);
    EXPECT_EQ(presenter.vin(), "3N1CN7AD3KL812345");
}

TEST_F(Flow, TakesAPlateWhereThereIsNoVin) {
    presenter.setPlate(" abc-12 ");
    EXPECT_EQ(presenter.plate(), "ABC-12");
    presenter.setModelYear("2010");
    presenter.setFuel("diesel");
    EXPECT_FALSE(presenter.vehicleComplete());
    presenter.setGrossWeight("2000");
    EXPECT_TRUE(presenter.vehicleComplete());
}

TEST_F(Flow, SaysWhatIsWrongWithAVin) {
    presenter.setVin("3N1CN7AD3KL81234");
    EXPECT_EQ(presenter.vinProblem(), "length");
    presenter.setVin("3N1CN7AD3KL8I2345");
    EXPECT_EQ(presenter.vinProblem(), "letters");
    presenter.setVin("3N1CN7AD4KL812345");
    EXPECT_EQ(presenter.vinProblem(), "check_digit");
    presenter.setFuel("gasoline");
    presenter.setGrossWeight("1550");
    EXPECT_TRUE(presenter.vehicleComplete()) << "a wrong check digit is a warning only";
    presenter.setVin("3n1cn7ad3kl812345");
    EXPECT_EQ(presenter.vinProblem(), "");
}

TEST_F(Flow, KeepsAYearThatWasTypedByHand) {
    presenter.setModelYear("2018");
    presenter.setVin("3N1CN7AD3KL812345");
    EXPECT_EQ(presenter.modelYear(), "2018");
    presenter.setModelYear("3000");
    EXPECT_EQ(presenter.modelYear(), "");
}

TEST_F(Flow, PutsAScanWhereItBelongsWhateverHasTheFocus) {
    presenter.scanned("i3N1CN7AD3KL812345\r");
    EXPECT_EQ(presenter.vin(), "3N1CN7AD3KL812345");
    EXPECT_EQ(presenter.plate(), "");
    presenter.scanned("ABC-123");
    EXPECT_EQ(presenter.plate(), "ABC-123");
    presenter.setFuel("gasoline");
    presenter.setGrossWeight("1550");
    presenter.next();
    presenter.scanned("1G1JC5444R7252367");
    EXPECT_EQ(presenter.vin(), "3N1CN7AD3KL812345") << "not once it is this vehicle's inspection";
}

TEST_F(Flow, ReadsOnceShowsTheVerdictAndWaitsForItsConfirmation) {
    to_connect();
    presenter.setLampKeyOn("yes");
    presenter.next();
    EXPECT_EQ(presenter.page(), Page::Reading);
    presenter.next();
    ASSERT_EQ(wanted.size(), 1U) << "Return while reading must not start a second one";
    EXPECT_EQ(wanted[0].vin, "3N1CN7AD3KL812345");
    EXPECT_EQ(wanted[0].modelYear, 2019);
    EXPECT_EQ(wanted[0].lampKeyOn, "yes");
    presenter.showProgress({"codes", 0.5, 1, 0, true, true});
    EXPECT_EQ(presenter.step(), "codes");
    finished.word = {"RECHAZADO", "REJECTED"};
    finished.sequence = 7;
    judge("FAIL");
    EXPECT_EQ(presenter.page(), Page::Result);
    EXPECT_EQ(presenter.result()["verdict"], "FAIL");
    presenter.nextVehicle();
    EXPECT_EQ(presenter.page(), Page::Result) << "a verdict is not walked away from";
    presenter.next();
    EXPECT_EQ(confirmed, 1);
    EXPECT_EQ(presenter.page(), Page::Result);
    EXPECT_EQ(presenter.result()["sequence"], 7);
    EXPECT_EQ(presenter.result()["confirmed"], true);
    presenter.next();
    EXPECT_EQ(confirmed, 1) << "once";
    EXPECT_EQ(presenter.page(), Page::Vehicle);
    EXPECT_EQ(presenter.vin(), "");
    EXPECT_EQ(presenter.lampKeyOn(), "") << "nothing of the last car stays";
    EXPECT_TRUE(presenter.visual().isEmpty());
}

TEST_F(Flow, GoesBackToConnectingWithTheErrorAndEverythingEntered) {
    to_connect();
    presenter.next();
    stand("ready");
    Finished failed;
    failed.errorCode = "E-ADP-02";
    failed.error = {"es", "en"};
    presenter.showFinished(failed);
    EXPECT_EQ(presenter.page(), Page::Connect);
    EXPECT_EQ(presenter.error()["code"], "E-ADP-02");
    EXPECT_EQ(presenter.vin(), "3N1CN7AD3KL812345");
    presenter.next();
    EXPECT_EQ(presenter.page(), Page::Reading);
    EXPECT_TRUE(presenter.error().isEmpty());
    EXPECT_EQ(wanted.size(), 2U);
}

TEST_F(Flow, StopsOnlyWhatRuns) {
    presenter.stop();
    EXPECT_EQ(stops, 0);
    to_connect();
    presenter.next();
    presenter.back();
    EXPECT_EQ(stops, 1);
    EXPECT_EQ(presenter.page(), Page::Reading) << "until the engine says it has ended";
}

TEST_F(Flow, BeginsTheNextCarByScanningItOnceTheVerdictIsConfirmed) {
    read_to("PASS");
    presenter.scanned("1G1JC5444R7252367");
    EXPECT_EQ(presenter.page(), Page::Result) << "not confirmed";
    presenter.next();
    presenter.scanned("1G1JC5444R7252367");
    EXPECT_EQ(presenter.page(), Page::Vehicle);
    EXPECT_EQ(presenter.vin(), "1G1JC5444R7252367");
    EXPECT_EQ(presenter.fuel(), "");
}

TEST_F(Flow, SaysWhyAStepWasRefusedAndStaysWhereItWas) {
    fill();
    standing.refused = {"no", "no"};
    presenter.next();
    EXPECT_EQ(presenter.page(), Page::Vehicle);
    EXPECT_EQ(presenter.refused()["es"], "no");
    EXPECT_EQ(presenter.vin(), "3N1CN7AD3KL812345");
    standing.refused = {};
    presenter.next();
    EXPECT_EQ(presenter.page(), Page::Check);
    EXPECT_TRUE(presenter.refused().isEmpty());
}

TEST_F(Flow, ClosesWithAReasonAndIsReadyForTheNextCar) {
    presenter.close("vehicle_left");
    EXPECT_TRUE(reasons.empty()) << "nothing to close";
    to_connect();
    presenter.close("vehicle_left");
    EXPECT_EQ(reasons, std::vector<QString>{"vehicle_left"});
    EXPECT_EQ(presenter.page(), Page::Vehicle);
    EXPECT_EQ(presenter.vin(), "");
}

TEST_F(Flow, AsksForTheEngineAndReadsAgain) {
    to_connect();
    presenter.next();
    stand("engine_off");
    EXPECT_EQ(presenter.page(), Page::Connect);
    presenter.back();
    EXPECT_EQ(presenter.page(), Page::Connect) << "it was read: there is no way back";
    presenter.next();
    EXPECT_EQ(wanted.size(), 2U);
}

TEST_F(Flow, OffersAnInspectionThatWasCutShortAndGoesOnWhereItWas) {
    int resumed = 0;
    QObject::connect(&presenter, &StationPresenter::resumeWanted, [&] { ++resumed; });
    EXPECT_TRUE(presenter.leftOpen().isEmpty());
    presenter.showLeftOpen({1, "ABC-12", "ready"});
    EXPECT_EQ(presenter.leftOpen()["vehicle"], "ABC-12");
    presenter.resume();
    EXPECT_EQ(resumed, 1);
    standing.entered.plate = "ABC-12";
    standing.entered.lampKeyOn = "yes";
    standing.visual = {{"cap", "pass"}};
    stand("ready");
    EXPECT_EQ(presenter.page(), Page::Connect);
    EXPECT_EQ(presenter.plate(), "ABC-12");
    EXPECT_EQ(presenter.lampKeyOn(), "yes") << "what was answered is not asked again";
    EXPECT_EQ(presenter.visual()["cap"], "pass");
    presenter.showLeftOpen({});
    EXPECT_TRUE(presenter.leftOpen().isEmpty());
}

TEST_F(Flow, NobodyWorksBeforeTheyProvedWhoTheyAre) {
    Crew crew;
    crew.required = true;
    presenter.showCrew(crew);
    EXPECT_TRUE(presenter.signInOpen());
    presenter.scanned("BADGE-9f31");
    EXPECT_EQ(presenter.badge(), "BADGE-9f31");
    EXPECT_EQ(presenter.plate(), "") << "a badge is no plate";
    fill();
    presenter.next();
    EXPECT_TRUE(identified.empty());
    crew.id = "T-1";
    presenter.showCrew(crew);
    EXPECT_FALSE(presenter.signInOpen());
    EXPECT_EQ(presenter.badge(), "");
    presenter.next();
    EXPECT_EQ(identified.size(), 1U);
    presenter.changePerson();
    EXPECT_TRUE(presenter.signInOpen());
    presenter.keepPerson();
    EXPECT_FALSE(presenter.signInOpen());
}

TEST_F(Flow, SignsOutWhoeverIsAwayButNeverDuringAReading) {
    std::vector<QString> why;
    QObject::connect(&presenter, &StationPresenter::signOutWanted, [&](const QString& reason) {
        why.push_back(reason);
    });
    Crew crew;
    crew.required = true;
    crew.id = "T-1";
    presenter.setIdleLimit(1);
    presenter.showCrew(crew);
    to_connect();
    presenter.next();
    ASSERT_EQ(presenter.page(), Page::Reading);
    const auto later = [](int rounds) {
        for (int i = 0; i < rounds; ++i) {
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        }
    };
    later(5);
    EXPECT_TRUE(why.empty());
    presenter.signOut();
    EXPECT_TRUE(why.empty()) << "not by hand either";
    judge("PASS");
    while (why.empty()) {
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    }
    EXPECT_EQ(why, (std::vector<QString>{"idle"}));
}

TEST_F(Flow, AsksForASecondPersonOnlyOnceTheVehicleWasRead) {
    Crew crew;
    crew.required = true;
    crew.id = "T-1";
    presenter.showCrew(crew);
    to_connect();
    EXPECT_FALSE(presenter.secondNeeded());
    standing.read = true;
    stand("ready");
    EXPECT_TRUE(presenter.secondNeeded()) << "a reading that failed told something";
    standing.read = false;
    stand("ready");
    EXPECT_FALSE(presenter.secondNeeded());
    presenter.next();
    judge("FAIL");
    EXPECT_TRUE(presenter.secondNeeded());
    presenter.closeWith("vehicle_left", "S-1", "1", "");
    EXPECT_EQ(reasons, (std::vector<QString>{"vehicle_left S-1"}));
    EXPECT_EQ(presenter.page(), Page::Vehicle) << "the verdict is gone from the screen";
    EXPECT_FALSE(presenter.secondNeeded());
}

}  // namespace
}  // namespace ui::presenters

int main(int argc, char** argv) {
    QCoreApplication app(argc, argv);
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
