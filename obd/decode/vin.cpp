#include "obd/decode/vin.hpp"

#include "obd/decode/table.hpp"

#include <boost/json/array.hpp>

#include <array>
#include <cctype>
#include <map>
#include <vector>

namespace obd {
namespace {

namespace json = boost::json;

constexpr int vin_length = 17;

std::optional<int> transliterate(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    constexpr std::string_view letters = "ABCDEFGHJKLMNPRSTUVWXYZ";
    constexpr std::array values{1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4,
                                5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9};
    const auto place = letters.find(c);
    if (place == letters.npos) {
        return std::nullopt;
    }
    return values[place];
}

/// A run of codes in the order of ISO 3780: letters without I, O and Q, then 1 to 9 and 0.
struct Range {
    std::string first;
    std::string last;
    std::string en;
    std::string es;

    [[nodiscard]] bool holds(std::string_view vin) const;
};

struct Tables {
    std::vector<Range> regions;
    std::vector<Range> countries;
    std::map<std::string, std::string, std::less<>> makers;
};

std::size_t rank(char c) {
    constexpr std::string_view order = "ABCDEFGHJKLMNPRSTUVWXYZ1234567890";
    return order.find(c);  // npos, after all others, for what no VIN has
}

bool Range::holds(std::string_view vin) const {
    const auto within = [&](std::size_t at) {
        return rank(first[at]) <= rank(vin[at]) && rank(vin[at]) <= rank(last[at]);
    };
    // The first character is the same at both ends unless the range is of regions.
    for (std::size_t at = 0; at < first.size(); ++at) {
        if (!within(at)) {
            return false;
        }
    }
    return true;
}

std::vector<Range> ranges(const json::object& document, std::string_view key) {
    std::vector<Range> list;
    for (const auto& item : document.at(key).as_array()) {
        const auto& row = item.as_object();
        list.push_back(
            {table_text(row, "first"), table_text(row, "last"), table_text(row, "en"),
             table_text(row, "es")}
        );
    }
    return list;
}

const Tables& tables() {
    static const auto all = [] {
        const auto document = read_data("wmi.json");
        Tables tables{ranges(document, "regions"), ranges(document, "countries"), {}};
        for (const auto& item : document.at("makers").as_array()) {
            const auto& row = item.as_object();
            tables.makers[table_text(row, "wmi")] = table_text(row, "maker");
        }
        return tables;
    }();
    return all;
}

}  // namespace

VinCheck check_vin(std::string_view vin) {
    VinCheck check;
    if (vin.size() != vin_length) {
        return check;
    }
    constexpr std::array weights{8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
    int sum = 0;
    for (std::size_t i = 0; i < vin.size(); ++i) {
        const auto value = transliterate(vin[i]);
        if (!value) {
            return check;
        }
        sum += *value * weights[i];
    }
    check.well_formed = true;
    check.check_digit_applies = vin[0] >= '1' && vin[0] <= '5';
    const int rest = sum % 11;
    check.check_digit_matches = vin[8] == (rest == 10 ? 'X' : static_cast<char>('0' + rest));
    // The letter repeats every 30 years. North America tells the cycles apart by a letter in
    // position 7; elsewhere the first that can have on-board diagnostics at all is taken.
    constexpr std::string_view years = "ABCDEFGHJKLMNPRSTVWXY123456789";
    constexpr int cycle = 30;
    constexpr int first_obd_year = 1996;
    const auto place = years.find(vin[9]);
    if (place != years.npos) {
        const int early = 1980 + static_cast<int>(place);
        const bool north_american = check.check_digit_applies || check.check_digit_matches;
        const bool later = north_american ? std::isalpha(static_cast<unsigned char>(vin[6])) != 0
                                          : early < first_obd_year;
        // Above 10 000 lb position 7 says nothing (49 CFR 565.15): 1984 may be 2014.
        const bool either = north_american && !later && early < first_obd_year;
        if (!either) {
            check.model_year = later ? early + cycle : early;
        }
    }
    return check;
}

VinOrigin vin_origin(std::string_view vin) {
    constexpr std::size_t wmi_length = 3;
    VinOrigin origin;
    if (vin.size() < wmi_length) {
        return origin;
    }
    for (const auto& range : tables().regions) {
        if (range.holds(vin)) {
            origin.region_en = range.en;
            origin.region_es = range.es;
        }
    }
    for (const auto& range : tables().countries) {
        if (range.holds(vin)) {
            origin.country_en = range.en;
            origin.country_es = range.es;
        }
    }
    if (const auto maker = tables().makers.find(vin.substr(0, wmi_length));
        maker != tables().makers.end()) {
        origin.maker = maker->second;
    }
    return origin;
}

}  // namespace obd
