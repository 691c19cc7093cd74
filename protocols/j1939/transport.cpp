#include "protocols/j1939/transport.hpp"

#include <algorithm>

namespace protocols::j1939 {
namespace {

using namespace std::chrono_literals;

// SAE J1939-21 5.10.2.4.
constexpr auto t1 = 750ms;   // between two frames
constexpr auto t2 = 1250ms;  // from a grant to its first frame
constexpr std::uint8_t request_to_send = 16;
constexpr std::uint8_t clear_to_send = 17;
constexpr std::uint8_t end_of_message = 19;
constexpr std::uint8_t broadcast_announce = 32;
constexpr std::uint8_t connection_abort = 255;
constexpr std::uint8_t reason_resources = 2;
constexpr std::uint8_t reason_timeout = 3;
constexpr std::size_t packet_bytes = 7;
constexpr std::size_t frame_bytes = 8;
constexpr std::size_t single_max = 8;
constexpr std::uint32_t first_global = 0xF0;  // formats from here on go to everybody
constexpr std::uint8_t unused = 0xFF;

std::uint32_t little_endian(ByteView bytes) {
    std::uint32_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) {
        value = value << 8 | bytes[i];
    }
    return value;
}

void append_group(Bytes& to, std::uint32_t group) {
    for (int shift = 0; shift <= 16; shift += 8) {
        to.push_back(static_cast<std::uint8_t>(group >> shift & 0xFF));
    }
}

}  // namespace

Id id_from(std::uint32_t identifier) {
    const auto format = identifier >> 16 & 0xFF;
    const auto specific = static_cast<std::uint8_t>(identifier >> 8 & 0xFF);
    const auto page = identifier >> 16 & 0x3FF;  // data pages and format
    Id id;
    id.priority = static_cast<std::uint8_t>(identifier >> 26 & 0x07);
    id.source = static_cast<std::uint8_t>(identifier & 0xFF);
    id.group = page << 8 | (format >= first_global ? specific : 0U);
    id.destination = format >= first_global ? everybody : specific;
    return id;
}

std::uint32_t to_identifier(const Id& id) {
    const auto format = id.group >> 8 & 0xFF;
    const std::uint32_t specific = format >= first_global ? id.group & 0xFF : id.destination;
    return static_cast<std::uint32_t>(id.priority & 0x07) << 26 | (id.group >> 8 & 0x3FF) << 16 |
           specific << 8 | id.source;
}

Frame request(std::uint32_t group, std::uint8_t destination, std::uint8_t source) {
    Frame frame{{6, request_group, destination, source}, {}};
    append_group(frame.data, group);
    return frame;
}

std::optional<Acknowledgement> acknowledgement_from(const Message& message) {
    constexpr std::uint8_t kind_max = 3;
    constexpr std::size_t group_at = 5;
    if (message.group != acknowledge_group || message.data.size() != frame_bytes ||
        message.data[0] > kind_max) {
        return std::nullopt;
    }
    return Acknowledgement{
        static_cast<Acknowledgement::Kind>(message.data[0]),
        little_endian(ByteView(message.data).subspan(group_at, 3))};
}

Frame Receiver::answer(std::uint8_t to, Bytes head, std::uint32_t group) const {
    head.resize(frame_bytes - 3, unused);
    append_group(head, group);
    return {{7, connection_group, to, address_}, std::move(head)};
}

Frame Receiver::abort(std::uint8_t to, std::uint8_t reason, std::uint32_t group) const {
    return answer(to, {connection_abort, reason}, group);
}

Receiver::Out Receiver::take(const Frame& frame, Instant now) {
    const auto& id = frame.id;
    const bool for_all = id.destination == everybody;
    if ((!for_all && id.destination != address_) || id.source == address_) {
        return {};
    }
    if (id.group == transfer_group) {
        return transferred(frame, now);
    }
    if (id.group != connection_group) {
        if (frame.data.size() > single_max) {
            return {};
        }
        return {Message{id.group, id.source, id.destination, frame.data}, {}, {}};
    }
    if (frame.data.size() != frame_bytes) {
        return {};
    }
    const auto control = frame.data[0];
    if (control == broadcast_announce && for_all) {
        return announced(frame, true, now);
    }
    if (control == request_to_send && !for_all) {
        return announced(frame, false, now);
    }
    if (control == connection_abort && !for_all && transfers_.erase({id.source, false}) > 0) {
        return {{}, {}, Error::aborted};
    }
    return {};
}

Receiver::Out Receiver::announced(const Frame& frame, bool broadcast, Instant now) {
    constexpr std::size_t group_at = 5;
    const ByteView data(frame.data);
    const auto source = frame.id.source;
    Transfer transfer;
    transfer.bytes = little_endian(data.subspan(1, 2));
    transfer.packets = data[3];
    transfer.group = little_endian(data.subspan(group_at, 3));
    transfer.at_once = std::max<std::size_t>(data[4], 1);
    const auto needed = (transfer.bytes + packet_bytes - 1) / packet_bytes;
    if (transfer.bytes <= single_max || needed != transfer.packets) {
        transfers_.erase({source, broadcast});
        Out out{{}, {}, Error::malformed};
        if (!broadcast) {
            out.send = abort(source, reason_resources, transfer.group);
        }
        return out;
    }
    auto& kept = transfers_[{source, broadcast}];
    kept = std::move(transfer);
    kept.deadline = now + t1;
    return broadcast ? Out{} : next_grant(source, kept, now);
}

/// Grants the packets that come next.
Receiver::Out Receiver::next_grant(std::uint8_t source, Transfer& transfer, Instant now) const {
    const auto count = std::min(transfer.at_once, transfer.packets - transfer.received);
    transfer.granted = transfer.received + count;
    transfer.deadline = now + t2;
    return {
        {},
        answer(
            source,
            {clear_to_send, static_cast<std::uint8_t>(count),
             static_cast<std::uint8_t>(transfer.received + 1)},
            transfer.group
        ),
        {}};
}

Receiver::Out Receiver::transferred(const Frame& frame, Instant now) {
    const bool broadcast = frame.id.destination == everybody;
    const auto found = transfers_.find({frame.id.source, broadcast});
    if (found == transfers_.end() || frame.data.size() != frame_bytes) {
        return {};
    }
    auto& transfer = found->second;
    const std::size_t sequence = frame.data[0];
    if (sequence == transfer.received && transfer.received > 0) {
        const auto before = (transfer.received - 1) * packet_bytes;
        const bool same = std::equal(
            transfer.data.begin() + static_cast<long>(before), transfer.data.end(),
            frame.data.begin() + 1
        );
        if (same) {
            return {};
        }
        // One of the two is another message's: which one, nobody can say.
        Out out{{}, {}, Error::out_of_order};
        if (!broadcast) {
            out.send = abort(frame.id.source, reason_timeout, transfer.group);
        }
        transfers_.erase(found);
        return out;
    }
    if (sequence != transfer.received + 1) {
        if (broadcast) {
            transfers_.erase(found);
            return {{}, {}, Error::out_of_order};
        }
        return {};  // asked for again when nothing more comes
    }
    const auto left = transfer.bytes - transfer.data.size();
    const auto size = std::min(left, packet_bytes);
    transfer.data.insert(
        transfer.data.end(), frame.data.begin() + 1,
        frame.data.begin() + 1 + static_cast<long>(size)
    );
    ++transfer.received;
    transfer.deadline = now + t1;
    if (transfer.received < transfer.packets) {
        return !broadcast && transfer.received == transfer.granted
                   ? next_grant(frame.id.source, transfer, now)
                   : Out{};
    }
    Out out;
    if (!broadcast) {
        const auto bytes = static_cast<std::uint16_t>(transfer.bytes);
        out.send = answer(
            frame.id.source,
            {end_of_message, static_cast<std::uint8_t>(bytes & 0xFF),
             static_cast<std::uint8_t>(bytes >> 8), static_cast<std::uint8_t>(transfer.packets)},
            transfer.group
        );
    }
    out.message =
        Message{transfer.group, frame.id.source, frame.id.destination, std::move(transfer.data)};
    transfers_.erase(found);
    return out;
}

std::vector<std::pair<std::uint8_t, std::uint32_t>> Receiver::under_way() const {
    std::vector<std::pair<std::uint8_t, std::uint32_t>> list;
    for (const auto& [key, transfer] : transfers_) {
        list.emplace_back(key.first, transfer.group);
    }
    return list;
}

std::optional<Instant> Receiver::deadline() const {
    std::optional<Instant> first;
    for (const auto& [key, transfer] : transfers_) {
        first = std::min(first.value_or(transfer.deadline), transfer.deadline);
    }
    return first;
}

Receiver::Out Receiver::expire(Instant now) {
    constexpr int repeats_max = 2;
    for (auto it = transfers_.begin(); it != transfers_.end(); ++it) {
        auto& [key, transfer] = *it;
        if (transfer.deadline > now) {
            continue;
        }
        const auto [source, broadcast] = key;
        if (!broadcast && transfer.repeats < repeats_max) {
            ++transfer.repeats;
            return next_grant(source, transfer, now);
        }
        Out out{{}, {}, Error::timeout};
        if (!broadcast) {
            out.send = abort(source, reason_timeout, transfer.group);
        }
        transfers_.erase(it);
        return out;
    }
    return {};
}

}  // namespace protocols::j1939
