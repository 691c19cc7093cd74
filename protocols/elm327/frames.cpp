#include "protocols/elm327/frames.hpp"

#include "protocols/elm327/reply.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace protocols::elm327 {
namespace {

using bus::EcuAddress;
using bus::Message;

void keep_once(Frames& frames, Message message) {
    if (std::ranges::find(frames.messages, message) == frames.messages.end()) {
        frames.messages.push_back(std::move(message));
    } else if (message.data.front() != 0x7F) {  // response-pending repeats by design
        frames.problems.push_back("repeated message from " + message.source.text());
    }
}

bool answers_obd(EcuAddress source, bool extended) {
    // ISO 15765-4:2021 6.3.2: responses are 7E8-7EF or 18DAF1xx.
    return extended ? (source.value() & 0xFFFFFF00U) == 0x18DAF100U
                    : source.value() >= 0x7E8 && source.value() <= 0x7EF;
}

Frames read_can(const std::vector<std::string>& lines, bool extended) {
    Frames frames;
    std::map<EcuAddress, isotp::Reassembly> senders;
    std::map<EcuAddress, std::size_t> taken;
    const std::size_t id_digits = extended ? 8 : 3;
    for (const auto& line : lines) {
        const auto text = compact(line);
        const auto source = text.size() > id_digits
                                ? EcuAddress::from_text(std::string_view(text).substr(0, id_digits))
                                : std::nullopt;
        const auto data =
            source ? from_hex(std::string_view(text).substr(id_digits)) : std::nullopt;
        if (!data || data->empty()) {
            frames.problems.push_back("unreadable line: " + line);
            continue;
        }
        if (!answers_obd(*source, extended)) {
            frames.problems.push_back("not an OBD responder: " + line);
            continue;
        }
        auto& sender = senders[*source];
        sender.add(*data);
        for (auto& done = taken[*source]; done < sender.messages().size(); ++done) {
            keep_once(frames, {*source, sender.messages()[done]});
        }
    }
    for (const auto& [source, sender] : senders) {
        for (const auto& problem : sender.problems()) {
            frames.problems.push_back(source.text() + ": " + problem);
        }
        frames.habits.insert(sender.habits().begin(), sender.habits().end());
        frames.incomplete = frames.incomplete || sender.stray();
        if (sender.incomplete()) {
            frames.incomplete = true;
            frames.in_part.insert(source);
            frames.problems.push_back(source.text() + ": frames missing");
        }
    }
    return frames;
}

struct LegacyParts {
    std::size_t header;
    std::size_t data;
};

/// Where header and data end, or nullopt when the length byte contradicts the line.
std::optional<LegacyParts> legacy_parts(ByteView bytes, bus::Protocol protocol) {
    if (bytes.size() < 5) {
        return std::nullopt;
    }
    if (!bus::is_kwp(protocol)) {
        return LegacyParts{3, bytes.size() - 4};
    }
    // ISO 14230-2 5.2.1: two address bytes when the format byte says so; length in its low six
    // bits, or in a byte of its own.
    const std::size_t length = bytes[0] & 0x3F;
    const std::size_t addresses = (bytes[0] & 0xC0) == 0 ? 0 : 2;
    const std::size_t header = 1 + addresses + (length == 0 ? 1 : 0);
    const std::size_t announced = length == 0 ? bytes[header - 1] : length;
    if (announced == 0 || bytes.size() != header + announced + 1) {
        return std::nullopt;
    }
    return LegacyParts{header, announced};
}

Frames read_legacy(
    const std::vector<std::string>& lines, bus::Protocol protocol, Checksum checksum
) {
    Frames frames;
    const bool crc = protocol == bus::Protocol::j1850_pwm || protocol == bus::Protocol::j1850_vpw;
    for (const auto& line : lines) {
        const auto bytes = from_hex(compact(line));
        const auto parts = bytes ? legacy_parts(*bytes, protocol) : std::nullopt;
        if (!parts) {
            frames.problems.push_back("unreadable line: " + line);
            continue;
        }
        const ByteView body(bytes->data(), bytes->size() - 1);
        const auto expected = crc ? j1850_crc(body) : byte_sum(body);
        if (checksum == Checksum::verify && expected != bytes->back()) {
            frames.problems.push_back("checksum wrong: " + line);
            frames.incomplete = true;
            continue;
        }
        const auto data = body.subspan(parts->header, parts->data);
        const auto source = parts->header >= 3 ? EcuAddress::legacy((*bytes)[2]) : EcuAddress();
        keep_once(frames, {source, Bytes(data.begin(), data.end())});
    }
    return frames;
}

/// A segmented reply whose `0:`, `1:` … lines are still coming.
struct Group {
    std::size_t bytes = 0;
    Bytes data;
    std::uint8_t next_index = 0;
};

/// `014` before `0:` lines; three hex digits and nothing else.
std::optional<std::size_t> length_line(std::string_view text) {
    if (text.size() != 3) {
        return std::nullopt;
    }
    const auto bytes = from_hex("0" + std::string(text));
    if (!bytes) {
        return std::nullopt;
    }
    return static_cast<std::size_t>(big_endian(*bytes));
}

}  // namespace

std::uint8_t j1850_crc(ByteView bytes) {
    std::uint8_t crc = 0xFF;
    for (const auto byte : bytes) {
        crc = static_cast<std::uint8_t>(crc ^ byte);
        for (int bit = 0; bit < 8; ++bit) {
            crc = static_cast<std::uint8_t>(crc << 1 ^ ((crc & 0x80) != 0 ? 0x1D : 0));
        }
    }
    return static_cast<std::uint8_t>(~crc);
}

std::uint8_t byte_sum(ByteView bytes) {
    std::uint8_t sum = 0;
    for (const auto byte : bytes) {
        sum = static_cast<std::uint8_t>(sum + byte);
    }
    return sum;
}

Frames read_frames(
    const std::vector<std::string>& lines, bus::Protocol protocol, Checksum checksum
) {
    if (bus::is_can(protocol)) {
        return read_can(lines, bus::is_can29(protocol));
    }
    return read_legacy(lines, protocol, checksum);
}

Frames read_headerless(const std::vector<std::string>& lines) {
    Frames frames;
    std::vector<Group> open;
    bool several = false;
    for (const auto& line : lines) {
        const auto text = compact(line);
        if (text.size() > 1 && text[1] == ':') {
            const auto index = hex_digit(text[0]);
            const auto data = from_hex(std::string_view(text).substr(2));
            const auto group = std::ranges::find_if(open, [&](const Group& one) {
                return index && one.next_index == *index;
            });
            if (!data || group == open.end()) {
                frames.problems.push_back("segment out of order: " + line);
                frames.incomplete = true;
                continue;
            }
            const std::size_t whole = group->data.empty() ? 6 : 7;  // a frame beside its N_PCI
            if (data->size() != whole) {
                frames.habits.insert(isotp::Habit::segment_odd);
            }
            group->next_index = (group->next_index + 1) & 0x0F;
            group->data.insert(group->data.end(), data->begin(), data->end());
            if (group->data.size() >= group->bytes) {
                group->data.resize(group->bytes);
                frames.messages.push_back({EcuAddress(), std::move(group->data)});
                open.erase(group);
            }
            continue;
        }
        if (const auto bytes = length_line(text)) {
            if (*bytes == 0) {
                frames.problems.push_back("a segmented reply of no bytes: " + line);
                continue;
            }
            several = several || !open.empty();
            open.push_back({*bytes, {}, 0});
            continue;
        }
        const auto data = from_hex(text);
        if (!data || data->empty()) {
            frames.problems.push_back("unreadable line: " + line);
            continue;
        }
        frames.messages.push_back({EcuAddress(), *data});
    }
    if (several) {
        frames.problems.emplace_back(
            "segments of several senders without headers: told apart by order of arrival only"
        );
    }
    if (!open.empty()) {
        frames.incomplete = true;
        frames.problems.emplace_back("segmented reply with frames missing");
    }
    return frames;
}

}  // namespace protocols::elm327
