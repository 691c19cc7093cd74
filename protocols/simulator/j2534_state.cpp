#include "protocols/simulator/j2534_state.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>
#include <utility>
#include <vector>

namespace protocols::simulator::library {
namespace {

using passthru::abi::Status;

std::string variable(const char* name, const char* otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : text;
}

Vehicle vehicle() {
    const auto name = variable("OBDSIM_VEHICLE", "healthy-petrol");
    if (name.find_first_of("/\\") == name.npos) {
        auto built_in = built_in_vehicle(name);
        return built_in.has_value() ? built_in.value() : Vehicle();
    }
    std::ifstream file(name);
    std::ostringstream text;
    text << file.rdbuf();
    auto read = read_vehicle(text.str());
    return read.has_value() ? read.value() : Vehicle();
}

Layout layout_asked_for() {
#ifdef _WIN32
    return {4, true};
#else
    return {variable("OBDSIM_ULONG", "8") == "8" ? 8U : 4U, true};
#endif
}

struct State {
    PassThru device{vehicle()};
    Layout layout = layout_asked_for();
    std::string fault = variable("OBDSIM_FAULT", "");
    bool turned = variable("OBDSIM_VERSION_ORDER", "") == "turned";
    int calls = 0;
    std::string last_error;
    std::vector<api::Message> before;  ///< What the last read gave.
};

State& state() {
    static State one;
    return one;
}

/// The kind of fault asked for, when its call has come; else empty.
std::string fault() {
    auto& s = state();
    const auto colon = s.fault.find(':');
    if (colon == s.fault.npos || ++s.calls < std::atoi(s.fault.c_str() + colon + 1)) {
        return {};
    }
    if (const auto file = s.fault.find(':', colon + 1); file != s.fault.npos) {
        const auto path = s.fault.substr(file + 1);
        if (std::ifstream(path)) {
            return {};
        }
        std::ofstream(path) << "done";
    }
    auto kind = s.fault.substr(0, colon);
    if (kind == "hang") {
        for (;;) {
            std::this_thread::sleep_for(std::chrono::hours(1));
        }
    }
    if (kind == "crash") {
        std::abort();
    }
    return kind;
}

}  // namespace

const Layout& layout() {
    return state().layout;
}

Returned run(Call call) {
    const auto kind = fault();
    if (kind == "gone") {
        Returned returned;
        returned.status = api::device_not_connected;
        return returned;
    }
    auto outcome = state().device.call(call, std::chrono::steady_clock::now());
    std::this_thread::sleep_until(outcome.at);
    auto& returned = outcome.returned;
    if (call.function == Function::read) {
        auto& before = state().before;
        if (kind == "stale") {
            std::swap(before, returned.messages);
        } else if (!returned.messages.empty()) {
            before = returned.messages;
        }
        if (kind == "sizes") {
            for (auto& message : returned.messages) {
                constexpr std::size_t beyond = 60'000;
                message.data.resize(beyond);
            }
        }
    }
    return std::move(returned);
}

Call of(Function function, std::uint64_t handle) {
    Call call;
    call.function = function;
    call.handle = static_cast<std::uint32_t>(handle);
    return call;
}

void put(void* to, std::uint64_t value) {
    if (to != nullptr) {
        Members(to, layout()).put(value);
    }
}

std::size_t get(const void* from) {
    return static_cast<std::size_t>(Members(const_cast<void*>(from), layout()).number());
}

void put_text(char* to, std::string_view text) {
    constexpr std::size_t size = 80;
    if (to != nullptr) {
        std::snprintf(to, size, "%.*s", static_cast<int>(text.size()), text.data());
    }
}

Status status(std::uint32_t result) {
    if (result != api::noerror) {
        state().last_error = api::name(result);
    }
    return static_cast<Status>(result);
}

const std::string& last_error() {
    return state().last_error;
}

Status missing() {
    return status(api::null_parameter);
}

Status version(std::uint64_t device, char* firmware, char* dll, char* api_text) {
    const auto returned = run(of(Function::read_version, device));
    put_text(state().turned ? api_text : firmware, returned.firmware);
    put_text(dll, returned.library);
    put_text(state().turned ? firmware : api_text, returned.version);
    return status(returned.status);
}

Status ioctl(std::uint64_t handle, std::uint64_t which, void* in, void* out) {
    switch (which) {
        case api::get_config:
        case api::set_config: {
            if (in == nullptr) {
                return missing();
            }
            auto call =
                of(which == api::get_config ? Function::get_config : Function::set_config, handle);
            Members list(in, layout());
            const auto count = list.number();
            void* first = list.pointer();
            Members pairs(first, layout());
            for (std::uint64_t i = 0; i < count; ++i) {
                const auto parameter = pairs.number32();
                call.parameters.emplace_back(parameter, pairs.number32());
            }
            const auto returned = run(std::move(call));
            Members values(first, layout());
            for (const auto& [parameter, value] : returned.parameters) {
                values.skip_numbers(1);
                values.put(value);
            }
            return status(returned.status);
        }
        case api::five_baud_init: {
            if (in == nullptr || out == nullptr) {
                return missing();
            }
            const auto returned = run(of(Function::five_baud_init, handle));
            Members list(out, layout());
            list.skip_numbers(1);
            std::ranges::copy(returned.bytes, static_cast<unsigned char*>(list.pointer()));
            return status(returned.status);
        }
        case api::add_funct_lookup:
        case api::delete_funct_lookup: {
            if (in == nullptr) {
                return missing();
            }
            auto call = of(Function::lookup, handle);
            call.type = static_cast<std::uint32_t>(which);
            Members list(in, layout());
            const auto count = list.number();
            const auto* at = static_cast<const unsigned char*>(list.pointer());
            call.bytes.assign(at, at + count);
            return status(run(std::move(call)).status);
        }
        case api::read_prog_voltage:  // none is ever given
            put(out, 0);
            return out == nullptr ? missing() : status(api::noerror);
        default: {
            auto call = of(Function::clear, handle);
            call.type = static_cast<std::uint32_t>(which);
            return status(run(std::move(call)).status);
        }
    }
}

}  // namespace protocols::simulator::library
