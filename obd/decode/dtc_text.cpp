#include "obd/decode/dtc_text.hpp"

#include "protocols/base/embedded.hpp"
#include "protocols/base/ensure.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <map>

namespace obd::data {
const std::vector<protocols::EmbeddedFile>& files();
}

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

std::string word(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value == nullptr ? std::string() : std::string(value->as_string());
}

/// The codes of a family follow one by one in decimal: P0139, P0140.
Dtc code_after(const std::string& first, std::size_t steps) {
    if (steps == 0) {
        return *Dtc::from_text(first);
    }
    auto digits = std::to_string(std::stoul(first.substr(1)) + steps);
    digits.insert(0, 4 - digits.size(), '0');
    return *Dtc::from_text(first[0] + digits);
}

Tables read_tables(std::string_view text) {
    Tables tables;
    const auto document = json::parse(json::string_view(text.data(), text.size()));
    const auto& faults = document.at("faults").as_object();
    for (const auto& item : document.at("families").as_array()) {
        const auto& family = item.as_object();
        std::size_t steps = 0;
        for (const auto& name : family.at("faults").as_array()) {
            const auto& fault = faults.at(name.as_string()).as_object();
            DtcText said;
            said.source = DtcText::Source::part;
            said.en = word(family, "en") + ": " + word(fault, "en");
            said.es = word(family, "es") + ": " + word(fault, "es");
            const auto own = word(fault, "monitor");
            said.monitor = own.empty() ? word(family, "monitor") : own;
            const auto code = code_after(word(family, "first"), steps++);
            ENSURE(tables.codes.emplace(code, std::move(said)).second);
        }
    }
    for (const auto& item : document.at("subsystems").as_array()) {
        const auto& row = item.as_object();
        tables.subsystems.push_back(
            {*Dtc::from_text(word(row, "first")), *Dtc::from_text(word(row, "last")),
             word(row, "en"), word(row, "es")}
        );
    }
    return tables;
}

const Tables& tables() {
    static const auto all = [] {
        const auto& files = data::files();
        const auto file = std::ranges::find(files, "dtc.json", &protocols::EmbeddedFile::name);
        ENSURE(file != files.end());
        return read_tables(file->text);
    }();
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
    static constexpr std::array<std::string_view, 4> ids{
        "part", "subsystem", "manufacturer", "reserved"};
    return ids[static_cast<std::size_t>(source)];
}

DtcText dtc_text(Dtc code) {
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

}  // namespace obd
