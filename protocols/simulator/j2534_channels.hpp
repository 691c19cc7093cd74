#pragma once

#include "protocols/isotp/transport.hpp"
#include "protocols/simulator/j2534_state.hpp"

#include <chrono>
#include <deque>
#include <functional>
#include <map>

/// Channels of version 05.00 over the device's: physical ones, and logical ones of ISO 15765 on
/// CAN.
namespace protocols::simulator::library {

using passthru::abi::Message05;
using Clock = std::chrono::steady_clock;

inline constexpr std::uint32_t logical_protocol = 0x200;
inline constexpr std::size_t identifier_bytes = 4;

struct Filter {
    std::uint32_t type = 0;
    Bytes mask;
    Bytes pattern;
};

struct Channel {
    std::uint32_t protocol = 0;
    std::uint32_t physical = 0;  ///< Of a logical channel: what it is on.
    std::map<std::uint32_t, Filter> filters;
    std::deque<Message05> received;
    // Logical channels.
    Bytes local;
    Bytes remote;
    std::uint32_t local_flags = 0;
    isotp::Receiver receiver;
};

/// By their handles.
[[nodiscard]] std::map<std::uint32_t, Channel>& channels();
/// A handle no device gives.
[[nodiscard]] std::uint32_t next_handle();

/// Opens a physical channel; `handle` becomes it.
[[nodiscard]] std::uint32_t connect(const Call& call, std::uint32_t& handle);
/// One message onto the bus; says so in the channel it was queued on.
[[nodiscard]] std::uint32_t queue(std::uint32_t handle, const Message05& one);
/// Takes what the device has received until `until`, or until `enough` says so.
[[nodiscard]] std::uint32_t pump(
    std::uint32_t physical, Clock::time_point until, const std::function<bool()>& enough
);

}  // namespace protocols::simulator::library
