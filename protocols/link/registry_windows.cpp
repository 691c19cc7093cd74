#include "protocols/base/wide.hpp"
#include "protocols/link/registry.hpp"

#include <algorithm>
#include <array>

namespace protocols::link {
namespace {

using passthru::Installed;

constexpr std::size_t text_max = 1024;

std::string value(HKEY key, const wchar_t* name) {
    std::array<wchar_t, text_max> text{};
    DWORD bytes = sizeof text;
    const auto result =
        ::RegGetValueW(key, nullptr, name, RRF_RT_REG_SZ, nullptr, text.data(), &bytes);
    return result == ERROR_SUCCESS ? narrow(text.data()) : std::string();
}

void add(std::vector<Installed>& list, Installed one, bool narrow_view) {
    const auto same_name = [&](const Installed& other) { return other.name == one.name; };
    const auto found = std::ranges::find_if(list, same_name);
    if (found != list.end() && found->library == one.library) {
        return;  // in both views
    }
    if (found != list.end()) {
        one.name += narrow_view ? " (32)" : " (" + one.version + ")";
    }
    list.push_back(std::move(one));
}

void add_all(
    std::vector<Installed>& list, const std::string& version, REGSAM view, bool narrow_view
) {
    const auto path = L"SOFTWARE\\PassThruSupport." + wide(version);
    HKEY all = nullptr;
    if (::RegOpenKeyExW(HKEY_LOCAL_MACHINE, path.c_str(), 0, KEY_READ | view, &all) !=
        ERROR_SUCCESS) {
        return;
    }
    std::array<wchar_t, 256> name{};
    for (DWORD i = 0;; ++i) {
        auto length = static_cast<DWORD>(name.size());
        if (::RegEnumKeyExW(all, i, name.data(), &length, nullptr, nullptr, nullptr, nullptr) !=
            ERROR_SUCCESS) {
            break;
        }
        HKEY key = nullptr;
        if (::RegOpenKeyExW(all, name.data(), 0, KEY_READ | view, &key) != ERROR_SUCCESS) {
            continue;
        }
        Installed one;
        one.name = value(key, L"Name");
        one.name = one.name.empty() ? narrow(name.data()) : one.name;
        one.vendor = value(key, L"Vendor");
        one.library = value(key, L"FunctionLibrary");
        one.version = version;
        ::RegCloseKey(key);
        if (!one.library.empty()) {
            add(list, std::move(one), narrow_view);
        }
    }
    ::RegCloseKey(all);
}

}  // namespace

std::vector<Installed> registered() {
    std::vector<Installed> list;
    for (const auto* version : {"04.04", "05.00"}) {
        add_all(list, version, KEY_WOW64_64KEY, false);
        add_all(list, version, KEY_WOW64_32KEY, true);
    }
    return list;
}

}  // namespace protocols::link
