#include "station/inspection/inspection.hpp"

#include "obd/session/reading.hpp"
#include "obd/snapshot/json.hpp"
#include "protocols/simulator/elm.hpp"
#include "station/messages/messages.hpp"
#include "station/report/text.hpp"
#include "tests/support/virtual_link.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <set>

namespace station::inspection {
namespace {

namespace json = boost::json;
namespace sim = protocols::simulator;
using protocols::Failure;
using protocols::Fault;

struct Done {
    Order order;
    criteria::Profile profile;
    Concluded concluded;
    Outcome outcome;
};

Done inspect_by(std::string_view vehicle, std::string source, int cut_after = 1'000'000) {
    Done done;
    done.order.id = "00000000-0000-4000-8000-000000000000";
    done.order.profile_source = std::move(source);
    done.profile = criteria::read_profile(done.order.profile_source).value();
    done.order.technician = "T-1";
    done.order.adapter = "serial:/dev/x@38400";
    done.order.started = "2026-01-02T03:04:05.678Z";
    const auto car = sim::built_in_vehicle(vehicle).value();
    done.order.stated.plate = car.papers.plate;
    done.order.stated.model_year = car.papers.model_year;
    done.order.stated.fuel = car.papers.fuel;
    done.order.stated.gvwr_kg = car.papers.gvwr_kg;
    done.order.stated.lamp_at_key_on = car.papers.lamp_key_on;
    done.order.stated.lamp_running = car.papers.lamp_running;
    sim::Elm elm(car, *sim::find_dialect("elm327-2.3"), 38400);
    obd::ReadingSettings limits;
    limits.connect_attempts = done.profile.connect_attempts;
    limits.readiness_groups = readiness_groups_of(done.profile);
    obd::Reading reading(limits);
    tests::VirtualLink link(elm);
    auto result = link.cut_after(cut_after).run(reading);
    if (result.has_value()) {
        done.outcome.snapshot = std::move(result.value());
    } else {
        done.outcome.failure = result.error();
        done.outcome.partial = reading.snapshot();
    }
    done.outcome.transcript = link.transcript();
    done.outcome.finished = "2026-01-02T03:04:07.000Z";
    done.concluded = conclude(done.order, done.outcome, done.profile);
    return done;
}

Done inspect(std::string_view vehicle, const std::string& programme, int cut_after = 1'000'000) {
    return inspect_by(vehicle, criteria::profile_text(programme).value(), cut_after);
}

// On what two trucks say over SAE J1939.
TEST(Inspection, JudgesTrucksByTheProgrammeForThem) {
    const auto good = inspect("truck-2018", "us-ca-clean-truck-check");
    EXPECT_EQ(criteria::id(good.concluded.judgement->verdict), "PASS");
    const auto bad = inspect("truck-2014", "us-ca-clean-truck-check");
    EXPECT_EQ(criteria::id(bad.concluded.judgement->verdict), "FAIL");
    EXPECT_EQ(bad.concluded.judgement->reasons, std::vector<std::string>{"mil_commanded_on"});
}

// A bus has no F401: which of its readiness groups is which monitor is for the programme to say.
TEST(Inspection, JudgesTheMonitorsOfABusByItsReadinessGroups) {
    auto document = json::parse(criteria::profile_text("generic").value()).as_object();
    const auto states = [&] {
        const auto done = inspect_by("bus-2019", json::serialize(document));
        const auto body = json::parse(done.concluded.body);
        return std::pair(
            body.at("facts").at("obd").at("monitors"),
            criteria::to_json(*done.concluded.judgement, done.profile)
        );
    };
    const auto [unnamed, open] = states();
    EXPECT_EQ(unnamed.at("EGR"), nullptr);
    EXPECT_NE(
        json::serialize(open).find("the programme does not say by which readiness groups"),
        std::string::npos
    );
    document["readiness_groups"] = json::parse(R"({
        "EGR": {"groups": ["0B"], "verified": "memory", "cite": []},
        "BP": {"groups": ["0D"], "verified": "secondary", "cite": []},
        "AIR": {"groups": [], "verified": "memory", "cite": []}})");
    const auto [named, judged] = states();
    EXPECT_EQ(named.at("EGR"), "complete");
    EXPECT_EQ(named.at("BP"), "incomplete");
    EXPECT_EQ(named.at("AIR"), "unsupported");
    EXPECT_EQ(named.at("CAT"), nullptr);
    EXPECT_NE(
        json::serialize(judged).find("595633FF040D0299000002340050 (BP, readiness group: secondary)"
        ),
        std::string::npos
    ) << json::serialize(judged);
}

// The simulated fleet under the Mexican programme: what a demonstration shows is pinned here.
TEST(Inspection, JudgesTheSimulatedFleet) {
    const std::map<std::string_view, std::string_view> verdicts{
        {"adapter-bench", "PASS"},
        {"both-2025", "FAIL"},
        {"bus-2019", "NOT_APPLICABLE"},
        {"can11-250-2009", "PASS"},
        {"can29", "PASS"},
        {"clean-plug", "PASS"},
        {"diesel", "NOT_APPLICABLE"},
        {"eight-units", "FAIL"},
        {"healthy-petrol", "PASS"},
        {"hybrid", "PASS"},
        {"iso9141-2003", "NOT_APPLICABLE"},
        {"j1850-pwm-1999", "NOT_APPLICABLE"},
        {"j1850-vpw-1998", "NOT_APPLICABLE"},
        {"j1850-vpw-2001", "NOT_APPLICABLE"},
        {"just-cleared", "FAIL"},
        {"kwp-fast-2005", "NOT_APPLICABLE"},
        {"kwp-slow-2003", "NOT_APPLICABLE"},
        {"mil-on", "FAIL"},
        {"plug-in-hybrid", "PASS"},
        {"silent", "NO_COMM"},
        {"truck-2014", "NOT_APPLICABLE"},
        {"truck-2018", "NOT_APPLICABLE"},
        {"uds-2027", "FAIL"}};
    for (const auto name : sim::vehicle_names()) {
        const auto done = inspect(name, "mx-nom-167-2017");
        ASSERT_TRUE(done.concluded.judgement) << name;
        ASSERT_TRUE(verdicts.contains(name)) << name;
        EXPECT_EQ(criteria::id(done.concluded.judgement->verdict), verdicts.at(name)) << name;
    }
}

TEST(Inspection, IsRepeatedFromItsRecordAlone) {
    for (const auto name : sim::vehicle_names()) {
        for (const auto& programme : criteria::profile_ids()) {
            const auto done = inspect(name, programme);
            const auto body = json::parse(done.concluded.body);
            const auto text = protocols::transcript::to_text(done.outcome.transcript);
            const auto transcript = protocols::transcript::transcript_from_text(text).value();
            const auto again = replay(transcript, done.profile.connect_attempts);
            ASSERT_TRUE(again.has_value()) << name << " " << again.error().detail;
            EXPECT_EQ(obd::to_json(again.value()), body.at("snapshot")) << name;
            const auto stated = stated_from(body).value();
            const auto facts = criteria::facts_from(stated, again.value());
            const auto judgement = criteria::judge(done.profile, facts);
            EXPECT_EQ(criteria::to_json(judgement, done.profile), body.at("judgement"))
                << name << " " << programme;
        }
    }
}

TEST(Inspection, IsNeverJudgedWhenTheReadingBrokeOff) {
    for (int events = 1; events < 200; events += 7) {
        const auto done = inspect("mil-on", "mx-nom-167-2017", events);
        if (done.outcome.snapshot) {
            continue;
        }
        EXPECT_FALSE(done.concluded.judgement);
        const auto body = json::parse(done.concluded.body);
        EXPECT_EQ(body.at("type"), "aborted");
        EXPECT_EQ(body.at("aborted").at("fault"), static_cast<int>(Fault::link_lost));
        EXPECT_EQ(body.at("vehicle").at("plate"), "TUN-84-12");
        // What had been read before is kept with it.
        EXPECT_TRUE(body.as_object().contains("partial"));
    }
}

TEST(Inspection, ClosesAnInterruptedOneWithWhatWasEntered) {
    const auto done = inspect("healthy-petrol", "generic");
    const auto text = aborted_body(
        done.order, done.profile, "", {"power_lost", "", "", "", "2026-01-02T03:04:08.000Z"}
    );
    const auto body = json::parse(text);
    EXPECT_EQ(body.at("type"), "aborted");
    EXPECT_EQ(body.at("inspection"), json::value(done.order.id));
    EXPECT_EQ(body.at("vehicle").at("plate"), "PTR-55-21");
    EXPECT_EQ(body.at("aborted").at("reason"), "power_lost");
    EXPECT_EQ(json::parse(interrupted_body("x", "not json")).at("inspection"), "x");
}

TEST(Messages, TellEveryFaultInBothLanguagesWithTheNextStep) {
    std::set<int> exits;
    for (int number = 1; number <= static_cast<int>(Fault::library_failed); ++number) {
        constexpr int retired = 29;
        if (number == retired) {
            continue;
        }
        const auto fault = static_cast<Fault>(number);
        const auto& message = messages::message_for(fault);
        EXPECT_FALSE(message.code.empty()) << number;
        EXPECT_GT(message.es.size(), 30U) << number;
        EXPECT_GT(message.en.size(), 30U) << number;
        EXPECT_NE(message.es, message.en) << number;
        // A cause and an action: at least two sentences.
        for (const auto text : {message.es, message.en}) {
            EXPECT_NE(text.substr(0, text.size() - 1).find_first_of(".?;"), text.npos) << text;
        }
        EXPECT_TRUE(message.exit_code == 12 || (message.exit_code >= 20 && message.exit_code < 40));
        exits.insert(message.exit_code);
        const Failure failure{fault, "detail\rfor support"};
        EXPECT_NE(messages::spanish(failure).find("detail for support"), std::string::npos);
        EXPECT_NE(messages::english(failure).find(std::string(message.code)), std::string::npos);
    }
    EXPECT_GT(exits.size(), 12U);
}

TEST(Report, SaysVerdictCausesVehicleAndNextStep) {
    const auto done = inspect("mil-on", "us-epa-im");
    const auto body = json::parse(done.concluded.body);
    const auto spanish = report::as_text(body, report::Language::spanish);
    const auto english = report::as_text(body, report::Language::english);
    for (const auto& text : {spanish, english}) {
        for (const auto* part : {"TUN-84-12", "1HGCR2F39DA112233", "P0420", "P0301", "EVAP"}) {
            EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
        }
    }
    EXPECT_NE(spanish, english);
    const auto silent = inspect("silent", "mx-nom-167-2017");
    const auto page =
        report::as_text(json::parse(silent.concluded.body), report::Language::spanish);
    EXPECT_NE(page.find("SIN CONECTIVIDAD"), std::string::npos) << page;
    const auto aborted = inspect("mil-on", "mx-nom-167-2017", 50);
    EXPECT_FALSE(
        report::as_text(json::parse(aborted.concluded.body), report::Language::english).empty()
    );
}

}  // namespace
}  // namespace station::inspection
