// HeavyPlan's part that files what units sent.
#include "obd/session/fill.hpp"
#include "obd/session/heavy_groups.hpp"
#include "obd/session/heavy_plan.hpp"
#include "protocols/base/ensure.hpp"

#include <algorithm>
#include <utility>

namespace obd {
namespace {

using protocols::Bytes;
using protocols::ByteView;
using protocols::Result;
using protocols::bus::Answer;

Result<std::vector<Dtc>> codes_of(ByteView data) {
    const auto read = j1939::read_codes(data);
    if (read.has_error()) {
        return read.error();
    }
    std::vector<Dtc> codes;
    for (const auto& code : read.value().codes) {
        codes.push_back(Dtc::j1939(code.spn, code.fmi));
    }
    return codes;
}

Result<std::vector<std::string>> calids_of(ByteView data) {
    const auto read = j1939::read_dm19(data);
    if (read.has_error()) {
        return read.error();
    }
    std::vector<std::string> all;
    for (const auto& one : read.value()) {
        all.push_back(one.calid);
    }
    return all;
}

Result<std::vector<std::string>> cvns_of(ByteView data) {
    const auto read = j1939::read_dm19(data);
    if (read.has_error()) {
        return read.error();
    }
    std::vector<std::string> all;
    for (const auto& one : read.value()) {
        all.push_back(one.cvn);
    }
    return all;
}

/// Make, model and serial number.
Result<std::string> component_of(ByteView data) {
    const auto read = j1939::read_fields(data, false);
    if (read.has_error()) {
        return read.error();
    }
    std::string name;
    for (const auto& field : read.value()) {
        name += name.empty() || field.empty() ? field : " " + field;
    }
    return name;
}

Result<std::optional<FreezeFrame>> as_frame(const Result<std::optional<j1939::Frozen>>& read) {
    if (read.has_error()) {
        return read.error();
    }
    if (!read.value()) {
        return std::optional<FreezeFrame>();
    }
    const auto& cause = read.value()->cause;
    return std::optional(FreezeFrame{Dtc::j1939(cause.spn, cause.fmi), read.value()->values, {}});
}
Result<std::optional<FreezeFrame>> frame_of(ByteView data) {
    return as_frame(j1939::read_dm4(data));
}
Result<std::optional<FreezeFrame>> expanded_frame_of(ByteView data) {
    return as_frame(j1939::read_dm25(data));
}

Result<Answered> any_bytes(ByteView) {
    return Answered{};
}

/// One value of a message; absent with the reason that the unit says it does not know it.
template <class T, class Read>
void file_number(Item<Quantity>& item, const Item<T>& from, const char* unit, Read read) {
    item.request = from.request;
    item.raw = from.raw;
    item.absence = from.absence;
    item.code = from.code;
    item.detail = from.detail;
    item.value.reset();
    if (!from.value) {
        return;
    }
    if (const auto number = read(*from.value)) {
        item.value = Quantity{static_cast<double>(*number), unit};
    } else {
        item.absence = Absence::unsupported;
        item.detail = "not available";
    }
}

Readiness state_of(j1939::State state) {
    switch (state) {
        case j1939::State::unsupported:
            return Readiness::unsupported;
        case j1939::State::incomplete:
            return Readiness::incomplete;
        case j1939::State::complete:
            break;
    }
    return Readiness::complete;
}

std::map<Monitor, Readiness> monitors_from(const j1939::Readiness& read) {
    // Both lists are in the order of the bits of DM5.
    const auto& names = j1939::monitor_names();
    const auto& monitors = monitors_of(Ignition::untold);
    ENSURE(names.size() == monitors.size());
    std::map<Monitor, Readiness> states;
    for (std::size_t i = 0; i < names.size(); ++i) {
        states[monitors[i]] = state_of(read.monitors.at(std::string(names[i])));
    }
    return states;
}

bool told_on(j1939::Lamp lamp) {
    return lamp == j1939::Lamp::on || lamp == j1939::Lamp::slow_flash ||
           lamp == j1939::Lamp::fast_flash;
}

}  // namespace

void HeavyPlan::file(std::uint32_t group, Ecu& ecu, const Answer& answer) {
    // Nobody owes all an answer: silence says nothing of what a unit has. Who need not answer is
    // not waited for once the others have.
    const bool waited = request_.expected.empty() ||
                        std::ranges::count(
                            request_.expected, ecu.address, &protocols::bus::Request::Expected::unit
                        ) > 0;
    const Filing filing{request_, answer, ecu, waited ? Absence::silent : Absence::not_asked, true};
    const auto put = [&]<class T>(Item<T>& item, Result<T> (*read)(ByteView)) {
        fill(item, filing, [&](const std::vector<Bytes>& raw) { return groups::told(raw, read); });
    };
    auto& own = told_[ecu.address];
    switch (group) {
        case groups::dm5:
            put(own.readiness, &j1939::read_dm5);
            put_together(ecu);
            break;
        case groups::vi:
            put(ecu.vin, &j1939::read_vin);
            break;
        case groups::dm12:
            put(ecu.stored, &codes_of);
            put(own.emission, &j1939::read_codes);
            put_together(ecu);
            break;
        case groups::dm1:
            put(own.active, &j1939::read_codes);
            put_together(ecu);
            break;
        case groups::dm6:
            put(ecu.pending, &codes_of);
            break;
        case groups::dm28:
            put(ecu.permanent, &codes_of);
            break;
        case groups::dm29:
            put(own.counts, &j1939::read_dm29);
            put_together(ecu);
            break;
        case groups::dm26: {
            Item<j1939::Readiness> trip;
            put(trip, &j1939::read_dm26);
            file_number(ecu.parameters[0x30], trip, "count", [](const auto& read) {
                return read.warmups_since_clear;
            });
            file_number(ecu.parameters[0x1F], trip, "s", [](const auto& read) {
                return read.seconds_since_start;
            });
            ecu.status_cycle.request = trip.request;
            ecu.status_cycle.raw = trip.raw;
            ecu.status_cycle.absence = trip.absence;
            ecu.status_cycle.code = trip.code;
            ecu.status_cycle.detail = trip.detail;
            if (trip.value) {
                MonitorStatus status;
                status.ignition = Ignition::untold;
                status.lamp = LampTold::not_mine;
                status.monitors = monitors_from(*trip.value);
                ecu.status_cycle.value = std::move(status);
            }
            break;
        }
        case groups::dm21: {
            Item<j1939::Since> since;
            put(since, &j1939::read_dm21);
            const auto number = [&](std::uint8_t pid, const char* unit, auto member) {
                file_number(ecu.parameters[pid], since, unit, [member](const auto& read) {
                    return read.*member;
                });
            };
            number(0x21, "km", &j1939::Since::km_with_mil);
            number(0x31, "km", &j1939::Since::km_since_clear);
            number(0x4D, "min", &j1939::Since::minutes_with_mil);
            number(0x4E, "min", &j1939::Since::minutes_since_clear);
            break;
        }
        case groups::dm19:
            put(ecu.calids, &calids_of);
            put(ecu.cvns, &cvns_of);
            break;
        case groups::dm4:
            put(ecu.freeze_frame, &frame_of);
            break;
        case groups::dm25:
            if (!ecu.freeze_frame.value) {
                Item<std::optional<FreezeFrame>> expanded;
                put(expanded, &expanded_frame_of);
                // That none is stored is for both to say, where a unit has both.
                const bool found = expanded.value && *expanded.value;
                if (found || ecu.freeze_frame.absence == Absence::unsupported) {
                    ecu.freeze_frame = std::move(expanded);
                }
            }
            break;
        case groups::ci:
            put(ecu.name, &component_of);
            break;
        case groups::eec1:
        case groups::et1:
        case groups::ccvs1: {
            Item<Answered> values;
            put(values, &any_bytes);
            const auto pid = group == groups::eec1 ? 0x0C : group == groups::et1 ? 0x05 : 0x0D;
            auto& item =
                at_end_ ? ecu.speed_at_end : ecu.parameters[static_cast<std::uint8_t>(pid)];
            const auto read =
                values.raw.empty()
                    ? std::vector<j1939::Value>()
                    : j1939::read_values(group, ByteView(values.raw.back()).subspan(groups::bytes));
            const auto value = read.empty() ? std::nullopt : read.front().value;
            file_number(item, values, value ? value->unit.c_str() : "", [&](const auto&) {
                return value ? std::optional(value->value) : std::nullopt;
            });
            break;
        }
        default:
            break;
    }
    if (!answer.of(ecu.address).empty() && !at_end_) {
        put(ecu.more[request_text()], &any_bytes);
    }
}

/// Monitors from DM5, the lamp from DM12 and DM1, the count from DM29 or DM12.
void HeavyPlan::put_together(Ecu& ecu) {
    const auto& own = told_[ecu.address];
    auto& status = ecu.status;
    const auto& from = own.readiness;
    status.request = from.request;
    status.raw = from.raw;
    status.absence = from.absence;
    status.code = from.code;
    status.detail = from.detail;
    status.value.reset();
    ecu.obd_requirement.request = from.request;
    ecu.obd_requirement.raw = from.raw;
    ecu.obd_requirement.absence = from.value ? Absence::unsupported : status.absence;
    ecu.obd_requirement.value.reset();
    if (!from.value) {
        return;
    }
    MonitorStatus put;
    put.ignition = Ignition::untold;
    put.monitors = monitors_from(*from.value);
    put.lamp = LampTold::not_mine;
    status.raw.insert(status.raw.end(), own.active.raw.begin(), own.active.raw.end());
    status.raw.insert(status.raw.end(), own.emission.raw.begin(), own.emission.raw.end());
    tell_lamp(own, put);
    if (obd(ecu)) {
        ecu.obd_requirement.value = from.value->compliance;
    } else if (!put.mil) {  // only a unit of on-board diagnostics must speak of the lamp
        put.lamp = LampTold::not_mine;
    }
    put.counted = true;
    if (own.counts.value && own.counts.value->mil_on) {
        put.dtc_count = *own.counts.value->mil_on;
    } else if (own.emission.value) {
        put.dtc_count = static_cast<int>(own.emission.value->codes.size());
    } else {
        put.counted = false;
    }
    status.value = std::move(put);
}

/// Lit when DM1 or DM12 says so; off only when everything that could say so was heard.
void HeavyPlan::tell_lamp(const Told& own, MonitorStatus& status) {
    bool mine = false;
    bool missing = false;
    for (const auto* codes : {&own.active, &own.emission}) {
        if (!codes->value) {
            missing = missing || codes->absence != Absence::unsupported;
            continue;
        }
        const auto lamp = codes->value->lamps.mil;
        status.mil = status.mil || told_on(lamp);
        missing = missing || lamp == j1939::Lamp::error;
        mine = mine || lamp != j1939::Lamp::unavailable;
    }
    const bool neither = !own.active.value && !own.emission.value;
    if (status.mil) {
        status.lamp = LampTold::told;
    } else if (missing || neither) {
        status.lamp = LampTold::missing;
    } else {
        status.lamp = mine ? LampTold::told : LampTold::not_mine;
    }
}

}  // namespace obd
