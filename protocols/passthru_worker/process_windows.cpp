#include "protocols/passthru_worker/process.hpp"

#include "protocols/base/wide.hpp"

#include <shellapi.h>

namespace protocols::passthru {
namespace {

HANDLE line() {
    return ::GetStdHandle(STD_INPUT_HANDLE);
}

}  // namespace

/// That it dies with the station is the job's doing that the station puts it in.
std::vector<std::string> begin_worker(int, char**) {
    ::SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX);
    int count = 0;
    LPWSTR* words = ::CommandLineToArgvW(::GetCommandLineW(), &count);
    std::vector<std::string> arguments;
    for (int i = 0; i < count; ++i) {
        arguments.push_back(narrow(words[i]));
    }
    ::LocalFree(static_cast<HLOCAL>(words));
    return arguments;
}

std::size_t read_line(char* to, std::size_t size) {
    DWORD got = 0;
    return ::ReadFile(line(), to, static_cast<DWORD>(size), &got, nullptr) != 0 ? got : 0;
}

bool write_line(std::string_view bytes) {
    while (!bytes.empty()) {
        DWORD sent = 0;
        const auto size = static_cast<DWORD>(bytes.size());
        if (::WriteFile(line(), bytes.data(), size, &sent, nullptr) == 0 || sent == 0) {
            return false;
        }
        bytes.remove_prefix(sent);
    }
    return true;
}

}  // namespace protocols::passthru
