#pragma once

#include "protocols/elm327/ask.hpp"

#include <optional>
#include <string>
#include <vector>

namespace protocols::elm327 {

/// What came of several requests.
struct BatchAsked {
    /// In their order. nullopt: not settled, to be asked by itself.
    std::vector<std::optional<bus::Answer>> answers;
    bool taken = false;  ///< The adapter understood the line.
};

/// Several requests in one line (STN: `STBC 1`, commands between `|`), for links on which every
/// round trip costs more than the answer. Each must be one that counted_command() can write. The
/// answers come one behind the other, however they are separated; each is told by its service and
/// PID. An answer counts only when every unit that must give it has, and only when nothing in the
/// whole reply is damaged, strange or superfluous: the rest is asked again one by one.
/// Faults: link_lost, adapter_silent, adapter_restarted.
class AskBatch {
public:
    using Output = BatchAsked;

    AskBatch(std::vector<bus::Request> requests, Manner manner);

    [[nodiscard]] Action<BatchAsked> resume(const Event& event, Instant now);

private:
    Action<BatchAsked> on_reply(const Reply& reply);
    [[nodiscard]] bool settle(const Reply& reply);

    std::vector<bus::Request> requests_;
    Manner manner_;
    BatchAsked asked_;
    Exchange exchange_;
    std::optional<Resync> resync_;
};

static_assert(Machine<AskBatch>);

}  // namespace protocols::elm327
