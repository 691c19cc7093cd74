// libobdsim-j2534-0500: the same device as a library of version 05.00: a physical channel of CAN
// with logical ones of ISO 15765 on it, messages that are queued and told of when they have left,
// one call that waits for many channels. Also OBDSIM_NO_LOGICAL (any text: no logical channels).
// Compiled for each way RESOURCE_STRUCT travels: by value with numbers of OBDSIM_NUMBER, or
// OBDSIM_BY_POINTER.
#include "protocols/passthru_worker/messages_0500.hpp"
#include "protocols/simulator/j2534_channels.hpp"

#include <algorithm>
#include <cstdlib>
#include <vector>

#ifndef OBDSIM_NUMBER
#define OBDSIM_NUMBER protocols::passthru::abi::Number
#endif

namespace {

using namespace protocols::simulator::library;
namespace abi = protocols::passthru::abi;
using abi::Number;
using abi::Status;
using protocols::passthru::MessageArray;
using Resources = abi::Resources<OBDSIM_NUMBER>;

constexpr std::uint32_t channel_not_allowed = 0x24;

bool on_can(const Channel& channel) {
    return channel.protocol == api::can;
}

/// Writes over a message the caller has room for.
void fill(void* messages, std::size_t at, const abi::Message05& one) {
    auto* place = static_cast<unsigned char*>(messages) + at * abi::message05_bytes(layout());
    Members members(place, layout());
    members.put(one.message.protocol);
    members.put(one.handle);
    members.put(one.message.rx_status);
    members.put(one.message.tx_flags);
    members.put(one.message.timestamp_us);
    members.put(one.message.data.size());
    members.put(one.message.extra_data);
    auto* buffer = static_cast<unsigned char*>(members.pointer());
    const auto room = static_cast<std::size_t>(members.number());
    std::copy_n(
        one.message.data.begin(), std::min<std::size_t>(one.message.data.size(), room), buffer
    );
}

abi::Message05 message(const void* from, std::size_t at = 0) {
    const auto* place = static_cast<const char*>(from) + at * abi::message05_bytes(layout());
    return abi::read_message05(place, layout(), api::message_data_max);
}

Clock::time_point after(Number ms) {
    return Clock::now() + std::chrono::milliseconds(static_cast<std::uint32_t>(ms));
}

Status connect_with(
    Number device, Number protocol, Number flags, Number baud, std::uint64_t pins, void* channel
) {
    if (channel == nullptr || pins == 0) {
        return missing();
    }
    auto call = of(Function::connect, device);
    call.protocol = static_cast<std::uint32_t>(protocol);
    call.flags = static_cast<std::uint32_t>(flags);
    call.baud = static_cast<std::uint32_t>(baud);
    std::uint32_t handle = 0;
    const auto result = connect(call, handle);
    if (result == api::noerror) {
        put(channel, handle);
    }
    return status(result);
}

}  // namespace

extern "C" {

EXPORT Status PASSTHRU_CALL PassThruScanForDevices(void* count) {
    put(count, 1);
    return api::noerror;
}

EXPORT Status PASSTHRU_CALL PassThruGetNextDevice(void* device) {
    put_text(static_cast<char*>(device), "obdsim");
    return api::noerror;
}

EXPORT Status PASSTHRU_CALL PassThruOpen(const char* name, void* device) {
    if (name == nullptr) {  // as some do, and the standard lets them
        return status(api::null_parameter);
    }
    const auto returned = run(of(Function::open, 0));
    put(device, returned.handle);
    return status(returned.status);
}

EXPORT Status PASSTHRU_CALL PassThruClose(Number device) {
    channels().clear();
    return status(run(of(Function::close, device)).status);
}

#ifdef OBDSIM_BY_POINTER
EXPORT Status PASSTHRU_CALL PassThruConnect(
    Number device, Number protocol, Number flags, Number baud, void* resources, void* channel
) {
    if (resources == nullptr) {
        return missing();
    }
    Members members(resources, layout());
    members.skip_numbers(1);
    return connect_with(device, protocol, flags, baud, members.number(), channel);
}
#else
EXPORT Status PASSTHRU_CALL PassThruConnect(
    Number device, Number protocol, Number flags, Number baud, Resources resources, void* channel
) {
    return connect_with(device, protocol, flags, baud, resources.count, channel);
}
#endif

EXPORT Status PASSTHRU_CALL PassThruDisconnect(Number channel) {
    std::erase_if(channels(), [channel](const auto& one) {
        return one.first == channel || one.second.physical == channel;
    });
    return status(run(of(Function::disconnect, channel)).status);
}

EXPORT Status PASSTHRU_CALL
PassThruLogicalConnect(Number physical, Number protocol, Number, void* descriptor, void* channel) {
    if (descriptor == nullptr || channel == nullptr) {
        return missing();
    }
    const auto below = channels().find(static_cast<std::uint32_t>(physical));
    if (below == channels().end() || !on_can(below->second) || protocol != logical_protocol ||
        std::getenv("OBDSIM_NO_LOGICAL") != nullptr) {
        return status(channel_not_allowed);
    }
    Members from(descriptor, layout());
    Channel logical;
    logical.protocol = logical_protocol;
    logical.physical = static_cast<std::uint32_t>(physical);
    logical.local_flags = from.number32();
    from.skip_numbers(1);
    constexpr std::size_t address_bytes = 5;
    const auto* local = from.text(address_bytes);
    const auto* remote = from.text(address_bytes);
    logical.local.assign(local, local + identifier_bytes);
    logical.remote.assign(remote, remote + identifier_bytes);
    for (const auto& [id, other] : channels()) {
        if (other.physical == physical && other.remote == logical.remote) {
            return status(api::not_unique);
        }
    }
    const auto id = next_handle();
    channels()[id] = std::move(logical);
    put(channel, id);
    return api::noerror;
}

EXPORT Status PASSTHRU_CALL PassThruLogicalDisconnect(Number channel) {
    return status(
        channels().erase(static_cast<std::uint32_t>(channel)) == 0 ? api::invalid_channel_id
                                                                   : api::noerror
    );
}

EXPORT Status PASSTHRU_CALL PassThruSelect(void* set, Number type, Number timeout) {
    constexpr Number readable = 1;
    constexpr std::uint32_t type_not_supported = 0x25;
    if (set == nullptr) {
        return missing();
    }
    if (type != readable) {
        return status(type_not_supported);
    }
    Members from(set, layout());
    const auto count = from.number();
    const auto threshold = from.number();
    void* list = from.pointer();
    std::vector<std::uint32_t> asked;
    Members ids(list, layout());
    for (std::uint64_t i = 0; i < count; ++i) {
        asked.push_back(ids.number32());
    }
    const auto ready = [&] {
        std::vector<std::uint32_t> found;
        std::ranges::copy_if(asked, std::back_inserter(found), [](std::uint32_t id) {
            return channels().contains(id) && !channels()[id].received.empty();
        });
        return found;
    };
    const auto enough = [&] { return ready().size() >= std::max<std::uint64_t>(threshold, 1); };
    std::uint32_t result = api::noerror;
    if (!asked.empty() && !enough()) {
        result = pump(channels()[asked.front()].physical, after(timeout), enough);
    }
    const auto found = ready();
    Members(set, layout()).put(found.size());
    Members to(list, layout());
    for (const auto id : found) {
        to.put(id);
    }
    return status(result == api::noerror && !enough() ? api::timeout : result);
}

EXPORT Status PASSTHRU_CALL
PassThruReadMsgs(Number handle, void* messages, void* count, Number timeout) {
    if (messages == nullptr || count == nullptr) {
        return missing();
    }
    const auto id = static_cast<std::uint32_t>(handle);
    if (!channels().contains(id)) {
        return status(api::invalid_channel_id);
    }
    auto& channel = channels()[id];
    const auto wanted = get(count);
    std::uint32_t result = api::noerror;
    const auto enough = [&] { return channel.received.size() >= wanted; };
    if (!enough() && (timeout > 0 || channel.protocol != logical_protocol)) {
        result = pump(channel.physical == 0 ? id : channel.physical, after(timeout), enough);
    }
    std::size_t given = 0;
    for (; given < wanted && !channel.received.empty(); ++given) {
        fill(messages, given, channel.received.front());
        channel.received.pop_front();
    }
    put(count, given);
    if (result != api::noerror || given == wanted) {
        return status(result);
    }
    return status(given == 0 ? api::buffer_empty : api::timeout);
}

EXPORT Status PASSTHRU_CALL PassThruQueueMsgs(Number handle, void* messages, void* count) {
    if (messages == nullptr || count == nullptr) {
        return missing();
    }
    const auto id = static_cast<std::uint32_t>(handle);
    if (!channels().contains(id)) {
        return status(api::invalid_channel_id);
    }
    const auto wanted = get(count);
    std::uint32_t result = api::noerror;
    std::size_t sent = 0;
    while (sent < wanted && result == api::noerror) {
        result = queue(id, message(messages, sent));
        sent += result == api::noerror ? 1 : 0;
    }
    put(count, sent);
    return status(result);
}

EXPORT Status PASSTHRU_CALL
PassThruStartMsgFilter(Number handle, Number type, void* mask, void* pattern, void* filter) {
    if (mask == nullptr || pattern == nullptr || filter == nullptr) {
        return missing();
    }
    const auto found = channels().find(static_cast<std::uint32_t>(handle));
    if (found == channels().end()) {
        return status(api::invalid_channel_id);
    }
    auto call = of(Function::start_filter, handle);
    call.type = static_cast<std::uint32_t>(type);
    call.messages = {message(mask).message, message(pattern).message};
    if (!on_can(found->second)) {
        const auto returned = run(std::move(call));
        put(filter, returned.handle);
        return status(returned.status);
    }
    constexpr std::uint32_t type_not_supported = 0x1D;
    if (call.type != api::pass_filter && call.type != api::block_filter) {
        return status(type_not_supported);
    }
    const auto id = next_handle();
    found->second.filters[id] = {call.type, call.messages[0].data, call.messages[1].data};
    put(filter, id);
    return api::noerror;
}

EXPORT Status PASSTHRU_CALL PassThruStopMsgFilter(Number handle, Number filter) {
    const auto found = channels().find(static_cast<std::uint32_t>(handle));
    if (found != channels().end() && on_can(found->second)) {
        const auto gone = found->second.filters.erase(static_cast<std::uint32_t>(filter));
        return status(gone == 0 ? api::invalid_filter_id : api::noerror);
    }
    auto call = of(Function::stop_filter, handle);
    call.type = static_cast<std::uint32_t>(filter);
    return status(run(std::move(call)).status);
}

EXPORT Status PASSTHRU_CALL
PassThruStartPeriodicMsg(Number handle, void* one, void* id, Number interval) {
    if (one == nullptr || id == nullptr) {
        return missing();
    }
    auto call = of(Function::start_periodic, handle);
    call.messages = {message(one).message};
    call.timeout_ms = static_cast<std::uint32_t>(interval);
    const auto returned = run(std::move(call));
    put(id, returned.handle);
    return status(returned.status);
}

EXPORT Status PASSTHRU_CALL PassThruStopPeriodicMsg(Number handle, Number id) {
    auto call = of(Function::stop_periodic, handle);
    call.type = static_cast<std::uint32_t>(id);
    return status(run(std::move(call)).status);
}

EXPORT Status PASSTHRU_CALL PassThruSetProgrammingVoltage(Number, Resources, Number) {
    return status(api::not_supported);
}

EXPORT Status PASSTHRU_CALL
PassThruReadVersion(Number device, char* firmware, char* library, char* api_version) {
    const auto result = version(device, firmware, library, api_version);
    put_text(api_version, "05.00");
    return result;
}

EXPORT Status PASSTHRU_CALL PassThruGetLastError(char* to) {
    put_text(to, last_error());
    return api::noerror;
}

EXPORT Status PASSTHRU_CALL PassThruIoctl(Number handle, Number which, void* in, void* out) {
    if (which == api::read_vbatt) {  // READ_PIN_VOLTAGE
        if (in == nullptr || out == nullptr) {
            return missing();
        }
        constexpr std::uint64_t battery_pin = 16;
        Members resources(in, layout());
        resources.skip_numbers(2);
        if (get(resources.pointer()) != battery_pin) {
            return status(api::pin_invalid);
        }
        const auto returned = run(of(Function::battery, handle));
        put(out, returned.value);
        return status(returned.status);
    }
    if (which == api::fast_init) {
        if (in == nullptr || out == nullptr) {
            return missing();
        }
        auto call = of(Function::fast_init, handle);
        call.messages = {message(in).message};
        const auto returned = run(std::move(call));
        if (!returned.messages.empty()) {
            fill(out, 0, {returned.messages[0], 0});
        }
        return status(returned.status);
    }
    const auto id = static_cast<std::uint32_t>(handle);
    if (which == api::clear_rx_buffer && channels().contains(id)) {
        channels()[id].received.clear();
        if (channels()[id].physical != 0) {
            return api::noerror;
        }
    }
    return ioctl(handle, which, in, out);
}

}  // extern "C"
