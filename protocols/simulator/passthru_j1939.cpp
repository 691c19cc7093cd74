// SAE J1939 behind the simulated J2534 device: requests, broadcasts, and transfers that are
// granted.
#include "protocols/j1939/transport.hpp"
#include "protocols/simulator/groups.hpp"
#include "protocols/simulator/passthru.hpp"

namespace protocols::simulator {
namespace {

namespace api = passthru::api;

constexpr std::size_t single_max = 8;
constexpr std::size_t identifier_bytes = 4;

api::Message message(const j1939::Frame& frame) {
    api::Message one;
    one.rx_status = api::can_29bit_id;
    const auto id = j1939::to_identifier(frame.id);
    for (int shift = 24; shift >= 0; shift -= 8) {
        one.data.push_back(static_cast<std::uint8_t>(id >> shift & 0xFF));
    }
    one.data.insert(one.data.end(), frame.data.begin(), frame.data.end());
    return one;
}

}  // namespace

void PassThru::ask_j1939(Channel& channel, const Message& asked, Instant at) {
    if ((asked.tx_flags & api::can_29bit_id) == 0 || asked.data.size() < identifier_bytes + 3) {
        return;
    }
    const ByteView bytes(asked.data);
    const auto id =
        j1939::id_from(static_cast<std::uint32_t>(big_endian(bytes.first(identifier_bytes))));
    const auto data = bytes.subspan(identifier_bytes);
    for (const auto& ecu : vehicle_.ecus) {
        const auto own = static_cast<std::uint8_t>(ecu.address.value());
        if (id.destination == j1939::everybody || id.destination == own) {
            if (id.group == j1939::request_group) {
                serve_group(channel, ecu, id, group_named(data), at);
            } else if (id.group == j1939::connection_group && data.size() == single_max) {
                grant(channel, own, id.source, data, at);
            }
        }
    }
}

void PassThru::serve_group(
    Channel& channel, const Ecu& ecu, const j1939::Id& asked, std::uint32_t group, Instant at
) {
    for (auto& one : group_answer(ecu, asked, group, vehicle_.protocol)) {
        deliver(channel, at + one.at, message(one.frame));
    }
    if (is_transfer(ecu, asked, group)) {
        channel.transfers[static_cast<std::uint8_t>(ecu.address.value())] = ecu.groups.at(group);
    }
}

/// The tester says how many packets may come, and from which on.
void PassThru::grant(
    Channel& channel, std::uint8_t own, std::uint8_t to, ByteView data, Instant at
) {
    constexpr std::uint8_t clear_to_send = 17;
    const auto found = channel.transfers.find(own);
    if (found == channel.transfers.end()) {
        return;
    }
    if (data[0] != clear_to_send) {
        channel.transfers.erase(found);
        return;
    }
    const auto frame_time = group_frame_time(vehicle_.protocol);
    at += frame_time;
    const j1939::Id transfer{7, j1939::transfer_group, to, own};
    for (std::size_t number = data[2]; number < std::size_t{data[2]} + data[1]; ++number) {
        at += frame_time;
        deliver(channel, at, message({transfer, group_packet(found->second, number)}));
    }
}

}  // namespace protocols::simulator
