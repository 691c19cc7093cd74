#pragma once

#include "protocols/base/machine.hpp"
#include "protocols/elm327/reply.hpp"

#include <chrono>
#include <cstddef>
#include <string>

namespace protocols::elm327 {

/// How long one command may take. All three are measured from the end of the command.
struct Limits {
    std::chrono::milliseconds first_byte{3000};  ///< Until anything at all arrives.
    /// Between bytes: a control unit may ask for 5 s more at a time (P2*, ISO 15765-4).
    std::chrono::milliseconds quiet{6000};
    std::chrono::milliseconds total{30000};  ///< Whole reply, protocol search included.
    std::size_t reply_bytes{32768};
};

/// One command and its answer up to the `>` prompt (ELM327 data sheet, "Communicating with the
/// ELM327"). Faults: link_lost; adapter_silent (no byte, or no prompt in time; the detail holds
/// what came); reply_too_long.
class Exchange {
public:
    using Output = Reply;

    explicit Exchange(std::string command, Limits limits = {});

    [[nodiscard]] Action<Reply> resume(const Event& event, Instant now);

    /// What has arrived so far, up to the last whole line.
    [[nodiscard]] std::string_view lines_so_far() const;
    /// The deadline it waits for now.
    [[nodiscard]] Instant deadline() const { return deadline_; }

private:
    Action<Reply> on(const Started&, Instant now);
    Action<Reply> on(const Sent&, Instant now);
    Action<Reply> on(const Received& received, Instant now);
    Action<Reply> on(const DeadlinePassed&, Instant now);
    Action<Reply> on(const LinkLost& lost, Instant now);
    Action<Reply> on(const BaudSet&, Instant now);

    std::string command_;
    Limits limits_;
    Instant give_up_{};
    Instant deadline_{};
    std::string raw_;
};

static_assert(Machine<Exchange>);

/// Brings an adapter whose state is unknown back to a prompt, so that a late answer is never taken
/// for the next one. Listens first, then asks for the identity, which is harmless at any moment.
/// Faults: link_lost, adapter_silent.
class Resync {
public:
    using Output = Reply;

    [[nodiscard]] Action<Reply> resume(const Event& event, Instant now);

private:
    Action<Reply> next(Instant now);

    static constexpr int attempts_max = 3;
    int attempt_ = 0;
    bool asking_ = false;
    Instant deadline_{};
    Exchange ask_{"ATI"};
    std::string drained_;
};

static_assert(Machine<Resync>);

}  // namespace protocols::elm327
