#include "protocols/link/libraries.hpp"

#include "protocols/link/registry.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace protocols::link {

namespace fs = std::filesystem;
using passthru::Installed;

std::vector<fs::path> passthru_folders() {
    std::vector<fs::path> folders;
    if (const char* path = std::getenv("PASSTHRU_PATH")) {
#ifdef _WIN32
        constexpr char between = ';';
#else
        constexpr char between = ':';
#endif
        std::istringstream all(path);
        for (std::string one; std::getline(all, one, between);) {
            if (!one.empty()) {
                folders.emplace_back(one);
            }
        }
    }
    if (const char* home = std::getenv("HOME")) {
        folders.push_back(fs::path(home) / ".passthru");
    }
    folders.emplace_back("/etc/passthru.d");
    return folders;
}

std::vector<Installed> installed(const std::vector<fs::path>& folders) {
    auto list = registered();
    for (const auto& folder : folders) {
        std::error_code error;
        std::vector<fs::path> files;
        for (const auto& entry : fs::directory_iterator(folder, error)) {
            if (entry.path().extension() == ".json") {
                files.push_back(entry.path());
            }
        }
        std::ranges::sort(files);
        for (const auto& file : files) {
            std::ifstream stream(file);
            std::ostringstream text;
            text << stream.rdbuf();
            if (auto one = passthru::read_installed(text.str()); one.has_value()) {
                list.push_back(std::move(one.value()));
            }
        }
    }
    return list;
}

Result<Installed> find_library(std::string_view name, const std::vector<fs::path>& folders) {
    const auto all = installed(folders);
    const bool path = name.find_first_of("/\\") != name.npos;
    std::string names;
    for (const auto& one : all) {
        if (one.name == name || (path && one.library == name)) {
            auto known = one;
            passthru::add_known_layout(known);
            return known;
        }
        names += (names.empty() ? "" : ", ") + one.name;
    }
    if (path) {
        Installed named;
        named.name = named.library = name;
        passthru::add_known_layout(named);
        return named;
    }
    return Failure{
        Fault::cannot_open, "no J2534 library is called \"" + std::string(name) +
                                "\"; installed: " + (names.empty() ? "none" : names)};
}

}  // namespace protocols::link
