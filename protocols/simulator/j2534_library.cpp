// libobdsim-j2534.so: a J2534 library (04.04) whose device is a simulated vehicle in real time.
// Environment: OBDSIM_VEHICLE (name or file), OBDSIM_ULONG (4 or 8 bytes, 8 unless stated),
// OBDSIM_FAULT (`hang:N`, `crash:N`, `gone:N` at the N-th call; with `:FILE` behind it only once,
// which the file then shows), OBDSIM_VERSION_ORDER (`turned`).
#include "protocols/passthru_worker/abi.hpp"
#include "protocols/simulator/passthru.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>

namespace {

namespace sim = protocols::simulator;
namespace api = protocols::passthru::api;
using protocols::passthru::Call;
using protocols::passthru::Function;
using protocols::passthru::RawList;
using protocols::passthru::RawMessage;
using protocols::passthru::Returned;

std::string variable(const char* name, const char* otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : text;
}

sim::Vehicle vehicle() {
    const auto name = variable("OBDSIM_VEHICLE", "healthy-petrol");
    if (name.find('/') == name.npos) {
        auto built_in = sim::built_in_vehicle(name);
        return built_in.has_value() ? built_in.value() : sim::Vehicle();
    }
    std::ifstream file(name);
    std::ostringstream text;
    text << file.rdbuf();
    auto read = sim::read_vehicle(text.str());
    return read.has_value() ? read.value() : sim::Vehicle();
}

struct State {
    sim::PassThru device{vehicle()};
    bool wide = variable("OBDSIM_ULONG", "8") == "8";
    std::string fault = variable("OBDSIM_FAULT", "");
    bool turned = variable("OBDSIM_VERSION_ORDER", "") == "turned";
    int calls = 0;
    std::string last_error;
};

State& state() {
    static State one;
    return one;
}

/// The fault asked for, when its call has come.
std::uint32_t fault() {
    auto& s = state();
    const auto colon = s.fault.find(':');
    if (colon == s.fault.npos || ++s.calls < std::atoi(s.fault.c_str() + colon + 1)) {
        return api::noerror;
    }
    if (const auto file = s.fault.find(':', colon + 1); file != s.fault.npos) {
        const auto path = s.fault.substr(file + 1);
        if (std::ifstream(path)) {
            return api::noerror;
        }
        std::ofstream(path) << "done";
    }
    const auto kind = s.fault.substr(0, colon);
    if (kind == "hang") {
        for (;;) {
            ::pause();
        }
    }
    if (kind == "crash") {
        std::abort();
    }
    return api::device_not_connected;
}

Returned run(Call call) {
    if (const auto failed = fault(); failed != api::noerror) {
        Returned returned;
        returned.status = failed;
        state().last_error = api::name(failed);
        return returned;
    }
    auto outcome = state().device.call(call, std::chrono::steady_clock::now());
    std::this_thread::sleep_until(outcome.at);
    if (outcome.returned.status != api::noerror) {
        state().last_error = api::name(outcome.returned.status);
    }
    return std::move(outcome.returned);
}

Call of(Function function, std::uint64_t handle) {
    Call call;
    call.function = function;
    call.handle = static_cast<std::uint32_t>(handle);
    return call;
}

/// Writes one of the library's `unsigned long`.
void put(void* to, std::uint64_t value) {
    if (to == nullptr) {
        return;
    }
    if (state().wide) {
        std::memcpy(to, &value, sizeof value);
    } else {
        const auto narrow = static_cast<std::uint32_t>(value);
        std::memcpy(to, &narrow, sizeof narrow);
    }
}

std::uint64_t get(const void* from) {
    if (state().wide) {
        std::uint64_t value = 0;
        std::memcpy(&value, from, sizeof value);
        return value;
    }
    std::uint32_t value = 0;
    std::memcpy(&value, from, sizeof value);
    return value;
}

template <class Ulong>
api::Message message_as(const void* from, std::size_t at) {
    RawMessage<Ulong> raw;
    std::memcpy(&raw, static_cast<const char*>(from) + at * sizeof raw, sizeof raw);
    return protocols::passthru::from_raw(raw);
}
api::Message message(const void* from, std::size_t at = 0) {
    return state().wide ? message_as<std::uint64_t>(from, at) : message_as<std::uint32_t>(from, at);
}

template <class Ulong>
void write_as(void* to, std::size_t at, const api::Message& one) {
    const auto raw = protocols::passthru::to_raw<Ulong>(one);
    std::memcpy(static_cast<char*>(to) + at * sizeof raw, &raw, sizeof raw);
}
void write(void* to, std::size_t at, const api::Message& one) {
    if (state().wide) {
        write_as<std::uint64_t>(to, at, one);
    } else {
        write_as<std::uint32_t>(to, at, one);
    }
}

/// Elements of a SCONFIG_LIST or SBYTE_ARRAY.
void* first(const void* list) {
    return state().wide ? RawList::first<std::uint64_t>(list, true)
                        : RawList::first<std::uint32_t>(list, true);
}

void text(char* to, const std::string& value) {
    if (to != nullptr) {
        std::snprintf(to, 80, "%s", value.c_str());
    }
}

long status(const Returned& returned) {
    return static_cast<long>(returned.status);
}

long missing() {
    state().last_error = api::name(api::null_parameter);
    return api::null_parameter;
}

long ioctl(std::uint64_t handle, std::uint64_t which, void* in, void* out) {
    const std::size_t width = state().wide ? 8 : 4;
    switch (which) {
        case api::read_vbatt: {
            const auto returned = run(of(Function::battery, handle));
            put(out, returned.value);
            return status(returned);
        }
        case api::get_config:
        case api::set_config: {
            if (in == nullptr) {
                return missing();
            }
            auto call =
                of(which == api::get_config ? Function::get_config : Function::set_config, handle);
            auto* at = static_cast<char*>(first(in));
            for (std::uint64_t i = 0; i < get(in); ++i) {
                call.parameters.emplace_back(
                    static_cast<std::uint32_t>(get(at + 2 * i * width)),
                    static_cast<std::uint32_t>(get(at + (2 * i + 1) * width))
                );
            }
            const auto returned = run(std::move(call));
            for (std::size_t i = 0; i < returned.parameters.size(); ++i) {
                put(at + (2 * i + 1) * width, returned.parameters[i].second);
            }
            return status(returned);
        }
        case api::five_baud_init: {
            if (in == nullptr || out == nullptr) {
                return missing();
            }
            const auto returned = run(of(Function::five_baud_init, handle));
            std::copy(
                returned.bytes.begin(), returned.bytes.end(),
                static_cast<unsigned char*>(first(out))
            );
            return status(returned);
        }
        case api::fast_init: {
            if (in == nullptr || out == nullptr) {
                return missing();
            }
            auto call = of(Function::fast_init, handle);
            call.messages = {message(in)};
            const auto returned = run(std::move(call));
            if (!returned.messages.empty()) {
                write(out, 0, returned.messages[0]);
            }
            return status(returned);
        }
        case api::add_funct_lookup:
        case api::delete_funct_lookup: {
            if (in == nullptr) {
                return missing();
            }
            auto call = of(Function::lookup, handle);
            call.type = static_cast<std::uint32_t>(which);
            const auto* at = static_cast<const unsigned char*>(first(in));
            call.bytes.assign(at, at + get(in));
            return status(run(std::move(call)));
        }
        default: {
            auto call = of(Function::clear, handle);
            call.type = static_cast<std::uint32_t>(which);
            return status(run(std::move(call)));
        }
    }
}

}  // namespace

extern "C" {

#define EXPORT __attribute__((visibility("default")))

EXPORT long PassThruOpen(const void* name, void* device) {
    if (name != nullptr) {
        return api::failed;
    }
    const auto returned = run(of(Function::open, 0));
    if (returned.status == api::noerror) {
        put(device, returned.handle);
    }
    return status(returned);
}

EXPORT long PassThruClose(std::uint64_t device) {
    return status(run(of(Function::close, device)));
}

EXPORT long PassThruConnect(
    std::uint64_t device,
    std::uint64_t protocol,
    std::uint64_t flags,
    std::uint64_t baud,
    void* channel
) {
    if (channel == nullptr) {
        return missing();
    }
    auto call = of(Function::connect, device);
    call.protocol = static_cast<std::uint32_t>(protocol);
    call.flags = static_cast<std::uint32_t>(flags);
    call.baud = static_cast<std::uint32_t>(baud);
    const auto returned = run(std::move(call));
    if (returned.status == api::noerror) {
        put(channel, returned.handle);
    }
    return status(returned);
}

EXPORT long PassThruDisconnect(std::uint64_t channel) {
    return status(run(of(Function::disconnect, channel)));
}

EXPORT long PassThruReadMsgs(
    std::uint64_t channel, void* messages, void* count, std::uint64_t timeout
) {
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
    return status(returned);
}

EXPORT long PassThruWriteMsgs(
    std::uint64_t channel, void* messages, void* count, std::uint64_t timeout
) {
    if (messages == nullptr || count == nullptr) {
        return missing();
    }
    auto call = of(Function::write, channel);
    for (std::uint64_t i = 0; i < get(count); ++i) {
        call.messages.push_back(message(messages, i));
    }
    call.timeout_ms = static_cast<std::uint32_t>(timeout);
    const auto returned = run(std::move(call));
    put(count, returned.value);
    return status(returned);
}

EXPORT long PassThruStartMsgFilter(
    std::uint64_t channel, std::uint64_t type, void* mask, void* pattern, void* flow, void* filter
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
    return status(returned);
}

EXPORT long PassThruStopMsgFilter(std::uint64_t channel, std::uint64_t filter) {
    auto call = of(Function::stop_filter, channel);
    call.type = static_cast<std::uint32_t>(filter);
    return status(run(std::move(call)));
}

EXPORT long PassThruStartPeriodicMsg(std::uint64_t channel, void*, void*, std::uint64_t) {
    return status(run(of(Function::start_periodic, channel)));
}

EXPORT long PassThruStopPeriodicMsg(std::uint64_t channel, std::uint64_t) {
    return status(run(of(Function::stop_periodic, channel)));
}

EXPORT long PassThruSetProgrammingVoltage(std::uint64_t, std::uint64_t, std::uint64_t) {
    return api::not_supported;
}

EXPORT long PassThruReadVersion(
    std::uint64_t device, char* firmware, char* library, char* version
) {
    const auto returned = run(of(Function::read_version, device));
    text(state().turned ? version : firmware, returned.firmware);
    text(library, returned.library);
    text(state().turned ? firmware : version, returned.version);
    return status(returned);
}

EXPORT long PassThruGetLastError(char* to) {
    text(to, state().last_error);
    return api::noerror;
}

EXPORT long PassThruIoctl(std::uint64_t handle, std::uint64_t which, void* in, void* out) {
    return ioctl(handle, which, in, out);
}

}  // extern "C"
