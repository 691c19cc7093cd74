#include "protocols/simulator/groups.hpp"

#include "protocols/j1939/groups.hpp"

namespace protocols::simulator {
namespace {

using namespace std::chrono_literals;

constexpr auto broadcast_gap = 50ms;  // Tb
constexpr std::size_t packet_bytes = 7;
constexpr std::size_t single_max = 8;
constexpr std::uint8_t unused = 0xFF;

Bytes with_group(Bytes head, std::uint32_t group) {
    for (int shift = 0; shift <= 16; shift += 8) {
        head.push_back(static_cast<std::uint8_t>(group >> shift & 0xFF));
    }
    return head;
}

Bytes announcement(std::uint8_t control, const Bytes& data, std::uint32_t group) {
    return with_group(
        {control, static_cast<std::uint8_t>(data.size() & 0xFF),
         static_cast<std::uint8_t>(data.size() >> 8),
         static_cast<std::uint8_t>(group_packets(data)), unused},
        group
    );
}

}  // namespace

std::chrono::microseconds group_frame_time(bus::Protocol protocol) {
    constexpr auto slow = 530us;
    constexpr auto fast = 265us;
    return protocol == bus::Protocol::j1939 ? slow : fast;
}

std::uint32_t group_named(ByteView data) {
    return data[0] | static_cast<std::uint32_t>(data[1]) << 8 |
           static_cast<std::uint32_t>(data[2]) << 16;
}

std::size_t group_packets(const Bytes& data) {
    return (data.size() + packet_bytes - 1) / packet_bytes;
}

Bytes group_packet(const Bytes& data, std::size_t number) {
    Bytes one{static_cast<std::uint8_t>(number)};
    for (auto i = (number - 1) * packet_bytes; i < number * packet_bytes; ++i) {
        one.push_back(i < data.size() ? data[i] : unused);
    }
    return one;
}

bool is_transfer(const Ecu& ecu, const j1939::Id& asked, std::uint32_t group) {
    const auto found = ecu.groups.find(group);
    return asked.destination != j1939::everybody && found != ecu.groups.end() &&
           found->second.size() > single_max;
}

std::vector<GroupFrame> group_answer(
    const Ecu& ecu, const j1939::Id& asked, std::uint32_t group, bus::Protocol protocol
) {
    const auto own = static_cast<std::uint8_t>(ecu.address.value());
    const bool for_all = asked.destination == j1939::everybody;
    const auto frame_time = group_frame_time(protocol);
    auto at = frame_time + ecu.latency + frame_time;
    const auto refused = ecu.negatives.find(to_hex(j1939::group_bytes(group)));
    const auto found = ecu.groups.find(group);
    std::vector<GroupFrame> list;
    if (refused != ecu.negatives.end() || (found == ecu.groups.end() && !for_all)) {
        const auto kind = refused == ecu.negatives.end() ? std::uint8_t{1} : refused->second;
        const j1939::Id id{6, j1939::acknowledge_group, j1939::everybody, own};
        list.push_back({at, {id, with_group({kind, unused, unused, unused, asked.source}, group)}});
        return list;
    }
    if (found == ecu.groups.end()) {
        return list;  // nobody need say so to all
    }
    const auto& data = found->second;
    if (data.size() <= single_max) {
        list.push_back({at, {{6, group, asked.source, own}, data}});
        return list;
    }
    constexpr std::uint8_t broadcast = 32;
    constexpr std::uint8_t request_to_send = 16;
    const auto to = for_all ? j1939::everybody : asked.source;
    const auto control = for_all ? broadcast : request_to_send;
    list.push_back({at, {{7, j1939::connection_group, to, own}, announcement(control, data, group)}}
    );
    if (for_all) {
        for (std::size_t number = 1; number <= group_packets(data); ++number) {
            at += broadcast_gap;
            list.push_back({at, {{7, j1939::transfer_group, to, own}, group_packet(data, number)}});
        }
    }
    return list;
}

}  // namespace protocols::simulator
