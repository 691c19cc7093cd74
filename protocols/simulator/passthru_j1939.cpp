// SAE J1939 behind the simulated J2534 device: requests, broadcasts, and transfers that are
// granted.
#include "protocols/j1939/transport.hpp"
#include "protocols/simulator/passthru.hpp"

namespace protocols::simulator {
namespace {

using namespace std::chrono_literals;
namespace api = passthru::api;

constexpr auto frame_time = 530us;    // eight bytes at 250 kbit/s
constexpr auto broadcast_gap = 50ms;  // Tb
constexpr std::size_t packet_bytes = 7;
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

std::uint32_t group_at(ByteView data) {
    return data[0] | static_cast<std::uint32_t>(data[1]) << 8 |
           static_cast<std::uint32_t>(data[2]) << 16;
}

Bytes announcement(std::uint8_t control, const Bytes& data, std::uint32_t group) {
    const auto packets = (data.size() + packet_bytes - 1) / packet_bytes;
    return {
        control,
        static_cast<std::uint8_t>(data.size() & 0xFF),
        static_cast<std::uint8_t>(data.size() >> 8),
        static_cast<std::uint8_t>(packets),
        0xFF,
        static_cast<std::uint8_t>(group & 0xFF),
        static_cast<std::uint8_t>(group >> 8 & 0xFF),
        static_cast<std::uint8_t>(group >> 16)};
}

Bytes packet(const Bytes& data, std::size_t number) {
    Bytes one{static_cast<std::uint8_t>(number)};
    for (auto i = (number - 1) * packet_bytes; i < number * packet_bytes; ++i) {
        one.push_back(i < data.size() ? data[i] : std::uint8_t{0xFF});
    }
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
                serve_group(channel, ecu, id, group_at(data), at + frame_time + ecu.latency);
            } else if (id.group == j1939::connection_group && data.size() == single_max) {
                grant(channel, own, id.source, data, at + frame_time);
            }
        }
    }
}

void PassThru::serve_group(
    Channel& channel, const Ecu& ecu, const j1939::Id& asked, std::uint32_t group, Instant at
) {
    const auto own = static_cast<std::uint8_t>(ecu.address.value());
    const bool for_all = asked.destination == j1939::everybody;
    const auto found = ecu.groups.find(group);
    if (found == ecu.groups.end()) {
        if (!for_all) {
            Bytes refusal{0x01, 0xFF, 0xFF, 0xFF, asked.source};
            const auto tail = announcement(0, {}, group);
            refusal.insert(refusal.end(), tail.end() - 3, tail.end());
            const j1939::Id id{6, j1939::acknowledge_group, j1939::everybody, own};
            deliver(channel, at + frame_time, message({id, std::move(refusal)}));
        }
        return;
    }
    const auto& data = found->second;
    if (data.size() <= single_max) {
        const j1939::Id id{6, group, asked.source, own};
        deliver(channel, at + frame_time, message({id, data}));
        return;
    }
    constexpr std::uint8_t broadcast = 32;
    constexpr std::uint8_t request_to_send = 16;
    const auto to = for_all ? j1939::everybody : asked.source;
    const j1939::Id connection{7, j1939::connection_group, to, own};
    const auto control = for_all ? broadcast : request_to_send;
    deliver(channel, at + frame_time, message({connection, announcement(control, data, group)}));
    if (!for_all) {
        channel.transfers[own] = data;
        return;
    }
    const j1939::Id transfer{7, j1939::transfer_group, to, own};
    for (std::size_t number = 1; (number - 1) * packet_bytes < data.size(); ++number) {
        at += broadcast_gap;
        deliver(channel, at + frame_time, message({transfer, packet(data, number)}));
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
    const j1939::Id transfer{7, j1939::transfer_group, to, own};
    for (std::size_t number = data[2]; number < std::size_t{data[2]} + data[1]; ++number) {
        at += frame_time;
        deliver(channel, at, message({transfer, packet(found->second, number)}));
    }
}

}  // namespace protocols::simulator
