#include "station/app/bundles.hpp"
#include "station/app/naming.hpp"
#include "station/files/whole_file.hpp"
#include "station/records/key_file.hpp"
#include "station/records/store.hpp"
#include "ui/terminal/arguments.hpp"
#include "ui/terminal/commands.hpp"

#include <boost/json/serialize.hpp>

#include <filesystem>
#include <iostream>

namespace ui::terminal {
namespace {

namespace app = station::app;
namespace parcel = station::bundle;
namespace json = boost::json;
using protocols::Fault;
using station::report::Language;

json::object verified_json(const parcel::Verified& bundle) {
    json::object roles;
    for (const auto& [role, version] : bundle.versions) {
        roles[parcel::id(role)] =
            json::object{{"version", version}, {"expires", bundle.expires.at(role)}};
    }
    json::array files;
    for (const auto& [path, bytes] : bundle.files) {
        files.emplace_back(path);
    }
    const auto late = bundle.expired(app::utc_now());
    return {
        {"sha256", bundle.sha256},     {"root", bundle.root_sha256}, {"roles", std::move(roles)},
        {"expired", late.has_value()}, {"files", std::move(files)},
    };
}

void write_or_stop(const std::string& path, const std::string& text) {
    const auto written = station::files::write_whole(std::filesystem::absolute(path), text, 0644);
    if (written.has_error()) {
        throw Stopped(written.error());
    }
}

int make_key(const Arguments& arguments) {
    if (arguments.words().size() != 2) {
        throw UsageError("bundle key needs a FILE to write the new key to");
    }
    const std::filesystem::path path = std::filesystem::absolute(arguments.words()[1]);
    if (std::filesystem::exists(path)) {
        throw UsageError(path.string() + " exists; a key is never written over another");
    }
    const auto keys = value_or_stop(station::records::create_key(path));
    std::cout << json::serialize(json::object{
                     {"public_key", station::seal::hex(keys.public_key)},
                     {"keyid", parcel::key_id(keys.public_key)}})
              << "\n";
    return exit_ok;
}

int make(const Arguments& arguments) {
    if (arguments.words().size() != 2) {
        throw UsageError(
            "bundle make needs a folder DIR with bundle.json, profiles/, tables/, texts/"
        );
    }
    const std::filesystem::path folder = arguments.words()[1];
    std::map<std::string, std::string> files;
    for (const auto* name : {"profiles", "tables", "texts"}) {
        std::error_code none;
        for (const auto& entry : std::filesystem::directory_iterator(folder / name, none)) {
            const auto path = std::string(name) + "/" + entry.path().filename().string();
            files[path] = file_text(entry.path().string());
        }
    }
    const auto previous =
        arguments.has("--previous") ? file_text(arguments.get("--previous")) : std::string();
    const auto text =
        value_or_stop(parcel::make(file_text((folder / "bundle.json").string()), files, previous));
    const auto out = arguments.need("--out");
    write_or_stop(out, text);
    std::cout << json::serialize(json::object{
                     {"file", out},
                     {"sha256", station::criteria::sha256_hex(text)},
                     {"files", static_cast<std::int64_t>(files.size())},
                     {"root", parcel::last_root(text)}})
              << "\n";
    return exit_ok;
}

int sign(const Arguments& arguments) {
    if (arguments.words().size() != 2) {
        throw UsageError("bundle sign needs a FILE");
    }
    const auto& path = arguments.words()[1];
    const auto key_path = std::filesystem::path(arguments.need("--key"));
    const auto key = value_or_stop(station::records::read_key(key_path));
    if (!key) {
        throw UsageError(key_path.string() + " does not exist");
    }
    auto text = file_text(path);
    json::array signed_roles;
    for (const auto& name : arguments.all("--role")) {
        const auto role = parcel::role_from_id(name);
        if (!role) {
            throw UsageError("--role must be root, targets, snapshot or timestamp");
        }
        text = value_or_stop(parcel::sign(text, *role, *key));
        signed_roles.emplace_back(name);
    }
    if (signed_roles.empty()) {
        throw UsageError("--role is needed");
    }
    write_or_stop(path, text);
    std::cout << json::serialize(json::object{
                     {"file", path},
                     {"keyid", parcel::key_id(key->public_key)},
                     {"signed", std::move(signed_roles)}})
              << "\n";
    return exit_ok;
}

int install(const Arguments& arguments, bool spanish) {
    if (arguments.words().size() != 2) {
        throw UsageError("bundle install needs a FILE and --station DIR");
    }
    const auto done = value_or_stop(app::install_bundle(
        arguments.need("--station"), file_text(arguments.words()[1]), arguments.get("--trust")
    ));
    if (!done.bundle) {
        std::cerr << (spanish ? done.refused.es : done.refused.en) << "\n"
                  << (spanish ? "Sigue vigente lo que estaba instalado."
                              : "What was installed before is still in force.")
                  << "\n";
        std::cout << json::serialize(json::object{
                         {"installed", false}, {"es", done.refused.es}, {"en", done.refused.en}})
                  << "\n";
        return exit_error;
    }
    auto store = value_or_stop(station::records::Store::open(arguments.need("--station")));
    const auto noted = app::note_bundle(store);
    if (noted.has_error()) {
        throw Stopped(noted.error());
    }
    auto out = verified_json(*done.bundle);
    out["installed"] = true;
    std::cout << json::serialize(out) << "\n";
    return exit_ok;
}

int status(const Arguments& arguments, bool spanish) {
    const auto found = value_or_stop(app::installed_bundle(arguments.need("--station")));
    if (!found) {
        std::cerr << (spanish ? "No hay paquete instalado; se usan los programas incluidos."
                              : "No bundle is installed; the built-in programmes are used.")
                  << "\n";
        std::cout << R"({"installed":false})"
                  << "\n";
        return exit_ok;
    }
    auto out = verified_json(found->bundle);
    out["installed"] = true;
    if (found->name.expired) {
        std::cerr << (spanish
                          ? "El paquete está vencido: se sigue inspeccionando y cada registro lo "
                            "dice. Instala el vigente."
                          : "The bundle is expired: inspections go on and every record says so. "
                            "Install the current one.")
                  << "\n";
    }
    std::cout << json::serialize(out) << "\n";
    return exit_ok;
}

}  // namespace

int bundle(int argc, char** argv) {
    const Arguments arguments(
        argc, argv, 2, {"--out", "--previous", "--key", "--role", "--station", "--trust", "--lang"},
        {}
    );
    const bool spanish = language(arguments.get("--lang")) == Language::spanish;
    const auto what = arguments.words().empty() ? std::string() : arguments.words().front();
    if (what == "key") {
        return make_key(arguments);
    }
    if (what == "make") {
        return make(arguments);
    }
    if (what == "sign") {
        return sign(arguments);
    }
    if (what == "install") {
        return install(arguments, spanish);
    }
    if (what == "status") {
        return status(arguments, spanish);
    }
    throw UsageError("bundle needs key, make, sign, install or status");
}

}  // namespace ui::terminal
