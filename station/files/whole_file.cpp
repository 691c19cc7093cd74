#include "station/files/whole_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace station::files {

using protocols::Failure;
using protocols::Fault;
using protocols::Result;

namespace {

Failure not_written(const std::filesystem::path& path) {
    const auto fault = errno == ENOSPC ? Fault::store_full : Fault::store_read_only;
    return {fault, path.string() + ": " + std::strerror(errno)};
}

}  // namespace

Result<void> write_whole(const std::filesystem::path& path, std::string_view bytes, ::mode_t mode) {
    struct ::stat there {};
    const bool device = ::stat(path.c_str(), &there) == 0 && !S_ISREG(there.st_mode);
    auto fresh = path;  // a device or a pipe is not replaced
    fresh += device ? "" : ".new";
    if (!device) {
        ::unlink(fresh.c_str());  // what a power cut left
    }
    const int flags = O_WRONLY | O_CLOEXEC | (device ? 0 : O_CREAT | O_EXCL);
    const int file = ::open(fresh.c_str(), flags, mode);
    if (file < 0) {
        return not_written(fresh);
    }
    std::size_t done = 0;
    while (done < bytes.size()) {
        const auto written = ::write(file, bytes.data() + done, bytes.size() - done);
        if (written <= 0) {
            break;
        }
        done += static_cast<std::size_t>(written);
    }
    const bool safe = done == bytes.size() && (device || ::fsync(file) == 0);
    const auto failure = not_written(fresh);
    ::close(file);
    if (!safe && !device) {
        ::unlink(fresh.c_str());
    }
    if (!safe || device) {
        return safe ? Result<void>(boost::outcome_v2::success()) : Result<void>(failure);
    }
    if (::rename(fresh.c_str(), path.c_str()) != 0) {
        return not_written(path);
    }
    const int folder = ::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) {
        ::fsync(folder);
        ::close(folder);
    }
    return boost::outcome_v2::success();
}

}  // namespace station::files
