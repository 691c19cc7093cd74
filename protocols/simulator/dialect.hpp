#pragma once

#include "protocols/elm327/adapter.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

namespace protocols::simulator {

/// Which product an adapter pretends to be, and how it behaves.
struct Dialect {
    std::string_view name;
    std::string_view banner;  ///< Answer to ATI and after ATZ.
    int version = 0;          ///< Commands it knows: 14 = those up to v1.4.
    std::string_view stn;     ///< Answer to STI; empty: no STN chip.
    elm327::Counting counting = elm327::Counting::frames;  ///< What the response-count digit does.
    bool noise_at_start = false;                           ///< A stray byte before the banner.
    std::uint32_t baud_max = 500'000;      ///< Fastest rate by ATBRD or STBR; 0: none.
    bool keeps_alive = true;               ///< Wakes K-line sessions while nothing is asked.
    bool agrees_to_anything = false;       ///< Says OK where others say `?`.
    bool hides_headers = false;            ///< ATH1 says OK and changes nothing.
    bool only_first_flow_control = false;  ///< Later units wait for theirs in vain.
    int frames_max = 0;                    ///< Loses what comes after so many; 0: nothing.
    int buffer_frames = 0;                 ///< BUFFER FULL after so many; 0: never.
    bool batches = false;                  ///< Knows STBC (STN).
    elm327::Counting counting_stpx = elm327::Counting::messages;  ///< What `r:` of STPX does (STN).
    double volts_error = 0;                                       ///< Added to what ATRV shows.
    std::vector<std::string_view> missing{};     ///< Beginnings of AT commands it does not know.
    std::chrono::milliseconds learned_wait{30};  ///< What AT1 settles at on a fast vehicle.
};

/// elm327-2.3, elm327-1.5-clone, elm327-2.1-clone (a bad one), stn2255; nullptr for an unknown
/// name.
[[nodiscard]] const Dialect* find_dialect(std::string_view name);
[[nodiscard]] std::vector<std::string_view> dialect_names();

}  // namespace protocols::simulator
