#pragma once

#include "protocols/bus/answer.hpp"

#include <string>
#include <string_view>
#include <vector>

/// SAE J1939 as ELM327 adapters print it.
namespace protocols::elm327 {

struct HeavyCommand {
    std::string_view text;
    bool must = false;  ///< Without it the adapter is not on that bus.
};
/// What brings an adapter to a bus of SAE J1939 and back to what OBD needs. Waiting is 600 ms from
/// the last frame on (SAE J1939-84 practice), without learning.
[[nodiscard]] const std::vector<HeavyCommand>& heavy_entry(bus::Protocol protocol);
[[nodiscard]] const std::vector<HeavyCommand>& heavy_exit();

/// Sorts the lines printed after a request for a parameter group, headers on: priority, 18 bits of
/// group and destination and source (`6 0FECE 00`), or the whole identifier (`18 FE CE 00`), then
/// the frame. Messages of several frames are put together here; without its announcement none
/// is whole, since neither its group nor its length is known.
[[nodiscard]] bus::Answer sort_group_lines(
    const bus::Request& request, const std::vector<std::string>& lines
);

}  // namespace protocols::elm327
