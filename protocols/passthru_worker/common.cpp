#include "protocols/passthru_worker/common.hpp"

#include <array>

namespace protocols::passthru {
namespace {

constexpr std::size_t text_bytes = 1024;  // the standard says 80; some write more

/// `04.04`, `05.00`.
bool looks_like_version(std::string_view text) {
    return text.size() >= 5 && text[0] == '0' &&
           (text[1] == '2' || text[1] == '4' || text[1] == '5') && text[2] == '.';
}

}  // namespace

Returned CommonLibrary::call(const Call& call) {
    Returned returned;
    if (call.function == Function::hello) {
        returned.value = wire_version;
    } else if (!open_ && call.function != Function::open) {
        returned.status = api::not_open;
    } else {
        dispatch(call, returned);
    }
    if (returned.status != api::noerror && returned.status < api::library_missing && open_) {
        returned.error = last_error();
        if (const auto name = other_name(returned.status); !name.empty()) {
            returned.error.insert(0, std::string(name) + (returned.error.empty() ? "" : ": "));
        }
    }
    returned.id = call.id;
    return returned;
}

std::string CommonLibrary::last_error() {
    const auto function = exports_.find<abi::LastError>("PassThruGetLastError");
    std::array<char, text_bytes> text{};
    if (function == nullptr || function(text.data()) != 0) {
        return {};
    }
    text.back() = '\0';
    return text.data();
}

std::uint32_t CommonLibrary::open_as(const char* name, std::uint32_t& device) {
    abi::Number id = 0;
    const auto status = invoke<abi::Open>("PassThruOpen", name, &id);
    device = low(id);
    return status;
}

void CommonLibrary::common(const Call& call, Returned& returned) {
    switch (call.function) {
        case Function::read_version:
            return read_version(call, returned);
        case Function::stop_filter:
            returned.status = invoke<abi::OfTwo>("PassThruStopMsgFilter", call.handle, call.type);
            return;
        case Function::stop_periodic:
            returned.status = invoke<abi::OfTwo>("PassThruStopPeriodicMsg", call.handle, call.type);
            return;
        case Function::get_config:
        case Function::set_config:
            return configure(call, returned);
        case Function::five_baud_init:
            return five_baud_init(call, returned);
        case Function::clear:
            returned.status = ioctl(call.handle, call.type, nullptr, nullptr);
            return;
        case Function::lookup:
            return look_up(call, returned);
        default:
            returned.status = api::not_supported;
    }
}

/// Three texts, told apart by what they look like.
void CommonLibrary::read_version(const Call& call, Returned& returned) {
    std::array<std::array<char, text_bytes>, 3> texts{};
    returned.status = invoke<abi::ReadVersion>(
        "PassThruReadVersion", call.handle, texts[0].data(), texts[1].data(), texts[2].data()
    );
    for (auto& text : texts) {
        text.back() = '\0';
    }
    // Firmware, library, API: some give them the other way round.
    const bool turned = !looks_like_version(texts[2].data()) && looks_like_version(texts[0].data());
    returned.firmware = texts[turned ? 2 : 0].data();
    returned.library = texts[1].data();
    returned.version = texts[turned ? 0 : 2].data();
}

void CommonLibrary::configure(const Call& call, Returned& returned) {
    Structure pairs(layout());
    for (const auto& [parameter, value] : call.parameters) {
        pairs.number(parameter).number(value);
    }
    Structure list(layout());
    list.number(call.parameters.size()).pointer(pairs.data());
    const auto which = call.function == Function::get_config ? api::get_config : api::set_config;
    returned.status = ioctl(call.handle, which, list.data(), nullptr);
    Members written(pairs.data(), layout());
    for (std::size_t i = 0; i < call.parameters.size(); ++i) {
        const auto parameter = written.number32();
        returned.parameters.emplace_back(parameter, written.number32());
    }
}

void CommonLibrary::five_baud_init(const Call& call, Returned& returned) {
    constexpr std::size_t key_bytes = 2;
    Bytes address = call.bytes;
    Bytes keys(16, 0);  // more than it may write
    Structure in(layout());
    in.number(address.size()).pointer(address.data());
    Structure out(layout());
    out.number(key_bytes).pointer(keys.data());
    returned.status = ioctl(call.handle, api::five_baud_init, in.data(), out.data());
    if (returned.status == api::noerror) {
        returned.bytes.assign(keys.begin(), keys.begin() + key_bytes);
    }
}

void CommonLibrary::look_up(const Call& call, Returned& returned) {
    Bytes addresses = call.bytes;
    Structure list(layout());
    list.number(addresses.size()).pointer(addresses.data());
    returned.status = ioctl(call.handle, call.type, list.data(), nullptr);
}

}  // namespace protocols::passthru
