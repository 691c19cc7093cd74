#include "obd/snapshot/explain.hpp"

#include "obd/decode/dtc_text.hpp"
#include "obd/decode/information_rows.hpp"
#include "obd/decode/parameters.hpp"
#include "obd/decode/signals.hpp"
#include "obd/decode/test_results.hpp"
#include "obd/snapshot/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace obd {
namespace {

namespace json = boost::json;

/// PIDs that are read by code of their own.
struct Special {
    std::uint8_t pid;
    std::size_t bytes;
    const char* en;
    const char* es;
};
constexpr std::array specials{
    Special{0x01, 4, "Monitor status since codes were cleared", "Monitores desde el borrado"},
    Special{0x41, 4, "Monitor status this drive cycle", "Monitores en este ciclo de manejo"},
    Special{0x02, 2, "Code that stored the freeze frame", "Código que guardó el cuadro congelado"},
    Special{0x1C, 1, "OBD requirement of the design", "Norma OBD del diseño"},
    Special{0x51, 1, "Fuel type", "Tipo de combustible"},
};
constexpr std::uint8_t range = 0x20;
constexpr Special bitmap{
    0x00, 4, "PIDs supported in the next range", "PID que ofrece el rango siguiente"};

/// E.g. `AB / 4`: bytes are lettered from A, as the standard does.
std::string formula(const SignalRow& row) {
    const auto text_of = [](double value) {
        return std::to_string(static_cast<long long>(std::llround(value)));
    };
    std::string text;
    for (std::size_t i = 0; i < row.size; ++i) {
        text += static_cast<char>('A' + row.at + i);
    }
    if (row.bit) {
        const auto first = std::to_string(*row.bit);
        return row.bits == 1
                   ? text + ", bit " + first
                   : text + ", bits " + first + "-" + std::to_string(*row.bit + row.bits - 1);
    }
    if (row.is_signed) {
        text = "signed " + text;
    }
    if (row.mul != 1) {
        text += " × " + text_of(row.mul);
    }
    if (row.div != 1) {
        text += " / " + text_of(row.div);
    }
    if (row.add != 0) {
        text += (row.add < 0 ? " − " : " + ") + text_of(std::abs(row.add));
    }
    return text;
}

json::object signal_json(const SignalRow& row) {
    json::object one{
        {"id", row.id},
        {"en", row.name_en},
        {"es", row.name_es},
        {"unit", row.unit},
        {"first_byte", row.at},
        {"size", row.size},
        {"formula", formula(row)},
        {"lowest", number_json(row.lowest())},
        {"highest", number_json(row.highest())}};
    if (!row.words.empty()) {
        json::object states;
        for (const auto& [count, words] : row.words) {
            states[std::to_string(count)] = {{"en", words.en}, {"es", words.es}};
        }
        one["states"] = std::move(states);
    }
    return one;
}

SignalRow as_signal(const ParameterRow& row) {
    SignalRow signal;
    signal.id = row.id;
    signal.unit = row.unit;
    signal.name_en = row.name_en;
    signal.name_es = row.name_es;
    signal.size = row.bytes;
    signal.mul = row.mul;
    signal.div = row.div;
    signal.add = row.add;
    signal.is_signed = row.is_signed;
    return signal;
}

}  // namespace

protocols::Result<json::object> explain_pid(std::uint8_t pid) {
    const auto id = protocols::to_hex(pid);
    json::object said{{"schema", "obd-station/explain/1"}, {"service", "01"}, {"id", id}};
    const auto entitle = [&said](const auto& en, const auto& es, const std::string& clause) {
        said["en"] = en;
        said["es"] = es;
        said["clause"] = clause;
    };
    json::array signals;
    if (const auto* row = parameter_row(pid)) {
        entitle(row->name_en, row->name_es, row->clause);
        said["bytes"] = json::array{row->bytes};
        signals.push_back(signal_json(as_signal(*row)));
    } else if (const auto* several = signals_row(pid)) {
        entitle(several->name_en, several->name_es, several->clause);
        said["bytes"] = json::array(several->bytes.begin(), several->bytes.end());
        if (!several->note_en.empty()) {
            said["note"] = {{"en", several->note_en}, {"es", several->note_es}};
        }
        for (const auto& signal : several->signals) {
            signals.push_back(signal_json(signal));
        }
    } else {
        const Special* special = pid % range == 0 ? &bitmap : nullptr;
        for (const auto& one : specials) {
            special = one.pid == pid ? &one : special;
        }
        if (special == nullptr) {
            return protocols::Failure{
                protocols::Fault::malformed, "nothing is established about PID " + id};
        }
        entitle(special->en, special->es, "SAE J1979-DA, PID $" + id);
        said["bytes"] = json::array{special->bytes};
    }
    said["signals"] = std::move(signals);
    return said;
}

namespace {

/// The ten services of SAE J1979. What changes the vehicle is never sent.
struct Service {
    std::uint8_t id;
    const char* clause;
    bool sent;
    const char* en;
    const char* es;
};
constexpr std::array services{
    Service{0x01, "SAE J1979 6.1", true, "Current data", "Datos actuales"},
    Service{0x02, "SAE J1979 6.2", true, "Freeze frame data", "Datos del cuadro congelado"},
    Service{0x03, "SAE J1979 6.3", true, "Confirmed codes", "Códigos confirmados"},
    Service{0x04, "SAE J1979 6.4", false, "Clear codes and results", "Borrar códigos y resultados"},
    Service{
        0x05, "SAE J1979 6.5", true, "Oxygen sensor tests (not on CAN)",
        "Pruebas de sensores de oxígeno (no en CAN)"},
    Service{
        0x06, "SAE J1979 6.6", true, "Results of on-board tests", "Resultados de pruebas a bordo"},
    Service{0x07, "SAE J1979 6.7", true, "Pending codes", "Códigos pendientes"},
    Service{
        0x08, "SAE J1979 6.8", false, "Control of a system or component",
        "Control de un sistema o componente"},
    Service{0x09, "SAE J1979 6.9", true, "Vehicle information", "Información del vehículo"},
    Service{
        0x0A, "SAE J1979 6.10", true, "Permanent codes (CAN only)",
        "Códigos permanentes (solo CAN)"},
};

json::object begin(std::string_view service, const std::string& id) {
    return {{"schema", "obd-station/explain/1"}, {"service", service}, {"id", id}};
}

json::object titled(
    json::object said, const std::string& en, const std::string& es, const std::string& clause
) {
    said["en"] = en;
    said["es"] = es;
    said["clause"] = clause;
    return said;
}

protocols::Failure nothing_about(std::string_view service, const std::string& id) {
    return {
        protocols::Fault::malformed,
        "nothing is established about " + id + " of service " + std::string(service)};
}

protocols::Result<json::object> explain_infotype(std::uint8_t infotype) {
    const auto id = protocols::to_hex(infotype);
    const auto* row = information_row(infotype);
    if (row == nullptr) {
        return nothing_about("09", id);
    }
    auto said = titled(begin("09", id), row->name_en, row->name_es, row->clause);
    said["kind"] = obd::id(row->kind);
    said["bytes"] = row->bytes == 0 ? json::array() : json::array{row->bytes};
    if (!row->note_en.empty()) {
        said["note"] = {{"en", row->note_en}, {"es", row->note_es}};
    }
    json::array signals;
    std::size_t at = 0;
    for (const auto& field : row->fields) {
        SignalRow signal;
        signal.id = field.id;
        signal.unit = field.unit.empty() ? "count" : field.unit;
        signal.name_en = field.name_en;
        signal.name_es = field.name_es;
        signal.at = at;
        signal.size = field.size;
        signal.mul = field.mul;
        signal.div = field.div;
        signal.add = field.add;
        at += field.size;
        signals.push_back(signal_json(signal));
    }
    said["signals"] = std::move(signals);
    return said;
}

protocols::Result<json::object> explain_monitor(std::uint8_t mid) {
    const auto id = protocols::to_hex(mid);
    const auto* name = monitor_name(mid);
    if (name == nullptr) {
        return nothing_about("06", id);
    }
    constexpr std::size_t result_bytes = 8;
    auto said = titled(begin("06", id), name->en, name->es, "SAE J1979-DA, OBDMID $" + id);
    said["bytes"] = json::array{result_bytes};
    said["signals"] = json::array();
    return said;
}

protocols::Result<json::object> explain_oxygen_test(std::uint8_t tid) {
    const auto id = protocols::to_hex(tid);
    const auto* row = oxygen_test(tid);
    if (row == nullptr) {
        return nothing_about("05", id);
    }
    auto said = titled(begin("05", id), row->en, row->es, "SAE J1979 6.5, TID $" + id);
    SignalRow signal;
    signal.id = "value";
    signal.unit = row->unit;
    signal.name_en = row->en;
    signal.name_es = row->es;
    signal.size = 1;
    signal.div = row->div;
    said["bytes"] = json::array{1};
    said["signals"] = json::array{signal_json(signal)};
    return said;
}

}  // namespace

protocols::Result<json::object> explain_scaling(std::uint8_t uas) {
    const auto id = protocols::to_hex(uas);
    const auto* row = scaling(uas);
    if (row == nullptr) {
        return nothing_about("06 (scaling)", id);
    }
    auto said = titled(
        begin("06", id), "Unit and scaling identifier", "Identificador de unidad y escala",
        "SAE J1979-DA, UASID $" + id
    );
    SignalRow signal;
    signal.id = "value";
    signal.unit = row->unit;
    signal.name_en = "Value and limits";
    signal.name_es = "Valor y límites";
    signal.size = 2;
    signal.mul = row->mul;
    signal.div = row->div;
    signal.add = row->add;
    signal.is_signed = row->is_signed;
    said["bytes"] = json::array{2};
    said["signals"] = json::array{signal_json(signal)};
    return said;
}

protocols::Result<json::object> explain_service(
    std::uint8_t service, std::optional<std::uint8_t> id
) {
    const auto* const known = std::ranges::find(services, service, &Service::id);
    const auto number = protocols::to_hex(service);
    if (known == services.end()) {
        return protocols::Failure{
            protocols::Fault::malformed, "SAE J1979 has the services 01 to 0A, not " + number};
    }
    if (id) {
        switch (service) {
            case 0x01:
            case 0x02:
                return explain_pid(*id);
            case 0x05:
                return explain_oxygen_test(*id);
            case 0x06:
                return explain_monitor(*id);
            case 0x09:
                return explain_infotype(*id);
            default:
                return nothing_about(number, protocols::to_hex(*id));
        }
    }
    auto said = titled(begin(number, ""), known->en, known->es, known->clause);
    said["bytes"] = json::array();
    said["signals"] = json::array();
    if (!known->sent) {
        said["note"] = {
            {"en", "Changes the vehicle: this program never sends it."},
            {"es", "Cambia el vehículo: este programa nunca lo envía."}};
    }
    return said;
}

json::object explain_code(Dtc code) {
    const auto text = dtc_text(code);
    return {
        {"schema", "obd-station/explain/1"},
        {"code", code.text()},
        {"source", id(text.source)},
        {"en", text.en},
        {"es", text.es},
        {"monitor", text.monitor},
        {"clause", "SAE J2012-DA"}};
}

}  // namespace obd
