// The J2534 worker's protocol: any bytes on either side are frames or malformed, and what is read
// is written the same again.
#include "protocols/base/ensure.hpp"
#include "protocols/passthru/installed.hpp"
#include "protocols/passthru/wire.hpp"
#include "protocols/simulator/passthru.hpp"
#include "tests/fuzz/target.hpp"

using namespace protocols::passthru;

namespace {

void take(std::string_view bytes) {
    const auto length = frame_length(bytes);
    if (length.has_value() && length.value()) {
        const auto frame = bytes.substr(0, *length.value());
        if (const auto call = call_from(frame); call.has_value()) {
            ENSURE(to_frame(call.value()) == frame);
            // Whatever is called, in whatever order, the device returns.
            static auto device = protocols::simulator::PassThru(
                protocols::simulator::built_in_vehicle("hybrid").value()
            );
            static protocols::Instant now{};
            now = device.call(call.value(), now).at;
        }
        if (const auto returned = returned_from(frame); returned.has_value()) {
            ENSURE(to_frame(returned.value()) == frame);
        }
    }
    static_cast<void>(read_installed(bytes));
}

/// With the length that fits, so that what lies behind it is reached.
std::string with_its_length(std::string_view bytes) {
    constexpr std::size_t length_bytes = 4;
    std::string frame(bytes);
    const auto length = frame.size() - length_bytes;
    for (std::size_t i = 0; i < length_bytes; ++i) {
        frame[i] = static_cast<char>(length >> 8 * i & 0xFF);
    }
    return frame;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    take(bytes);
    if (size > 4) {
        take(with_its_length(bytes));
    }
    return 0;
}

std::vector<std::string> seeds() {
    Call connect;
    connect.function = Function::connect;
    connect.handle = 1;
    connect.protocol = 6;
    connect.baud = 500'000;
    Call open;
    open.function = Function::open;
    Call write;
    write.function = Function::write;
    write.handle = 2;
    write.messages = {{6, 0, 0x40, 0, 0, {0, 0, 7, 0xDF, 1, 0}}};
    Call filter = write;
    filter.function = Function::start_filter;
    filter.type = 1;
    filter.messages = {{6, 0, 0, 0, 0, {0}}, {6, 0, 0, 0, 0, {0}}};
    Call read;
    read.function = Function::read;
    read.handle = 2;
    read.count = 4;
    read.timeout_ms = 50;
    Returned returned;
    returned.messages = {{6, 9, 0, 1, 4, {0, 0, 7, 0xE8}}};
    returned.parameters = {{1, 2}};
    returned.version = "04.04";
    return {
        to_frame(open),
        to_frame(connect),
        to_frame(filter),
        to_frame(write),
        to_frame(read),
        to_frame(returned),
        R"({"NAME":"Box","FUNCTION_LIB":"/l.so","ABI_ULONG":4})"};
}
