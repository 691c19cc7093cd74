#include "station/criteria/facts.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <unordered_map>

namespace station::criteria {
namespace {

constexpr std::string_view compared = "match mismatch unknown";

constexpr FactRow number(
    std::string_view path,
    std::string_view unit,
    double least,
    double most,
    std::string_view es,
    std::string_view en
) {
    return {path, Kind::number, unit, least, most, {}, es, en};
}

constexpr FactRow other(
    std::string_view path,
    Kind kind,
    std::string_view es,
    std::string_view en,
    std::string_view choices = {}
) {
    return {path, kind, {}, 0, 0, choices, es, en};
}

constexpr FactRow monitor(std::string_view path, std::string_view es, std::string_view en) {
    return other(path, Kind::readiness, es, en);
}

constexpr std::array rows{
    number("vehicle.model_year", "", 1900, 2100, "año-modelo", "model year"),
    other("vehicle.fuel", Kind::text, "combustible", "fuel"),
    number("vehicle.gvwr_kg", "kg", 50, 100000, "peso bruto vehicular", "gross vehicle weight"),
    other("vehicle.obd_type", Kind::text, "tipo de sistema OBD", "type of on-board system"),
    other("vehicle.make", Kind::text, "marca", "make"),
    other("vehicle.model", Kind::text, "submarca", "model"),
    other("vehicle.category", Kind::text, "categoría UE", "EU category", "M1 M2 M3 N1 N2 N3"),
    other("vehicle.plug_in", Kind::truth, "híbrido enchufable", "plug-in hybrid"),
    other("vehicle.first_registered", Kind::date, "primera matriculación", "first registered"),
    other("obd.connected", Kind::truth, "conexión con el vehículo", "connection to the vehicle"),
    other(
        "obd.connector",
        Kind::text,
        "conector de diagnóstico",
        "diagnostic connector",
        "ok missing intermediate_device"
    ),
    other("obd.engine_running", Kind::truth, "motor en marcha", "engine running"),
    other("obd.mil_commanded", Kind::truth, "MIL ordenada encendida", "MIL commanded on"),
    other(
        "obd.mil_lit_koeo",
        Kind::truth,
        "la MIL enciende con la llave en ON",
        "MIL lights with the key on"
    ),
    other(
        "obd.mil_lit_running",
        Kind::truth,
        "MIL encendida con el motor en marcha",
        "MIL lit with the engine running"
    ),
    other("obd.confirmed", Kind::codes, "códigos confirmados", "confirmed codes"),
    other("obd.pending", Kind::codes, "códigos pendientes", "pending codes"),
    other("obd.permanent", Kind::codes, "códigos permanentes", "permanent codes"),
    other(
        "obd.pdtc_supported",
        Kind::truth,
        "el vehículo reporta códigos permanentes",
        "vehicle reports permanent codes"
    ),
    number(
        "obd.warmups_since_clear",
        "",
        0,
        1e6,
        "calentamientos desde el borrado",
        "warm-ups since codes were cleared"
    ),
    number(
        "obd.km_since_clear",
        "km",
        0,
        1e8,
        "distancia desde el borrado",
        "distance since codes were cleared"
    ),
    number(
        "obd.minutes_since_clear",
        "min",
        0,
        1e8,
        "tiempo desde el borrado",
        "time since codes were cleared"
    ),
    other(
        "obd.software",
        Kind::text,
        "software frente a la lista",
        "software against the list",
        compared
    ),
    other(
        "obd.evin",
        Kind::text,
        "NIV leído frente al capturado",
        "VIN read against VIN entered",
        compared
    ),
    other(
        "obd.data_profile", Kind::text, "datos frente al modelo", "data against the model", compared
    ),
    other("obd.ecu_catalogued", Kind::truth, "ECU en el catálogo", "control unit in the catalogue"),
    other("obd.calibrations", Kind::words, "CALID y CVN", "CALID and CVN"),
    other(
        "obd.findings", Kind::words, "datos que no concuerdan", "data that does not fit together"
    ),
    other("obd.vin_read", Kind::truth, "NIV leído del vehículo", "VIN read from the vehicle"),
    other("obd.collected", Kind::words, "infotipos recabados", "infotypes collected"),
    monitor("obd.monitors.MIS", "fallos de encendido", "misfire"),
    monitor("obd.monitors.FUE", "sistema de combustible", "fuel system"),
    monitor("obd.monitors.CCM", "componentes integrales", "comprehensive components"),
    monitor("obd.monitors.CAT", "convertidor catalítico", "catalyst"),
    monitor("obd.monitors.HCAT", "calentamiento del catalizador", "heated catalyst"),
    monitor("obd.monitors.EVAP", "sistema evaporativo", "evaporative system"),
    monitor("obd.monitors.AIR", "aire secundario", "secondary air"),
    monitor("obd.monitors.ACR", "refrigerante del A/C", "A/C refrigerant"),
    monitor("obd.monitors.O2S", "sensores de oxígeno", "oxygen sensors"),
    monitor("obd.monitors.O2H", "calefactor del sensor de O₂", "oxygen sensor heater"),
    monitor("obd.monitors.EGR", "EGR o VVT", "EGR or VVT"),
    monitor("obd.monitors.NMHC", "catalizador NMHC", "NMHC catalyst"),
    monitor("obd.monitors.NOX", "postratamiento de NOx", "NOx aftertreatment"),
    monitor("obd.monitors.BP", "presión de sobrealimentación", "boost pressure"),
    monitor("obd.monitors.EGS", "sensor de gases de escape", "exhaust gas sensor"),
    monitor("obd.monitors.PMF", "filtro de partículas", "particulate filter"),
    monitor("obd.monitors.CSA", "auxiliar de arranque en frío", "cold start aid"),
    other("visual.passed", Kind::words, "revisión visual: correcto", "visual check: passed"),
    other("visual.failed", Kind::words, "revisión visual: rechazado", "visual check: failed"),
    other("visual.not_applicable", Kind::words, "revisión visual: no aplica", "visual check: none"),
    number("context.visit", "", 1, 99, "número de visita", "visit number"),
    other(
        "context.previous",
        Kind::text,
        "resultado anterior",
        "verdict before",
        "PASS FAIL NOT_READY NO_COMM REFER NOT_APPLICABLE INVALID NONE"
    ),
    other("context.date", Kind::date, "fecha de la inspección", "day of the inspection"),
    other(
        "context.owner_objects",
        Kind::truth,
        "el propietario se opone a la recolección",
        "owner objects to the collection"
    ),
};

struct UnitRow {
    std::string_view unit;
    std::string_view canonical;
    double factor;
};
constexpr std::array units{
    UnitRow{"km", "km", 1},          UnitRow{"mi", "km", 1.609344}, UnitRow{"kg", "kg", 1},
    UnitRow{"lb", "kg", 0.45359237}, UnitRow{"min", "min", 1},      UnitRow{"h", "min", 60},
};

bool digits(std::string_view text, int& into) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
    return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

const std::vector<FactRow>& all_facts() {
    static const auto all = [] {
        std::vector<FactRow> list(rows.begin(), rows.end());
        for (std::size_t i = 0; i < list.size(); ++i) {
            list[i].index = i;
        }
        return list;
    }();
    return all;
}

const FactRow* find_fact(std::string_view path) {
    static const auto index = [] {
        std::unordered_map<std::string_view, const FactRow*> map;
        for (const auto& row : all_facts()) {
            map.emplace(row.path, &row);
        }
        return map;
    }();
    const auto found = index.find(path);
    return found == index.end() ? nullptr : found->second;
}

const std::vector<const FactRow*>& monitor_rows() {
    static const auto all = [] {
        std::vector<const FactRow*> list;
        for (const auto& row : all_facts()) {
            if (row.kind == Kind::readiness) {
                list.push_back(&row);
            }
        }
        return list;
    }();
    return all;
}

bool is_date(std::string_view text) {
    using namespace std::chrono;
    int y = 0;
    int m = 0;
    int d = 0;
    if (text.size() != 10 || text[4] != '-' || text[7] != '-' || !digits(text.substr(0, 4), y) ||
        !digits(text.substr(5, 2), m) || !digits(text.substr(8, 2), d)) {
        return false;
    }
    return m >= 1 && d >= 1 && y >= 1900 &&
           year_month_day(year(y), month(static_cast<unsigned>(m)), day(static_cast<unsigned>(d)))
               .ok();
}

std::optional<double> in_unit_of(const FactRow& fact, double number, std::string_view unit) {
    const auto row = std::ranges::find(units, unit, &UnitRow::unit);
    if (row == units.end() || row->canonical != fact.unit) {
        return std::nullopt;
    }
    return number * row->factor;
}

}  // namespace station::criteria
