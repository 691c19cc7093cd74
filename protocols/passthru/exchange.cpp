#include "protocols/passthru/exchange.hpp"

#include <array>

namespace protocols::passthru {

CallLibrary::CallLibrary(Call call, std::chrono::milliseconds patience)
    : call_(std::move(call)), patience_(patience) {}

Action<Returned> CallLibrary::resume(const Event& event, Instant now) {
    if (std::holds_alternative<Started>(event)) {
        return Send{to_frame(call_)};
    }
    if (std::holds_alternative<Sent>(event)) {
        deadline_ = now + patience_ + std::chrono::milliseconds(call_.timeout_ms);
        return WaitUntil{deadline_};
    }
    if (const auto* received = std::get_if<Received>(&event)) {
        return on_bytes(received->bytes);
    }
    if (const auto* lost = std::get_if<LinkLost>(&event)) {
        return Finished<Returned>{Failure{Fault::link_lost, lost->reason}};
    }
    return Finished<Returned>{Failure{
        Fault::link_lost,
        "the J2534 library did not return from " + std::string(name(call_.function))}};
}

Action<Returned> CallLibrary::on_bytes(std::string_view bytes) {
    received_ += bytes;
    for (;;) {
        const auto length = frame_length(received_);
        if (length.has_error()) {
            return Finished<Returned>{Failure{Fault::link_lost, length.error().detail}};
        }
        if (!length.value()) {
            return WaitUntil{deadline_};
        }
        auto returned = returned_from(std::string_view(received_).substr(0, *length.value()));
        received_.erase(0, *length.value());
        if (returned.has_error()) {
            return Finished<Returned>{Failure{Fault::link_lost, returned.error().detail}};
        }
        if (returned.value().id == call_.id) {  // another one's is late
            return Finished<Returned>{std::move(returned.value())};
        }
    }
}

std::string_view name(Function function) {
    static constexpr auto names = std::to_array<std::string_view>(
        {"loading", "PassThruOpen", "PassThruClose", "PassThruReadVersion", "PassThruConnect",
         "PassThruDisconnect", "PassThruReadMsgs", "PassThruWriteMsgs", "PassThruStartMsgFilter",
         "PassThruStopMsgFilter", "PassThruStartPeriodicMsg", "PassThruStopPeriodicMsg",
         "PassThruIoctl GET_CONFIG", "PassThruIoctl SET_CONFIG", "PassThruIoctl READ_VBATT",
         "PassThruIoctl FIVE_BAUD_INIT", "PassThruIoctl FAST_INIT", "PassThruIoctl CLEAR",
         "PassThruIoctl FUNCT_MSG_LOOKUP_TABLE"}
    );
    return names[static_cast<std::size_t>(function)];
}

std::string said(const Returned& returned) {
    std::string text(api::name(returned.status));
    return returned.error.empty() ? text : text + " (" + returned.error + ")";
}

}  // namespace protocols::passthru
