#pragma once

#include <string>

namespace protocols::passthru {

/// A shared library in this process. It stays: vendors' threads may still run when they are done
/// with. Linux: dlopen; Windows: LoadLibrary, with the libraries beside it.
class Module {
public:
    explicit Module(const std::string& path);

    [[nodiscard]] bool loaded() const { return handle_ != nullptr; }
    [[nodiscard]] const std::string& why_not() const { return why_not_; }
    /// nullptr: not exported.
    [[nodiscard]] void* find(const std::string& name) const;
    /// By its number, on Windows; nullptr elsewhere.
    [[nodiscard]] void* at(unsigned ordinal) const;

private:
    void* handle_ = nullptr;
    std::string why_not_;
};

}  // namespace protocols::passthru
