// SAE J2534-1, version 05.00, seen by the station as 04.04: a channel of ISO 15765 is a physical
// channel of CAN with a logical one for every unit, a filter with flow control opens such a one, a
// write waits for the indication that its message has left.
#include "protocols/passthru_worker/common.hpp"
#include "protocols/passthru_worker/messages_0500.hpp"

#include <array>
#include <chrono>
#include <deque>
#include <map>
#include <utility>

namespace protocols::passthru {
namespace {

using abi::Number;
using Clock = std::chrono::steady_clock;

constexpr std::size_t at_once_max = 32;
constexpr std::size_t identifier_bytes = 4;

/// What both versions number alike and name differently, by its name in 05.00.
std::string_view name_0500(std::uint32_t status) {
    switch (status) {
        case 0x13:
            return "ERR_PIN_NOT_SUPPORTED";
        case 0x14:
            return "ERR_RESOURCE_CONFLICT";
        case 0x17:
            return "ERR_MSG_NOT_ALLOWED";
        default:
            return {};
    }
}

/// Contacts of the vehicle's connector (SAE J1962).
std::vector<std::uint32_t> pins_of(std::uint32_t protocol) {
    switch (protocol) {
        case api::j1850_vpw:
            return {2};
        case api::j1850_pwm:
            return {2, 10};
        case api::iso9141:
        case api::iso14230:
            return {7, 15};
        default:
            return {6, 14};
    }
}

class Library0500 : public CommonLibrary {
public:
    Library0500(Exports exports, Abi abi) : CommonLibrary(std::move(exports), std::move(abi)) {}

    void close() override;

private:
    struct Logical {
        std::uint32_t id = 0;
        Bytes local;  ///< Identifier the unit is asked with.
    };
    struct Channel {
        std::uint32_t protocol = 0;  ///< As 04.04 has it.
        std::vector<Logical> logical;
        std::deque<api::Message> waiting;  ///< Came while an indication was waited for.
    };

    void dispatch(const Call& call, Returned& returned) override;
    [[nodiscard]] std::string_view other_name(std::uint32_t status) const override {
        return name_0500(status);
    }
    void open(const Call& call, Returned& returned);
    std::uint32_t open_by_list(std::uint32_t& device);
    void connect(const Call& call, Returned& returned);
    std::uint32_t connect_with(
        const Call& call, std::uint32_t protocol, std::vector<std::uint32_t> pins, Number& channel
    );
    std::uint32_t disconnect(std::uint32_t handle);
    void read(Channel& channel, const Call& call, Returned& returned);
    std::uint32_t read_from(
        std::uint32_t handle,
        std::uint32_t protocol,
        std::uint32_t count,
        std::uint32_t timeout_ms,
        std::vector<abi::Message05>& messages
    );
    std::uint32_t ready(
        Channel& channel, std::uint32_t timeout_ms, std::vector<std::uint32_t>& ids
    );
    void write(Channel& channel, const Call& call, Returned& returned);
    std::uint32_t send(
        Channel& channel, std::uint32_t handle, const api::Message& message, std::uint32_t wait_ms
    );
    void start_filter(Channel& channel, const Call& call, Returned& returned);
    std::uint32_t open_logical(Channel& channel, const Call& call, Returned& returned);
    void start_periodic(const Call& call, Returned& returned);
    void fast_init(Channel& channel, const Call& call, Returned& returned);
    void clear(Channel& channel, const Call& call, Returned& returned);
    void battery(const Call& call, Returned& returned);
    [[nodiscard]] static std::uint32_t own_protocol(const Channel& channel) {
        return channel.protocol == api::iso15765 ? api::can : channel.protocol;
    }

    std::uint32_t last_message_ = 0;
    std::map<std::uint32_t, Channel> channels_;
};

void Library0500::close() {
    while (!channels_.empty()) {
        disconnect(channels_.begin()->first);
    }
    if (std::exchange(open_, false)) {
        invoke<abi::OfOne>("PassThruClose", device_);
    }
}

void Library0500::dispatch(const Call& call, Returned& returned) {
    switch (call.function) {
        case Function::hello:
            return;
        case Function::open:
            return open(call, returned);
        case Function::close:
            channels_.clear();
            open_ = false;
            returned.status = invoke<abi::OfOne>("PassThruClose", call.handle);
            return;
        case Function::read_version:
            return common(call, returned);
        case Function::battery:
            return battery(call, returned);
        case Function::connect:
            return connect(call, returned);
        default:
            break;
    }
    const auto found = channels_.find(call.handle);
    if (found == channels_.end()) {
        returned.status = api::invalid_channel_id;
        return;
    }
    auto& channel = found->second;
    switch (call.function) {
        case Function::disconnect:
            returned.status = disconnect(call.handle);
            return;
        case Function::read:
            return read(channel, call, returned);
        case Function::write:
            return write(channel, call, returned);
        case Function::start_filter:
            return start_filter(channel, call, returned);
        case Function::start_periodic:
            return start_periodic(call, returned);
        case Function::fast_init:
            return fast_init(channel, call, returned);
        case Function::clear:
            return clear(channel, call, returned);
        default:
            return common(call, returned);
    }
}

void Library0500::open(const Call& call, Returned& returned) {
    returned.status = open_as(call.name.empty() ? nullptr : call.name.c_str(), returned.handle);
    if (returned.status != api::noerror && call.name.empty()) {
        const auto by_list = open_by_list(returned.handle);
        returned.status = by_list == api::function_missing ? returned.status : by_list;
    }
    open_ = returned.status == api::noerror;
    device_ = returned.handle;
}

/// The first device that PassThruScanForDevices finds, by its name.
std::uint32_t Library0500::open_by_list(std::uint32_t& device) {
    constexpr std::size_t name_bytes = 80;
    constexpr int numbers = 6;
    Number count = 0;
    const auto scanned = invoke<abi::ScanForDevices>("PassThruScanForDevices", &count);
    if (scanned != api::noerror) {
        return scanned;
    }
    Structure found(layout());
    found.zeros(2 * (name_bytes + numbers * layout().ulong_bytes));
    const auto next = invoke<abi::NextDevice>("PassThruGetNextDevice", found.data());
    auto* name = static_cast<char*>(found.data());
    name[name_bytes - 1] = '\0';
    return next == api::noerror ? open_as(name, device) : next;
}

std::uint32_t Library0500::connect_with(
    const Call& call, std::uint32_t protocol, std::vector<std::uint32_t> pins, Number& channel
) {
    constexpr Number j1962 = 1;
    Structure list(layout());
    for (const auto pin : pins) {
        list.number(pin);
    }
    const char* name = "PassThruConnect";
    if (abi_.resources_by_pointer) {
        Structure resources(layout());
        resources.number(j1962).number(pins.size()).pointer(list.data());
        return invoke<abi::ConnectByPointer>(
            name, call.handle, protocol, call.flags, call.baud, resources.data(), &channel
        );
    }
    const auto by_value = [&]<class Ulong>(Ulong count) {
        const abi::Resources<Ulong> resources{static_cast<Ulong>(j1962), count, list.data()};
        return invoke<abi::ConnectBy<Ulong>>(
            name, call.handle, protocol, call.flags, call.baud, resources, &channel
        );
    };
    return layout().ulong_bytes == 4 ? by_value(static_cast<std::uint32_t>(pins.size()))
                                     : by_value(static_cast<std::uint64_t>(pins.size()));
}

void Library0500::connect(const Call& call, Returned& returned) {
    // Without logical channels the station does the segments itself, on CAN.
    if (call.protocol == api::iso15765 &&
        exports_.find<abi::LogicalConnect>("PassThruLogicalConnect") == nullptr) {
        returned.status = api::invalid_protocol_id;
        return;
    }
    Channel channel{call.protocol, {}, {}};
    Number id = 0;
    auto pins = pins_of(call.protocol);
    returned.status = connect_with(call, own_protocol(channel), pins, id);
    const bool k_line = call.protocol == api::iso9141 || call.protocol == api::iso14230;
    if (returned.status != api::noerror && k_line) {
        pins.resize(1);  // a device without an L-line
        returned.status = connect_with(call, own_protocol(channel), pins, id);
    }
    returned.handle = low(id);
    if (returned.status == api::noerror) {
        channels_[returned.handle] = std::move(channel);
    }
}

std::uint32_t Library0500::disconnect(std::uint32_t handle) {
    for (const auto& logical : channels_[handle].logical) {
        invoke<abi::OfOne>("PassThruLogicalDisconnect", logical.id);
    }
    channels_.erase(handle);
    return invoke<abi::OfOne>("PassThruDisconnect", handle);
}

std::uint32_t Library0500::read_from(
    std::uint32_t handle,
    std::uint32_t protocol,
    std::uint32_t count,
    std::uint32_t timeout_ms,
    std::vector<abi::Message05>& messages
) {
    const auto wanted = std::clamp<std::size_t>(count, 1, at_once_max);
    MessageArray array(layout(), wanted + 1);
    auto* room = array.as_room(protocol);
    Number written = static_cast<Number>(wanted);
    const auto status =
        invoke<abi::ReadMessages>("PassThruReadMsgs", handle, room, &written, timeout_ms);
    for (std::size_t i = 0; i < wanted; ++i) {
        auto one = array.at(i);
        if (one.message.data.empty() && one.message.rx_status == 0) {
            break;
        }
        messages.push_back(std::move(one));
    }
    return status;
}

/// Which logical channels have something; waits for it.
std::uint32_t Library0500::ready(
    Channel& channel, std::uint32_t timeout_ms, std::vector<std::uint32_t>& ids
) {
    constexpr std::uint32_t readable = 1;
    constexpr std::uint64_t one_is_enough = 1;
    Structure list(layout());
    for (const auto& logical : channel.logical) {
        list.number(logical.id);
    }
    Structure set(layout());
    set.number(channel.logical.size()).number(one_is_enough).pointer(list.data());
    const auto status = invoke<abi::Select>("PassThruSelect", set.data(), readable, timeout_ms);
    const auto count = Members(set.data(), layout()).number();
    Members found(list.data(), layout());
    for (std::size_t i = 0; i < count && i < channel.logical.size(); ++i) {
        ids.push_back(found.number32());
    }
    return status;
}

void Library0500::read(Channel& channel, const Call& call, Returned& returned) {
    std::vector<abi::Message05> messages;
    if (!channel.waiting.empty()) {
        returned.messages.push_back(std::move(channel.waiting.front()));
        channel.waiting.pop_front();
        return;
    }
    if (channel.protocol == api::iso15765) {
        std::vector<std::uint32_t> ids;
        returned.status = ready(channel, call.timeout_ms, ids);
        for (const auto id : ids) {
            constexpr std::uint32_t logical_protocol = 0x200;
            const auto status = read_from(id, logical_protocol, call.count, 0, messages);
            returned.status = messages.empty() ? status : api::noerror;
            if (messages.size() >= call.count) {
                break;
            }
        }
    } else {
        returned.status =
            read_from(call.handle, channel.protocol, call.count, call.timeout_ms, messages);
    }
    for (auto& one : messages) {
        one.message.protocol = channel.protocol;
        returned.messages.push_back(std::move(one.message));
    }
}

/// Queues a message and waits until it has left the device.
std::uint32_t Library0500::send(
    Channel& channel, std::uint32_t handle, const api::Message& message, std::uint32_t wait_ms
) {
    MessageArray array(layout(), 1);
    const auto number = ++last_message_;
    array.add(message, number);
    Number count = 1;
    auto status = invoke<abi::QueueMessages>("PassThruQueueMsgs", handle, array.data(), &count);
    if (status != api::noerror) {
        return status;
    }
    const auto until = Clock::now() + std::chrono::milliseconds(wait_ms);
    for (auto left = until - Clock::now(); left.count() > 0; left = until - Clock::now()) {
        const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
        std::vector<abi::Message05> messages;
        status = read_from(handle, message.protocol, 1, static_cast<std::uint32_t>(ms), messages);
        for (auto& one : messages) {
            if ((one.message.rx_status & api::tx_done) != 0 && one.handle == number) {
                return api::noerror;
            }
            if ((one.message.rx_status & api::tx_msg_type) == 0) {
                one.message.protocol = channel.protocol;
                channel.waiting.push_back(std::move(one.message));
            }
        }
        const bool nothing = status == api::timeout || status == api::buffer_empty;
        if (status != api::noerror && !nothing) {
            return status;
        }
    }
    return wait_ms == 0 ? api::noerror : api::timeout;
}

void Library0500::write(Channel& channel, const Call& call, Returned& returned) {
    for (auto message : call.messages) {
        auto handle = call.handle;
        if (channel.protocol == api::iso15765) {
            constexpr std::size_t single_max = 7;
            constexpr std::size_t frame_bytes = 8;
            constexpr std::uint32_t logical_protocol = 0x200;
            const bool has_identifier = message.data.size() > identifier_bytes;
            const auto to_logical = [&](const Logical& one) {
                return has_identifier &&
                       std::equal(one.local.begin(), one.local.end(), message.data.begin());
            };
            const auto logical = std::ranges::find_if(channel.logical, to_logical);
            const auto size = message.data.size() - std::min(message.data.size(), identifier_bytes);
            if (logical != channel.logical.end()) {
                handle = logical->id;
                message.protocol = logical_protocol;
            } else if (!has_identifier || size > single_max) {
                returned.status = api::invalid_msg;
                return;
            } else {  // to everybody: one frame, on the physical channel
                message.protocol = api::can;
                message.data.insert(
                    message.data.begin() + identifier_bytes, static_cast<std::uint8_t>(size)
                );
                message.data.resize(
                    (message.tx_flags & api::iso15765_frame_pad) != 0
                        ? identifier_bytes + frame_bytes
                        : message.data.size()
                );
                message.tx_flags &= ~api::iso15765_frame_pad;
            }
        }
        returned.status = send(channel, handle, message, call.timeout_ms);
        if (returned.status != api::noerror) {
            return;
        }
        ++returned.value;
    }
}

/// Mask, pattern and flow control of 04.04 say who the two ends of a logical channel are.
std::uint32_t Library0500::open_logical(Channel& channel, const Call& call, Returned& returned) {
    constexpr std::uint32_t logical_protocol = 0x200;
    constexpr std::size_t address_bytes = 5;
    const auto& remote = call.messages[1];
    const auto& local = call.messages[2];
    Structure descriptor(layout());
    descriptor.number(local.tx_flags | api::iso15765_frame_pad).number(remote.tx_flags);
    descriptor.text(local.data, address_bytes).text(remote.data, address_bytes).end();
    Number id = 0;
    const auto status = invoke<abi::LogicalConnect>(
        "PassThruLogicalConnect", call.handle, logical_protocol, std::uint32_t{0},
        descriptor.data(), &id
    );
    returned.handle = low(id);
    if (status == api::noerror) {
        channel.logical.push_back({returned.handle, local.data});
    }
    return status;
}

void Library0500::start_filter(Channel& channel, const Call& call, Returned& returned) {
    const bool flow = call.type == api::flow_control_filter;
    if (call.messages.size() < (flow ? 3U : 2U)) {
        returned.status = api::null_parameter;
        return;
    }
    if (flow) {
        returned.status = open_logical(channel, call, returned);
        return;
    }
    std::array<MessageArray, 2> both{MessageArray(layout(), 1), MessageArray(layout(), 1)};
    for (std::size_t i = 0; i < both.size(); ++i) {
        auto message = call.messages[i];
        message.protocol = own_protocol(channel);
        both[i].add(message, 0);
    }
    Number filter = 0;
    returned.status = invoke<abi::StartFilter05>(
        "PassThruStartMsgFilter", call.handle, call.type, both[0].data(), both[1].data(), &filter
    );
    returned.handle = low(filter);
}

void Library0500::start_periodic(const Call& call, Returned& returned) {
    if (call.messages.empty()) {
        returned.status = api::null_parameter;
        return;
    }
    MessageArray array(layout(), 1);
    array.add(call.messages.front(), ++last_message_);
    Number id = 0;
    returned.status = invoke<abi::StartPeriodic>(
        "PassThruStartPeriodicMsg", call.handle, array.data(), &id, call.timeout_ms
    );
    returned.handle = low(id);
}

void Library0500::fast_init(Channel& channel, const Call& call, Returned& returned) {
    MessageArray in(layout(), 1);
    in.add(call.messages.empty() ? api::Message() : call.messages.front(), 0);
    MessageArray out(layout(), 1);
    auto* room = out.as_room(channel.protocol);
    returned.status = ioctl(call.handle, api::fast_init, in.data(), room);
    if (auto answer = out.at(0); !answer.message.data.empty()) {
        returned.messages.push_back(std::move(answer.message));
    }
}

void Library0500::clear(Channel& channel, const Call& call, Returned& returned) {
    returned.status = ioctl(call.handle, call.type, nullptr, nullptr);
    if (call.type != api::clear_rx_buffer && call.type != api::clear_tx_buffer) {
        return;
    }
    for (const auto& logical : channel.logical) {
        ioctl(logical.id, call.type, nullptr, nullptr);
    }
    if (call.type == api::clear_rx_buffer) {
        channel.waiting.clear();
    }
}

/// READ_PIN_VOLTAGE of the contact that has the battery (SAE J1962).
void Library0500::battery(const Call& call, Returned& returned) {
    constexpr std::uint64_t j1962 = 1;
    constexpr std::uint64_t battery_pin = 16;
    Structure pin(layout());
    pin.number(battery_pin);
    Structure resources(layout());
    resources.number(j1962).number(1).pointer(pin.data());
    Number millivolts = 0;
    returned.status = ioctl(call.handle, api::read_vbatt, resources.data(), &millivolts);
    returned.value = low(millivolts);
}

}  // namespace

std::unique_ptr<Library> library_0500(Exports exports, Abi abi) {
    return std::make_unique<Library0500>(std::move(exports), std::move(abi));
}

}  // namespace protocols::passthru
