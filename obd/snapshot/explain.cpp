#include "obd/snapshot/explain.hpp"

#include "obd/decode/dtc_text.hpp"
#include "obd/decode/parameters.hpp"
#include "obd/decode/signals.hpp"
#include "obd/snapshot/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

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
        return text + ", bit " + std::to_string(*row.bit);
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
    const auto id = protocols::to_hex({&pid, 1});
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
