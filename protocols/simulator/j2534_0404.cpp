// libobdsim-j2534: a J2534 library (04.04) whose device is a simulated vehicle in real time.
#include "protocols/simulator/j2534_state.hpp"

namespace {

using namespace protocols::simulator::library;
namespace abi = protocols::passthru::abi;
using abi::Number;
using abi::Status;
using protocols::passthru::Structure;

api::Message message(const void* from, std::size_t at = 0) {
    return abi::read_message(
        static_cast<const char*>(from) + at * abi::message_bytes(layout()), layout()
    );
}

void write(void* to, std::size_t at, const api::Message& one) {
    Structure raw(layout());
    abi::add_message(raw, one);
    auto* place = static_cast<unsigned char*>(to) + at * abi::message_bytes(layout());
    std::memcpy(place, raw.data(), raw.size());
    if (one.data.size() > api::message_data_max) {  // a length that cannot be
        Members members(place, layout());
        members.skip_numbers(4);
        members.put(one.data.size());
    }
}

}  // namespace

extern "C" {

EXPORT Status PASSTHRU_CALL PassThruOpen(const void* name, void* device) {
    if (name != nullptr) {
        return status(api::failed);
    }
    const auto returned = run(of(Function::open, 0));
    if (returned.status == api::noerror) {
        put(device, returned.handle);
    }
    return status(returned.status);
}

EXPORT Status PASSTHRU_CALL PassThruClose(Number device) {
    return status(run(of(Function::close, device)).status);
}

EXPORT Status PASSTHRU_CALL
PassThruConnect(Number device, Number protocol, Number flags, Number baud, void* channel) {
    if (channel == nullptr) {
        return missing();
    }
    auto call = of(Function::connect, device);
    call.protocol = static_cast<std::uint32_t>(protocol);
    call.flags = static_cast<std::uint32_t>(flags);
    call.baud = static_cast<std::uint32_t>(baud);
    const auto returned = run(std::move(call));
    put(channel, returned.handle);
    return status(returned.status);
}

EXPORT Status PASSTHRU_CALL PassThruDisconnect(Number channel) {
    return status(run(of(Function::disconnect, channel)).status);
}

EXPORT Status PASSTHRU_CALL
PassThruReadMsgs(Number channel, void* messages, void* count, Number timeout) {
    if (messages == nullptr || count == nullptr) {
        return missing();
    }
    auto call = of(Function::read, channel);
    call.count = static_cast<std::uint32_t>(get(count));
    call.timeout_ms = static_cast<std::uint32_t>(timeout);
    const auto returned = run(std::move(call));
    for (std::size_t i = 0; i < returned.messages.size(); ++i) {
        write(messages, i, returned.messages[i]);
    }
    put(count, returned.messages.size());
    return status(returned.status);
}

EXPORT Status PASSTHRU_CALL
PassThruWriteMsgs(Number channel, void* messages, void* count, Number timeout) {
    if (messages == nullptr || count == nullptr) {
        return missing();
    }
    auto call = of(Function::write, channel);
    for (std::size_t i = 0; i < get(count); ++i) {
        call.messages.push_back(message(messages, i));
    }
    call.timeout_ms = static_cast<std::uint32_t>(timeout);
    const auto returned = run(std::move(call));
    put(count, returned.value);
    return status(returned.status);
}

EXPORT Status PASSTHRU_CALL PassThruStartMsgFilter(
    Number channel, Number type, void* mask, void* pattern, void* flow, void* filter
) {
    if (mask == nullptr || pattern == nullptr || filter == nullptr) {
        return missing();
    }
    auto call = of(Function::start_filter, channel);
    call.type = static_cast<std::uint32_t>(type);
    call.messages = {message(mask), message(pattern)};
    if (flow != nullptr) {
        call.messages.push_back(message(flow));
    }
    const auto returned = run(std::move(call));
    put(filter, returned.handle);
    return status(returned.status);
}

EXPORT Status PASSTHRU_CALL PassThruStopMsgFilter(Number channel, Number filter) {
    auto call = of(Function::stop_filter, channel);
    call.type = static_cast<std::uint32_t>(filter);
    return status(run(std::move(call)).status);
}

EXPORT Status PASSTHRU_CALL
PassThruStartPeriodicMsg(Number channel, void* one, void* id, Number interval) {
    if (one == nullptr || id == nullptr) {
        return missing();
    }
    auto call = of(Function::start_periodic, channel);
    call.messages = {message(one)};
    call.timeout_ms = static_cast<std::uint32_t>(interval);
    const auto returned = run(std::move(call));
    put(id, returned.handle);
    return status(returned.status);
}

EXPORT Status PASSTHRU_CALL PassThruStopPeriodicMsg(Number channel, Number id) {
    auto call = of(Function::stop_periodic, channel);
    call.type = static_cast<std::uint32_t>(id);
    return status(run(std::move(call)).status);
}

EXPORT Status PASSTHRU_CALL PassThruSetProgrammingVoltage(Number, Number, Number) {
    return status(api::not_supported);
}

EXPORT Status PASSTHRU_CALL
PassThruReadVersion(Number device, char* firmware, char* library, char* api_version) {
    return version(device, firmware, library, api_version);
}

EXPORT Status PASSTHRU_CALL PassThruGetLastError(char* to) {
    put_text(to, last_error());
    return api::noerror;
}

EXPORT Status PASSTHRU_CALL PassThruIoctl(Number handle, Number which, void* in, void* out) {
    if (which == api::read_vbatt) {
        const auto returned = run(of(Function::battery, handle));
        put(out, returned.value);
        return status(returned.status);
    }
    if (which == api::fast_init) {
        if (in == nullptr || out == nullptr) {
            return missing();
        }
        auto call = of(Function::fast_init, handle);
        call.messages = {message(in)};
        const auto returned = run(std::move(call));
        if (!returned.messages.empty()) {
            write(out, 0, returned.messages[0]);
        }
        return status(returned.status);
    }
    return ioctl(handle, which, in, out);
}

}  // extern "C"
