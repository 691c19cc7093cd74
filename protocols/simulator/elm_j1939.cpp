// SAE J1939 behind the simulated ELM327: what units send, and how it is printed.
#include "protocols/simulator/elm.hpp"
#include "protocols/simulator/groups.hpp"

#include <algorithm>

namespace protocols::simulator {

using namespace std::chrono_literals;

/// The request is a group, its highest byte first; the header says who is asked (`EAFFF9`).
/// Transfers are granted and acknowledged by the adapter.
std::vector<Elm::BusFrame> Elm::group_frames(const Bytes& request, Instant now) const {
    constexpr std::uint32_t usual = 0xEAFFF9;
    constexpr std::size_t group_bytes = 3;
    const auto protocol = vehicle_.protocol;
    const auto frame_time = group_frame_time(protocol);
    const auto asked =
        j1939::id_from(6U << 26 | (settings_.header == 0 ? usual : settings_.header));
    std::vector<BusFrame> list;
    if (request.size() != group_bytes || asked.group != j1939::request_group) {
        return list;
    }
    const auto group = static_cast<std::uint32_t>(request[0]) << 16 |
                       static_cast<std::uint32_t>(request[1]) << 8 | request[2];
    const auto add = [&](const j1939::Frame& frame, Instant at, bool last) {
        const auto id = bus::EcuAddress::can29(j1939::to_identifier(frame.id));
        list.push_back({at, id, frame.data, last});
    };
    for (const auto& ecu : vehicle_.ecus) {
        const auto own = static_cast<std::uint8_t>(ecu.address.value());
        if (asked.destination != j1939::everybody && asked.destination != own) {
            continue;
        }
        auto end = now;
        for (const auto& one : group_answer(ecu, asked, group, protocol)) {
            end = now + one.at;
            add(one.frame, end, true);
        }
        if (is_transfer(ecu, asked, group)) {
            const auto& data = ecu.groups.at(group);
            end += frame_time;  // the adapter's grant
            for (std::size_t number = 1; number <= group_packets(data); ++number) {
                end += frame_time;
                const j1939::Id id{7, j1939::transfer_group, asked.source, own};
                add({id, group_packet(data, number)}, end, number == group_packets(data));
            }
        }
    }
    std::ranges::stable_sort(list, {}, &BusFrame::at);
    return list;
}

/// Priority, then 18 bits of page, format and destination or extension, then the source (`ATJHF1`).
std::string Elm::print_group(const BusFrame& frame) const {
    if (!settings_.headers) {
        return join(frame.data);
    }
    const auto id = frame.source.value();
    const auto digits = bus::EcuAddress::can29(id & 0x03FF'FFFF).text();
    const auto priority = std::to_string(id >> 26 & 0x07);
    const std::string space = settings_.spaces ? " " : "";
    return priority + space + digits.substr(1, 5) + space + digits.substr(6) + space +
           join(frame.data);
}

}  // namespace protocols::simulator
