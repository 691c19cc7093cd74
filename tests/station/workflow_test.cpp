#include "station/inspection/workflow.hpp"

#include "obd/session/reading.hpp"
#include "protocols/simulator/elm.hpp"
#include "station/inspection/identity.hpp"
#include "tests/support/virtual_link.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <deque>
#include <map>
#include <set>

namespace station::inspection {
namespace {

namespace json = boost::json;
namespace sim = protocols::simulator;
using protocols::Failure;
using protocols::Fault;

constexpr const char* now = "2026-11-25T10:00:00.000Z";

/// What came of reading a simulated car, once a car.
const Outcome& reading_of(const std::string& vehicle) {
    static std::map<std::string, Outcome> known;
    auto found = known.find(vehicle);
    if (found == known.end()) {
        const auto car = sim::built_in_vehicle(vehicle).value();
        sim::Elm elm(car, *sim::find_dialect("elm327-2.3"), 38400);
        obd::Reading reading;
        tests::VirtualLink link(elm);
        auto result = link.run(reading);
        Outcome outcome;
        outcome.snapshot = std::move(result.value());
        outcome.transcript = link.transcript();
        outcome.finished = now;
        found = known.emplace(vehicle, std::move(outcome)).first;
    }
    return found->second;
}

Outcome engine_off() {
    auto outcome = reading_of("healthy-petrol");
    for (auto& ecu : outcome.snapshot->ecus) {
        if (auto speed = ecu.parameters.find(0x0C); speed != ecu.parameters.end()) {
            speed->second.value->value = 0;
        }
    }
    return outcome;
}

Outcome cut() {
    auto outcome = reading_of("healthy-petrol");
    outcome.partial = *outcome.snapshot;
    outcome.snapshot.reset();
    outcome.failure = Failure{Fault::link_lost, "the cable was pulled"};
    return outcome;
}

criteria::Stated papers(const std::string& vehicle) {
    const auto car = sim::built_in_vehicle(vehicle).value();
    criteria::Stated stated;
    stated.plate = car.papers.plate;
    stated.model_year = car.papers.model_year;
    stated.fuel = car.papers.fuel;
    stated.gvwr_kg = car.papers.gvwr_kg;
    return stated;
}

criteria::Profile programme(const std::string& id) {
    return criteria::read_profile(criteria::profile_text(id).value()).value();
}

std::map<std::string, std::string> all_good(const criteria::Profile& profile) {
    std::map<std::string, std::string> seen;
    for (const auto& item : profile.checklist) {
        seen[item.id] = "pass";
    }
    return seen;
}

Workflow fresh(const criteria::Profile& profile) {
    Order order;
    order.id = "00000000-0000-4000-8000-000000000000";
    order.technician = "T-1";
    order.started = now;
    return {profile, order, now};
}

struct Step {
    std::string name;
    Event event;
};

/// At least one of every event, and each kind of answer that leads elsewhere.
std::vector<Step> every_event(const criteria::Profile& profile) {
    auto diesel = papers("healthy-petrol");
    diesel.fuel = "electric";
    const std::vector<Earlier> failed{{7, "2026-11-20T10:00:00Z", "NOT_READY", 1}};
    return {
        {"identify", Identify{papers("healthy-petrol"), {}}},
        {"identify, came before", Identify{papers("healthy-petrol"), failed}},
        {"identify, out of scope", Identify{diesel, {}}},
        {"identify, nothing", Identify{}},
        {"looked", Looked{all_good(profile), "ok"}},
        {"looked, no connector", Looked{all_good(profile), "missing"}},
        {"looked, nonsense", Looked{{{"wings", "pass"}}, ""}},
        {"lamp at key on", LampAtKeyOn{true}},
        {"lamp running", LampRunning{false}},
        {"begin", Begin{"serial:/dev/a", std::nullopt}},
        {"begin, other adapter", Begin{"serial:/dev/b", std::nullopt}},
        {"read, clean", ReadingEnded{reading_of("healthy-petrol")}},
        {"read, silent", ReadingEnded{reading_of("silent")}},
        {"read, engine off", ReadingEnded{engine_off()}},
        {"read, cut", ReadingEnded{cut()}},
        {"cannot connect", CannotConnect{}},
        {"go on", GoOn{}},
        {"again", Again{}},
        {"confirm", Confirm{"T-1", ""}},
        {"take over", TakeOver{"T-2"}},
        {"abort", Abort{"vehicle_left", "", "T-1", ""}},
        {"resumed", Resumed{}},
        {"stored", Stored{3, true}},
        {"stored, open", Stored{3, false}},
    };
}

/// What makes two situations the same for the exploration.
std::string situation(const Workflow& workflow) {
    const auto saved = json::parse(workflow.saved());
    const auto text = [&](const char* key) {
        const auto* value = saved.as_object().if_contains(key);
        return value == nullptr ? std::string("-") : json::serialize(*value);
    };
    const auto body = text("body");
    std::string kind = body.size() < 3                               ? ""
                       : body.find("\\\"aborted\\\":{") != body.npos ? "A"
                                                                     : "J";
    return std::string(id(workflow.state())) + kind + text("verdict") +
           (text("keep").size() > 3 ? "K" : "") +
           std::to_string(std::min<std::size_t>(2, workflow.order().readings.size())) +
           std::to_string(std::min<std::size_t>(1, workflow.order().interruptions.size())) +
           text("vehicle") + text("relation") + text("adapter");
}

int closing_stores(const std::vector<Action>& actions) {
    int count = 0;
    for (const auto& action : actions) {
        const auto* store = std::get_if<Store>(&action);
        count += store != nullptr && store->closes ? 1 : 0;
    }
    return count;
}

bool refused(const std::vector<Action>& actions) {
    return actions.size() == 1 && std::holds_alternative<Refuse>(actions[0]);
}

/// From anywhere to the record, by what a person would do; how many closing records were asked for.
int finish(Workflow& workflow) {
    int stores = 0;
    for (int step = 0; step < 12 && id(workflow.state()) != "done"; ++step) {
        const auto state = id(workflow.state());
        Event event = Resumed{};
        if (state == "identify") {
            event = Identify{papers("healthy-petrol"), {}};
        } else if (state == "look") {
            event = Looked{all_good(workflow.profile()), "ok"};
        } else if (state == "key_on") {
            event = LampAtKeyOn{true};
        } else if (state == "ready") {
            event = Begin{"serial:/dev/a", std::nullopt};
        } else if (state == "reading") {
            const bool keeps = json::parse(workflow.saved()).at("keep") != "";
            event = keeps ? Event(Stored{2, false}) : Event(ReadingEnded{reading_of("mil-on")});
        } else if (state == "engine_off") {
            event = GoOn{};
        } else if (state == "judged") {
            event = Confirm{"T-1", ""};
        } else if (state == "closing") {
            event = Stored{9, true};
        }
        stores += closing_stores(workflow.on(event, now));
    }
    return stores;
}

class Explored : public testing::TestWithParam<const char*> {};

// Every event in every situation that can be reached, in no time at all.
TEST_P(Explored, NeverVanishesWhateverHappensWhenever) {
    const auto profile = programme(GetParam());
    const auto events = every_event(profile);
    struct Node {
        Workflow workflow;
        std::string path;
        int closing;
    };
    std::set<std::string> known;
    std::set<std::string_view> states;
    std::deque<Node> open{{fresh(profile), "", 0}};
    std::size_t tried = 0;
    while (!open.empty()) {
        const auto node = std::move(open.front());
        open.pop_front();
        for (const auto& step : events) {
            ++tried;
            auto next = node.workflow;
            const auto before = next.saved();
            const auto actions = next.on(step.event, now);
            const auto path = node.path + " > " + step.name;
            states.insert(id(next.state()));
            if (refused(actions)) {
                ASSERT_EQ(next.saved(), before) << path;
                const auto& why = std::get<Refuse>(actions[0]).why;
                ASSERT_FALSE(why.es.empty() || why.en.empty()) << path;
                continue;
            }
            for (const auto& action : actions) {
                ASSERT_FALSE(std::holds_alternative<Refuse>(action)) << path;
                if (const auto* store = std::get_if<Store>(&action)) {
                    ASSERT_TRUE(json::parse(store->body).is_object()) << path;
                }
            }
            const int closing = node.closing + closing_stores(actions);
            if (id(next.state()) == "done") {
                ASSERT_GE(closing, 1) << path;
                continue;
            }
            // Only where the store has not answered is its order repeated: with the same body.
            ASSERT_TRUE(closing <= 1 || id(node.workflow.state()) == "closing") << path;
            if (closing_stores(actions) == 1 && id(node.workflow.state()) == "closing") {
                ASSERT_EQ(
                    std::get<Store>(actions[0]).body, std::get<Closing>(node.workflow.state()).body
                ) << path;
            }
            if (!known.insert(situation(next)).second) {
                continue;
            }
            // Killed here and begun again: it goes on to exactly one closing record.
            auto again = Workflow::from_saved(profile, next.saved(), "");
            ASSERT_TRUE(again.has_value()) << path << again.error().detail;
            ASSERT_EQ(again.value().saved(), next.saved()) << path;
            const auto resumed = again.value().on(Resumed{}, now);
            ASSERT_FALSE(refused(resumed)) << path;
            ASSERT_EQ(again.value().order().stated.plate, next.order().stated.plate) << path;
            const int stores = closing_stores(resumed) + finish(again.value());
            ASSERT_EQ(id(again.value().state()), "done") << path;
            ASSERT_EQ(stores, 1) << path;
            open.push_back({std::move(next), path, closing});
        }
        ASSERT_LT(known.size(), 5000U);
    }
    EXPECT_GT(tried, 1000U);
    for (const auto* wanted : {"identify", "ready", "reading", "judged", "closing", "done"}) {
        EXPECT_TRUE(states.contains(wanted)) << wanted;
    }
    EXPECT_EQ(states.contains("look"), !profile.checklist.empty());
    EXPECT_EQ(states.contains("key_on"), profile.consults("obd.mil_lit_koeo"));
}

INSTANTIATE_TEST_SUITE_P(
    Programmes,
    Explored,
    testing::Values("mx-nom-167-2017", "us-ca-bar-ois", "us-epa-im", "generic"),
    [](const auto& one) {
        std::string name = one.param;
        std::erase(name, '-');
        return name;
    }
);

/// A workflow driven to where the script ends; every step must be accepted.
Workflow after(const criteria::Profile& profile, const std::vector<Event>& script) {
    auto workflow = fresh(profile);
    for (const auto& event : script) {
        const auto actions = workflow.on(event, now);
        EXPECT_FALSE(refused(actions)) << id(workflow.state());
    }
    return workflow;
}

json::value closing_body(Workflow& workflow, const Event& event) {
    for (const auto& action : workflow.on(event, now)) {
        const auto* store = std::get_if<Store>(&action);
        if (store != nullptr && store->closes) {
            return json::parse(store->body);
        }
    }
    ADD_FAILURE() << "no closing record";
    return {};
}

TEST(Workflow, RecordsTheWholeInspection) {
    const auto profile = programme("us-ca-bar-ois");
    auto workflow = after(
        profile, {Identify{papers("healthy-petrol"), {}}, LampAtKeyOn{true}, LampRunning{false},
                  Begin{"serial:/dev/a", std::nullopt}, ReadingEnded{reading_of("healthy-petrol")}}
    );
    EXPECT_EQ(std::get<Judged>(workflow.state()).verdict, criteria::Verdict::pass);
    const auto body = closing_body(workflow, Confirm{"T-2", ""});
    EXPECT_EQ(body.at("type"), "inspection");
    EXPECT_EQ(body.at("confirmation").at("by"), "T-2");
    EXPECT_EQ(body.at("vehicle").at("lamp_at_key_on"), true);
    EXPECT_EQ(body.at("vehicle").at("date"), "2026-11-25");
    std::vector<std::string> phases;
    for (const auto& phase : body.at("phases").as_array()) {
        phases.emplace_back(phase.at("phase").as_string());
    }
    EXPECT_EQ(
        phases, (std::vector<std::string>{"identify", "key_on", "ready", "reading", "judged"})
    );
}

TEST(Workflow, LinksARetestToTheInspectionThatWasNotPassed) {
    const auto profile = programme("us-epa-im");
    const auto visit = [&](const std::string& started, const std::string& verdict) {
        return after(
                   profile, {Identify{papers("healthy-petrol"), {{7, started, verdict, 1}}}}
        ).order();
    };
    const auto second = visit("2026-11-20T10:00:00Z", "NOT_READY");
    ASSERT_TRUE(second.relation);
    EXPECT_EQ(second.relation->kind, "second_not_ready");
    EXPECT_EQ(second.relation->sequence, 7U);
    EXPECT_EQ(second.stated.visit, 2);
    EXPECT_EQ(second.stated.previous, "NOT_READY");
    EXPECT_EQ(visit("2026-11-20T10:00:00Z", "FAIL").relation->kind, "retest");
    EXPECT_FALSE(visit("2026-11-20T10:00:00Z", "PASS").relation) << "passed: a new one";
    // The programme's sixty days, to the day.
    EXPECT_TRUE(visit("2026-09-26T23:00:00Z", "FAIL").relation);
    EXPECT_FALSE(visit("2026-09-25T23:00:00Z", "FAIL").relation);
}

TEST(Workflow, KeepsTheOdometerAndWhatItWasBefore) {
    const auto profile = programme("us-epa-im");
    auto stated = papers("healthy-petrol");
    stated.odometer = {52'341, "mi"};
    std::vector<Earlier> earlier(3, {7, "2025-11-20T10:00:00Z", "PASS", 1});
    earlier[1].odometer = {49'100, "mi"};
    earlier[2].odometer = {30'000, "mi"};
    const auto workflow = after(profile, {Identify{stated, earlier}});
    const auto vehicle = to_json(workflow.order().stated);
    EXPECT_EQ(vehicle.at("odometer"), (boost::json::value{{"value", 52'341}, {"unit", "mi"}}));
    EXPECT_EQ(vehicle.at("odometer_before").at("value"), 49'100) << "the latest that is known";
    const auto again = stated_from(boost::json::object{{"vehicle", vehicle}}).value();
    ASSERT_TRUE(again.odometer && again.odometer_before);
    EXPECT_EQ(again.odometer->value, 52'341);
    EXPECT_EQ(again.odometer_before->unit, "mi");
}

TEST(Workflow, ASecondNotReadyVisitFailsWhereTheProgrammeSaysSo) {
    const auto profile = programme("us-epa-im");
    auto car = reading_of("just-cleared");
    const auto judged = [&](const std::vector<Earlier>& earlier) {
        const auto workflow = after(
            profile, {Identify{papers("just-cleared"), earlier}, LampAtKeyOn{true},
                      LampRunning{false}, Begin{"serial:/dev/a", std::nullopt}, ReadingEnded{car}}
        );
        return std::get<Judged>(workflow.state()).verdict;
    };
    EXPECT_EQ(judged({}), criteria::Verdict::not_ready);
    EXPECT_EQ(judged({{7, "2026-11-20T10:00:00Z", "NOT_READY", 1}}), criteria::Verdict::fail);
}

TEST(Workflow, DecidesFromThePapersAloneWhereTheProgrammeDoesNotApply) {
    const auto profile = programme("mx-nom-167-2017");
    auto old = papers("healthy-petrol");
    old.model_year = 2005;
    auto workflow = after(profile, {Identify{old, {}}});
    EXPECT_EQ(id(workflow.state()), "judged");
    const auto body = closing_body(workflow, Confirm{"T-1", ""});
    EXPECT_EQ(body.at("type"), "referral");
    EXPECT_EQ(body.at("judgement").at("verdict"), "NOT_APPLICABLE");
    EXPECT_FALSE(body.as_object().contains("snapshot"));
}

TEST(Workflow, ReadsTheEngineSpeedAndDoesNotJudgeAStillEngine) {
    const auto profile = programme("us-epa-im");
    const std::vector<Event> start{
        Identify{papers("healthy-petrol"), {}}, LampAtKeyOn{true}, LampRunning{false},
        Begin{"serial:/dev/a", std::nullopt}, ReadingEnded{engine_off()}};
    auto workflow = after(profile, start);
    EXPECT_EQ(id(workflow.state()), "engine_off");
    // Started: read again. The first reading has its own record.
    const auto actions = workflow.on(Begin{"serial:/dev/a", std::nullopt}, now);
    ASSERT_EQ(actions.size(), 2U);
    const auto kept = json::parse(std::get<Store>(actions[0]).body);
    EXPECT_EQ(kept.at("type"), "reading");
    EXPECT_EQ(kept.at("why"), "engine_not_running");
    EXPECT_TRUE(kept.as_object().contains("snapshot"));
    (void)workflow.on(Stored{4, false}, now);
    (void)workflow.on(ReadingEnded{reading_of("healthy-petrol")}, now);
    const auto body = closing_body(workflow, Confirm{"T-1", ""});
    EXPECT_EQ(body.at("judgement").at("verdict"), "PASS");
    EXPECT_EQ(body.at("readings").at(0).at("sequence"), 4);
    EXPECT_EQ(body.at("readings").at(0).at("why"), "engine_not_running");
    // One that ran at first and stalled is told apart, and not judged either.
    auto stall = reading_of("healthy-petrol");
    stall.snapshot->ecus[0].speed_at_end.value = {0, "rpm"};
    auto stopped = after(
        profile, {Identify{papers("healthy-petrol"), {}}, LampAtKeyOn{true}, LampRunning{false},
                  Begin{"serial:/dev/a", std::nullopt}, ReadingEnded{stall}}
    );
    ASSERT_EQ(id(stopped.state()), "engine_off");
    EXPECT_TRUE(std::get<EngineOff>(stopped.state()).stalled);
    EXPECT_FALSE(std::get<EngineOff>(after(profile, start).state()).stalled);
    const auto after_stall = stopped.on(Begin{"serial:/dev/a", std::nullopt}, now);
    EXPECT_EQ(json::parse(std::get<Store>(after_stall[0]).body).at("why"), "engine_stalled");
    // Going on as it is gives the programme's own verdict for that.
    auto stubborn = after(profile, start);
    (void)stubborn.on(GoOn{}, now);
    EXPECT_EQ(std::get<Judged>(stubborn.state()).verdict, criteria::Verdict::invalid);
    // Where the programme only records the engine, it is no reason to wait.
    const auto mexico = programme("mx-nom-167-2017");
    const auto judged = after(
        mexico, {Identify{papers("healthy-petrol"), {}}, Looked{all_good(mexico), "ok"},
                 Begin{"serial:/dev/a", std::nullopt}, ReadingEnded{engine_off()}}
    );
    EXPECT_EQ(id(judged.state()), "judged");
}

TEST(Workflow, EndsWithItsReasonAndEverythingThatWasRead) {
    const auto profile = programme("generic");
    const std::vector<Event> start{
        Identify{papers("mil-on"), {}}, LampAtKeyOn{true}, LampRunning{true},
        Begin{"serial:/dev/a", std::nullopt}};
    auto lost = after(profile, start);
    (void)lost.on(ReadingEnded{cut()}, now);
    EXPECT_EQ(id(lost.state()), "ready");
    EXPECT_TRUE(lost.was_read()) << "its units answered before the cable went";
    EXPECT_FALSE(after(profile, start).was_read());
    auto silent = cut();
    silent.partial = {};
    auto nothing = after(profile, start);
    (void)nothing.on(ReadingEnded{silent}, now);
    EXPECT_EQ(id(nothing.state()), "ready");
    EXPECT_FALSE(nothing.was_read());
    EXPECT_FALSE(chosen(Abort{"reading_failed", "", "", ""}));
    auto body = closing_body(lost, Abort{"vehicle_left", "drove off", "T-1", ""});
    EXPECT_EQ(body.at("type"), "aborted");
    EXPECT_EQ(body.at("aborted").at("reason"), "vehicle_left");
    EXPECT_EQ(body.at("aborted").at("fault"), static_cast<int>(Fault::link_lost));
    EXPECT_TRUE(body.as_object().contains("partial"));
    // A verdict nobody confirmed stays in the record that closes it.
    auto judged = after(profile, start);
    (void)judged.on(ReadingEnded{reading_of("mil-on")}, now);
    EXPECT_TRUE(judged.was_read());
    body = closing_body(judged, Abort{"technician", "", "T-1", ""});
    EXPECT_EQ(body.at("type"), "aborted");
    EXPECT_EQ(body.at("judgement").at("verdict"), "FAIL");
    // A verdict is not fished for.
    auto again = after(profile, start);
    (void)again.on(ReadingEnded{reading_of("mil-on")}, now);
    EXPECT_TRUE(refused(again.on(Again{}, now)));
}

TEST(Workflow, RefusesAProgrammeThatIsNotInEffect) {
    const auto profile = criteria::read_profile(
                             criteria::profile_text("mx-nom-167-2017").value(), "pvvo-2024-vendor"
    )
                             .value();
    auto workflow = fresh(profile);
    EXPECT_TRUE(refused(workflow.on(Identify{papers("healthy-petrol"), {}}, now)));
}

TEST(Workflow, ShowsNoValueBeforeTheVerdictWhereTheProgrammeHidesThem) {
    auto profile = programme("generic");
    auto workflow = after(
        profile, {Identify{papers("mil-on"), {}}, LampAtKeyOn{true}, LampRunning{true},
                  Begin{"serial:/dev/a", std::nullopt}}
    );
    EXPECT_FALSE(workflow.values_shown());
    (void)workflow.on(ReadingEnded{reading_of("mil-on")}, now);
    EXPECT_TRUE(workflow.values_shown());
    profile.hide_values = false;
    EXPECT_TRUE(fresh(profile).values_shown());
}

TEST(Identity, TakesWhatCanBeAPlateAndNothingElse) {
    for (const auto* plate : {"ABC-12-34", "B·MW 123", "Ö-1234", "京A12345", "7SAM123", "ж777"}) {
        EXPECT_FALSE(wrong_plate(plate)) << plate;
    }
    const std::string megabytes(10'000'000, 'A');
    for (const std::string& plate :
         {std::string("AB\x01"), std::string("AB\0C", 4), std::string("A\u202EB"),
          std::string("A\u200FB"), std::string("'; DROP TABLE record;--"), std::string("<b>A</b>"),
          std::string("A\"B"), std::string("\xff\xfe"), std::string("A\nB"), std::string(17, 'A'),
          megabytes}) {
        const auto wrong = wrong_plate(plate);
        ASSERT_TRUE(wrong) << plate.substr(0, 30);
        EXPECT_LT(wrong->es.size(), 200U);
        EXPECT_NE(wrong->es, wrong->en);
    }
    EXPECT_FALSE(wrong_plate(std::string(16, 'A')));
    EXPECT_FALSE(wrong_vin("3N1CN7AD3KL812345"));
    for (const std::string& vin :
         {std::string("3N1CN7AD3KL81234"), std::string("3N1CN7AD3KL8I2345"),
          std::string("3n1cn7ad3kl812345"), std::string("3N1CN7AD3KL8'2345"), megabytes}) {
        EXPECT_TRUE(wrong_vin(vin)) << vin.substr(0, 30);
    }
    EXPECT_EQ(days_between("2024-02-28", "2024-03-01T00:00:00Z"), 2);
    EXPECT_EQ(days_between("2023-02-28", "2023-03-01"), 1);
    EXPECT_FALSE(days_between("2023-02-30", "2023-03-01"));
    EXPECT_FALSE(days_between("", "2023-03-01"));
}

}  // namespace
}  // namespace station::inspection
