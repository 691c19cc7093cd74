// Holds a vendor's J2534 library, so that one that hangs or crashes takes nobody down but itself.
// Speaks the protocol of passthru/wire.hpp on its line; ends when that is closed.
#include "protocols/passthru/exchange.hpp"
#include "protocols/passthru_worker/library.hpp"
#include "protocols/passthru_worker/process.hpp"

#include <array>
#include <cstdio>
#include <string>
#include <string_view>

namespace {

using namespace protocols::passthru;

/// Until the station closes the line, or says something that is no call.
void serve(Library& library) {
    std::string received;
    std::array<char, 16384> buffer{};
    for (;;) {
        const auto size = read_line(buffer.data(), buffer.size());
        if (size == 0) {
            return;
        }
        received.append(buffer.data(), size);
        for (;;) {
            const auto length = frame_length(received);
            if (length.has_error()) {
                return;
            }
            if (!length.value()) {
                break;
            }
            const auto call = call_from(std::string_view(received).substr(0, *length.value()));
            received.erase(0, *length.value());
            if (call.has_error() || !write_line(to_frame(library.call(call.value())))) {
                return;
            }
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    const auto words = begin_worker(argc, argv);
    if (words.size() < 2) {
        std::fputs(
            "obd-passthru-worker: started by the station, with a library's path and, where it is"
            " known, --ulong=4 or --ulong=8, --natural, --api=04.04 or --api=05.00,"
            " --resources-by-pointer\n",
            stderr
        );
        return 2;
    }
    Abi abi;
    for (const auto& option : words) {
        if (option == "--ulong=4" || option == "--ulong=8") {
            abi.ulong_bytes = option.back() - '0';
        } else if (option == "--natural") {
            abi.packed = false;
        } else if (option == "--api=04.04" || option == "--api=05.00") {
            abi.version = option.substr(option.find('=') + 1);
        } else if (option == "--resources-by-pointer") {
            abi.resources_by_pointer = true;
        }
    }
    const auto library = load(words[1], abi);
    serve(*library);
    library->close();
    return 0;
}
