#pragma once

#include "protocols/base/result.hpp"
#include "protocols/passthru/installed.hpp"

#include <boost/asio/io_context.hpp>
#ifdef _WIN32
#include <boost/asio/windows/stream_handle.hpp>
#else
#include <boost/asio/local/stream_protocol.hpp>
#endif

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace protocols::link {

/// The line to a worker: bytes in both directions.
#ifdef _WIN32
using Pipe = boost::asio::windows::stream_handle;
#else
using Pipe = boost::asio::local::stream_protocol::socket;
#endif

/// A worker (`obd-passthru-worker`) that holds a J2534 library. It ends when its line is closed;
/// one that hangs is killed.
class WorkerProcess {
public:
    /// Starts it; `line` becomes this side's end, which closes before the worker does. The program
    /// lies beside this one, or where OBD_PASSTHRU_WORKER says; on Windows there is one for
    /// libraries of 32 and one for those of 64 bits, and the library's file tells which. Fault:
    /// cannot_open.
    [[nodiscard]] static Result<WorkerProcess> start(
        boost::asio::io_context& io, const passthru::Installed& library, std::optional<Pipe>& line
    );

    WorkerProcess(WorkerProcess&& other) noexcept;
    WorkerProcess& operator=(WorkerProcess&& other) noexcept;
    ~WorkerProcess();

    /// After the line has ended: how the worker ended, for people and logs.
    [[nodiscard]] std::string why_ended();

private:
    /// Linux: its number, and a second name of this side's end; Windows: its handle, and that of
    /// the job that ends with this program.
    WorkerProcess(std::intptr_t process, std::intptr_t line) : process_(process), line_(line) {}
    /// Waits until it has ended, kills it when it does not; nullopt: it was not running.
    std::optional<std::uint32_t> reap();

    std::intptr_t process_ = -1;
    std::intptr_t line_ = -1;
};

/// What a worker is started with, behind its program.
[[nodiscard]] std::vector<std::string> worker_arguments(const passthru::Installed& library);

}  // namespace protocols::link
