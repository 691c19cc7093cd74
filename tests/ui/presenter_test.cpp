#include "ui/presenters/station_presenter.hpp"

#include <gtest/gtest.h>

#include <QtCore/QCoreApplication>

namespace ui::presenters {
namespace {

using Page = StationPresenter::Page;

class Flow : public testing::Test {
protected:
    Flow() : presenter({"ST-1", "serial:x", "generic", true}) {
        QObject::connect(
            &presenter, &StationPresenter::readingWanted,
            [this](const Entered& entered) { wanted.push_back(entered); }
        );
        QObject::connect(&presenter, &StationPresenter::stopWanted, [this] { ++stops; });
    }
    void fill() {
        presenter.setVin("3N1CN7AD3KL812345");
        presenter.setFuel("gasoline");
        presenter.setGrossWeight("1550");
    }
    void read_to(const Finished& finished) {
        fill();
        presenter.next();
        presenter.next();
        presenter.showFinished(finished);
    }

    StationPresenter presenter;
    std::vector<Entered> wanted;
    int stops = 0;
};

TEST_F(Flow, GoesOnOnlyWithAVehicleThatIsKnown) {
    presenter.next();
    EXPECT_EQ(presenter.page(), Page::Vehicle);
    fill();
    EXPECT_TRUE(presenter.vehicleComplete());
    EXPECT_EQ(presenter.modelYear(), "2019");
    presenter.next();
    EXPECT_EQ(presenter.page(), Page::Connect);
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
    EXPECT_EQ(presenter.vin(), "3N1CN7AD3KL812345") << "not while connecting";
}

TEST_F(Flow, ReadsOnceAndShowsTheVerdict) {
    fill();
    presenter.setLampKeyOn("yes");
    presenter.next();
    presenter.next();
    EXPECT_EQ(presenter.page(), Page::Reading);
    presenter.next();
    ASSERT_EQ(wanted.size(), 1U) << "Return while reading must not start a second one";
    EXPECT_EQ(wanted[0].vin, "3N1CN7AD3KL812345");
    EXPECT_EQ(wanted[0].modelYear, 2019);
    EXPECT_EQ(wanted[0].lampKeyOn, "yes");
    presenter.showProgress({"codes", 0.5, 1, true, true});
    EXPECT_EQ(presenter.step(), "codes");
    Finished finished;
    finished.judged = true;
    finished.verdict = "FAIL";
    finished.word = {"RECHAZADO", "REJECTED"};
    finished.sequence = 7;
    presenter.showFinished(finished);
    EXPECT_EQ(presenter.page(), Page::Result);
    EXPECT_EQ(presenter.result()["verdict"], "FAIL");
    EXPECT_EQ(presenter.result()["sequence"], 7);
    presenter.next();
    EXPECT_EQ(presenter.page(), Page::Vehicle);
    EXPECT_EQ(presenter.vin(), "");
    EXPECT_EQ(presenter.lampKeyOn(), "") << "nothing of the last car stays";
}

TEST_F(Flow, GoesBackToConnectingWithTheErrorAndEverythingEntered) {
    Finished failed;
    failed.errorCode = "E-ADP-02";
    failed.error = {"es", "en"};
    read_to(failed);
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
    fill();
    presenter.next();
    presenter.next();
    presenter.back();
    EXPECT_EQ(stops, 1);
    EXPECT_EQ(presenter.page(), Page::Reading) << "until the engine says it has ended";
}

TEST_F(Flow, BeginsTheNextCarByScanningItAtTheResult) {
    Finished finished;
    finished.judged = true;
    finished.verdict = "PASS";
    read_to(finished);
    presenter.scanned("1G1JC5444R7252367");
    EXPECT_EQ(presenter.page(), Page::Vehicle);
    EXPECT_EQ(presenter.vin(), "1G1JC5444R7252367");
    EXPECT_EQ(presenter.fuel(), "");
}

}  // namespace
}  // namespace ui::presenters

int main(int argc, char** argv) {
    QCoreApplication app(argc, argv);
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
