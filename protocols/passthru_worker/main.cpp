// Holds a vendor's J2534 library, so that one that hangs or crashes takes nobody down but itself.
// Speaks the protocol of passthru/wire.hpp on file descriptor 3; ends when that is closed.
#include "protocols/passthru/exchange.hpp"
#include "protocols/passthru_worker/library.hpp"

#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <string>
#include <string_view>

namespace {

using namespace protocols::passthru;

constexpr int line = 3;

bool send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::write(line, bytes.data(), bytes.size());
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent <= 0) {
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

/// Until the station closes the line, or says something that is no call.
void serve(Library& library) {
    std::string received;
    std::array<char, 16384> buffer{};
    for (;;) {
        const auto size = ::read(line, buffer.data(), buffer.size());
        if (size < 0 && errno == EINTR) {
            continue;
        }
        if (size <= 0) {
            return;
        }
        received.append(buffer.data(), static_cast<std::size_t>(size));
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
            if (call.has_error() || !send(to_frame(library.call(call.value())))) {
                return;
            }
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fputs(
            "obd-passthru-worker: started by the station, with a library's path and, where it is"
            " known, --ulong=4 or --ulong=8 and --natural\n",
            stderr
        );
        return 2;
    }
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // also while the library hangs
    ::signal(SIGPIPE, SIG_IGN);
    Abi abi;
    for (int i = 2; i < argc; ++i) {
        const std::string_view option = argv[i];
        if (option == "--ulong=4" || option == "--ulong=8") {
            abi.ulong_bytes = option.back() - '0';
        } else if (option == "--natural") {
            abi.packed = false;
        }
    }
    Library library(argv[1], abi);
    serve(library);
    return 0;
}
