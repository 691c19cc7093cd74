#pragma once

#ifdef _WIN32

#include <windows.h>

#include <string>
#include <string_view>

/// Text as Windows takes it (UTF-16) and as everybody else has it (UTF-8).
namespace protocols {

[[nodiscard]] inline std::wstring wide(std::string_view text) {
    const auto length = static_cast<int>(text.size());
    const int size = ::MultiByteToWideChar(CP_UTF8, 0, text.data(), length, nullptr, 0);
    std::wstring result(static_cast<std::size_t>(size), L'\0');
    ::MultiByteToWideChar(CP_UTF8, 0, text.data(), length, result.data(), size);
    return result;
}

[[nodiscard]] inline std::string narrow(std::wstring_view text) {
    const auto length = static_cast<int>(text.size());
    const int size =
        ::WideCharToMultiByte(CP_UTF8, 0, text.data(), length, nullptr, 0, nullptr, nullptr);
    std::string result(static_cast<std::size_t>(size), '\0');
    ::WideCharToMultiByte(CP_UTF8, 0, text.data(), length, result.data(), size, nullptr, nullptr);
    return result;
}

}  // namespace protocols

#endif
