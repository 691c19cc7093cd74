#include "protocols/passthru/installed.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace protocols::passthru {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

}  // namespace

Result<Installed> read_installed(std::string_view text) {
    boost::system::error_code error;
    const auto value = json::parse(json::string_view(text.data(), text.size()), error);
    if (error || !value.is_object()) {
        return Failure{Fault::malformed, "a J2534 library's file is a JSON object"};
    }
    const auto& object = value.as_object();
    const auto word = [&](std::string_view key) {
        const auto* found = object.if_contains(key);
        return found != nullptr && found->is_string() ? std::string(found->as_string())
                                                      : std::string();
    };
    Installed one{word("NAME"), word("VENDOR"), word("FUNCTION_LIB"), 0, true};
    if (one.name.empty() || one.library.empty()) {
        return Failure{Fault::malformed, "NAME and FUNCTION_LIB must be texts"};
    }
    if (const auto* width = object.if_contains("ABI_ULONG")) {
        if (!width->is_int64() || (width->as_int64() != 4 && width->as_int64() != 8)) {
            return Failure{Fault::malformed, "ABI_ULONG must be 4 or 8"};
        }
        one.ulong_bytes = static_cast<int>(width->as_int64());
    }
    if (const auto* natural = object.if_contains("ABI_NATURAL")) {
        one.packed = !(natural->is_bool() && natural->get_bool());
    }
    return one;
}

std::vector<fs::path> passthru_folders() {
    std::vector<fs::path> folders;
    if (const char* path = std::getenv("PASSTHRU_PATH")) {
        std::istringstream all(path);
        for (std::string one; std::getline(all, one, ':');) {
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
    std::vector<Installed> list;
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
            if (auto one = read_installed(text.str()); one.has_value()) {
                list.push_back(std::move(one.value()));
            }
        }
    }
    return list;
}

Result<Installed> find_library(std::string_view name, const std::vector<fs::path>& folders) {
    const auto all = installed(folders);
    const bool path = name.find('/') != name.npos;
    std::string names;
    for (const auto& one : all) {
        if (one.name == name || (path && one.library == name)) {
            return one;
        }
        names += (names.empty() ? "" : ", ") + one.name;
    }
    if (path) {
        return Installed{std::string(name), "", std::string(name), 0, true};
    }
    return Failure{
        Fault::cannot_open, "no J2534 library is called \"" + std::string(name) +
                                "\"; installed: " + (names.empty() ? "none" : names)};
}

}  // namespace protocols::passthru
