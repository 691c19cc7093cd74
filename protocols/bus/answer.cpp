#include "protocols/bus/answer.hpp"

#include <algorithm>

namespace protocols::bus {
namespace {

constexpr std::uint8_t negative_service = 0x7F;
constexpr std::uint8_t positive_offset = 0x40;

constexpr std::uint8_t current_data = 0x01;
constexpr std::uint8_t read_codes = 0x19;
constexpr std::uint8_t read_identifiers = 0x22;

/// ISO 14229-1 11.2: the first identifier of the answer is one of those asked for.
bool names_identifier(const Bytes& asked, const Bytes& data) {
    for (std::size_t i = 1; i + 1 < asked.size(); i += 2) {
        if (data.size() > 2 && data[1] == asked[i] && data[2] == asked[i + 1]) {
            return true;
        }
    }
    return false;
}

/// ISO 14229-1 11.3: the report, and what it was asked about where the answer repeats it.
bool reports(const Bytes& asked, const Bytes& data) {
    if (asked.size() < 2 || data.size() < 2 || data[1] != asked[1]) {
        return false;
    }
    const auto same = [&](std::size_t at, std::size_t as) {
        return asked.size() <= as || (data.size() > at && data[at] == asked[as]);
    };
    switch (asked[1]) {
        case 0x04:
        case 0x06:
            return same(2, 2) && same(3, 3) && same(4, 4);  // the code
        case 0x1A:
            return same(3, 2);  // the record
        case 0x42:
        case 0x55:
            return same(2, 2);  // the group
        case 0x56:
            return same(2, 2) && same(5, 3);  // and the readiness group
        default:
            return true;
    }
}

bool answers(const Request& request, const Bytes& data) {
    if (data.empty() || data[0] != request.data[0] + positive_offset) {
        return false;
    }
    if (request.data.size() < 2) {
        return true;
    }
    if (request.data[0] == read_identifiers) {
        return names_identifier(request.data, data);
    }
    if (request.data[0] == read_codes) {
        return reports(request.data, data);
    }
    constexpr std::uint8_t frozen_data = 0x02;  // SAE J1979 6.2: the frame's number is repeated
    if (request.data[0] == frozen_data && request.data.size() > 2) {
        return data.size() > 2 && data[1] == request.data[1] && data[2] == request.data[2];
    }
    // Several PIDs of service 01 may be asked at once and come in any order (SAE J1979 6.1).
    const auto asked =
        ByteView(request.data)
            .subspan(1, request.data[0] == current_data ? request.data.size() - 1 : 1);
    return data.size() > 1 && std::ranges::find(asked, data[1]) != asked.end();
}

/// Three codes fill a message; 0000 is none.
bool has_room(const Bytes& codes) {
    constexpr std::size_t full = 7;
    return codes.size() < full || (codes[full - 2] == 0 && codes[full - 1] == 0);
}

}  // namespace

std::vector<Bytes> Answer::of(EcuAddress unit) const {
    std::vector<Bytes> list;
    for (const auto& message : messages) {
        if (message.source == unit) {
            list.push_back(message.data);
        }
    }
    return list;
}

bool complete(const Request& request, const Answer& answer) {
    const auto finished = [&](const Request::Expected& expected) {
        const auto given = std::ranges::count(answer.messages, expected.unit, &Message::source);
        const bool refused = std::ranges::any_of(answer.negatives, [&](const Negative& negative) {
            return negative.source == expected.unit && negative.code != response_pending &&
                   negative.code != busy_repeat_request;
        });
        const bool last =
            !request.until_padded || std::ranges::any_of(answer.of(expected.unit), has_room);
        return refused || (given >= expected.messages && last);
    };
    return !request.expected.empty() && std::ranges::all_of(request.expected, finished);
}

bool lacks(const Request& request, const Answer& answer) {
    return !request.expected.empty() && !request.until_padded && !complete(request, answer);
}

Answer sort_answer(const Request& request, std::vector<Message> messages) {
    Answer answer;
    for (auto& message : messages) {
        const auto& data = message.data;
        if (answers(request, data)) {
            std::erase_if(answer.negatives, [&](const Negative& negative) {
                return negative.source == message.source && negative.code == response_pending;
            });
            answer.messages.push_back(std::move(message));
        } else if (data.size() == 3 && data[0] == negative_service && data[1] == request.data[0]) {
            answer.negatives.push_back({message.source, data[1], data[2]});
        } else {
            answer.late.insert(message.source);
            answer.problems.push_back(
                "does not answer " + to_hex(request.data) + ": " + message.source.text() + " " +
                to_hex(data)
            );
        }
    }
    // Pending, then a final answer from the same unit: only the final one counts.
    std::erase_if(answer.negatives, [&](const Negative& negative) {
        return negative.code == response_pending &&
               (std::ranges::any_of(
                    answer.messages,
                    [&](const Message& message) { return message.source == negative.source; }
                ) ||
                std::ranges::any_of(answer.negatives, [&](const Negative& other) {
                    return other.source == negative.source && other.code != response_pending;
                }));
    });
    return answer;
}

}  // namespace protocols::bus
