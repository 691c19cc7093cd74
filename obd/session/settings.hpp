#pragma once

#include "obd/decode/monitors.hpp"
#include "protocols/base/result.hpp"
#include "protocols/bus/bus.hpp"
#include "protocols/elm327/adapter.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace obd {

/// What stands between the line and the vehicle.
enum class Interface { elm327, j2534, doip };

/// What a reading is given besides the link. Kept with the transcript, so that it can be replayed.
struct ReadingSettings {
    Interface interface = Interface::elm327;
    int connect_attempts = 3;         ///< Before the vehicle counts as silent.
    std::chrono::seconds total{180};  ///< Connecting and reading together.
    bool all = false;                 ///< Everything the vehicle supports, not only what is judged.
    /// Asks for the engine speed once more at the end: one that stalled in between is then seen.
    bool engine_at_end = false;
    /// Read a unit that answers SAE J1979 and J1979-2 in the latter.
    bool prefers_j1979_2 = false;
    /// Requests that are not to be made of this vehicle, in hex: `0142`, or `06` for a whole
    /// service.
    std::vector<std::string> left_out{};
    /// By which vehicles without F401 tell their monitors; at most readiness_groups_max in all.
    std::vector<MonitorGroups> readiness_groups{};
    int restarts_max = 2;  ///< Adapter brown-outs survived in one reading.
    protocols::bus::Protocol first = protocols::bus::Protocol::undecided;  ///< Tried first.
    std::uint32_t baud = 0;  ///< Rate the serial line was opened with; 0: a link without rates.
    protocols::elm327::KnownAdapter known;
};

/// One JSON object.
[[nodiscard]] std::string to_text(const ReadingSettings& settings);
/// Reads that form; what is not named keeps its default. Fault: malformed.
[[nodiscard]] protocols::Result<ReadingSettings> settings_from_text(std::string_view text);

}  // namespace obd
