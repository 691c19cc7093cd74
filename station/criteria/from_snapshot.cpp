#include "station/criteria/from_snapshot.hpp"

#include "obd/decode/vin.hpp"
#include "obd/snapshot/combined.hpp"
#include "obd/snapshot/findings.hpp"
#include "obd/snapshot/json.hpp"

#include <algorithm>
#include <functional>

namespace station::criteria {
namespace {

using obd::Absence;
using obd::Dtc;
using obd::Ecu;
using obd::Item;
using obd::Monitor;
using obd::Readiness;

template <class T>
std::string evidence(const Ecu& ecu, const Item<T>& item) {
    auto text = ecu.address.text() + " " + item.request;
    for (const auto& message : item.raw) {
        text += " " + protocols::to_hex(message);
    }
    return text;
}

template <class T>
std::string why(const Ecu& ecu, const Item<T>& item) {
    auto text = ecu.address.text() + " " + item.request + " " + std::string(id(item.absence));
    if (item.absence == Absence::negative) {
        text += " " + protocols::to_hex(item.code);
    }
    return text;
}

Fact unknown(std::string why_unknown) {
    return {{}, {}, std::move(why_unknown)};
}

class Builder {
public:
    Builder(const Stated& stated, const obd::Snapshot& snapshot)
        : stated_(stated), snapshot_(snapshot) {}

    Facts build_stated() {
        vehicle();
        visual();
        context();
        return std::move(facts_);
    }

    Facts build() {
        vehicle();
        visual();
        context();
        connection();
        if (snapshot_.connected) {
            lamp();
            monitors();
            codes("obd.confirmed", &Ecu::stored, true);
            codes("obd.pending", &Ecu::pending, false);
            permanent();
            counter("obd.warmups_since_clear", 0x30);
            counter("obd.km_since_clear", 0x31);
            counter("obd.minutes_since_clear", 0x4E);
            engine();
            identity();
            calibrations();
            findings();
            collected();
        }
        return std::move(facts_);
    }

private:
    void state(std::string_view path, Value value) {
        facts_.set(path, {std::move(value), {"stated"}, ""});
    }

    void vehicle() {
        if (stated_.model_year) {
            state("vehicle.model_year", static_cast<double>(*stated_.model_year));
        }
        if (!stated_.fuel.empty()) {
            state("vehicle.fuel", stated_.fuel);
        }
        if (stated_.gvwr_kg) {
            state("vehicle.gvwr_kg", *stated_.gvwr_kg);
        }
        if (!stated_.obd_type.empty()) {
            state("vehicle.obd_type", stated_.obd_type);
        }
        if (!stated_.make.empty()) {
            state("vehicle.make", stated_.make);
        } else if (obd::check_vin(stated_.vin).well_formed) {
            if (auto maker = obd::vin_origin(stated_.vin).maker; !maker.empty()) {
                facts_.set("vehicle.make", {std::move(maker), {"VIN " + stated_.vin}, ""});
            }
        }
        for (const auto& [path, text] :
             {std::pair{"vehicle.model", &stated_.model},
              {"vehicle.category", &stated_.category},
              {"vehicle.first_registered", &stated_.first_registered}}) {
            if (!text->empty()) {
                state(path, *text);
            }
        }
        if (stated_.plug_in) {
            state("vehicle.plug_in", *stated_.plug_in);
        }
    }

    /// Nothing is said of a checklist nobody went through.
    void visual() {
        if (stated_.visual.empty()) {
            return;
        }
        for (const auto& [path, answer] :
             {std::pair{"visual.passed", "pass"},
              {"visual.failed", "fail"},
              {"visual.not_applicable", "not_applicable"}}) {
            std::vector<std::string> items;
            for (const auto& [item, seen] : stated_.visual) {
                if (seen == answer) {
                    items.push_back(item);
                }
            }
            state(path, std::move(items));
        }
    }

    void context() {
        state("context.visit", static_cast<double>(stated_.visit));
        if (!stated_.previous.empty()) {
            state("context.previous", stated_.previous);
        }
        if (!stated_.date.empty()) {
            state("context.date", stated_.date);
        }
        if (stated_.owner_objects) {
            state("context.owner_objects", *stated_.owner_objects);
        }
    }

    void connection() {
        const auto protocol = std::string(protocols::bus::id(snapshot_.protocol));
        const bool heavy = protocols::bus::is_j1939(snapshot_.protocol);
        const bool uds = snapshot_.tongues == std::set{obd::Tongue::j1979_2};
        const bool readiness = std::ranges::any_of(snapshot_.ecus, [](const Ecu& ecu) {
            return !ecu.status.raw.empty();
        });
        const auto* first = readiness ? "00FECE" : "00FEEC";
        const auto asked = std::string(heavy ? first : uds ? "22F810" : "0100");
        facts_.set(
            "obd.connected", {snapshot_.connected,
                              {snapshot_.connected ? asked + " answered on " + protocol
                                                   : snapshot_.not_connected_why},
                              ""}
        );
        if (!stated_.connector.empty()) {
            state("obd.connector", stated_.connector);
        } else if (snapshot_.connected) {
            facts_.set("obd.connector", {std::string("ok"), {"a control unit answered"}, ""});
        } else {
            facts_.set("obd.connector", unknown("nobody looked at the connector"));
        }
        if (stated_.lamp_at_key_on) {
            state("obd.mil_lit_koeo", *stated_.lamp_at_key_on);
        } else {
            facts_.set("obd.mil_lit_koeo", unknown("the lamp was not looked at with the key on"));
        }
        if (stated_.lamp_running) {
            state("obd.mil_lit_running", *stated_.lamp_running);
        } else {
            facts_.set(
                "obd.mil_lit_running", unknown("the lamp was not looked at with the engine on")
            );
        }
    }

    void lamp() {
        Fact fact{{}, {}, ""};
        for (const auto& ecu : snapshot_.ecus) {
            if (ecu.status.value) {
                fact.evidence.push_back(evidence(ecu, ecu.status));
            } else if (ecu.whole_codes.contains("stored")) {
                fact.evidence.push_back(evidence(ecu, ecu.stored));  // what the codes ask for
            } else if (ecu.status.absence != Absence::unsupported) {
                fact.why_unknown += why(ecu, ecu.status) + "; ";
            }
        }
        if (const auto mil = obd::combined_mil(snapshot_)) {
            fact.value = *mil;
        } else if (fact.why_unknown.empty()) {
            fact.why_unknown = "no control unit reported its monitor status";
        }
        facts_.set("obd.mil_commanded", std::move(fact));
    }

    void monitors() {
        const auto units = obd::engine_units(snapshot_);
        if (units.empty() && obd::told_by_groups(snapshot_)) {
            monitors_by_group();
        }
        if (units.empty()) {
            return;
        }
        // What a unit that should have answered did not say may be an incomplete monitor.
        std::string missing;
        for (const auto& ecu : snapshot_.ecus) {
            if (!ecu.status.value && ecu.status.absence != Absence::unsupported) {
                missing += why(ecu, ecu.status) + "; ";
            }
        }
        const auto ignition = units.front()->status.value->ignition;
        for (const auto monitor : obd::monitors_of(ignition)) {
            const auto readiness = obd::combined_readiness(snapshot_, monitor);
            Fact fact{std::string(id(readiness)), {}, ""};
            for (const auto& ecu : snapshot_.ecus) {
                if (ecu.status.value && ecu.status.value->supports(monitor)) {
                    fact.evidence.push_back(evidence(ecu, ecu.status));
                }
            }
            if (fact.evidence.empty()) {
                fact.evidence.push_back(evidence(*units.front(), units.front()->status));
            }
            if (!missing.empty() && readiness != Readiness::incomplete) {
                fact = unknown(missing);
            }
            facts_.set("obd.monitors." + std::string(obd::code(monitor)), std::move(fact));
        }
    }

    /// Vehicles without F401: what the programme does not map is open, never "not there".
    void monitors_by_group() {
        for (const auto* row : monitor_rows()) {
            facts_.set(
                row->path, unknown("F401 is not supported, and the programme does not say by which "
                                   "readiness groups this monitor is told")
            );
        }
        for (const auto& [monitor, told] : obd::readiness_by_groups(snapshot_)) {
            Fact fact{{}, {}, told.why};
            if (told.state) {
                fact = {std::string(id(*told.state)), {}, ""};
            }
            for (const auto& [ecu, item] : told.said) {
                fact.evidence.push_back(
                    evidence(*ecu, *item) + " (" + std::string(obd::code(monitor)) +
                    ", readiness group: " + told.verified + ")"
                );
            }
            if (fact.evidence.empty() && told.state) {
                fact.evidence.push_back(
                    "no readiness group of such vehicles (" + told.verified + ")"
                );
            }
            facts_.set("obd.monitors." + std::string(obd::code(monitor)), std::move(fact));
        }
    }

    /// A silent unit is clean only where the standard lets a unit without codes be silent, and PID
    /// 01 of that very unit counts none.
    [[nodiscard]] bool silence_means_none(const Ecu& ecu, const Item<std::vector<Dtc>>& item)
        const {
        return item.absence == Absence::silent && protocols::bus::is_legacy(snapshot_.protocol) &&
               ecu.status.value && ecu.status.value->dtc_count == 0;
    }

    void codes(std::string_view path, Item<std::vector<Dtc>> Ecu::*member, bool counted) {
        Fact fact{{}, {}, ""};
        std::vector<std::string> list;
        for (const auto& ecu : snapshot_.ecus) {
            const auto& item = ecu.*member;
            if (item.value) {
                for (const auto code : *item.value) {
                    list.push_back(code.text());
                }
                fact.evidence.push_back(evidence(ecu, item));
            } else if (counted && silence_means_none(ecu, item)) {
                fact.evidence.push_back(evidence(ecu, ecu.status));
            } else if (matters(ecu)) {
                fact.why_unknown += why(ecu, item) + "; ";
            }
        }
        std::ranges::sort(list);
        list.erase(std::unique(list.begin(), list.end()), list.end());
        // Codes that were read are certain; their absence is only when every unit answered.
        if (!list.empty() || (fact.why_unknown.empty() && !fact.evidence.empty())) {
            fact.value = std::move(list);
        } else if (fact.why_unknown.empty()) {
            fact.why_unknown = "no control unit answered";
        }
        facts_.set(path, std::move(fact));
    }

    /// A unit without monitors has no emission codes to report.
    [[nodiscard]] static bool matters(const Ecu& ecu) {
        return !ecu.status.value || ecu.status.value->judges_engine();
    }

    void permanent() {
        const bool any = std::ranges::any_of(snapshot_.ecus, [](const Ecu& ecu) {
            return ecu.permanent.value.has_value();
        });
        const bool denied = std::ranges::all_of(snapshot_.ecus, [](const Ecu& ecu) {
            return !ecu.permanent.value && (ecu.permanent.absence == Absence::unsupported ||
                                            ecu.permanent.absence == Absence::negative ||
                                            ecu.permanent.absence == Absence::silent);
        });
        if (any) {
            codes("obd.permanent", &Ecu::permanent, false);
            facts_.set("obd.pdtc_supported", {true, facts_.at("obd.permanent").evidence, ""});
            return;
        }
        facts_.set("obd.permanent", unknown("no control unit reported permanent codes"));
        if (denied) {
            facts_.set("obd.pdtc_supported", {false, {"0A not answered"}, ""});
        }
    }

    /// The smallest count any engine unit reports: the most recent clearing.
    void counter(std::string_view path, std::uint8_t pid) {
        Fact fact{{}, {}, "no control unit supports it"};
        for (const auto& ecu : snapshot_.ecus) {
            const auto found = ecu.parameters.find(pid);
            if (found == ecu.parameters.end()) {
                continue;
            }
            const auto& item = found->second;
            if (!item.value) {
                if (item.absence != Absence::unsupported) {
                    fact.why_unknown = why(ecu, item);
                }
                continue;
            }
            const double count = item.value->value;
            if (!known(fact.value) || count < std::get<double>(fact.value)) {
                fact.value = count;
            }
            fact.evidence.push_back(evidence(ecu, item));
        }
        facts_.set(path, std::move(fact));
    }

    void engine() {
        Fact fact{{}, {}, "no control unit reports the engine speed"};
        Value at_end;
        const auto add = [&](const Ecu& ecu, const Item<obd::Quantity>& speed, Value& turning) {
            if (speed.value) {
                turning = speed.value->value > 0 || turning == Value(true);
                fact.evidence.push_back(evidence(ecu, speed));
            }
        };
        for (const auto& ecu : snapshot_.ecus) {
            if (const auto found = ecu.parameters.find(0x0C); found != ecu.parameters.end()) {
                add(ecu, found->second, fact.value);
            }
            add(ecu, ecu.speed_at_end, at_end);
        }
        if (at_end == Value(false)) {
            fact.value = false;  // it stalled while the vehicle was read, or never ran
        }
        facts_.set("obd.engine_running", std::move(fact));
    }

    void identity() {
        std::vector<std::string> vins;
        Fact fact{{}, {}, ""};
        for (const auto& ecu : snapshot_.ecus) {
            if (ecu.vin.value) {
                vins.push_back(*ecu.vin.value);
                fact.evidence.push_back(evidence(ecu, ecu.vin));
            }
        }
        if (stated_.vin.empty()) {
            fact.why_unknown = "no VIN was entered to compare with";
        } else if (vins.empty()) {
            fact.why_unknown = "the vehicle reports no VIN";
        } else {
            const bool match = std::ranges::all_of(vins, [&](const std::string& vin) {
                return vin == stated_.vin;
            });
            fact.value = std::string(match ? "match" : "mismatch");
        }
        facts_.set("obd.evin", std::move(fact));
        facts_.set("obd.software", unknown("no reference list of CALID and CVN"));
        facts_.set("obd.data_profile", unknown("no reference data for this model"));
        facts_.set("obd.ecu_catalogued", unknown("no vehicle catalogue"));
    }

    /// Pairs in the order of the unit's lists; a CALID without its CVN stands alone.
    void calibrations() {
        Fact fact{{}, {}, ""};
        std::vector<std::string> pairs;
        for (const auto& ecu : snapshot_.ecus) {
            if (!ecu.calids.value) {
                if (ecu.calids.absence != Absence::unsupported) {
                    fact.why_unknown += why(ecu, ecu.calids) + "; ";
                }
                continue;
            }
            for (std::size_t i = 0; i < ecu.calids.value->size(); ++i) {
                const bool paired = ecu.cvns.value && i < ecu.cvns.value->size();
                pairs.push_back(
                    (*ecu.calids.value)[i] + (paired ? " " + (*ecu.cvns.value)[i] : "")
                );
            }
            fact.evidence.push_back(evidence(ecu, ecu.calids));
        }
        if (!pairs.empty()) {
            fact.value = std::move(pairs);
        } else if (fact.why_unknown.empty()) {
            fact.why_unknown = "no control unit reports its calibrations";
        }
        facts_.set("obd.calibrations", std::move(fact));
    }

    void findings() {
        std::vector<std::string> ids;
        std::vector<std::string> details;
        for (const auto& finding : obd::findings(snapshot_)) {
            if (finding.weight == obd::Finding::Weight::contradiction) {
                ids.emplace_back(finding.id);
                details.push_back(std::string(finding.id) + ": " + finding.detail);
            }
        }
        if (snapshot_.complete || !ids.empty()) {
            facts_.set("obd.findings", {std::move(ids), std::move(details), ""});
        }
    }

    /// The VIN, and the infotypes that give life-time consumption (Reg. (EU) 2021/392).
    void collected() {
        Fact vin{false, {}, ""};
        Fact items{{}, {}, ""};
        std::vector<std::string> answered;
        for (const auto& ecu : snapshot_.ecus) {
            if (ecu.vin.value) {
                vin.value = true;
                vin.evidence.push_back(evidence(ecu, ecu.vin));
            }
            for (const auto& [request, item] : ecu.more) {
                if (item.value && request.starts_with("09")) {
                    answered.push_back(request.substr(2));
                    items.evidence.push_back(evidence(ecu, item));
                }
            }
        }
        facts_.set("obd.vin_read", std::move(vin));
        items.value = std::move(answered);
        facts_.set("obd.collected", std::move(items));
    }

    const Stated& stated_;
    const obd::Snapshot& snapshot_;
    Facts facts_;
};

}  // namespace

Facts facts_from(const Stated& stated) {
    const obd::Snapshot nothing;
    return Builder(stated, nothing).build_stated();
}

Facts facts_from(const Stated& stated, const obd::Snapshot& snapshot) {
    return Builder(stated, snapshot).build();
}

}  // namespace station::criteria
