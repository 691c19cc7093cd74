#include "protocols/link/worker_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>
#include <vector>

extern char** environ;

namespace protocols::link {
namespace {

constexpr int line_of_worker = 3;
// A library closes its device in this time, or its worker is killed.
constexpr int patience_ms = 1500;

std::string worker_program() {
    if (const char* named = std::getenv("OBD_PASSTHRU_WORKER")) {
        return named;
    }
    std::error_code error;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
    return (self.parent_path() / "obd-passthru-worker").string();
}

}  // namespace

Result<WorkerProcess> WorkerProcess::start(
    boost::asio::io_context& io, const passthru::Installed& library, std::optional<Pipe>& line
) {
    const auto program = worker_program();
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        return Failure{Fault::cannot_open, std::string("no socket: ") + std::strerror(errno)};
    }
    // The worker's end must not be where it is to be put.
    constexpr int above = 10;
    const int theirs = ::fcntl(ends[1], F_DUPFD_CLOEXEC, above);
    ::close(ends[1]);
    auto words = worker_arguments(library);
    words.insert(words.begin(), program);
    std::vector<char*> arguments;
    for (auto& word : words) {
        arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, theirs, line_of_worker);
    ::posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    pid_t process = -1;
    const int failed =
        ::posix_spawn(&process, program.c_str(), &actions, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(theirs);
    if (failed != 0) {
        ::close(ends[0]);
        return Failure{
            Fault::cannot_open,
            "the J2534 worker cannot be started (" + program + "): " + std::strerror(failed)};
    }
    line.emplace(io, boost::asio::local::stream_protocol(), ends[0]);
    return WorkerProcess(process, ::fcntl(ends[0], F_DUPFD_CLOEXEC, above));
}

WorkerProcess::WorkerProcess(WorkerProcess&& other) noexcept
    : process_(std::exchange(other.process_, -1)), line_(std::exchange(other.line_, -1)) {}

WorkerProcess& WorkerProcess::operator=(WorkerProcess&& other) noexcept {
    std::swap(process_, other.process_);
    std::swap(line_, other.line_);
    return *this;
}

std::optional<std::uint32_t> WorkerProcess::reap() {
    if (process_ < 0) {
        return std::nullopt;
    }
    const auto line = static_cast<int>(std::exchange(line_, -1));
    const auto process = static_cast<pid_t>(std::exchange(process_, -1));
    // Nothing more is said: a worker that still runs closes its device, ends, and with it the line.
    ::shutdown(line, SHUT_WR);
    pollfd ended{line, POLLIN, 0};
    std::array<char, 4096> late{};
    int ready = 0;
    while ((ready = ::poll(&ended, 1, patience_ms)) > 0 &&
           ::read(line, late.data(), late.size()) > 0) {
        continue;  // what it had said before
    }
    if (ready <= 0) {
        ::kill(process, SIGKILL);
    }
    ::close(line);
    int status = 0;
    const bool ended_now = ::waitpid(process, &status, 0) == process;
    return ended_now ? std::optional(static_cast<std::uint32_t>(status)) : std::nullopt;
}

WorkerProcess::~WorkerProcess() {
    reap();
}

std::string WorkerProcess::why_ended() {
    const auto status = static_cast<int>(reap().value_or(0));
    if (WIFSIGNALED(status)) {
        return std::string("the J2534 library crashed (") + ::strsignal(WTERMSIG(status)) + ")";
    }
    return "the J2534 worker has ended";
}

}  // namespace protocols::link
