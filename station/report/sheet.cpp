#include "station/report/sheet.hpp"

#include "obd/decode/dtc_text.hpp"
#include "station/criteria/facts.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <map>

namespace station::report {
namespace {

namespace json = boost::json;

const json::value* find(const json::value& from, std::string_view pointer) {
    boost::system::error_code error;
    return from.find_pointer(json::string_view(pointer.data(), pointer.size()), error);
}

std::string text_at(const json::value& from, std::string_view pointer) {
    const auto* value = find(from, pointer);
    if (value == nullptr || value->is_null()) {
        return {};
    }
    if (value->is_string()) {
        return std::string(value->get_string());
    }
    return value->is_number() ? json::serialize(*value) : std::string();
}

BothLanguages both_at(const json::value& from, std::string_view pointer) {
    const std::string at(pointer);
    return {text_at(from, at + "/es"), text_at(from, at + "/en")};
}

const json::array& array_at(const json::value& from, std::string_view pointer) {
    static const json::array none;
    const auto* value = find(from, pointer);
    return value != nullptr && value->is_array() ? value->get_array() : none;
}

/// `2026-11-26 01:12:24 UTC`.
std::string readable(const std::string& time) {
    constexpr std::size_t whole = 19;
    if (time.size() < whole) {
        return time;
    }
    auto text = time.substr(0, whole) + " UTC";
    text[10] = ' ';
    return text;
}

std::string joined(std::initializer_list<std::string> parts, const char* between) {
    std::string all;
    for (const auto& part : parts) {
        all += part.empty() ? "" : (all.empty() ? "" : between) + part;
    }
    return all;
}

void add(std::vector<Sheet::Line>& lines, const char* es, const char* en, std::string value) {
    if (!value.empty()) {
        lines.push_back({{es, en}, std::move(value)});
    }
}

Sheet::Mark mark_of(std::string_view verdict) {
    return verdict == "PASS"   ? Sheet::Mark::pass
           : verdict == "FAIL" ? Sheet::Mark::fail
                               : Sheet::Mark::none;
}

void stations_lines(Sheet& sheet, const json::value& body, const Filed& filed) {
    add(sheet.station, "Estación", "Station", filed.site);
    add(sheet.station, "Línea", "Bay", filed.bay);
    add(sheet.station, "Teléfono", "Telephone", filed.phone);
    add(sheet.station, "Folio", "Number", filed.number);
    add(sheet.station, "Técnico", "Technician", text_at(body, "/technician"));
    add(sheet.station, "Inicio", "Started", readable(text_at(body, "/started")));
    add(sheet.station, "Fin", "Finished", readable(text_at(body, "/finished")));
    const auto variant = text_at(body, "/profile/variant");
    add(sheet.station, "Programa", "Programme",
        joined(
            {text_at(body, "/profile/id") + (variant.empty() ? "" : "@" + variant),
             text_at(body, "/profile/edition")},
            " · "
        ));
    add(sheet.station, "Software", "Software", text_at(body, "/software"));
    add(sheet.station, "Corrige el registro", "Corrects record", text_at(body, "/of/sequence"));
}

/// A value that is one word in both languages stays as it was entered.
std::string fuel(const std::string& stated) {
    struct Word {
        std::string_view stated;
        const char* shown;
    };
    constexpr std::array words{
        Word{"gasoline", "gasolina / gasoline"},  Word{"diesel", "diésel / diesel"},
        Word{"hybrid", "híbrido / hybrid"},       Word{"electric", "eléctrico / electric"},
        Word{"natural_gas", "gas natural / CNG"}, Word{"lpg", "gas LP / LPG"},
    };
    const auto* word = std::ranges::find(words, stated, &Word::stated);
    return word == words.end() ? stated : word->shown;
}

/// `84 211 km`, and what it was at the inspection before.
void odometer(Sheet& sheet, const json::value& body) {
    const auto shown = [&](std::string at) {
        auto digits = text_at(body, at + "/value");
        for (auto i = static_cast<int>(digits.size()) - 3; i > 0; i -= 3) {
            digits.insert(static_cast<std::size_t>(i), " ");
        }
        return digits.empty() ? digits : digits + " " + text_at(body, at + "/unit");
    };
    const auto now = shown("/vehicle/odometer");
    const auto before = shown("/vehicle/odometer_before");
    if (before.empty()) {
        add(sheet.vehicle, "Odómetro", "Odometer", now);
    } else {
        add(sheet.vehicle, "Odómetro (antes)", "Odometer (before)",
            (now.empty() ? "–" : now) + " (" + before + ")");
    }
}

void vehicle_lines(Sheet& sheet, const json::value& body) {
    add(sheet.vehicle, "NIV", "VIN", text_at(body, "/vehicle/vin"));
    for (const auto& ecu : array_at(body, "/snapshot/ecus")) {
        const auto read = text_at(ecu, "/vin/value");
        if (read != text_at(body, "/vehicle/vin")) {
            add(sheet.vehicle, "NIV leído", "VIN read", read);
        }
    }
    add(sheet.vehicle, "Placa", "Plate", text_at(body, "/vehicle/plate"));
    add(sheet.vehicle, "Vehículo", "Vehicle",
        joined(
            {text_at(body, "/vehicle/model_year"), text_at(body, "/vehicle/make"),
             text_at(body, "/vehicle/model")},
            " "
        ));
    add(sheet.vehicle, "Combustible", "Fuel", fuel(text_at(body, "/vehicle/fuel")));
    odometer(sheet, body);
    add(sheet.vehicle, "Protocolo", "Protocol",
        text_at(body, "/snapshot/protocol/spoken").empty()
            ? text_at(body, "/snapshot/protocol/name")
            : text_at(body, "/snapshot/protocol/spoken"));
}

struct PartName {
    std::string_view where;  ///< In the path of a fact the rule consults, or the rule's stage.
    const char* es;
    const char* en;
};
/// In the order of the page; a rule belongs to the first that fits.
constexpr std::array part_names{
    PartName{"mil_lit", "Prueba del foco", "Bulb check"},
    PartName{"visual", "Revisión visual", "Visual check"},
    PartName{"connector", "Conector", "Connector"},
    PartName{"mil_commanded", "Luz de falla", "MIL"},
    PartName{"monitors", "Monitores", "Monitors"},
    PartName{"confirmed", "Códigos", "Codes"},
    PartName{"pending", "Códigos", "Codes"},
    PartName{"permanent", "Códigos", "Codes"},
    PartName{"vin", "NIV", "VIN match"},
    PartName{"communication", "Comunicación", "Communication"},
    PartName{"engine", "Motor en marcha", "Engine running"},
    PartName{"applicability", "Aplica", "Applies"},
    PartName{"", "Otros criterios", "Other criteria"},
};

const PartName& part_of(const json::value& rule) {
    std::string where = text_at(rule, "/stage");
    if (const auto* value = find(rule, "/value"); value != nullptr && value->is_object()) {
        for (const auto& item : value->get_object()) {
            where = std::string(item.key()) + " " + where;
        }
    }
    return *std::ranges::find_if(part_names, [&](const PartName& part) {
        return where.find(part.where) != where.npos;
    });
}

/// Failed when a rule that decides fails, passed when one passes.
void parts(Sheet& sheet, const json::value& body) {
    std::map<std::string_view, Sheet::Mark> found;
    for (const auto& rule : array_at(body, "/judgement/rules")) {
        const auto outcome = text_at(rule, "/outcome");
        const auto* decides = find(rule, "/decides");
        if (decides == nullptr || !decides->as_bool()) {
            continue;
        }
        auto& mark = found.try_emplace(part_of(rule).es, Sheet::Mark::none).first->second;
        if (outcome == "fail") {
            mark = Sheet::Mark::fail;
        } else if (outcome == "pass" && mark == Sheet::Mark::none) {
            mark = Sheet::Mark::pass;
        }
    }
    for (const auto& part : part_names) {
        if (const auto mark = found.extract(part.es); !mark.empty()) {
            sheet.parts.push_back({{part.es, part.en}, mark.mapped()});
        }
    }
}

void reasons(Sheet& sheet, const json::value& body) {
    for (const auto& rule : array_at(body, "/judgement/rules")) {
        if (text_at(rule, "/outcome") != "fail" || find(rule, "/reason") == nullptr) {
            continue;
        }
        BothLanguages cause;
        for (const auto& one : array_at(body, "/judgement/causes")) {
            if (text_at(one, "/reason") == text_at(rule, "/reason")) {
                cause = {text_at(one, "/es"), text_at(one, "/en")};
            }
        }
        if (cause.es.empty()) {
            cause = both_at(rule, "/text");
        }
        const auto clause = text_at(rule, "/clause");
        const auto said = std::ranges::find_if(sheet.why, [&](const auto& one) {
            return one.text.es == cause.es;
        });
        if (said == sheet.why.end()) {
            sheet.why.push_back({cause, clause});
        }
        const auto next = both_at(rule, "/next");
        const auto advised = std::ranges::find(sheet.next, next.es, &BothLanguages::es);
        if (!next.es.empty() && advised == sheet.next.end()) {
            sheet.next.push_back(next);
        }
    }
    if (sheet.why.empty()) {
        for (const auto& one : array_at(body, "/judgement/causes")) {
            sheet.why.push_back({{text_at(one, "/es"), text_at(one, "/en")}, ""});
        }
    }
    if (const auto detail = text_at(body, "/aborted/detail"); !detail.empty()) {
        sheet.why.push_back({{detail, detail}, ""});
    }
}

void codes(Sheet& sheet, const json::value& body, const CodeTexts& texts) {
    struct Kind {
        const char* pointer;
        const char* es;
        const char* en;
    };
    for (const auto& kind :
         {Kind{"/facts/obd/confirmed", "confirmado", "confirmed"},
          Kind{"/facts/obd/pending", "pendiente", "pending"},
          Kind{"/facts/obd/permanent", "permanente", "permanent"}}) {
        for (const auto& one : array_at(body, kind.pointer)) {
            const std::string text(one.as_string());
            const auto known = std::ranges::find(sheet.codes, text, &Sheet::Code::code);
            if (known != sheet.codes.end()) {
                known->kinds.es += std::string(", ") + kind.es;
                known->kinds.en += std::string(", ") + kind.en;
                continue;
            }
            Sheet::Code code{text, {kind.es, kind.en}, {}};
            const auto parsed = obd::Dtc::from_text(text);
            if (const auto ours = texts.find(text); ours != texts.end()) {
                code.words = ours->second;
            } else if (parsed) {
                const auto words = obd::dtc_text(*parsed);
                code.words = {words.es, words.en};
            }
            sheet.codes.push_back(std::move(code));
        }
    }
}

/// ISO 27145: the class of a fault, where the unit told it.
void classes(Sheet& sheet, const json::value& body) {
    for (const auto& ecu : array_at(body, "/snapshot/ecus")) {
        for (const auto* list : {"/stored_codes/whole", "/pending_codes/whole"}) {
            for (const auto& whole : array_at(ecu, list)) {
                const auto code = text_at(whole, "/code").substr(0, 5);
                const auto known = std::ranges::find(sheet.codes, code, &Sheet::Code::code);
                const auto letter = text_at(whole, "/class");
                if (known == sheet.codes.end() || letter.empty() || letter == "none" ||
                    known->kinds.es.find("clase") != std::string::npos) {
                    continue;
                }
                known->kinds.es += ", clase " + letter;
                known->kinds.en += ", class " + letter;
            }
        }
    }
}

void monitors(Sheet& sheet, const json::value& body) {
    const auto* all = find(body, "/facts/obd/monitors");
    if (all != nullptr && all->is_object()) {
        bool any_known = false;
        for (const auto& item : all->get_object()) {
            if (item.value() == "unsupported") {
                any_known = true;
                continue;
            }
            const auto* row = criteria::find_fact("obd.monitors." + std::string(item.key()));
            const std::string code(item.key());
            const bool known = item.value().is_string();
            any_known = any_known || known;
            sheet.monitors.push_back(
                {row == nullptr ? BothLanguages{code, code}
                                : BothLanguages{std::string(row->es), std::string(row->en)},
                 known ? std::string(item.value().get_string()) : "unknown"}
            );
        }
        if (!any_known && !sheet.monitors.empty()) {
            sheet.monitors = {{{"todos", "all of them"}, "unknown"}};
        }
    }
    add(sheet.since_clear, "Distancia desde el borrado", "Distance since cleared",
        joined({text_at(body, "/facts/obd/km_since_clear")}, "") +
            (text_at(body, "/facts/obd/km_since_clear").empty() ? "" : " km"));
    std::string software;
    for (const auto& one : array_at(body, "/facts/obd/calibrations")) {
        if (one.is_string()) {
            software += (software.empty() ? "" : ", ") + std::string(one.get_string());
        }
    }
    add(sheet.since_clear, "CALID y CVN", "CALID and CVN", software);
    add(sheet.since_clear, "Calentamientos desde el borrado", "Warm-ups since cleared",
        text_at(body, "/facts/obd/warmups_since_clear"));
}

/// What every owner of such a vehicle is told, beside what the programme says of the rule.
void advice(Sheet& sheet, const json::value& body) {
    const bool open = std::ranges::any_of(sheet.monitors, [](const auto& one) {
        return one.state == "incomplete";
    });
    if (open && sheet.verdict != Sheet::Mark::pass) {
        sheet.next.push_back(
            {"Para completar monitores: arranque en frío, 5 min en ralentí, 10 min de ciudad y 15 "
             "min "
             "de carretera a velocidad constante, sin borrar códigos; puede tomar varios días.",
             "To complete monitors: start cold, idle 5 min, drive 10 min in town and 15 min on a "
             "road "
             "at steady speed, without clearing codes; it may take several days."}
        );
    }
    const auto day = text_at(body, "/revisit_until");
    if (!day.empty() && sheet.verdict != Sheet::Mark::pass) {
        sheet.next.push_back(
            {"Regrese a más tardar el " + day + " con este informe: cuenta como reinspección.",
             "Come back by " + day + " with this report: it counts as a retest."}
        );
    }
}

void unconfirmed(Sheet& sheet, const json::value& body) {
    std::string list;
    for (const auto& rule : array_at(body, "/judgement/rules")) {
        const auto outcome = text_at(rule, "/outcome");
        const bool used = outcome == "pass" || outcome == "fail";
        if (used && text_at(rule, "/confirmed").empty()) {
            list += (list.empty() ? "" : ", ") + text_at(rule, "/id");
        }
    }
    if (!list.empty()) {
        sheet.unconfirmed = {
            "Criterios aún sin confirmar por el programa: " + list,
            "Criteria not yet confirmed by the programme: " + list};
    }
}

}  // namespace

Sheet sheet_of(const json::value& body, const Filed& filed, const CodeTexts& texts) {
    Sheet sheet;
    sheet.verdict = mark_of(text_at(body, "/judgement/verdict"));
    sheet.word = both_at(body, "/judgement/word");
    if (sheet.word.es.empty() || text_at(body, "/type") == "aborted") {
        sheet.verdict = Sheet::Mark::none;
        sheet.word = {"NO SE PUDO PROBAR", "COULD NOT TEST"};
    }
    stations_lines(sheet, body, filed);
    vehicle_lines(sheet, body);
    parts(sheet, body);
    reasons(sheet, body);
    codes(sheet, body, texts);
    classes(sheet, body);
    monitors(sheet, body);
    unconfirmed(sheet, body);
    sheet.repair_form = sheet.verdict == Sheet::Mark::fail;
    advice(sheet, body);
    if (!filed.appeal.empty() && sheet.verdict != Sheet::Mark::pass) {
        sheet.next.push_back(
            {"Si no está de acuerdo: " + filed.appeal, "If you disagree: " + filed.appeal}
        );
    }
    if (const auto day = text_at(body, "/certificate/valid_until");
        !day.empty() && sheet.verdict == Sheet::Mark::pass) {
        sheet.next.push_back({"Vigente hasta el " + day + ".", "Valid until " + day + "."});
    }
    if (sheet.next.empty()) {
        sheet.next.push_back(
            sheet.verdict == Sheet::Mark::pass
                ? BothLanguages{"Nada por ahora: conserve este informe en el vehículo.",
                                "Nothing for now: keep this report in the vehicle."}
                : BothLanguages{"Pregunte a la estación cómo seguir y regrese con este informe.",
                                "Ask the station how to go on, and come back with this report."}
        );
    }
    constexpr std::size_t short_hash = 16;
    sheet.hash = filed.hash.substr(0, short_hash);
    sheet.certificate = filed.certificate;
    sheet.copy = filed.copy;
    return sheet;
}

}  // namespace station::report
