#pragma once

#include "protocols/j1939/transport.hpp"
#include "protocols/simulator/vehicle.hpp"

#include <chrono>
#include <cstdint>
#include <vector>

/// What the units of a heavy-duty vehicle send (SAE J1939-21), whatever the adapter.
namespace protocols::simulator {

/// Of a frame of eight bytes.
[[nodiscard]] std::chrono::microseconds group_frame_time(bus::Protocol protocol);

struct GroupFrame {
    std::chrono::microseconds at{};  ///< Its end, after the end of the request.
    j1939::Frame frame;
};
/// What one unit sends after a request for a parameter group. A message of several frames is
/// broadcast to who asked everybody; to who asked this unit it is announced, and sent when granted.
[[nodiscard]] std::vector<GroupFrame> group_answer(
    const Ecu& ecu, const j1939::Id& asked, std::uint32_t group, bus::Protocol protocol
);

/// One packet of a transfer, from 1.
[[nodiscard]] Bytes group_packet(const Bytes& data, std::size_t number);
[[nodiscard]] std::size_t group_packets(const Bytes& data);
/// Whether a unit announces this group and waits for a grant.
[[nodiscard]] bool is_transfer(const Ecu& ecu, const j1939::Id& asked, std::uint32_t group);
/// The group named in a request's data, lowest byte first.
[[nodiscard]] std::uint32_t group_named(ByteView data);

}  // namespace protocols::simulator
