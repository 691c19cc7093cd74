#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace obd {

/// What a vehicle identification number says of itself (ISO 3779, 49 CFR 565).
struct VinCheck {
    bool well_formed = false;          ///< 17 letters and digits without I, O, Q.
    bool check_digit_applies = false;  ///< North America: first character 1 to 5.
    bool check_digit_matches = false;
    std::optional<int> model_year;  ///< By position 10 (and 7 in North America), 1980-2039; a
                                    ///< suggestion outside North America; none where a car of the
                                    ///< time before on-board diagnostics and a later truck would
                                    ///< read the same.
};
[[nodiscard]] VinCheck check_vin(std::string_view vin);

/// Where a vehicle comes from by the first characters of its VIN (ISO 3780), from `data/wmi.json`.
/// Texts are empty where the table does not know.
struct VinOrigin {
    std::string maker;
    std::string country_en;
    std::string country_es;
    std::string region_en;
    std::string region_es;
};
[[nodiscard]] VinOrigin vin_origin(std::string_view vin);

}  // namespace obd
