#pragma once

#include "protocols/elm327/ask.hpp"

#include <string>
#include <vector>

namespace protocols::elm327 {

/// One request to one control unit alone (physical addressing, ISO 15765-4:2021 6.3.2), for
/// adapters that lose the flow control of several units answering at once, and on SAE J1939, where
/// only who is asked alone refuses. Sets header (CAN: and receive filter) before and takes them
/// back after, also when the unit does not answer. Faults: as Ask; adapter_rejected when it cannot
/// set a header; adapter_restarted when it is not sure that it took them back, and has to be set up
/// again.
class AskUnit {
public:
    using Output = Asked;

    AskUnit(bus::Request request, Manner manner, bus::EcuAddress unit);
    /// Of all units, which are given no more than 82 ms to begin: P2max of CAN is 50 ms (ISO
    /// 15765-4), and who does not serve a request is silent for as long as the adapter waits.
    [[nodiscard]] static AskUnit briefly(bus::Request request, Manner manner);

    [[nodiscard]] Action<Asked> resume(const Event& event, Instant now);

private:
    AskUnit(Ask ask, std::vector<std::string> before, std::vector<std::string> after);
    Action<Asked> next(Instant now);
    Action<Asked> on_setting(const Result<Reply>& result, Instant now);

    std::vector<std::string> before_;
    std::vector<std::string> after_;
    std::size_t index_ = 0;
    enum class Stage { before, ask, after } stage_ = Stage::before;
    bool repeated_ = false;  ///< The setting in hand was put twice.
    Exchange exchange_{""};
    std::optional<Resync> resync_;
    Ask ask_;
    Result<Asked> result_ = Failure{Fault::adapter_rejected, "no header can be set"};
};

static_assert(Machine<AskUnit>);

}  // namespace protocols::elm327
