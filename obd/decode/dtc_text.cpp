#include "obd/decode/dtc_text.hpp"

#include "obd/decode/j1939.hpp"
#include "obd/decode/table.hpp"
#include "protocols/base/ensure.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <map>

namespace obd {
namespace {

namespace json = boost::json;

struct Subsystem {
    Dtc first;
    Dtc last;
    std::string en;
    std::string es;
};
struct Tables {
    std::map<Dtc, DtcText> codes;
    std::vector<Subsystem> subsystems;
};

/// The codes of a family follow one by one, in decimal where the first has four digits: P0139,
/// P0140; P0A2D, P0A2E.
Dtc code_after(const std::string& first, std::size_t steps) {
    if (first.substr(1).find_first_not_of("0123456789") != first.npos) {
        return Dtc(static_cast<std::uint16_t>(Dtc::from_text(first)->number() + steps));
    }
    auto digits = std::to_string(std::stoul(first.substr(1)) + steps);
    digits.insert(0, 4 - digits.size(), '0');
    return *Dtc::from_text(first[0] + digits);
}

Tables read_tables() {
    Tables tables;
    const auto document = read_data("dtc.json");
    const auto& faults = document.at("faults").as_object();
    for (const auto& item : document.at("families").as_array()) {
        const auto& family = item.as_object();
        std::size_t steps = 0;
        for (const auto& name : family.at("faults").as_array()) {
            const auto& fault = faults.at(name.as_string()).as_object();
            DtcText said;
            said.source = DtcText::Source::part;
            said.en = table_text(family, "en") + ": " + table_text(fault, "en");
            said.es = table_text(family, "es") + ": " + table_text(fault, "es");
            const auto own = table_text(fault, "monitor");
            said.monitor = own.empty() ? table_text(family, "monitor") : own;
            const auto code = code_after(table_text(family, "first"), steps++);
            ENSURE(tables.codes.emplace(code, std::move(said)).second);
        }
    }
    for (const auto& item : document.at("subsystems").as_array()) {
        const auto& row = item.as_object();
        tables.subsystems.push_back(
            {*Dtc::from_text(table_text(row, "first")), *Dtc::from_text(table_text(row, "last")),
             table_text(row, "en"), table_text(row, "es")}
        );
    }
    return tables;
}

const Tables& tables() {
    static const auto all = read_tables();
    return all;
}

bool maker_defined(const std::string& text) {
    const char system = text[0];
    const char digit = text[1];
    if (system == 'P') {
        return digit == '1' || (digit == '3' && text[2] < '4');
    }
    return digit == '1' || digit == '2';
}

}  // namespace

std::string_view id(DtcText::Source source) {
    static constexpr auto ids =
        std::to_array<std::string_view>({"part", "subsystem", "manufacturer", "reserved"});
    return ids[static_cast<std::size_t>(source)];
}

DtcText dtc_text(Dtc code) {
    if (code.is_j1939()) {
        const auto said = j1939::text_of(code.spn(), code.fmi());
        return {
            said.named ? DtcText::Source::part : DtcText::Source::manufacturer, said.en, said.es,
            ""};
    }
    if (const auto found = tables().codes.find(code); found != tables().codes.end()) {
        return found->second;
    }
    if (maker_defined(code.text())) {
        return {
            DtcText::Source::manufacturer, "A code of the vehicle's maker: see its manual",
            "Código propio del fabricante: consulta su manual", ""};
    }
    for (const auto& row : tables().subsystems) {
        if (row.first <= code && code <= row.last) {
            return {
                DtcText::Source::subsystem, "Standard code: " + row.en,
                "Código de norma: " + row.es, ""};
        }
    }
    return {
        DtcText::Source::reserved, "Reserved: no standard defines it",
        "Reservado: ninguna norma lo define", ""};
}

std::string monitor_of(std::string_view code) {
    const auto known = Dtc::from_text(code);
    if (!known) {
        return {};
    }
    auto own = dtc_text(*known).monitor;
    return own.empty() && code.starts_with('P') ? "CCM" : own;
}

}  // namespace obd
