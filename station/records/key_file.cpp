#include "station/records/key_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace station::records {
namespace {

using protocols::Failure;
using protocols::Fault;

Failure write_failure(const std::filesystem::path& path) {
    const auto fault = errno == ENOSPC ? Fault::store_full : Fault::store_read_only;
    return {fault, path.string() + ": " + std::strerror(errno)};
}

bool write_all(int file, const std::string& text) {
    std::size_t done = 0;
    while (done < text.size()) {
        const auto written = ::write(file, text.data() + done, text.size() - done);
        if (written <= 0) {
            return false;
        }
        done += static_cast<std::size_t>(written);
    }
    return ::fsync(file) == 0;
}

}  // namespace

protocols::Result<std::optional<seal::KeyPair>> read_key(const std::filesystem::path& path) {
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
        return std::optional<seal::KeyPair>();
    }
    std::ifstream file(path);
    std::string text;
    file >> text;
    seal::KeyPair keys;
    if (!file || !seal::from_hex(text, keys.secret_key)) {
        return Failure{Fault::key_unusable, path.string()};
    }
    // libsodium keeps the public half behind the seed.
    std::copy_n(keys.secret_key.begin() + 32, keys.public_key.size(), keys.public_key.begin());
    return std::optional(keys);
}

protocols::Result<seal::KeyPair> create_key(const std::filesystem::path& path) {
    const auto keys = seal::make_keys();
    auto fresh = path;
    fresh += ".new";
    ::unlink(fresh.c_str());
    const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) {
        return write_failure(fresh);
    }
    const bool written = write_all(file, seal::hex(keys.secret_key) + "\n");
    ::close(file);
    if (!written || ::rename(fresh.c_str(), path.c_str()) != 0) {
        return write_failure(fresh);
    }
    const int folder = ::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) {
        ::fsync(folder);
        ::close(folder);
    }
    return keys;
}

}  // namespace station::records
