#include "station/app/bundles.hpp"

#include "station/app/naming.hpp"
#include "station/files/whole_file.hpp"
#include "station/records/event.hpp"

#include <fstream>
#include <sstream>

namespace station::app {
namespace {

using protocols::Failure;
using protocols::Fault;
using protocols::Result;

constexpr const char* bundle_name = "criteria.bundle";
constexpr const char* root_name = "criteria.root";
constexpr ::mode_t public_file = 0644;

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

}  // namespace

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
        const auto anchored = files::write_whole(station / root_name, trusted, public_file);
        if (anchored.has_error()) {
            return anchored.error();
        }
    }
    const auto written = files::write_whole(station / bundle_name, text, public_file);
    if (written.has_error()) {
        return written.error();
    }
    return InstallDone{std::move(checked.good), {}};
}

Result<void> note_bundle(records::Store& store) {
    const auto installed = installed_bundle(store.folder());
    if (installed.has_error()) {
        return installed.error();
    }
    const auto known = store.state("bundle");
    if (known.has_error()) {
        return known.error();
    }
    const auto now = installed.value() ? installed.value()->name.sha256 : std::string();
    if (known.value() == now) {
        return boost::outcome_v2::success();
    }
    const auto noted = store.note(
        records::event_body("bundle", "", utc_now(), {{"sha256", now}}),
        [&](sqlite::Database&) { return store.set_state("bundle", now); }
    );
    if (noted.has_error()) {
        return noted.error();
    }
    return boost::outcome_v2::success();
}

}  // namespace station::app
