#pragma once

#include "protocols/base/result.hpp"
#include "protocols/base/time.hpp"

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace protocols {

// What the outside tells a machine.
struct Started {};
struct Sent {};  ///< Every byte of the last Send has left.
struct Received {
    std::string_view bytes;  ///< Valid during the call only.
};
struct DeadlinePassed {};
struct LinkLost {
    std::string reason;
};
struct BaudSet {
    bool done = false;  ///< False: this side of the line cannot do that rate; nothing has changed.
};
using Event = std::variant<Started, Sent, Received, DeadlinePassed, LinkLost, BaudSet>;

// What a machine asks of the outside.
struct Send {
    std::string bytes;
};
struct WaitUntil {
    Instant deadline;
};
/// Changes the rate of this side of a serial line, after everything sent has left.
struct SetBaud {
    std::uint32_t baud = 0;
};
template <class T>
struct Finished {
    Result<T> result;
};
template <class T>
using Action = std::variant<Send, WaitUntil, SetBaud, Finished<T>>;

/// A conversation with a device, without the device: the same events always give the same actions.
template <class M>
concept Machine = requires(M machine, const Event& event, Instant now) {
    typename M::Output;
    { machine.resume(event, now) } -> std::same_as<Action<typename M::Output>>;
};

/// Lets a bigger machine forward what a smaller one asks for. The smaller one must not have
/// finished.
template <class Outer, class Inner>
[[nodiscard]] Action<Outer> forward(Action<Inner>&& action) {
    if (auto* send = std::get_if<Send>(&action)) {
        return std::move(*send);
    }
    if (const auto* baud = std::get_if<SetBaud>(&action)) {
        return *baud;
    }
    return std::get<WaitUntil>(action);
}

}  // namespace protocols
