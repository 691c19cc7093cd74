#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

namespace protocols::simulator {

/// Which product an adapter pretends to be, and how it behaves.
struct Dialect {
    std::string_view name;
    std::string_view banner;                     ///< Answer to ATI and after ATZ.
    int version = 0;                             ///< Commands it knows: 14 = those up to v1.4.
    std::string_view stn;                        ///< Answer to STI; empty: no STN chip.
    bool counts_frames = true;                   ///< Understands the response-count digit.
    bool noise_at_start = false;                 ///< A stray byte before the banner.
    std::uint32_t baud_max = 500'000;            ///< Fastest rate by ATBRD or STBR; 0: none.
    std::chrono::milliseconds learned_wait{30};  ///< What AT1 settles at on a fast vehicle.
};

/// elm327-2.3, elm327-1.5-clone, stn2255; nullptr for an unknown name.
[[nodiscard]] const Dialect* find_dialect(std::string_view name);
[[nodiscard]] std::vector<std::string_view> dialect_names();

}  // namespace protocols::simulator
