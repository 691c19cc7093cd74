// SAE J1939-21: any frames, in any order and with any time between them, give messages no longer
// than the standard's, and the receiver forgets what is not going on.
#include "protocols/base/ensure.hpp"
#include "protocols/j1939/transport.hpp"
#include "tests/fuzz/target.hpp"

#include <algorithm>

using namespace protocols::j1939;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t identifier_bytes = 4;
    constexpr std::size_t frame_bytes = 8;
    constexpr std::size_t message_max = 1785;
    Receiver receiver;
    protocols::Instant now{};
    protocols::ByteView rest(data, size);
    while (rest.size() > identifier_bytes) {
        Frame frame;
        frame.id = id_from(static_cast<std::uint32_t>(
            protocols::big_endian(rest.first(identifier_bytes)) & 0x1FFFFFFF
        ));
        ENSURE(id_from(to_identifier(frame.id)) == frame.id);
        rest = rest.subspan(identifier_bytes);
        const auto payload = rest.first(std::min(rest.size(), frame_bytes));
        frame.data.assign(payload.begin(), payload.end());
        rest = rest.subspan(payload.size());
        const auto out = receiver.take(frame, now);
        ENSURE(!out.message || out.message->data.size() <= message_max);
        if (out.message) {
            static_cast<void>(acknowledgement_from(*out.message));
        }
        now += std::chrono::milliseconds(frame.data.empty() ? 1 : frame.data.back());
        for (auto due = receiver.deadline(); due && *due <= now; due = receiver.deadline()) {
            static_cast<void>(receiver.expire(now));
        }
    }
    int calls = 0;
    for (auto due = receiver.deadline(); due; due = receiver.deadline()) {
        ENSURE(++calls < 2000);
        static_cast<void>(receiver.expire(*due));
    }
    return 0;
}

std::vector<std::string> seeds() {
    const auto bytes = [](std::string_view hex) {
        const auto data = protocols::from_hex(hex).value();
        return std::string(data.begin(), data.end());
    };
    return {
        bytes("18FECA000400FFFF00000000"),
        bytes("1CECFF0020110003FFECFE001CEBFF000131584B41443439"
              "1CEBFF0002583343433330351CEBFF00033637382AFFFFFF"),
        bytes("1CECF90010190004FFECFE001CEBF9000101020304050607"
              "1CEBF9000301020304050607"),
        bytes("18E8FF0001FFFFFFF9CEFE00"),
    };
}
