#include "station/app/bundles.hpp"

#include "station/app/naming.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace station::app {
namespace {

using protocols::Failure;
using protocols::Fault;
using protocols::Result;

constexpr const char* bundle_name = "criteria.bundle";
constexpr const char* root_name = "criteria.root";

/// Empty when there is none.
Result<std::string> read_file(const std::filesystem::path& path) {
    std::error_code none;
    if (!std::filesystem::exists(path, none)) {
        return std::string();
    }
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) {
        return Failure{Fault::store_damaged, path.string() + ": cannot be read"};
    }
    return text.str();
}

Failure not_written(const std::filesystem::path& path) {
    const auto fault = errno == ENOSPC ? Fault::store_full : Fault::store_read_only;
    return {fault, path.string() + ": " + std::strerror(errno)};
}

}  // namespace

Result<void> write_whole(const std::filesystem::path& path, std::string_view bytes) {
    auto fresh = path;
    fresh += ".new";
    const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
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
    const bool safe = done == bytes.size() && ::fsync(file) == 0;
    const auto failure = not_written(fresh);
    ::close(file);
    if (!safe) {
        ::unlink(fresh.c_str());
        return failure;
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

std::optional<std::string> Installed::profile(const std::string& id) const {
    const auto found = bundle.files.find("profiles/" + id + ".json");
    return found == bundle.files.end() ? std::nullopt : std::optional(found->second);
}

Result<std::optional<Installed>> installed_bundle(const std::filesystem::path& station) {
    const auto text = read_file(station / bundle_name);
    if (text.has_error()) {
        return text.error();
    }
    if (text.value().empty()) {
        return std::optional<Installed>();
    }
    const auto root = read_file(station / root_name);
    if (root.has_error()) {
        return root.error();
    }
    auto checked = bundle::check(text.value(), root.value());
    if (!checked.good) {
        return Failure{Fault::store_damaged, "criteria.bundle: " + checked.why.en};
    }
    auto tables = bundle::tables_of(*checked.good);
    auto texts = bundle::code_texts_of(*checked.good);
    if (tables.has_error() || texts.has_error()) {
        return Failure{
            Fault::store_damaged,
            "criteria.bundle: " +
                (tables.has_error() ? tables.error().detail : texts.error().detail)};
    }
    inspection::BundleName name{
        checked.good->sha256, checked.good->versions.at(bundle::Role::targets),
        checked.good->expired(utc_now()).has_value()};
    return std::optional(Installed{
        std::move(*checked.good), std::move(tables.value()), std::move(texts.value()), name});
}

Result<InstallDone> install_bundle(
    const std::filesystem::path& station, std::string_view text, const std::string& trust
) {
    std::error_code error;
    std::filesystem::create_directories(station, error);
    if (error) {
        return Failure{Fault::store_read_only, station.string() + ": " + error.message()};
    }
    auto root = read_file(station / root_name);
    if (root.has_error()) {
        return root.error();
    }
    if (root.value().empty() && trust.empty()) {
        return InstallDone{
            {},
            {"Esta estación aún no confía en ningún programa. Indica la huella de su raíz con "
             "--trust.",
             "This station trusts no programme yet. State the fingerprint of its root with "
             "--trust."}};
    }
    std::optional<bundle::Verified> before;
    if (!root.value().empty()) {
        auto installed = installed_bundle(station);
        // One that is damaged is no reason to refuse a good one; what it was is not known then.
        if (installed.has_value() && installed.value()) {
            before = installed.value()->bundle;
        }
    }
    // Always from the first root that was trusted: a bundle carries the whole chain since.
    const auto trusted = root.value().empty() ? trust : root.value();
    auto checked = bundle::check_install(text, trusted, utc_now(), before);
    if (!checked.good) {
        return InstallDone{{}, checked.why};
    }
    // The anchor first: without a bundle it changes nothing, and a chain that contains it always
    // leads to the bundle's own root.
    if (root.value().empty()) {
        const auto anchored = write_whole(station / root_name, trusted);
        if (anchored.has_error()) {
            return anchored.error();
        }
    }
    const auto written = write_whole(station / bundle_name, text);
    if (written.has_error()) {
        return written.error();
    }
    return InstallDone{std::move(checked.good), {}};
}

}  // namespace station::app
