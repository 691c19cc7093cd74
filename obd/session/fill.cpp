#include "obd/session/fill.hpp"

#include "obd/decode/parameters.hpp"
#include "obd/decode/uds.hpp"

#include <algorithm>
#include <map>

namespace obd {

using protocols::Bytes;
using protocols::ByteView;
using protocols::bus::Answer;
using protocols::bus::Request;

std::vector<Bytes> own_messages(const Request& request, const Answer& answer, const Ecu& ecu) {
    auto messages = answer.of(ecu.address);
    const auto& asked = request.data;
    const bool pid = asked.size() == 2 && asked[0] == 0x01;
    const bool identifier = asked.size() == 3 && asked[0] == 0x22;
    if (!pid && !identifier) {
        return messages;
    }
    const auto lengths =
        pid ? parameter_lengths(asked[1])
            : identifier_lengths(static_cast<std::uint16_t>(asked[1] << 8 | asked[2]));
    const auto fits = [&](const Bytes& message) {
        return std::ranges::find(lengths, message.size() - asked.size()) != lengths.end();
    };
    // Behind it the next of those that were asked for together.
    const auto shared = [&](const Bytes& message) {
        return std::ranges::any_of(lengths, [&](std::size_t length) {
            const auto next = asked.size() + length;
            return message.size() > next + asked.size() - 1 && (pid || message[next] == asked[1]);
        });
    };
    const bool any = std::ranges::any_of(messages, fits);
    std::erase_if(messages, [&](const Bytes& message) {
        return !fits(message) && (any || shared(message));
    });
    return messages;
}

std::map<std::uint8_t, Bytes> split_pids(const Bytes& message, const Request& request) {
    std::map<std::uint8_t, Bytes> answers;
    const auto parts =
        split_parameters(ByteView(message).subspan(1), ByteView(request.data).subspan(1));
    if (parts.has_value()) {
        for (const auto& part : parts.value()) {
            Bytes answer{message[0], part.pid};
            answer.insert(answer.end(), part.data.begin(), part.data.end());
            answers[part.pid] = std::move(answer);
        }
    }
    return answers;
}

}  // namespace obd
