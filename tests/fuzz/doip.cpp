// DoIP on any bytes: a gateway that says anything, to a tester; a tester that says anything, to the
// simulated gateway. Both come to an end, and what is taken from the stream is what was in it.
#include "protocols/simulator/doip.hpp"
#include "protocols/base/ensure.hpp"
#include "protocols/doip/connect.hpp"
#include "tests/fuzz/target.hpp"

#include <chrono>
#include <variant>

namespace {

using protocols::Bytes;
using protocols::Instant;
namespace doip = protocols::doip;
namespace sim = protocols::simulator;

template <class M>
void drive(M machine, std::string_view data, std::size_t piece) {
    auto now = Instant(std::chrono::hours(1));
    auto action = machine.resume(protocols::Started{}, now);
    // Each wait that runs out brings it nearer to its end; so does every message.
    const auto steps = 128 + 4 * data.size();
    for (std::size_t step = 0; step < steps; ++step) {
        if (std::holds_alternative<protocols::Finished<typename M::Output>>(action)) {
            return;
        }
        if (std::holds_alternative<protocols::Send>(action)) {
            action = machine.resume(protocols::Sent{}, now);
            continue;
        }
        if (data.empty()) {
            now = std::max(now, std::get<protocols::WaitUntil>(action).deadline);
            action = machine.resume(protocols::DeadlinePassed{}, now);
            continue;
        }
        const auto size = std::min(piece, data.size());
        action = machine.resume(protocols::Received{data.substr(0, size)}, now);
        data.remove_prefix(size);
    }
    ENSURE(std::holds_alternative<protocols::Finished<typename M::Output>>(action));
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) {
        return 0;
    }
    const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
    const std::size_t piece = 1U + data[1] % 64U;
    doip::Inbox inbox;
    inbox.push(text);
    std::size_t taken = 0;
    for (auto next = inbox.next(); next.has_value() && next.value(); next = inbox.next()) {
        taken += 8 + next.value()->payload.size();
        static_cast<void>(doip::read_announcement(next.value()->payload));
    }
    ENSURE(taken <= text.size());
    doip::Offer offer;
    switch (data[0] % 3) {
        case 0:
            drive(doip::Connect(offer), text, piece);
            break;
        case 1:
            drive(doip::Ask({{0x22, 0xF4, 0x0C}, {}, {}}, {}), text, piece);
            break;
        default: {
            static const auto vehicle = sim::built_in_vehicle("uds-2027").value();
            sim::DoipEntity entity(vehicle);
            const auto now = Instant(std::chrono::hours(1));
            entity.receive(text, now);
            static_cast<void>(entity.take(now + std::chrono::hours(1)));
            static_cast<void>(sim::DoipEntity::announce(vehicle, text));
        }
    }
    return 0;
}

std::vector<std::string> seeds() {
    const auto bytes = [](std::string_view hex) {
        const auto raw = protocols::from_hex(hex).value();
        return std::string(raw.begin(), raw.end());
    };
    return {
        bytes("000702FD0006000000090E0010001000000000"),
        bytes("000302FD0006000000090E0010001100000000"),
        bytes("000502FD0006000000090E001000100000000002FD8002000000050E00E000000"
              "2FD80010000000A10010E0062F810010000"),
        bytes("013F02FD800200000005E0000E000002FD80010000000910010E0062F40C0BB8"),
        bytes("010102FD800300000005E0000E000302FD000700000000"),
        bytes("020102FD0005000000070E00010000000002FD8001000000070E00E00022F40C"),
        bytes("0201FF00000100000000"),
        bytes("000002FD00000000000100"),
    };
}
