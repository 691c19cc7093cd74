#pragma once

#include "protocols/base/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace protocols::elm327 {

/// What an adapter says about itself or the bus instead of, or beside, vehicle data (ELM327 data
/// sheet "Error messages and alerts"; STN family manual).
enum class Remark {
    ok,
    unknown_command,    ///< `?`
    no_data,            ///< `NO DATA`
    searching,          ///< `SEARCHING...`
    unable_to_connect,  ///< `UNABLE TO CONNECT`, also cut at the front
    bus_init_ok,        ///< `BUS INIT: OK`
    bus_init_error,     ///< `BUS INIT: ...ERROR`
    bus_busy,           ///< `BUS BUSY`
    bus_error,          ///< `BUS ERROR`
    can_error,          ///< `CAN ERROR`
    feedback_error,     ///< `FB ERROR`
    data_error,         ///< `DATA ERROR`: the whole reply
    line_damaged,       ///< `<DATA ERROR` or `<RX ERROR` at the end of a line; the line is dropped
    buffer_full,        ///< `BUFFER FULL`, `OUT OF MEMORY`
    stopped,            ///< `STOPPED`
    low_voltage_reset,  ///< `LV RESET`
    alert,              ///< `ACT ALERT`, `LP ALERT`
    internal_error,     ///< `ERRnn`
    flow_control_timeout,  ///< `FC RX TIMEOUT`
    can_excluded,          ///< `ERR94`: fatal CAN error; CAN stays out until the power is cycled
    link_down,             ///< `+DISC`: the Bluetooth module lost its host
    link_chatter,          ///< `+CONNECTING…` and other Bluetooth module text
};

/// Stable name for JSON, e.g. `no_data`.
[[nodiscard]] std::string_view id(Remark remark);

/// One adapter answer, still text.
struct Reply {
    std::vector<std::string> lines;  ///< Lines that carry data or information, echo removed.
    std::vector<Remark> remarks;     ///< In the order they came.
    std::string raw;                 ///< Every byte before the prompt.

    [[nodiscard]] bool has(Remark remark) const;
};

/// Splits `raw` (all bytes before the prompt) into lines, removes the echo of `command`, and tells
/// remarks from data. Words with letters beyond F cannot be hex data, so they are recognised
/// wherever they stand in a line, also glued to it; the hex part of such a line is dropped.
[[nodiscard]] Reply read_reply(std::string_view raw, std::string_view command);

/// The reason why a vehicle request has no usable answer; nullopt when lines may be parsed.
/// vehicle_silent is returned only when no data line came at all.
[[nodiscard]] std::optional<Fault> fault_of(const Reply& reply);

/// `text` without spaces, in upper case.
[[nodiscard]] std::string compact(std::string_view text);

}  // namespace protocols::elm327
