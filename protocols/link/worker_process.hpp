#pragma once

#include "protocols/base/result.hpp"
#include "protocols/passthru/installed.hpp"

#include <sys/types.h>

#include <string>

namespace protocols::link {

/// A worker (`obd-passthru-worker`) that holds a J2534 library. It ends when its line is closed;
/// one that hangs is killed.
class WorkerProcess {
public:
    /// Starts it; `line` becomes this side's socket, which the caller closes. The program lies
    /// beside this one, or where OBD_PASSTHRU_WORKER says. Fault: cannot_open.
    [[nodiscard]] static Result<WorkerProcess> start(const passthru::Installed& library, int& line);

    WorkerProcess(WorkerProcess&& other) noexcept;
    WorkerProcess& operator=(WorkerProcess&& other) noexcept;
    ~WorkerProcess();

    /// After the line has ended: how the worker ended, for people and logs.
    [[nodiscard]] std::string why_ended();

private:
    WorkerProcess(pid_t process, int line) : process_(process), line_(line) {}
    bool reap(int& status);

    pid_t process_ = -1;
    int line_ = -1;  ///< A second name of this side's end.
};

}  // namespace protocols::link
