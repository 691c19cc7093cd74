#pragma once

#include "protocols/base/machine.hpp"
#include "protocols/passthru/wire.hpp"

#include <chrono>
#include <string>

namespace protocols::passthru {

/// One call of the library and what it returned. A worker that is gone, or a library that does not
/// return within `patience` beyond the call's own timeout, is Fault link_lost: only a new worker
/// helps.
class CallLibrary {
public:
    using Output = Returned;

    explicit CallLibrary(
        Call call, std::chrono::milliseconds patience = std::chrono::milliseconds(5000)
    );

    [[nodiscard]] Action<Returned> resume(const Event& event, Instant now);

private:
    Action<Returned> on_bytes(std::string_view bytes);

    Call call_;
    std::chrono::milliseconds patience_;
    std::string received_;
    Instant deadline_{};
};

static_assert(Machine<CallLibrary>);

/// Name of a function as the standard has it, e.g. `PassThruConnect`.
[[nodiscard]] std::string_view name(Function function);
/// What a return says, for a log: the standard's name and the library's own words.
[[nodiscard]] std::string said(const Returned& returned);

}  // namespace protocols::passthru
