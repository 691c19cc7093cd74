// SAE J2534-1, version 04.04. What real libraries do differently ends here: a device identifier
// that was never written is 0, messages are cleared before a read and believed only where the
// library wrote them.
#include "protocols/passthru_worker/common.hpp"

#include <array>
#include <set>
#include <utility>

namespace protocols::passthru {
namespace {

using abi::Number;

class Library0404 : public CommonLibrary {
public:
    Library0404(Exports exports, Abi abi) : CommonLibrary(std::move(exports), std::move(abi)) {}

    void close() override;

private:
    void dispatch(const Call& call, Returned& returned) override;
    [[nodiscard]] std::string_view other_name(std::uint32_t) const override { return {}; }
    void connect(const Call& call, Returned& returned);
    void read(const Call& call, Returned& returned);
    void write(const Call& call, Returned& returned);
    std::uint32_t filter_as(const Layout& layout, const Call& call, std::uint32_t& id);
    std::uint32_t start_filter(const Call& call, Returned& returned);
    void start_periodic(const Call& call, Returned& returned);
    void fast_init(const Call& call, Returned& returned);

    std::set<std::uint32_t> channels_;
};

void Library0404::close() {
    for (const auto channel : std::exchange(channels_, {})) {
        invoke<abi::OfOne>("PassThruDisconnect", channel);
    }
    if (std::exchange(open_, false)) {
        invoke<abi::OfOne>("PassThruClose", device_);
    }
}

void Library0404::dispatch(const Call& call, Returned& returned) {
    switch (call.function) {
        case Function::open:
            returned.status =
                open_as(call.name.empty() ? nullptr : call.name.c_str(), returned.handle);
            open_ = returned.status == api::noerror;
            device_ = returned.handle;
            return;
        case Function::close:
            returned.status = invoke<abi::OfOne>("PassThruClose", call.handle);
            open_ = false;
            return channels_.clear();
        case Function::connect:
            return connect(call, returned);
        case Function::disconnect:
            channels_.erase(call.handle);
            returned.status = invoke<abi::OfOne>("PassThruDisconnect", call.handle);
            return;
        case Function::read:
            return read(call, returned);
        case Function::write:
            return write(call, returned);
        case Function::start_filter:
            returned.status = start_filter(call, returned);
            return;
        case Function::start_periodic:
            return start_periodic(call, returned);
        case Function::battery: {
            Number millivolts = 0;
            returned.status = ioctl(call.handle, api::read_vbatt, nullptr, &millivolts);
            returned.value = low(millivolts);
            return;
        }
        case Function::fast_init:
            return fast_init(call, returned);
        default:
            return common(call, returned);
    }
}

void Library0404::connect(const Call& call, Returned& returned) {
    Number channel = 0;
    returned.status = invoke<abi::Connect>(
        "PassThruConnect", call.handle, call.protocol, call.flags, call.baud, &channel
    );
    returned.handle = low(channel);
    if (returned.status == api::noerror) {
        channels_.insert(returned.handle);
    }
}

void Library0404::read(const Call& call, Returned& returned) {
    constexpr std::uint32_t at_once_max = 32;
    const auto shape = layout();
    const auto count = std::clamp<std::uint32_t>(call.count, 1, at_once_max);
    Structure raw(shape);
    raw.zeros((count + 1) * abi::message_bytes(shape));  // one more than it may write
    Number written = count;
    returned.status = invoke<abi::ReadMessages>(
        "PassThruReadMsgs", call.handle, raw.data(), &written, call.timeout_ms
    );
    // The count may stand for nothing: a message was written where it has a length.
    for (std::size_t i = 0; i < count; ++i) {
        const auto* at = static_cast<const char*>(raw.data()) + i * abi::message_bytes(shape);
        Members members(const_cast<char*>(at), shape);
        members.skip_numbers(4);
        if (members.number() == 0) {
            return;
        }
        returned.messages.push_back(abi::read_message(at, shape));
    }
}

void Library0404::write(const Call& call, Returned& returned) {
    Structure raw(layout());
    for (const auto& message : call.messages) {
        abi::add_message(raw, message);
    }
    Number count = static_cast<Number>(call.messages.size());
    returned.status = invoke<abi::WriteMessages>(
        "PassThruWriteMsgs", call.handle, raw.data(), &count, call.timeout_ms
    );
    returned.value = low(count);
}

std::uint32_t Library0404::filter_as(const Layout& layout, const Call& call, std::uint32_t& id) {
    // Twice as long as needed: whoever takes them for the other layout stays inside.
    std::array<Structure, 3> memory{Structure(layout), Structure(layout), Structure(layout)};
    for (std::size_t i = 0; i < std::min(memory.size(), call.messages.size()); ++i) {
        abi::add_message(memory[i], call.messages[i]);
        memory[i].zeros(memory[i].size());
    }
    Number filter = 0;
    const bool flow = call.messages.size() > 2;
    const auto status = invoke<abi::StartFilter>(
        "PassThruStartMsgFilter", call.handle, call.type, memory[0].data(), memory[1].data(),
        flow ? memory[2].data() : nullptr, &filter
    );
    id = low(filter);
    return status;
}

/// The first filter tells the layout where it is not known: a wrong one has no length where the
/// library looks for it, and is refused.
std::uint32_t Library0404::start_filter(const Call& call, Returned& returned) {
    const Layout narrow{4, abi_.packed};
    const Layout wide{8, abi_.packed};
    if (abi_.ulong_bytes == 4) {
        return filter_as(narrow, call, returned.handle);
    }
    const auto status = filter_as(wide, call, returned.handle);
    if (abi_.ulong_bytes == 8 || status == api::noerror) {
        abi_.ulong_bytes = 8;
        return status;
    }
    const auto other = filter_as(narrow, call, returned.handle);
    if (other == api::noerror) {
        abi_.ulong_bytes = 4;
    }
    return other == api::noerror ? other : status;
}

void Library0404::start_periodic(const Call& call, Returned& returned) {
    if (call.messages.empty()) {
        returned.status = api::null_parameter;
        return;
    }
    Structure raw(layout());
    abi::add_message(raw, call.messages.front());
    Number id = 0;
    returned.status = invoke<abi::StartPeriodic>(
        "PassThruStartPeriodicMsg", call.handle, raw.data(), &id, call.timeout_ms
    );
    returned.handle = low(id);
}

void Library0404::fast_init(const Call& call, Returned& returned) {
    Structure in(layout());
    abi::add_message(in, call.messages.empty() ? api::Message() : call.messages.front());
    Structure out(layout());
    out.zeros(2 * abi::message_bytes(layout()));
    returned.status = ioctl(call.handle, api::fast_init, in.data(), out.data());
    auto answer = abi::read_message(out.data(), layout());
    if (!answer.data.empty()) {
        returned.messages.push_back(std::move(answer));
    }
}

}  // namespace

std::unique_ptr<Library> library_0404(Exports exports, Abi abi) {
    return std::make_unique<Library0404>(std::move(exports), std::move(abi));
}

}  // namespace protocols::passthru
