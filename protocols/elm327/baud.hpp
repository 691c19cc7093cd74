#pragma once

#include "protocols/base/machine.hpp"
#include "protocols/elm327/exchange.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace protocols::elm327 {

/// Which chip the rate is asked of, and how it names itself when it has changed.
struct Chip {
    bool stn = false;
    std::string identity;  ///< Answer to ATI; of an STN, answer to STI.
};

/// Rates worth trying for a chip, slowest first, above `than`.
[[nodiscard]] std::vector<std::uint32_t> faster_rates(const Chip& chip, std::uint32_t than);

/// What came of trying another rate.
struct BaudChange {
    bool changed = false;
    std::string why_not;  ///< In words for a log.
};

/// Changes the rate of adapter and host together (`ATBRD`, of an STN `STBR`; ELM327 data sheet,
/// "Using Higher RS232 Baud Rates"). The chip shows its identity at the new rate and waits for a
/// carriage return; without it both sides fall back, so an adapter is never lost. Nothing is
/// written into its memory. Echo must be off. Faults: link_lost; adapter_silent when it does not
/// come back at the old rate either.
class ChangeBaud {
public:
    using Output = BaudChange;

    ChangeBaud(Chip chip, std::uint32_t from, std::uint32_t to);

    [[nodiscard]] Action<BaudChange> resume(const Event& event, Instant now);

private:
    enum class Stage { command, set, identity, confirm, set_back, settle, find };

    Action<BaudChange> on_received(std::string_view bytes);
    Action<BaudChange> on_deadline(Instant now);
    Action<BaudChange> on_baud_set(bool done, Instant now);
    Action<BaudChange> fall_back(std::string why);
    Action<BaudChange> wait(std::chrono::milliseconds time, Instant now);

    Chip chip_;
    std::uint32_t from_;
    std::uint32_t to_;
    Stage stage_ = Stage::command;
    std::string heard_;
    Instant deadline_{};
    BaudChange change_;
    Exchange find_{"ATI"};
};

static_assert(Machine<ChangeBaud>);

}  // namespace protocols::elm327
