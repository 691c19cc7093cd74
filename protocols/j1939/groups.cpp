#include "protocols/j1939/groups.hpp"

#include <algorithm>

namespace protocols::j1939 {

Bytes group_bytes(std::uint32_t group) {
    return {
        static_cast<std::uint8_t>(group >> 16 & 0xFF), static_cast<std::uint8_t>(group >> 8 & 0xFF),
        static_cast<std::uint8_t>(group & 0xFF)};
}

bus::Request request_of(std::uint32_t group) {
    bus::Request request;
    request.data = group_bytes(group);
    return request;
}

std::uint32_t group_of(const bus::Request& request) {
    const auto& data = request.data;
    return data.size() == 3 ? static_cast<std::uint32_t>(data[0]) << 16 |
                                  static_cast<std::uint32_t>(data[1]) << 8 | data[2]
                            : 0;
}

bus::Answer answer_from(const bus::Request& request, const Heard& heard) {
    const auto group = group_of(request);
    bus::Answer answer;
    for (const auto& message : heard.messages) {
        const auto source = bus::EcuAddress::legacy(message.source);
        if (request.only && *request.only != source) {
            continue;
        }
        if (const auto told = acknowledgement_from(message)) {
            if (told->group == group && told->kind != Acknowledgement::Kind::positive) {
                answer.negatives.push_back(
                    {source, bus::refused_group, static_cast<std::uint8_t>(told->kind)}
                );
            }
            continue;
        }
        if (message.group != group) {
            continue;
        }
        auto data = request.data;
        data.insert(data.end(), message.data.begin(), message.data.end());
        // What is also broadcast counts once; a unit that says two things has been heard twice.
        if (std::ranges::find(answer.messages, bus::Message{source, data}) ==
            answer.messages.end()) {
            answer.messages.push_back({source, std::move(data)});
        }
    }
    for (const auto source : heard.in_part) {
        answer.in_part.insert(bus::EcuAddress::legacy(source));
    }
    answer.incomplete = !answer.in_part.empty();
    return answer;
}

}  // namespace protocols::j1939
