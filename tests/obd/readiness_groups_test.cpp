// Monitors of vehicles that have no F401: by the readiness groups a programme names.
#include "obd/session/reading.hpp"
#include "obd/snapshot/combined.hpp"
#include "obd/snapshot/json.hpp"
#include "protocols/simulator/doip.hpp"
#include "protocols/simulator/elm.hpp"
#include "protocols/simulator/passthru.hpp"
#include "tests/support/virtual_link.hpp"

#include <gtest/gtest.h>

namespace obd {
namespace {

namespace sim = protocols::simulator;
using protocols::Bytes;
using protocols::bus::EcuAddress;

constexpr auto engine = EcuAddress::can29(0x18DAF100);
constexpr auto aftertreatment = EcuAddress::can29(0x18DAF13D);

/// As bus-2019 has them; oxygen sensors are in no unit's range.
std::vector<MonitorGroups> mapping() {
    return {{Monitor::egr_vvt, {0x0B}, "memory"},        {Monitor::nox_scr, {0x0C}, "secondary"},
            {Monitor::boost_pressure, {0x0D}, "memory"}, {Monitor::pm_filter, {0x10}, "memory"},
            {Monitor::oxygen_sensor, {0x07}, "memory"},  {Monitor::evaporative, {}, "memory"}};
}

ReadingSettings wanted(Interface interface = Interface::elm327) {
    ReadingSettings settings;
    settings.interface = interface;
    settings.readiness_groups = mapping();
    return settings;
}

sim::Vehicle bus() {
    return sim::built_in_vehicle("bus-2019").value();
}

Snapshot read(
    const sim::Vehicle& vehicle,
    const ReadingSettings& settings = wanted(),
    std::string_view adapter = "elm327-2.3"
) {
    sim::Elm elm(vehicle, *sim::find_dialect(adapter), 38400);
    Reading reading(settings);
    auto result = tests::VirtualLink(elm).run(reading);
    EXPECT_TRUE(result.has_value());
    return result.has_value() ? std::move(result.value()) : Snapshot();
}

Snapshot through_device(const sim::Vehicle& vehicle, bool raw) {
    sim::PassThruQuirks quirks;
    quirks.no_iso15765 = raw;
    auto worker = sim::PassThruWorker(sim::PassThru(vehicle, quirks));
    Reading reading(wanted(Interface::j2534));
    auto result = tests::VirtualLink(worker).run(reading);
    EXPECT_TRUE(result.has_value());
    return result.has_value() ? std::move(result.value()) : Snapshot();
}

Snapshot over_ethernet(const sim::Vehicle& vehicle) {
    Reading reading(wanted(Interface::doip));
    sim::DoipEntity entity(vehicle, {});
    auto result = tests::VirtualLink(entity).run(reading);
    EXPECT_TRUE(result.has_value());
    return result.has_value() ? std::move(result.value()) : Snapshot();
}

/// `EGR incomplete, …`, `?` where it is open.
std::string told(const Snapshot& snapshot) {
    std::string all;
    for (const auto& [monitor, one] : readiness_by_groups(snapshot)) {
        all += (all.empty() ? "" : ", ") + std::string(code(monitor)) + " " +
               (one.state ? std::string(id(*one.state)) : "?");
    }
    return all;
}

constexpr const char* as_the_bus_is =
    "EVAP unsupported, O2S unsupported, EGR complete, NOX complete, BP incomplete, PMF complete";

TEST(ReadinessGroups, SayTheSameThroughEveryAdapter) {
    for (const auto* adapter : {"elm327-2.3", "stn2255", "elm327-2.1-clone", "elm327-1.5-clone"}) {
        EXPECT_EQ(told(read(bus(), wanted(), adapter)), as_the_bus_is) << adapter;
    }
    EXPECT_EQ(told(through_device(bus(), false)), as_the_bus_is);
    EXPECT_EQ(told(through_device(bus(), true)), as_the_bus_is) << "CAN frames alone";
    EXPECT_EQ(told(over_ethernet(bus())), as_the_bus_is);
    auto narrow = bus();  // 11 bit
    narrow.protocol = protocols::bus::Protocol::can11_500;
    narrow.ecus[0].address = EcuAddress::can11(0x7E8);
    narrow.ecus[1].address = EcuAddress::can11(0x7EA);
    EXPECT_EQ(told(read(narrow)), as_the_bus_is);
    EXPECT_EQ(told(through_device(narrow, false)), as_the_bus_is);
}

TEST(ReadinessGroups, SurviveAnySplitOfTheBytesAndACutAtEveryStep) {
    for (std::size_t size = 1; size < 40; ++size) {
        sim::Elm elm(bus(), *sim::find_dialect("elm327-2.3"), 38400);
        Reading reading(wanted());
        EXPECT_EQ(told(tests::VirtualLink(elm).chunk(size).run(reading).value()), as_the_bus_is);
    }
    int cuts = 0;
    for (int cut = 1; cut < 1000; ++cut) {
        sim::Elm elm(bus(), *sim::find_dialect("elm327-2.3"), 38400);
        Reading reading(wanted());
        auto result = tests::VirtualLink(elm).cut_after(cut).run(reading);
        if (result.has_value()) {
            break;
        }
        ++cuts;
        sim::Elm again(bus(), *sim::find_dialect("elm327-2.3"), 38400);
        result = tests::VirtualLink(again).run(reading);  // plugged in again
        ASSERT_TRUE(result.has_value()) << cut;
        EXPECT_EQ(told(result.value()), as_the_bus_is) << cut;
    }
    EXPECT_GT(cuts, 60);
}

TEST(ReadinessGroups, AreAskedOfEachUnitAloneAndKeptWithTheirBytes) {
    const auto snapshot = read(bus());
    const auto& own = snapshot.ecus[0].readiness_groups;
    ASSERT_EQ(own.size(), 5U);
    EXPECT_EQ(own.at(0x0D).request, "1956330D");
    ASSERT_EQ(own.at(0x0D).raw.size(), 1U);
    EXPECT_EQ(protocols::to_hex(own.at(0x0D).raw[0]), "595633FF040D0299000002340050");
    EXPECT_EQ(own.at(0x0C).absence, Absence::negative) << "not in its range";
    EXPECT_EQ(own.at(0x0C).code, 0x31);
    EXPECT_TRUE(snapshot.ecus[1].readiness_groups.at(0x0C).value);
    const auto boost = readiness_by_groups(snapshot).at(Monitor::boost_pressure);
    ASSERT_EQ(boost.said.size(), 2U);
    EXPECT_EQ(boost.said[0].second, &own.at(0x0D));
    EXPECT_EQ(boost.said[1].first, &snapshot.ecus[1]);
    EXPECT_EQ(boost.verified, "memory");
    const auto json = to_json(snapshot);
    EXPECT_EQ(
        json.at("vehicle").at("monitors"), (boost::json::value{
                                               {"EVAP", "unsupported"},
                                               {"O2S", "unsupported"},
                                               {"EGR", "complete"},
                                               {"NOX", "complete"},
                                               {"BP", "incomplete"},
                                               {"PMF", "complete"}})
    );
    const auto& group = json.at("ecus").at(0).at("readiness_groups").at("0D");
    EXPECT_EQ(group.at("value").at(1).at("code"), "P0234-00");
    EXPECT_EQ(group.at("value").at(1).at("status"), "50");
}

TEST(ReadinessGroups, AreNotAskedWhereF401TellsOrNobodyNamesThem) {
    const auto car = read(sim::built_in_vehicle("uds-2027").value());
    for (const auto& ecu : car.ecus) {
        EXPECT_TRUE(ecu.readiness_groups.empty()) << ecu.address.text();
    }
    EXPECT_FALSE(told_by_groups(car));
    EXPECT_EQ(to_json(car).at("vehicle").at("monitors").at("CAT"), "complete");
    const auto unnamed = read(bus(), ReadingSettings());
    EXPECT_TRUE(unnamed.ecus[0].readiness_groups.empty());
    EXPECT_TRUE(told_by_groups(unnamed));
    EXPECT_EQ(told(unnamed), "");
    auto left_out = wanted();
    left_out.left_out = {"1956330D"};
    const auto without = read(bus(), left_out);
    EXPECT_EQ(without.ecus[0].readiness_groups.count(0x0D), 1U);
    EXPECT_EQ(without.ecus[0].readiness_groups.at(0x0D).absence, Absence::not_asked);
    EXPECT_EQ(readiness_by_groups(without).at(Monitor::boost_pressure).state, std::nullopt);
}

TEST(ReadinessGroups, StayOpenWhereAUnitDoesNotSay) {
    auto vehicle = bus();
    vehicle.ecus[1].negatives["1956330B"] = 0x22;
    auto snapshot = read(vehicle);
    EXPECT_EQ(
        told(snapshot).find("EGR ?"), std::string("EVAP unsupported, O2S unsupported, ").size()
    );
    EXPECT_EQ(
        readiness_by_groups(snapshot).at(Monitor::egr_vvt).why, "18DAF13D 1956330B negative 22; "
    );
    // Another unit shows it incomplete: that is certain.
    vehicle.ecus[1].negatives["1956330D"] = 0x22;
    EXPECT_EQ(
        readiness_by_groups(read(vehicle)).at(Monitor::boost_pressure).state, Readiness::incomplete
    );
}

/// Two units, and what they said to group 0B.
Snapshot said(const Item<DtcReport>& first, const Item<DtcReport>& second) {
    Snapshot snapshot;
    snapshot.readiness_groups = {{Monitor::egr_vvt, {0x0B}, "memory"}};
    for (const auto& [address, item] : {std::pair{engine, &first}, {aftertreatment, &second}}) {
        auto& ecu = snapshot.ecu(address);
        ecu.tongue = Tongue::j1979_2;
        ecu.status.absence = Absence::unsupported;
        ecu.readiness_groups[0x0B] = *item;
    }
    return snapshot;
}

Item<DtcReport> codes_with(std::initializer_list<std::uint8_t> states, std::uint8_t served = 0xFF) {
    DtcReport report;
    report.kind = 0x56;
    report.readiness_group = 0x0B;
    report.status_available = served;
    for (const auto status : states) {
        report.codes.push_back({0x040100, status, {}, DtcFormat::j2012});
    }
    Item<DtcReport> item;
    item.value = report;
    return item;
}

TEST(ReadinessGroups, AreCompleteWhenEveryUnitsTestsAre) {
    Item<DtcReport> silent;
    silent.absence = Absence::silent;
    EXPECT_EQ(told(said(codes_with({0x00, 0x40}), codes_with({}))), "EGR complete");
    EXPECT_EQ(told(said(codes_with({0x00, 0x10}), codes_with({0x00}))), "EGR incomplete");
    EXPECT_EQ(told(said(codes_with({0x00}), codes_with({0x10}))), "EGR incomplete");
    EXPECT_EQ(told(said(codes_with({}), codes_with({}))), "EGR unsupported");
    EXPECT_EQ(told(said(codes_with({0x00}), silent)), "EGR ?");
    EXPECT_EQ(told(said(codes_with({}), silent)), "EGR ?");
    EXPECT_EQ(told(said(silent, codes_with({0x10}))), "EGR incomplete");
    EXPECT_EQ(told(said(codes_with({0x00}, 0xEF), codes_with({}))), "EGR ?") << "no such bit";
    auto gone = said(codes_with({0x00}), codes_with({0x00}));
    gone.ecus[1].readiness_groups.clear();
    EXPECT_EQ(readiness_by_groups(gone).at(Monitor::egr_vvt).why, "18DAF13D 1956330B not_asked; ");
    // Of several groups every one counts.
    auto both = said(codes_with({0x00}), codes_with({0x00}));
    both.readiness_groups[0].groups = {0x0B, 0x11};
    EXPECT_EQ(told(both), "EGR ?");
    both.ecus[0].readiness_groups[0x11] = codes_with({0x10});
    EXPECT_EQ(told(both), "EGR incomplete");
    // One unit that has F401, or speaks SAE J1979: its monitors count, not groups.
    EXPECT_TRUE(told_by_groups(gone));
    gone.ecus[0].status.absence = Absence::silent;
    EXPECT_FALSE(told_by_groups(gone));
    gone.ecus[0].status.absence = Absence::unsupported;
    gone.ecus[0].tongue = Tongue::j1979;
    EXPECT_FALSE(told_by_groups(gone));
    EXPECT_FALSE(told_by_groups(Snapshot()));
}

TEST(ReadinessGroups, ARefusalCountsOnlyOfWhoOwesNoAnswer) {
    Item<DtcReport> refused;
    refused.absence = Absence::negative;
    refused.code = 0x31;
    Item<DtcReport> silent;
    silent.absence = Absence::silent;
    auto snapshot = said(codes_with({0x00}), refused);
    EXPECT_EQ(told(snapshot), "EGR complete");
    EXPECT_EQ(told(said(refused, refused)), "EGR unsupported");
    snapshot.ecus[1].readiness_groups[0x0A] = silent;  // the refusal may have been of that one
    EXPECT_EQ(told(snapshot), "EGR ?");
    EXPECT_NE(
        readiness_by_groups(snapshot).at(Monitor::egr_vvt).why.find("perhaps for another group"),
        std::string::npos
    );
    snapshot.ecus[1].readiness_groups[0x0A] = refused;
    EXPECT_EQ(told(snapshot), "EGR complete");
    snapshot.ecus[1].readiness_groups[0x0A].absence = Absence::not_asked;
    EXPECT_EQ(told(snapshot), "EGR complete");
    refused.code = 0x12;  // does not have the report at all
    EXPECT_EQ(told(said(codes_with({0x00}), refused)), "EGR ?");
}

TEST(ReadinessGroups, WhoRefusesIsAskedOnceMore) {
    const auto first = protocols::bus::Answer{
        {{engine, {0x62, 0xF8, 0x10, 0x01}}}, {}, std::nullopt, {}, {}, false, {}};
    const auto asked = [&](int refusals) {
        Plan plan(
            protocols::bus::Protocol::can29_500, first,
            {false,
             {},
             Tongue::j1979_2,
             {{Monitor::egr_vvt, {0x0B}, "memory"}, {Monitor::nox_scr, {0x0C}, "memory"}}}
        );
        std::string order;
        for (auto request = plan.next(); request; request = plan.next()) {
            protocols::bus::Answer answer;
            if (request->data == Bytes{0x22, 0xF4, 0x00}) {
                answer.messages = {{engine, {0x62, 0xF4, 0x00, 0x00, 0x18, 0x00, 0x00}}};
            } else if (request->data[0] == 0x19 && request->data[1] == 0x56) {
                const auto group = request->data[3];
                order += protocols::to_hex(group) + " ";
                if (group == 0x0B && refusals-- > 0) {
                    answer.negatives = {{engine, 0x19, 0x31}};
                } else {
                    answer.messages = {{engine, {0x59, 0x56, 0x33, 0xFF, 0x04, group}}};
                }
            }
            plan.take(answer);
        }
        const auto& group = plan.snapshot().ecus[0].readiness_groups.at(0x0B);
        return order + (group.value ? "told" : "refused");
    };
    EXPECT_EQ(asked(0), "0B 0C told");
    EXPECT_EQ(asked(1), "0B 0B 0C told");
    EXPECT_EQ(asked(2), "0B 0B 0C refused");
    EXPECT_EQ(asked(9), "0B 0B 0C refused");
}

TEST(ReadinessGroups, OfAnotherGroupAreNoAnswer) {
    const auto first = protocols::bus::Answer{
        {{engine, {0x62, 0xF8, 0x10, 0x01}}}, {}, std::nullopt, {}, {}, false, {}};
    Plan plan(
        protocols::bus::Protocol::can29_500, first,
        {false, {}, Tongue::j1979_2, {{Monitor::egr_vvt, {0x0B}, "memory"}}}
    );
    bool asked = false;
    for (auto request = plan.next(); request; request = plan.next()) {
        protocols::bus::Answer answer;
        if (request->data == Bytes{0x22, 0xF4, 0x00}) {
            answer.messages = {{engine, {0x62, 0xF4, 0x00, 0x00, 0x18, 0x00, 0x00}}};
        } else if (request->data == Bytes{0x19, 0x56, 0x33, 0x0B}) {
            asked = true;
            EXPECT_EQ(request->only, engine);
            answer.messages = {{engine, {0x59, 0x56, 0x33, 0xFF, 0x04, 0x0C}}};
        }
        plan.take(answer);
    }
    EXPECT_TRUE(asked);
    EXPECT_EQ(plan.snapshot().ecus[0].readiness_groups.at(0x0B).absence, Absence::malformed);
}

TEST(ReadinessGroups, ALampThatNoStatusBitServesIsNotKnown) {
    auto vehicle = bus();
    EXPECT_EQ(combined_mil(read(vehicle)), std::optional(true));
    auto snapshot = said(codes_with({}), codes_with({}));
    for (auto& ecu : snapshot.ecus) {
        ecu.whole_codes["stored"] = {};
        ecu.status_served = 0xFF;
    }
    EXPECT_EQ(combined_mil(snapshot), std::optional(false));
    snapshot.ecus[1].status_served = 0x7F;
    EXPECT_EQ(combined_mil(snapshot), std::nullopt);
    snapshot.ecus[0].whole_codes["stored"] = {{0x040100, 0x88, {}, DtcFormat::j2012}};
    EXPECT_EQ(combined_mil(snapshot), std::optional(true));
}

TEST(ReadinessGroups, AreKeptWithTheTranscript) {
    const auto again = settings_from_text(to_text(wanted())).value();
    ASSERT_EQ(again.readiness_groups.size(), mapping().size());
    for (std::size_t i = 0; i < mapping().size(); ++i) {
        EXPECT_EQ(again.readiness_groups[i].monitor, mapping()[i].monitor);
        EXPECT_EQ(again.readiness_groups[i].groups, mapping()[i].groups);
        EXPECT_EQ(again.readiness_groups[i].verified, mapping()[i].verified);
    }
    EXPECT_EQ(to_text(ReadingSettings()).find("readiness_groups"), std::string::npos);
    EXPECT_TRUE(settings_from_text(R"({"readiness_groups": {"XYZ": {}}})").has_error());
    auto many = wanted();
    many.readiness_groups[0].groups.assign(readiness_groups_max + 1, 0x01);
    EXPECT_TRUE(settings_from_text(to_text(many)).has_error());
}

}  // namespace
}  // namespace obd
