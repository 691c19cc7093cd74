#include "protocols/passthru_worker/module.hpp"

#include "protocols/base/wide.hpp"

namespace protocols::passthru {
Module::Module(const std::string& path)
    : handle_(::LoadLibraryExW(wide(path).c_str(), nullptr, LOAD_WITH_ALTERED_SEARCH_PATH)) {
    if (handle_ == nullptr) {
        constexpr DWORD wrong_bits = ERROR_BAD_EXE_FORMAT;
        const auto code = ::GetLastError();
        why_not_ =
            "it cannot be loaded (Windows error " + std::to_string(code) +
            (code == wrong_bits ? ": made for another kind of processor, 32 or 64 bits)" : ")");
    }
}

void* Module::find(const std::string& name) const {
    return reinterpret_cast<void*>(::GetProcAddress(static_cast<HMODULE>(handle_), name.c_str()));
}

void* Module::at(unsigned ordinal) const {
    return reinterpret_cast<void*>(
        ::GetProcAddress(static_cast<HMODULE>(handle_), MAKEINTRESOURCEA(ordinal))
    );
}

}  // namespace protocols::passthru
