#include "protocols/passthru_worker/library.hpp"

#include <dlfcn.h>

#include <vector>

namespace protocols::passthru {
namespace {

// Numbers travel in registers, where a 32-bit one looks the same as a 64-bit one; what a library
// writes through a pointer is cleared before and read as 32 bits, little endian.
using Number = std::uint64_t;
using Status = std::int32_t;
using Open = Status (*)(const char*, Number*);
using OfOne = Status (*)(Number);
using Connect = Status (*)(Number, Number, Number, Number, Number*);
using Messages = Status (*)(Number, void*, Number*, Number);
using StartFilter = Status (*)(Number, Number, void*, void*, void*, Number*);
using StopFilter = Status (*)(Number, Number);
using StartPeriodic = Status (*)(Number, void*, Number*, Number);
using ReadVersion = Status (*)(Number, char*, char*, char*);
using LastError = Status (*)(char*);
using Ioctl = Status (*)(Number, Number, void*, void*);

constexpr std::size_t text_bytes = 1024;  // the standard says 80; some write more

std::uint32_t low(Number number) {
    return static_cast<std::uint32_t>(number & 0xFFFFFFFF);
}

std::uint32_t result(Status status) {
    return static_cast<std::uint32_t>(status);
}

/// `04.04`, `05.00`.
bool looks_like_version(std::string_view text) {
    return text.size() >= 5 && text[0] == '0' &&
           (text[1] == '2' || text[1] == '4' || text[1] == '5') && text[2] == '.';
}

}  // namespace

Library::Library(std::string path, Abi abi) : path_(std::move(path)), abi_(abi) {
    handle_ = ::dlopen(path_.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle_ == nullptr) {
        const char* why = ::dlerror();
        why_not_ = why == nullptr ? "it cannot be loaded" : why;
    }
}

Library::~Library() {
    close();  // not unloaded: vendors' threads may still run
}

void Library::close() {
    for (const auto channel : std::exchange(channels_, {})) {
        if (const auto disconnect = find<OfOne>("PassThruDisconnect")) {
            disconnect(channel);
        }
    }
    if (std::exchange(open_, false)) {
        if (const auto close = find<OfOne>("PassThruClose")) {
            close(device_);
        }
    }
}

template <class Function>
Function Library::find(const char* name) {
    auto found = functions_.find(name);
    if (found == functions_.end()) {
        void* symbol = handle_ == nullptr ? nullptr : ::dlsym(handle_, name);
        if (symbol == nullptr && handle_ != nullptr) {
            symbol = ::dlsym(handle_, ("_" + std::string(name)).c_str());
        }
        found = functions_.emplace(name, symbol).first;
    }
    return reinterpret_cast<Function>(found->second);
}

std::string Library::last_error() {
    const auto function = find<LastError>("PassThruGetLastError");
    std::array<char, text_bytes> text{};
    if (function == nullptr || function(text.data()) != 0) {
        return {};
    }
    text.back() = '\0';
    return text.data();
}

Returned Library::call(const Call& call) {
    Returned returned;
    if (handle_ == nullptr) {
        returned.status = api::library_missing;
        returned.error = why_not_;
    } else if (call.function == Function::hello) {
        returned.value = wire_version;
    } else if (!open_ && call.function != Function::open) {
        returned.status = api::not_open;
    } else if (abi_.ulong_bytes == 4) {
        returned = call_as<std::uint32_t>(call);
    } else {
        returned = call_as<std::uint64_t>(call);
    }
    if (returned.status != api::noerror && returned.status < api::library_missing && open_) {
        returned.error = last_error();
    }
    returned.id = call.id;
    return returned;
}

std::uint32_t Library::read_version(const Call& call, Returned& returned) {
    const auto function = find<ReadVersion>("PassThruReadVersion");
    if (function == nullptr) {
        return api::function_missing;
    }
    std::array<std::array<char, text_bytes>, 3> texts{};
    const auto status =
        result(function(call.handle, texts[0].data(), texts[1].data(), texts[2].data()));
    for (auto& text : texts) {
        text.back() = '\0';
    }
    // Firmware, library, API: some give them the other way round.
    const bool turned = !looks_like_version(texts[2].data()) && looks_like_version(texts[0].data());
    returned.firmware = texts[turned ? 2 : 0].data();
    returned.library = texts[1].data();
    returned.version = texts[turned ? 0 : 2].data();
    return status;
}

template <class Ulong>
std::uint32_t Library::filter_as(const Call& call, std::uint32_t& id) {
    const auto function = find<StartFilter>("PassThruStartMsgFilter");
    if (function == nullptr) {
        return api::function_missing;
    }
    // Twice as long as needed: whoever takes them for the other layout stays inside.
    std::array<std::array<unsigned char, 2 * sizeof(RawMessage<std::uint64_t>)>, 3> memory{};
    for (std::size_t i = 0; i < std::min(memory.size(), call.messages.size()); ++i) {
        const auto raw = to_raw<Ulong>(call.messages[i]);
        std::memcpy(memory[i].data(), &raw, sizeof raw);
    }
    Number filter = 0;
    const bool flow = call.messages.size() > 2;
    const auto status = result(function(
        call.handle, call.type, memory[0].data(), memory[1].data(),
        flow ? memory[2].data() : nullptr, &filter
    ));
    id = low(filter);
    return status;
}

/// The first filter tells the layout where it is not known: a wrong one has no length where the
/// library looks for it, and is refused.
std::uint32_t Library::start_filter(const Call& call, Returned& returned) {
    if (abi_.ulong_bytes == 4) {
        return filter_as<std::uint32_t>(call, returned.handle);
    }
    const auto status = filter_as<std::uint64_t>(call, returned.handle);
    if (abi_.ulong_bytes == 8 || status == api::noerror) {
        abi_.ulong_bytes = 8;
        return status;
    }
    const auto other = filter_as<std::uint32_t>(call, returned.handle);
    if (other == api::noerror) {
        abi_.ulong_bytes = 4;
    }
    return other == api::noerror ? other : status;
}

template <class Ulong>
Returned Library::call_as(const Call& call) {
    Returned returned;
    const auto missing = [&] {
        returned.status = api::function_missing;
        return returned;
    };
    const auto ioctl = [&](std::uint32_t which, void* in, void* out) {
        const auto function = find<Ioctl>("PassThruIoctl");
        return function == nullptr ? api::function_missing
                                   : result(function(call.handle, which, in, out));
    };
    switch (call.function) {
        case Function::open: {
            const auto function = find<Open>("PassThruOpen");
            if (function == nullptr) {
                return missing();
            }
            Number device = 0;
            returned.status =
                result(function(call.name.empty() ? nullptr : call.name.c_str(), &device));
            open_ = returned.status == api::noerror;
            device_ = returned.handle = low(device);
            break;
        }
        case Function::close: {
            const auto function = find<OfOne>("PassThruClose");
            if (function == nullptr) {
                return missing();
            }
            returned.status = result(function(call.handle));
            open_ = false;
            channels_.clear();
            break;
        }
        case Function::read_version:
            returned.status = read_version(call, returned);
            break;
        case Function::connect: {
            const auto function = find<Connect>("PassThruConnect");
            if (function == nullptr) {
                return missing();
            }
            Number channel = 0;
            returned.status =
                result(function(call.handle, call.protocol, call.flags, call.baud, &channel));
            returned.handle = low(channel);
            if (returned.status == api::noerror) {
                channels_.insert(returned.handle);
            }
            break;
        }
        case Function::disconnect: {
            const auto function = find<OfOne>("PassThruDisconnect");
            if (function == nullptr) {
                return missing();
            }
            channels_.erase(call.handle);
            returned.status = result(function(call.handle));
            break;
        }
        case Function::read: {
            const auto function = find<Messages>("PassThruReadMsgs");
            if (function == nullptr) {
                return missing();
            }
            constexpr std::uint32_t at_once_max = 32;
            std::vector<RawMessage<Ulong>> raw(
                std::clamp<std::uint32_t>(call.count, 1, at_once_max) + 1
            );
            Number count = raw.size() - 1;
            returned.status = result(function(call.handle, raw.data(), &count, call.timeout_ms));
            // The count may stand for nothing: a message was written where it has a length.
            for (std::size_t i = 0; i + 1 < raw.size() && raw[i].size > 0; ++i) {
                returned.messages.push_back(from_raw(raw[i]));
            }
            break;
        }
        case Function::write: {
            const auto function = find<Messages>("PassThruWriteMsgs");
            if (function == nullptr) {
                return missing();
            }
            std::vector<RawMessage<Ulong>> raw;
            for (const auto& message : call.messages) {
                raw.push_back(to_raw<Ulong>(message));
            }
            Number count = raw.size();
            returned.status = result(function(call.handle, raw.data(), &count, call.timeout_ms));
            returned.value = low(count);
            break;
        }
        case Function::start_filter:
            returned.status = start_filter(call, returned);
            break;
        case Function::stop_filter:
        case Function::stop_periodic: {
            const bool filter = call.function == Function::stop_filter;
            const auto function =
                find<StopFilter>(filter ? "PassThruStopMsgFilter" : "PassThruStopPeriodicMsg");
            if (function == nullptr) {
                return missing();
            }
            returned.status = result(function(call.handle, call.type));
            break;
        }
        case Function::start_periodic: {
            const auto function = find<StartPeriodic>("PassThruStartPeriodicMsg");
            if (function == nullptr || call.messages.empty()) {
                return missing();
            }
            auto raw = to_raw<Ulong>(call.messages.front());
            Number id = 0;
            returned.status = result(function(call.handle, &raw, &id, call.timeout_ms));
            returned.handle = low(id);
            break;
        }
        case Function::get_config:
        case Function::set_config: {
            std::vector<std::array<Ulong, 2>> list;
            for (const auto& [parameter, value] : call.parameters) {
                list.push_back({parameter, value});
            }
            auto raw =
                RawList::of<Ulong>(static_cast<Ulong>(list.size()), list.data(), abi_.packed);
            const bool get = call.function == Function::get_config;
            returned.status = ioctl(get ? api::get_config : api::set_config, raw.data(), nullptr);
            for (const auto& [parameter, value] : list) {
                returned.parameters.emplace_back(
                    static_cast<std::uint32_t>(parameter), static_cast<std::uint32_t>(value)
                );
            }
            break;
        }
        case Function::battery: {
            Number millivolts = 0;
            returned.status = ioctl(api::read_vbatt, nullptr, &millivolts);
            returned.value = low(millivolts);
            break;
        }
        case Function::five_baud_init: {
            Bytes in = call.bytes;
            Bytes out(16, 0);
            constexpr Ulong key_bytes = 2;
            auto from = RawList::of<Ulong>(static_cast<Ulong>(in.size()), in.data(), abi_.packed);
            auto to = RawList::of<Ulong>(key_bytes, out.data(), abi_.packed);
            returned.status = ioctl(api::five_baud_init, from.data(), to.data());
            if (returned.status == api::noerror) {
                returned.bytes.assign(out.begin(), out.begin() + key_bytes);
            }
            break;
        }
        case Function::fast_init: {
            std::array<RawMessage<Ulong>, 2> in{};
            std::array<RawMessage<Ulong>, 2> out{};
            if (!call.messages.empty()) {
                in[0] = to_raw<Ulong>(call.messages.front());
            }
            returned.status = ioctl(api::fast_init, in.data(), out.data());
            if (out[0].size > 0) {
                returned.messages.push_back(from_raw(out[0]));
            }
            break;
        }
        case Function::clear:
            returned.status = ioctl(call.type, nullptr, nullptr);
            break;
        case Function::lookup: {
            Bytes in = call.bytes;
            auto from = RawList::of<Ulong>(static_cast<Ulong>(in.size()), in.data(), abi_.packed);
            returned.status = ioctl(call.type, from.data(), nullptr);
            break;
        }
        case Function::hello:
            break;
    }
    return returned;
}

}  // namespace protocols::passthru
