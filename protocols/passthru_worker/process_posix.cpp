#include "protocols/passthru_worker/process.hpp"

#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace protocols::passthru {
namespace {

constexpr int line = 3;

}  // namespace

std::vector<std::string> begin_worker(int argc, char** argv) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // also while the library hangs
    ::signal(SIGPIPE, SIG_IGN);
    return {argv, argv + argc};
}

std::size_t read_line(char* to, std::size_t size) {
    for (;;) {
        const auto got = ::read(line, to, size);
        if (got >= 0 || errno != EINTR) {
            return got > 0 ? static_cast<std::size_t>(got) : 0;
        }
    }
}

bool write_line(std::string_view bytes) {
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

}  // namespace protocols::passthru
