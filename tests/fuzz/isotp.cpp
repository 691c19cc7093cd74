// ISO 15765-2: any data fields, in any order and with any time between them, on either side.
#include "protocols/base/ensure.hpp"
#include "protocols/isotp/transport.hpp"
#include "tests/fuzz/target.hpp"

#include <algorithm>

using namespace protocols::isotp;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t message_max = 4095;
    Receiver receiver;
    Sender sender;
    protocols::Instant now{};
    protocols::ByteView rest(data, size);
    while (rest.size() > 1) {
        // A byte says how long the field is, how much time passes, and who is to take it.
        const auto how = rest.front();
        const auto field = rest.subspan(1, std::min<std::size_t>(rest.size() - 1, how % 16));
        rest = rest.subspan(1 + field.size());
        now += std::chrono::milliseconds(how);
        if (how >= 0x80) {
            if (sender.begin(protocols::Bytes(how, 0x55), now)) {
                ENSURE(sender.next(now).value().size() <= 8);
            }
            static_cast<void>(sender.take(field, now));
            if (const auto next = sender.next(now)) {
                ENSURE(next->size() <= 8);
            }
        } else {
            const auto out = receiver.take(field, now);
            ENSURE(!out.message || out.message->size() <= message_max);
            ENSURE(!out.flow_control || out.flow_control->front() >> 4 == 3);
        }
        if (const auto due = receiver.deadline(); due && *due <= now) {
            static_cast<void>(receiver.expire(now));
            ENSURE(!receiver.deadline());
        }
        if (const auto due = sender.due(); due && *due <= now) {
            static_cast<void>(sender.expire(now));
        }
    }
    return 0;
}

std::vector<std::string> seeds() {
    const auto bytes = [](std::string_view hex) {
        const auto data = protocols::from_hex(hex).value();
        return std::string(data.begin(), data.end());
    };
    return {
        bytes("080641004140000000"),  // a single frame
        bytes("081014490201314847"
              "082143523246333944"
              "082241313132323333"),  // of three
        bytes("883000000000000000"
              "883100000000000000"
              "883200000000000000"),  // flow controls
    };
}
