#include "protocols/simulator/j2534_channels.hpp"

#include <algorithm>

namespace protocols::simulator::library {
namespace {

constexpr std::uint32_t message_not_allowed = 0x17;

bool passes(const Channel& channel, const Bytes& data) {
    bool pass = false;
    for (const auto& [id, filter] : channel.filters) {
        bool matches = data.size() >= filter.mask.size();
        for (std::size_t i = 0; matches && i < filter.mask.size(); ++i) {
            matches = ((data[i] ^ filter.pattern[i]) & filter.mask[i]) == 0;
        }
        if (matches && filter.type == api::block_filter) {
            return false;
        }
        pass = pass || matches;
    }
    return pass;
}

void write_frame(std::uint32_t physical, const Bytes& to, ByteView data, std::uint32_t flags) {
    auto call = of(Function::write, physical);
    api::Message frame;
    frame.protocol = api::can;
    frame.tx_flags = flags & api::can_29bit_id;
    frame.data = to;
    frame.data.insert(frame.data.end(), data.begin(), data.end());
    call.messages = {std::move(frame)};
    call.timeout_ms = 1;
    (void)run(std::move(call));
}

/// A frame of the physical channel goes to whom it concerns.
void sort(std::uint32_t physical, const api::Message& frame) {
    auto& below = channels()[physical];
    if (passes(below, frame.data)) {
        below.received.push_back({frame, 0});
    }
    for (auto& [id, channel] : channels()) {
        if (channel.physical != physical || frame.data.size() <= identifier_bytes ||
            !std::equal(channel.remote.begin(), channel.remote.end(), frame.data.begin())) {
            continue;
        }
        const auto out =
            channel.receiver.take(ByteView(frame.data).subspan(identifier_bytes), Clock::now());
        Message05 one;
        one.message.protocol = logical_protocol;
        one.message.rx_status = frame.rx_status;
        one.message.timestamp_us = frame.timestamp_us;
        one.message.data = channel.remote;
        if (out.flow_control) {
            auto start = one;
            start.message.rx_status |= api::start_of_message;
            channel.received.push_back(std::move(start));
            write_frame(physical, channel.local, *out.flow_control, channel.local_flags);
        }
        if (out.message) {
            one.message.data.insert(
                one.message.data.end(), out.message->begin(), out.message->end()
            );
            channel.received.push_back(std::move(one));
        }
    }
}

}  // namespace

std::map<std::uint32_t, Channel>& channels() {
    static std::map<std::uint32_t, Channel> all;
    return all;
}

std::uint32_t next_handle() {
    static std::uint32_t last = 1000;
    return ++last;
}

std::uint32_t pump(
    std::uint32_t physical, Clock::time_point until, const std::function<bool()>& enough
) {
    do {
        auto call = of(Function::read, physical);
        call.count = 1;
        const auto left = until - Clock::now();
        const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
        call.timeout_ms = static_cast<std::uint32_t>(std::max<std::int64_t>(ms, 0));
        const auto returned = run(std::move(call));
        const bool nothing =
            returned.status == api::buffer_empty || returned.status == api::timeout;
        if (returned.status != api::noerror && !nothing) {
            return returned.status;
        }
        for (const auto& message : returned.messages) {
            if (channels()[physical].protocol == api::can) {
                sort(physical, message);
            } else {
                channels()[physical].received.push_back({message, 0});
            }
        }
    } while (!enough() && Clock::now() < until);
    return api::noerror;
}

std::uint32_t connect(const Call& call, std::uint32_t& handle) {
    if (call.protocol == api::iso15765) {
        return api::invalid_protocol_id;  // only logical
    }
    const auto returned = run(call);
    if (returned.status != api::noerror) {
        return returned.status;
    }
    channels()[returned.handle].protocol = call.protocol;
    if (call.protocol == api::can) {
        auto everything = of(Function::start_filter, returned.handle);
        api::Message one;
        one.protocol = api::can;
        one.data = {0};
        everything.type = api::pass_filter;
        everything.messages = {one, one};
        (void)run(std::move(everything));
    }
    handle = returned.handle;
    return api::noerror;
}

std::uint32_t queue(std::uint32_t handle, const Message05& one) {
    auto& channel = channels()[handle];
    if (one.message.protocol != channel.protocol) {
        return api::msg_protocol_id;
    }
    const bool logical = channel.protocol == logical_protocol;
    auto call = of(Function::write, logical ? channel.physical : handle);
    auto message = one.message;
    if (logical) {
        isotp::Sender sender;
        const auto payload =
            ByteView(message.data)
                .subspan(std::min<std::size_t>(message.data.size(), identifier_bytes));
        constexpr std::size_t single_max = 7;
        if (!std::equal(channel.local.begin(), channel.local.end(), message.data.begin()) ||
            payload.size() > single_max ||
            !sender.begin(Bytes(payload.begin(), payload.end()), Clock::now())) {
            return message_not_allowed;
        }
        const auto frame = sender.next(Clock::now()).value_or(Bytes());
        message.protocol = api::can;
        message.data = channel.local;
        message.data.insert(message.data.end(), frame.begin(), frame.end());
    }
    call.messages = {message};
    call.timeout_ms = 1;
    const auto returned = run(std::move(call));
    if (returned.status == api::timeout) {
        return api::noerror;  // queued; nobody acknowledges it
    }
    if (returned.status == api::noerror) {
        Message05 done;
        done.handle = one.handle;
        done.message.protocol = channel.protocol;
        done.message.rx_status = api::tx_msg_type | api::tx_done;
        done.message.data = one.message.data;
        done.message.data.resize(std::min(done.message.data.size(), identifier_bytes));
        channel.received.push_back(std::move(done));
    }
    return returned.status;
}

}  // namespace protocols::simulator::library
