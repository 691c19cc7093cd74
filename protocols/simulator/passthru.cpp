#include "protocols/simulator/passthru.hpp"

#include <algorithm>
#include <array>

namespace protocols::simulator {
namespace {

using namespace std::chrono_literals;
using bus::Protocol;
using passthru::Call;
using passthru::Function;
using passthru::Returned;
namespace api = passthru::api;

constexpr std::uint32_t device_id = 1;
constexpr std::size_t filters_max = 10;
constexpr std::size_t periodic_max = 10;

}  // namespace

PassThru::PassThru(Vehicle vehicle, PassThruQuirks quirks)
    : vehicle_(std::move(vehicle)), quirks_(quirks) {}

double PassThru::seconds(Instant at) const {
    return std::chrono::duration<double>(at - woke_.value_or(at)).count();
}

PassThru::Outcome PassThru::call(const Call& call, Instant now) {
    if (!woke_) {
        woke_ = now;
    }
    Instant at = now + 20us;
    auto returned = now_return(call, at);
    returned.id = call.id;
    return {std::move(returned), at};
}

Returned PassThru::now_return(const Call& call, Instant& at) {
    Returned returned;
    const auto with = [&](std::uint32_t status) {
        returned.status = status;
        return returned;
    };
    if (call.function == Function::hello) {
        returned.value = passthru::wire_version;
        return returned;
    }
    ++calls_;
    gone_ = gone_ || (quirks_.gone_after_calls != 0 && calls_ >= quirks_.gone_after_calls);
    if (gone_) {
        return with(api::device_not_connected);
    }
    if (call.function == Function::open) {
        returned.handle = device_id;
        return with(std::exchange(open_, true) ? api::device_in_use : api::noerror);
    }
    if (!open_) {
        return with(api::invalid_device_id);
    }
    const bool of_device = call.function == Function::close || call.function == Function::connect ||
                           call.function == Function::read_version ||
                           call.function == Function::battery;
    if (of_device && call.handle != device_id) {
        return with(api::invalid_device_id);
    }
    switch (call.function) {
        case Function::close:
            open_ = false;
            channels_.clear();
            return returned;
        case Function::read_version:
            returned.firmware = "1.0.0";
            returned.library = "obdsim 1.0";
            returned.version = "04.04";
            return returned;
        case Function::battery:
            returned.value = static_cast<std::uint32_t>(vehicle_.volts * 1000);
            return returned;
        case Function::connect:
            return with(connect(call, returned));
        default:
            break;
    }
    const auto found = channels_.find(call.handle);
    if (found == channels_.end()) {
        return with(api::invalid_channel_id);
    }
    auto& channel = found->second;
    send_periodic(channel, at);
    switch (call.function) {
        case Function::disconnect:
            channels_.erase(found);
            return returned;
        case Function::read:
            return with(read(channel, call, returned, at));
        case Function::write:
            return with(write(channel, call, returned, at));
        case Function::start_filter:
            return with(start_filter(channel, call, returned));
        case Function::stop_filter:
            return with(
                channel.filters.erase(call.type) == 0 ? api::invalid_filter_id : api::noerror
            );
        case Function::start_periodic:
            return with(start_periodic(channel, call, returned, at));
        case Function::stop_periodic:
            return with(
                channel.periodic.erase(call.type) == 0 ? api::invalid_msg_id : api::noerror
            );
        case Function::get_config:
            for (const auto& [parameter, value] : call.parameters) {
                const auto known = channel.config.find(parameter);
                if (known == channel.config.end()) {
                    return with(api::not_supported);
                }
                returned.parameters.emplace_back(parameter, known->second);
            }
            return returned;
        case Function::set_config:
            for (const auto& [parameter, value] : call.parameters) {
                channel.config[parameter] = value;
            }
            return returned;
        case Function::five_baud_init:
            return with(five_baud(channel, returned, at));
        case Function::fast_init:
            return with(fast(channel, returned, at));
        case Function::clear:
            if (call.type == api::clear_rx_buffer) {
                std::erase_if(channel.received, [at](const Waiting& one) { return one.at <= at; });
            } else if (call.type == api::clear_msg_filters) {
                channel.filters.clear();
            } else if (call.type == api::clear_funct_lookup) {
                channel.lookup.clear();
            } else if (call.type == api::clear_periodic_msgs) {
                channel.periodic.clear();
            } else if (call.type != api::clear_tx_buffer) {
                return with(api::invalid_ioctl_id);
            }
            return returned;
        case Function::lookup:
            if (channel.protocol != api::j1850_pwm) {
                return with(api::not_supported);
            }
            for (const auto address : call.bytes) {
                if (call.type == api::add_funct_lookup) {
                    channel.lookup.insert(address);
                } else {
                    channel.lookup.erase(address);
                }
            }
            return returned;
        default:
            return with(api::not_supported);
    }
}

std::uint32_t PassThru::connect(const Call& call, Returned& returned) {
    const bool is_can = call.protocol == api::can || call.protocol == api::iso15765;
    const bool j1850 = call.protocol == api::j1850_vpw || call.protocol == api::j1850_pwm;
    const bool k_line = call.protocol == api::iso9141 || call.protocol == api::iso14230;
    if ((!is_can && !j1850 && !k_line) || (j1850 && quirks_.no_j1850) ||
        (call.protocol == api::iso15765 && quirks_.no_iso15765)) {
        return api::invalid_protocol_id;
    }
    const std::uint32_t allowed = is_can ? api::can_29bit_id : k_line ? api::k_line_only : 0;
    if ((call.flags & ~allowed) != 0) {
        return api::invalid_flags;
    }
    const bool rate = is_can ? call.baud == 500'000 || call.baud == 250'000 || call.baud == 125'000
                      : call.protocol == api::j1850_pwm ? call.baud == 41'600
                                                        : call.baud == 10'400;
    if (!rate) {
        return api::invalid_baudrate;
    }
    for (const auto& [id, other] : channels_) {
        const bool other_can = other.protocol == api::can || other.protocol == api::iso15765;
        if (other.protocol == call.protocol || (is_can && other_can)) {
            return api::channel_in_use;
        }
    }
    returned.handle = ++next_id_;
    auto& channel = channels_[returned.handle];
    channel.protocol = call.protocol;
    channel.flags = call.flags;
    channel.baud = call.baud;
    channel.config = {{api::data_rate, call.baud}, {api::loopback, 0}};
    if (call.protocol == api::iso15765) {
        channel.config[api::iso15765_bs] = 0;
        channel.config[api::iso15765_stmin] = 0;
    }
    return api::noerror;
}

std::uint32_t PassThru::start_filter(Channel& channel, const Call& call, Returned& returned) {
    const bool flow = call.type == api::flow_control_filter;
    if (call.type < api::pass_filter || call.type > api::flow_control_filter ||
        (flow && channel.protocol != api::iso15765)) {
        return api::failed;
    }
    const std::size_t needed = flow ? 3 : 2;
    constexpr std::size_t mask_max = 12;
    if (call.messages.size() < needed) {
        return api::null_parameter;
    }
    const auto& mask = call.messages[0].data;
    const auto& pattern = call.messages[1].data;
    if (mask.empty() || mask.size() > mask_max || mask.size() != pattern.size() ||
        (flow && call.messages[2].data.size() != mask.size())) {
        return api::invalid_msg;
    }
    for (const auto& message : call.messages) {
        if (message.protocol != channel.protocol) {
            return api::msg_protocol_id;
        }
    }
    if (channel.filters.size() >= filters_max) {
        return api::exceeded_limit;
    }
    for (const auto& [id, filter] : channel.filters) {
        if (flow && (filter.pattern == pattern || filter.flow_control == call.messages[2].data)) {
            return api::not_unique;
        }
    }
    returned.handle = ++next_id_;
    channel.filters[returned.handle] = {
        call.type, mask, pattern, flow ? call.messages[2].data : Bytes()};
    return api::noerror;
}

bool PassThru::passes(const Channel& channel, const Message& message) {
    bool pass = false;
    for (const auto& [id, filter] : channel.filters) {
        bool matches = message.data.size() >= filter.mask.size();
        for (std::size_t i = 0; matches && i < filter.mask.size(); ++i) {
            matches = (message.data[i] & filter.mask[i]) == (filter.pattern[i] & filter.mask[i]);
        }
        if (matches && filter.type == api::block_filter) {
            return false;
        }
        pass = pass || matches;
    }
    return pass;
}

void PassThru::deliver(Channel& channel, Instant at, Message message) {
    if (!passes(channel, message)) {
        return;
    }
    constexpr auto indications = api::tx_msg_type | api::start_of_message | api::tx_done;
    const bool data = (message.rx_status & indications) == 0;
    if (data && ++received_ == quirks_.loses_message) {
        return;
    }
    if (data && received_ == quirks_.breaks_message) {
        message.data.clear();
    }
    message.protocol = channel.protocol;
    message.timestamp_us = static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(at - *woke_).count()
    );
    const auto place = std::ranges::upper_bound(channel.received, at, {}, &Waiting::at);
    channel.received.insert(place, {at, std::move(message)});
}

std::uint32_t PassThru::start_periodic(
    Channel& channel, const Call& call, Returned& returned, Instant at
) {
    constexpr std::uint32_t interval_least = 5;
    constexpr std::uint32_t interval_most = 65'535;
    constexpr std::size_t bytes_max = 12;
    if (quirks_.no_periodic) {
        return api::not_supported;
    }
    if (call.timeout_ms < interval_least || call.timeout_ms > interval_most) {
        return api::invalid_time_interval;
    }
    if (call.messages.empty() || call.messages[0].data.size() > bytes_max) {
        return api::invalid_msg;
    }
    if (call.messages[0].protocol != channel.protocol) {
        return api::msg_protocol_id;
    }
    if (channel.periodic.size() >= periodic_max) {
        return api::exceeded_limit;
    }
    returned.handle = ++next_id_;
    const auto interval = std::chrono::milliseconds(call.timeout_ms);
    channel.periodic[returned.handle] = {call.messages[0], interval, at + interval};
    return api::noerror;
}

void PassThru::send_periodic(Channel& channel, Instant at) {
    for (auto& [id, one] : channel.periodic) {
        for (; one.next <= at; one.next += one.interval) {
            ask(channel, one.message, one.next);
        }
    }
}

std::uint32_t PassThru::read(Channel& channel, const Call& call, Returned& returned, Instant& at) {
    const auto limit = at + std::chrono::milliseconds(call.timeout_ms);
    send_periodic(channel, limit);
    if (++reads_ == quirks_.overflows_at_read) {
        channel.received.clear();
        return api::buffer_overflow;
    }
    while (returned.messages.size() < call.count && !channel.received.empty() &&
           channel.received.front().at <= limit) {
        at = std::max(at, channel.received.front().at);
        returned.messages.push_back(std::move(channel.received.front().message));
        channel.received.pop_front();
    }
    if (returned.messages.size() == call.count) {
        return api::noerror;
    }
    at = limit;
    if (returned.messages.empty()) {
        return quirks_.nothing;
    }
    return call.timeout_ms == 0 ? api::noerror : api::timeout;
}

void PassThruWorker::receive(std::string_view bytes, Instant now) {
    input_ += bytes;
    for (;;) {
        const auto length = passthru::frame_length(input_);
        if (length.has_error()) {
            input_.clear();
            return;
        }
        if (!length.value()) {
            return;
        }
        const auto call = passthru::call_from(std::string_view(input_).substr(0, *length.value()));
        input_.erase(0, *length.value());
        if (call.has_error()) {
            continue;
        }
        const auto start = output_.empty() ? now : std::max(now, output_.back().at);
        auto outcome = device_.call(call.value(), start);
        if (device_.hangs()) {
            continue;
        }
        output_.push_back({outcome.at, passthru::to_frame(outcome.returned)});
    }
}

std::optional<Instant> PassThruWorker::due() const {
    return output_.empty() ? std::nullopt : std::optional(output_.front().at);
}

std::string PassThruWorker::take(Instant now) {
    std::string bytes;
    while (!output_.empty() && output_.front().at <= now) {
        bytes += output_.front().bytes;
        output_.pop_front();
    }
    return bytes;
}

}  // namespace protocols::simulator
