#include "obd/snapshot/findings.hpp"

#include "obd/decode/vin.hpp"
#include "obd/snapshot/combined.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace obd {
namespace {

using protocols::bus::EcuAddress;
using Weight = Finding::Weight;

struct Rule {
    std::string_view id;
    Weight weight;
    std::string_view en;
    std::string_view es;
};
constexpr auto contradiction = Weight::contradiction;
constexpr auto unusual = Weight::unusual;

constexpr std::array rules{
    Rule{
        "vins_differ", contradiction, "Control units tell different VINs.",
        "Las unidades de control dan NIV distintos."},
    Rule{
        "vin_from_several", unusual, "More than one control unit tells the VIN.",
        "Más de una unidad de control da el NIV."},
    Rule{
        "vin_malformed", contradiction, "The VIN read is not one: length or letters I, O, Q.",
        "El NIV leído no lo es: largo, o letras I, O, Q."},
    Rule{
        "vin_check_digit", unusual, "The VIN's check digit does not match.",
        "El dígito verificador del NIV no coincide."},
    Rule{
        "vin_missing", unusual, "No control unit tells a VIN, on a bus where vehicles do.",
        "Ninguna unidad da el NIV, en una red donde los vehículos lo dan."},
    Rule{
        "both_performance", contradiction,
        "Performance counters of both ignition types (infotypes 08 and 0B).",
        "Contadores de desempeño de los dos tipos de encendido (08 y 0B)."},
    Rule{
        "ignition_differs", contradiction, "Control units or counters disagree on the ignition.",
        "Unidades o contadores no concuerdan en el tipo de encendido."},
    Rule{
        "name_missing", unusual, "No control unit name, required from 2010 on.",
        "Falta el nombre de la unidad, obligatorio desde 2010."},
    Rule{
        "performance_missing", unusual, "No performance counters, required from 2007 on.",
        "Faltan los contadores de desempeño, obligatorios desde 2007."},
    Rule{
        "calibration_missing", unusual, "A control unit without calibration identification.",
        "Una unidad de control sin identificación de calibración."},
    Rule{
        "calibrations_uneven", unusual, "Not one verification number for each calibration.",
        "No hay un número de verificación por cada calibración."},
    Rule{
        "verification_number_empty", contradiction,
        "A calibration verification number of only zeros or ones.",
        "Un número de verificación de puros ceros o unos."},
    Rule{
        "code_count_differs", contradiction, "PID 01 counts other codes than service 03 lists.",
        "El PID 01 cuenta otros códigos que los que lista el servicio 03."},
    Rule{
        "lamp_without_code", contradiction, "The lamp is commanded on and no code is stored.",
        "La luz está ordenada y no hay código guardado."},
    Rule{
        "unfinished_without_support", contradiction,
        "A monitor that is not supported is said to be incomplete.",
        "Un monitor no disponible aparece como incompleto."},
    Rule{
        "cycle_without_support", contradiction,
        "This drive cycle knows a monitor that the vehicle does not have.",
        "El ciclo actual conoce un monitor que el vehículo no tiene."},
    Rule{
        "monitor_unnamed", unusual, "A monitor bit that the standard reserves is set.",
        "Un bit de monitor reservado por la norma está puesto."},
    Rule{
        "frame_without_code", unusual, "The freeze frame's cause is among no codes.",
        "La causa del cuadro congelado no está entre los códigos."},
    Rule{
        "lamp_distance_too_long", contradiction,
        "Farther with the lamp on than since codes were cleared.",
        "Más distancia con la luz encendida que desde el borrado."},
    Rule{
        "lamp_time_too_long", contradiction,
        "Longer with the lamp on than since codes were cleared.",
        "Más tiempo con la luz encendida que desde el borrado."},
    Rule{
        "conditions_exceed_cycles", unusual,
        "More drives with general conditions than ignition cycles.",
        "Más viajes con condiciones generales que ciclos de encendido."},
    Rule{
        "sensor_locations_both", contradiction,
        "Oxygen sensors placed in two ways (PIDs 13 and 1D).",
        "Sensores de oxígeno ubicados de dos formas (PID 13 y 1D)."},
    Rule{
        "requirements_differ", unusual, "Control units were designed to different OBD rules.",
        "Las unidades fueron diseñadas para normas OBD distintas."},
    Rule{
        "fuels_differ", contradiction, "Control units tell different fuels.",
        "Las unidades dan combustibles distintos."},
    Rule{
        "voltages_differ", unusual,
        "The adapter and the vehicle measure different supply voltages.",
        "El adaptador y el vehículo miden voltajes distintos."},
};

std::string number(double value) {
    return std::to_string(static_cast<long long>(std::llround(value)));
}

class Search {
public:
    explicit Search(const Snapshot& snapshot) : snapshot_(snapshot) {
        if (const auto vin = combined_vin(snapshot)) {
            vin_ = check_vin(*vin);
        }
    }

    std::vector<Finding> all() {
        vins();
        ignition();
        for (const auto& ecu : snapshot_.ecus) {
            required(ecu);
            software(ecu);
            codes(ecu);
            monitors(ecu);
            counters(ecu);
        }
        agreement();
        return std::move(found_);
    }

private:
    void report(std::string_view id, std::vector<EcuAddress> units, std::string detail) {
        const auto same = std::ranges::find(found_, id, &Finding::id);
        if (same == found_.end()) {
            const auto* const rule = std::ranges::find(rules, id, &Rule::id);
            found_.push_back({rule->id, rule->weight, std::move(units), std::move(detail)});
            return;
        }
        for (const auto unit : units) {
            if (std::ranges::find(same->units, unit) == same->units.end()) {
                same->units.push_back(unit);
            }
        }
        same->detail += "; " + detail;
    }

    /// Of North America and at least of that year, by the VIN itself.
    [[nodiscard]] bool american_since(int year) const {
        return vin_.check_digit_applies && vin_.check_digit_matches && vin_.model_year >= year;
    }

    void vins() {
        std::vector<EcuAddress> units;
        std::set<std::string> different;
        for (const auto& ecu : snapshot_.ecus) {
            if (ecu.vin.value) {
                units.push_back(ecu.address);
                different.insert(*ecu.vin.value);
            }
        }
        std::string list;
        for (const auto& vin : different) {
            list += (list.empty() ? "" : " ") + vin;
            const auto check = check_vin(vin);
            if (!check.well_formed) {
                report("vin_malformed", units, vin);
            } else if (check.check_digit_applies && !check.check_digit_matches) {
                report("vin_check_digit", units, vin);
            }
        }
        if (different.size() > 1) {
            report("vins_differ", units, list);
        } else if (units.size() > 1) {
            report("vin_from_several", units, list);
        }
        if (units.empty() && snapshot_.connected && snapshot_.complete &&
            (protocols::bus::has_whole_messages(snapshot_.protocol) ||
             protocols::bus::is_j1939(snapshot_.protocol))) {
            report("vin_missing", {}, "");
        }
    }

    void ignition() {
        std::vector<EcuAddress> spark;
        std::vector<EcuAddress> compression;
        for (const auto& ecu : snapshot_.ecus) {
            if (ecu.performance_spark.value) {
                spark.push_back(ecu.address);
            }
            if (ecu.performance_compression.value) {
                compression.push_back(ecu.address);
            }
        }
        if (!spark.empty() && !compression.empty()) {
            auto both = spark;
            both.insert(both.end(), compression.begin(), compression.end());
            report("both_performance", both, "");
        }
        std::vector<EcuAddress> units;
        std::set<Ignition> ignitions;
        for (const auto* ecu : engine_units(snapshot_)) {
            units.push_back(ecu->address);
            ignitions.insert(ecu->status.value->ignition);
        }
        if (ignitions.size() > 1) {
            report("ignition_differs", units, "PID 01");
        } else if (ignitions.size() == 1) {
            const bool by_spark = *ignitions.begin() == Ignition::spark;
            const auto& against = by_spark ? compression : spark;
            if (!against.empty()) {
                report(
                    "ignition_differs", against,
                    by_spark ? "PID 01 spark, infotype 0B" : "PID 01 compression, infotype 08"
                );
            }
        }
    }

    void required(const Ecu& ecu) {
        const auto lacks = [](const auto& item) {
            return !item.value && item.absence == Absence::unsupported;
        };
        if (ecu.tongue == Tongue::j1939) {
            return;  // asks other things of its units
        }
        constexpr int names_since = 2010;
        constexpr int performance_since = 2007;
        if (american_since(names_since) && lacks(ecu.name)) {
            report("name_missing", {ecu.address}, "infotype 0A");
        }
        const bool engine = ecu.status.value && ecu.status.value->judges_engine();
        // SAE J1979-2 tells the ratios with each code (19 06), not as infotypes.
        if (engine && ecu.tongue == Tongue::j1979 && american_since(performance_since) &&
            lacks(ecu.performance_spark) && lacks(ecu.performance_compression)) {
            report("performance_missing", {ecu.address}, "infotypes 08 and 0B");
        }
        if (american_since(names_since) && lacks(ecu.calids)) {
            report("calibration_missing", {ecu.address}, "infotype 04");
        }
    }

    void software(const Ecu& ecu) {
        if (ecu.calids.value && ecu.cvns.value &&
            ecu.calids.value->size() != ecu.cvns.value->size()) {
            report(
                "calibrations_uneven", {ecu.address},
                std::to_string(ecu.calids.value->size()) + " CALID, " +
                    std::to_string(ecu.cvns.value->size()) + " CVN"
            );
        }
        for (const auto& cvn : ecu.cvns.value.value_or(std::vector<std::string>())) {
            if (cvn.find_first_not_of('0') == cvn.npos || cvn.find_first_not_of('F') == cvn.npos) {
                report("verification_number_empty", {ecu.address}, cvn);
            }
        }
    }

    void codes(const Ecu& ecu) {
        if (ecu.status.value && ecu.stored.value) {
            const auto counted = ecu.status.value->dtc_count;
            const auto listed = static_cast<int>(ecu.stored.value->size());
            if (!ecu.status.value->counted) {
                return;
            }
            if (counted != listed) {
                const bool heavy = ecu.tongue == Tongue::j1939;
                report(
                    "code_count_differs", {ecu.address},
                    std::string(heavy ? "DM29" : "PID 01") + " counts " + std::to_string(counted) +
                        ", " + (heavy ? "DM12" : "service 03") + " lists " + std::to_string(listed)
                );
            } else if (ecu.status.value->mil && listed == 0) {
                report(
                    "lamp_without_code", {ecu.address},
                    ecu.tongue == Tongue::j1939 ? "DM1" : "PID 01"
                );
            }
        }
        if (ecu.freeze_frame.value && *ecu.freeze_frame.value && ecu.stored.value) {
            const auto cause = (*ecu.freeze_frame.value)->cause;
            const auto holds = [cause](const Item<std::vector<Dtc>>& item) {
                return item.value && std::ranges::find(*item.value, cause) != item.value->end();
            };
            if (!holds(ecu.stored) && !holds(ecu.pending)) {
                report("frame_without_code", {ecu.address}, cause.text());
            }
        }
    }

    void monitors(const Ecu& ecu) {
        if (!ecu.status.value) {
            return;
        }
        // 41 01 A B C D: what is incomplete in D, or in the upper half of B, is supported in C and
        // in the lower half.
        constexpr std::size_t message_bytes = 6;
        const auto& raw = ecu.status.raw;
        if (ecu.tongue != Tongue::j1939 && !raw.empty() && raw.front().size() == message_bytes) {
            const auto& data = raw.front();
            const int continuous = (data[3] >> 4 & 0x07) & ~(data[3] & 0x07);
            const int other = data[5] & ~data[4];
            if (continuous != 0 || other != 0) {
                report("unfinished_without_support", {ecu.address}, protocols::to_hex(data));
            }
        }
        if (ecu.status.value->unnamed_incomplete) {
            report("monitor_unnamed", {ecu.address}, "PID 01");
        }
        if (!ecu.status_cycle.value) {
            return;
        }
        for (const auto& [monitor, readiness] : ecu.status_cycle.value->monitors) {
            const auto& all = ecu.status.value->monitors;
            const auto own = all.find(monitor);
            if (readiness != Readiness::unsupported &&
                (own == all.end() || own->second == Readiness::unsupported)) {
                report("cycle_without_support", {ecu.address}, std::string(code(monitor)));
            }
        }
    }

    [[nodiscard]] static std::optional<double> value(const Ecu& ecu, std::uint8_t pid) {
        const auto found = ecu.parameters.find(pid);
        if (found == ecu.parameters.end() || !found->second.value) {
            return std::nullopt;
        }
        return found->second.value->value;
    }

    void counters(const Ecu& ecu) {
        const auto exceeds = [&](std::uint8_t with_lamp, std::uint8_t since_clear,
                                 std::string_view id, std::string_view unit) {
            const auto lit = value(ecu, with_lamp);
            const auto since = value(ecu, since_clear);
            constexpr double tick = 1;  // the two are not read in the same moment
            if (lit && since && *lit > *since + tick) {
                report(
                    id, {ecu.address},
                    number(*lit) + " > " + number(*since) + " " + std::string(unit)
                );
            }
        };
        exceeds(0x21, 0x31, "lamp_distance_too_long", "km");
        exceeds(0x4D, 0x4E, "lamp_time_too_long", "min");
        for (const auto* item : {&ecu.performance_spark, &ecu.performance_compression}) {
            if (item->value && item->value->size() > 1 && (*item->value)[0] > (*item->value)[1]) {
                report(
                    "conditions_exceed_cycles", {ecu.address},
                    std::to_string((*item->value)[0]) + " > " + std::to_string((*item->value)[1])
                );
            }
        }
        constexpr std::uint8_t two_banks = 0x13;
        constexpr std::uint8_t four_banks = 0x1D;
        if (ecu.pids.value && ecu.pids.value->contains(two_banks) &&
            ecu.pids.value->contains(four_banks)) {
            report("sensor_locations_both", {ecu.address}, "PID 13, PID 1D");
        }
        constexpr std::uint8_t module_voltage = 0x42;
        constexpr double tolerance_volts = 1.5;  // 2 % of the adapter, cable and load
        const auto volts = value(ecu, module_voltage);
        if (volts && snapshot_.adapter.volts &&
            std::abs(*volts - *snapshot_.adapter.volts) > tolerance_volts) {
            report(
                "voltages_differ", {ecu.address},
                "PID 42 " + number(*volts * 1000) + " mV, adapter " +
                    number(*snapshot_.adapter.volts * 1000) + " mV"
            );
        }
    }

    void agreement() {
        const auto differ = [&](std::string_view id, Item<std::uint8_t> Ecu::*member,
                                std::string_view name) {
            std::vector<EcuAddress> units;
            std::set<std::uint8_t> values;
            for (const auto& ecu : snapshot_.ecus) {
                if ((ecu.*member).value) {
                    units.push_back(ecu.address);
                    values.insert(*(ecu.*member).value);
                }
            }
            if (values.size() > 1) {
                report(id, units, std::string(name));
            }
        };
        differ("requirements_differ", &Ecu::obd_requirement, "PID 1C");
        differ("fuels_differ", &Ecu::fuel_type, "PID 51");
    }

    const Snapshot& snapshot_;
    VinCheck vin_;
    std::vector<Finding> found_;
};

}  // namespace

std::string_view id(Weight weight) {
    return weight == Weight::contradiction ? "contradiction" : "unusual";
}

FindingText finding_text(std::string_view id) {
    const auto* const rule = std::ranges::find(rules, id, &Rule::id);
    return rule == rules.end() ? FindingText() : FindingText{rule->en, rule->es};
}

std::vector<std::string_view> finding_ids() {
    std::vector<std::string_view> ids;
    for (const auto& rule : rules) {
        ids.push_back(rule.id);
    }
    return ids;
}

std::vector<Finding> findings(const Snapshot& snapshot) {
    return Search(snapshot).all();
}

}  // namespace obd
