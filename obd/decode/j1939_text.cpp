// Codes of SAE J1939 in words.
#include "obd/decode/j1939.hpp"
#include "obd/decode/table.hpp"

#include <boost/json/array.hpp>

namespace obd::j1939 {

CodeText text_of(std::uint32_t spn, std::uint8_t fmi) {
    static const auto words = [] {
        std::array<std::map<std::uint32_t, std::array<std::string, 2>>, 2> both;
        const auto table = read_data("j1939.json");
        for (const auto& [list, into] : {std::pair{"spns", &both[0]}, {"fmis", &both[1]}}) {
            for (const auto& item : table.at(list).as_array()) {
                const auto& row = item.as_array();
                into->emplace(
                    row[0].to_number<std::uint32_t>(),
                    std::array{std::string(row[1].as_string()), std::string(row[2].as_string())}
                );
            }
        }
        return both;
    }();
    constexpr std::uint32_t first_of_makers = 516096;
    const auto number = std::to_string(spn);
    std::array said{"Parameter " + number, "Parámetro " + number};
    if (spn >= first_of_makers) {
        said = {"Maker's own parameter " + number, "Parámetro propio del fabricante " + number};
    }
    const auto parameter = words[0].find(spn);
    const bool named = parameter != words[0].end();
    if (named) {
        said = parameter->second;
    }
    const auto mode = words[1].find(fmi);
    if (mode != words[1].end()) {
        return {named, said[0] + ": " + mode->second[0], said[1] + ": " + mode->second[1]};
    }
    const auto unknown = ": FMI " + std::to_string(fmi);
    return {named, said[0] + unknown, said[1] + unknown};
}

}  // namespace obd::j1939
