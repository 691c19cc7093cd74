#include "obd/snapshot/json.hpp"

#include "obd/decode/dtc_text.hpp"
#include "obd/decode/vin.hpp"
#include "obd/snapshot/combined.hpp"
#include "obd/snapshot/findings.hpp"
#include "obd/snapshot/meaning.hpp"
#include "obd/snapshot/meaning_tongues.hpp"
#include "obd/snapshot/meaning_uds.hpp"

#include <boost/json/value_from.hpp>

#include <cmath>

namespace obd {
namespace {

namespace json = boost::json;

json::array texts(const std::vector<Dtc>& codes) {
    json::array list;
    for (const auto code : codes) {
        list.emplace_back(code.text());
    }
    return list;
}

std::string hex_id(std::uint8_t id) {
    return protocols::to_hex(id);
}

json::array hex_ids(const std::set<std::uint8_t>& ids) {
    json::array list;
    for (const auto one : ids) {
        list.emplace_back(hex_id(one));
    }
    return list;
}

template <class T, class Show>
json::object item(const Item<T>& item, Show show) {
    json::object object{{"state", item.value ? "ok" : id(item.absence)}};
    if (item.value) {
        show(object, *item.value);
    } else {
        if (item.absence == Absence::negative) {
            object["code"] = hex_id(item.code);
        }
        if (!item.detail.empty()) {
            object["detail"] = item.detail;
        }
    }
    if (!item.request.empty()) {
        object["request"] = item.request;
    }
    if (!item.raw.empty()) {
        json::array raw;
        for (const auto& message : item.raw) {
            raw.emplace_back(protocols::to_hex(message));
        }
        object["raw"] = std::move(raw);
    }
    return object;
}

template <class T>
json::object plain(const Item<T>& one) {
    return item(one, [](json::object& object, const T& value) {
        object["value"] = json::value_from(value);
    });
}

json::object codes(const Item<std::vector<Dtc>>& one) {
    return item(one, [](json::object& object, const auto& value) {
        object["value"] = texts(value);
    });
}

/// With the three-byte codes they were sent as (SAE J1979-2), by name of the list.
json::object codes(const Item<std::vector<Dtc>>& one, const Ecu& ecu, const char* list) {
    auto object = codes(one);
    const auto whole = ecu.whole_codes.find(list);
    if (whole == ecu.whole_codes.end() || !one.value) {
        return object;
    }
    object["whole"] = whole_codes_json(whole->second);
    return object;
}

json::object ids(const Item<std::set<std::uint8_t>>& one) {
    return item(one, [](json::object& object, const auto& value) {
        object["value"] = hex_ids(value);
    });
}

json::object monitors(const Item<MonitorStatus>& one) {
    return item(one, [](json::object& object, const auto& value) {
        object["value"] = to_json(value);
    });
}

json::object quantity(const Item<Quantity>& one) {
    return item(one, [](json::object& object, const Quantity& value) {
        object["value"] = number_json(value.value);
        object["unit"] = value.unit;
    });
}

json::object enumeration(const Item<std::uint8_t>& one, std::string_view (*name)(std::uint8_t)) {
    return item(one, [name](json::object& object, std::uint8_t value) {
        object["value"] = value;
        object["meaning"] = name(value);
    });
}

json::object frame(const Item<std::optional<FreezeFrame>>& one) {
    return item(one, [](json::object& object, const std::optional<FreezeFrame>& value) {
        if (!value) {
            object["value"] = nullptr;
            return;
        }
        json::object readings;
        for (const auto& [pid, reading] : value->values) {
            const auto* row = parameter_row(pid);
            readings[row->id] = {{"value", number_json(reading.value)}, {"unit", reading.unit}};
        }
        object["value"] = {{"cause", value->cause.text()}, {"readings", std::move(readings)}};
    });
}

/// What is kept as bytes, and what they say.
json::object answered(const Item<Answered>& one, Framing framing, Tongue tongue) {
    return item(one, [&](json::object& object, Answered) {
        if (tongue == Tongue::j1939) {
            object["meaning"] = group_meaning(one.raw.back());
            return;
        }
        auto said = tongue == Tongue::j1979_2 ? uds_meaning(one.raw.front())
                                              : meaning(one.raw, framing).as_object();
        said.erase("raw");
        said.erase("service");
        object["meaning"] = std::move(said);
    });
}

json::object ecu_json(const Ecu& ecu, Framing framing) {
    json::object parameters;
    for (const auto& [pid, reading] : ecu.parameters) {
        parameters[parameter_row(pid)->id] = quantity(reading);
    }
    json::object more;
    for (const auto& [request, item] : ecu.more) {
        more[request] = answered(item, framing, ecu.tongue);
        more[request].as_object().erase("request");
    }
    json::object object{
        {"address", ecu.address.text()},
        {"tongue", id(ecu.tongue)},
        {"name", plain(ecu.name)},
        {"supported_pids", ids(ecu.pids)},
        {"supported_infotypes", ids(ecu.infotypes)},
        {"monitor_status", monitors(ecu.status)},
        {"monitor_status_cycle", monitors(ecu.status_cycle)},
        {"stored_codes", codes(ecu.stored, ecu, "stored")},
        {"pending_codes", codes(ecu.pending, ecu, "pending")},
        {"permanent_codes", codes(ecu.permanent, ecu, "permanent")},
        {"freeze_frame", frame(ecu.freeze_frame)},
        {"vin", plain(ecu.vin)},
        {"calibration_ids", plain(ecu.calids)},
        {"calibration_verification_numbers", plain(ecu.cvns)},
        {"performance_spark", plain(ecu.performance_spark)},
        {"performance_compression", plain(ecu.performance_compression)},
        {"obd_requirement", enumeration(ecu.obd_requirement, &obd_requirement)},
        {"fuel_type", enumeration(ecu.fuel_type, &fuel_type)},
        {"parameters", std::move(parameters)},
        {"more", std::move(more)},
    };
    if (!ecu.readiness_groups.empty()) {
        auto& groups = object["readiness_groups"].emplace_object();
        for (const auto& [group, one] : ecu.readiness_groups) {
            groups[protocols::to_hex(group)] =
                item(one, [](json::object& said, const DtcReport& value) {
                    said["value"] = whole_codes_json(value.codes);
                });
        }
    }
    if (!ecu.speed_at_end.request.empty()) {
        object["engine_speed_at_end"] = quantity(ecu.speed_at_end);
    }
    return object;
}

}  // namespace

json::array whole_codes_json(const std::vector<UdsDtc>& codes) {
    json::array all;
    for (const auto& code : codes) {
        json::array bits;
        for (const auto bit : names_of_status(code.status)) {
            bits.emplace_back(bit);
        }
        json::object said{
            {"code", code.text()},
            {"status", protocols::to_hex(protocols::Bytes{code.status})},
            {"status_bits", std::move(bits)}};
        if (code.severity) {
            said["severity"] = protocols::to_hex(protocols::Bytes{*code.severity});
            said["class"] = dtc_class(*code.severity);
        }
        all.push_back(std::move(said));
    }
    return all;
}

json::value number_json(double value) {
    // Six decimals are beyond every scaling of the standard; more would print binary noise.
    const double rounded = std::round(value * 1e6) / 1e6;
    const auto whole = static_cast<std::int64_t>(rounded);
    return static_cast<double>(whole) == rounded ? json::value(whole) : json::value(rounded);
}

std::string_view id(Readiness readiness) {
    switch (readiness) {
        case Readiness::unsupported:
            return "unsupported";
        case Readiness::incomplete:
            return "incomplete";
        case Readiness::complete:
            return "complete";
    }
    return "";
}

json::value to_json(const MonitorStatus& status) {
    json::object states;
    for (const auto monitor : monitors_of(status.ignition)) {
        states[code(monitor)] = id(status.monitors.at(monitor));
    }
    return {
        {"mil", status.lamp == LampTold::told ? json::value(status.mil) : json::value()},
        {"dtc_count", status.counted ? json::value(status.dtc_count) : json::value()},
        {"ignition", id(status.ignition)},
        {"monitors", std::move(states)},
    };
}

json::object vin_json(std::string_view vin) {
    const auto check = check_vin(vin);
    const auto origin = vin_origin(vin);
    const auto both = [](const std::string& en, const std::string& es) {
        return en.empty() ? json::value() : json::value{{"en", en}, {"es", es}};
    };
    return {
        {"vin_well_formed", check.well_formed},
        {"check_digit_applies", check.check_digit_applies},
        {"check_digit_matches", check.check_digit_matches},
        {"model_year", check.model_year ? json::value(*check.model_year) : json::value()},
        {"maker", origin.maker.empty() ? json::value() : json::value(origin.maker)},
        {"country", both(origin.country_en, origin.country_es)},
        {"region", both(origin.region_en, origin.region_es)}};
}

namespace {

/// All units together.
json::object vehicle_json(const Snapshot& snapshot) {
    json::object vehicle{{"vin", nullptr}, {"mil", nullptr}, {"ignition", nullptr}};
    if (const auto vin = combined_vin(snapshot)) {
        vehicle["vin"] = *vin;
        for (auto& [key, value] : vin_json(*vin)) {
            vehicle[key] = value;
        }
    }
    if (const auto mil = combined_mil(snapshot)) {
        vehicle["mil"] = *mil;
    }
    json::object states;
    if (const auto ignition = combined_ignition(snapshot)) {
        vehicle["ignition"] = id(*ignition);
        for (const auto monitor : monitors_of(*ignition)) {
            states[code(monitor)] = id(combined_readiness(snapshot, monitor));
        }
    }
    for (const auto& [monitor, told] : readiness_by_groups(snapshot)) {
        if (told_by_groups(snapshot) && told.state) {
            states[code(monitor)] = id(*told.state);
        }
    }
    vehicle["monitors"] = std::move(states);
    json::array codes;
    const auto list = [&](const Ecu& ecu, const Item<std::vector<Dtc>>& item, const char* kind) {
        for (const auto code : item.value.value_or(std::vector<Dtc>())) {
            const auto text = dtc_text(code);
            codes.push_back(
                {{"code", code.text()},
                 {"kind", kind},
                 {"ecu", ecu.address.text()},
                 {"en", text.en},
                 {"es", text.es},
                 {"monitor", text.monitor}}
            );
        }
    };
    for (const auto& ecu : snapshot.ecus) {
        list(ecu, ecu.stored, "stored");
        list(ecu, ecu.pending, "pending");
        list(ecu, ecu.permanent, "permanent");
    }
    vehicle["codes"] = std::move(codes);
    return vehicle;
}

json::array findings_json(const Snapshot& snapshot) {
    json::array list;
    for (const auto& finding : findings(snapshot)) {
        json::array units;
        for (const auto unit : finding.units) {
            units.emplace_back(unit.text());
        }
        const auto text = finding_text(finding.id);
        list.push_back(
            {{"id", finding.id},
             {"weight", id(finding.weight)},
             {"ecus", std::move(units)},
             {"detail", finding.detail},
             {"en", text.en},
             {"es", text.es}}
        );
    }
    return list;
}

}  // namespace

json::value to_json(const Snapshot& snapshot) {
    json::object adapter{
        {"banner", snapshot.adapter.banner},
        {"description", snapshot.adapter.description},
        {"stn", snapshot.adapter.stn},
        {"volts", nullptr}};
    if (snapshot.adapter.volts) {
        adapter["volts"] = number_json(*snapshot.adapter.volts);
    }
    const bool can = protocols::bus::has_whole_messages(snapshot.protocol);
    json::array ecus;
    for (const auto& ecu : snapshot.ecus) {
        ecus.push_back(ecu_json(ecu, can ? Framing::can : Framing::legacy));
    }
    json::array tongues;
    std::string spoken(protocols::bus::name(snapshot.protocol));
    for (const auto tongue : snapshot.tongues) {
        tongues.emplace_back(name(tongue));
        spoken += (tongues.size() == 1 ? " · " : ", ") + std::string(name(tongue));
    }
    json::array notes;
    for (const auto& note : snapshot.notes) {
        notes.emplace_back(note);
    }
    json::object object{
        {"schema", "obd-station/snapshot/1"},
        {"connected", snapshot.connected},
        {"not_connected_why", snapshot.not_connected_why},
        {"attempts", snapshot.attempts},
        {"complete", snapshot.complete},
        {"adapter", std::move(adapter)},
        {"protocol",
         {{"id", protocols::bus::id(snapshot.protocol)},
          {"name", protocols::bus::name(snapshot.protocol)},
          {"tongues", std::move(tongues)},
          {"spoken", snapshot.connected ? spoken : ""}}},
        {"vehicle", vehicle_json(snapshot)},
        {"findings", findings_json(snapshot)},
        {"ecus", std::move(ecus)},
        {"notes", std::move(notes)},
    };
    if (!snapshot.failed_attempts.empty()) {
        json::array why;
        for (const auto& one : snapshot.failed_attempts) {
            why.emplace_back(one);
        }
        object["failed_attempts"] = std::move(why);
    }
    return object;
}

}  // namespace obd
