#include "protocols/base/wide.hpp"
#include "protocols/link/worker_process.hpp"

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <utility>

namespace protocols::link {
namespace {

// A library closes its device in this time, or its worker is killed.
constexpr DWORD patience_ms = 1500;

std::filesystem::path worker_program(const std::string& library) {
    if (const char* named = std::getenv("OBD_PASSTHRU_WORKER")) {
        return named;
    }
    std::ifstream file(std::filesystem::path(wide(library)), std::ios::binary);
    std::array<char, 1024> head{};
    file.read(head.data(), head.size());
    const auto size = static_cast<std::size_t>(file.gcount());
    const bool narrow = passthru::bits_of({head.data(), size}) == 32;
    std::array<wchar_t, 4096> self{};
    ::GetModuleFileNameW(nullptr, self.data(), static_cast<DWORD>(self.size()));
    return std::filesystem::path(self.data()).parent_path() /
           (narrow ? L"obd-passthru-worker-32.exe" : L"obd-passthru-worker-64.exe");
}

/// In quotes, as programs on Windows take their arguments apart.
std::wstring quoted(const std::wstring& word) {
    std::wstring text = L"\"";
    std::size_t backslashes = 0;
    for (const wchar_t letter : word) {
        if (letter == L'"') {
            text.append(backslashes + 1, L'\\');
        }
        backslashes = letter == L'\\' ? backslashes + 1 : 0;
        text += letter;
    }
    return text.append(backslashes, L'\\') + L'"';
}

Failure failed(const std::string& what) {
    const auto code = ::GetLastError();
    return {
        Fault::cannot_open, what + ": " + std::system_category().message(static_cast<int>(code)) +
                                " (Windows error " + std::to_string(code) + ")"};
}

HANDLE handle(std::intptr_t number) {
    return reinterpret_cast<HANDLE>(number);  // NOLINT: the handle it was made from
}

/// Both ends of a pipe with a name nobody else has; `theirs` is for a child.
bool make_pipe(HANDLE& ours, HANDLE& theirs) {
    static std::atomic<int> count{0};
    const auto name = L"\\\\.\\pipe\\obd-passthru-" + std::to_wstring(::GetCurrentProcessId()) +
                      L"-" + std::to_wstring(++count);
    constexpr DWORD buffer = 1 << 16;
    ours = ::CreateNamedPipeW(
        name.c_str(), PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
        PIPE_TYPE_BYTE | PIPE_REJECT_REMOTE_CLIENTS, 1, buffer, buffer, 0, nullptr
    );
    if (ours == INVALID_HANDLE_VALUE) {
        return false;
    }
    SECURITY_ATTRIBUTES inherited{sizeof inherited, nullptr, TRUE};
    theirs = ::CreateFileW(
        name.c_str(), GENERIC_READ | GENERIC_WRITE, 0, &inherited, OPEN_EXISTING, 0, nullptr
    );
    if (theirs == INVALID_HANDLE_VALUE) {
        ::CloseHandle(ours);
        return false;
    }
    return true;
}

}  // namespace

Result<WorkerProcess> WorkerProcess::start(
    boost::asio::io_context& io, const passthru::Installed& library, std::optional<Pipe>& line
) {
    HANDLE ours = nullptr;
    HANDLE theirs = nullptr;
    if (!make_pipe(ours, theirs)) {
        return failed("no pipe");
    }
    line.emplace(io, ours);
    const auto program = worker_program(library.library);
    auto command = quoted(program.wstring());
    for (const auto& word : worker_arguments(library)) {
        command += L" " + quoted(wide(word));
    }
    STARTUPINFOW start{};
    start.cb = sizeof start;
    start.dwFlags = STARTF_USESTDHANDLES;
    start.hStdInput = theirs;
    start.hStdError = ::GetStdHandle(STD_ERROR_HANDLE);
    start.hStdOutput = start.hStdError;
    PROCESS_INFORMATION process{};
    const bool started = ::CreateProcessW(
                             program.c_str(), command.data(), nullptr, nullptr, TRUE,
                             CREATE_SUSPENDED | CREATE_NO_WINDOW, nullptr, nullptr, &start, &process
                         ) != 0;
    if (!started) {
        const auto failure =
            failed("the J2534 worker cannot be started (" + narrow(program.wstring()) + ")");
        ::CloseHandle(theirs);
        line.reset();
        return failure;
    }
    ::CloseHandle(theirs);
    // Ends with this program, however that ends.
    const HANDLE job = ::CreateJobObjectW(nullptr, nullptr);
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    ::SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits);
    ::AssignProcessToJobObject(job, process.hProcess);
    ::ResumeThread(process.hThread);
    ::CloseHandle(process.hThread);
    return WorkerProcess(
        reinterpret_cast<std::intptr_t>(process.hProcess), reinterpret_cast<std::intptr_t>(job)
    );
}

WorkerProcess::WorkerProcess(WorkerProcess&& other) noexcept
    : process_(std::exchange(other.process_, -1)), line_(std::exchange(other.line_, -1)) {}

WorkerProcess& WorkerProcess::operator=(WorkerProcess&& other) noexcept {
    std::swap(process_, other.process_);
    std::swap(line_, other.line_);
    return *this;
}

std::optional<std::uint32_t> WorkerProcess::reap() {
    if (process_ == -1) {
        return std::nullopt;
    }
    const auto process = handle(std::exchange(process_, -1));
    const auto job = handle(std::exchange(line_, -1));
    if (::WaitForSingleObject(process, patience_ms) != WAIT_OBJECT_0) {
        ::TerminateProcess(process, 1);
        ::WaitForSingleObject(process, patience_ms);
    }
    DWORD code = 0;
    ::GetExitCodeProcess(process, &code);
    ::CloseHandle(process);
    ::CloseHandle(job);
    return code;
}

WorkerProcess::~WorkerProcess() {
    reap();
}

std::string WorkerProcess::why_ended() {
    constexpr std::uint32_t aborted = 3;
    constexpr std::uint32_t exceptions = 0xC0000000;
    const auto code = reap().value_or(0);
    if (code == aborted || code >= exceptions) {
        std::array<char, 64> text{};
        std::snprintf(
            text.data(), text.size(), "the J2534 library crashed (0x%08X)",
            static_cast<unsigned>(code)
        );
        return text.data();
    }
    return "the J2534 worker has ended";
}

}  // namespace protocols::link
