#pragma once

#include "protocols/passthru_worker/library.hpp"
#include "protocols/passthru_worker/module.hpp"

#include <map>

namespace protocols::passthru {

/// The functions a library exports.
class Exports {
public:
    explicit Exports(const std::string& path) : module_(path) {}

    [[nodiscard]] const Module& module() const { return module_; }

    /// By name; decorated as compilers for 32-bit Windows do, `_NAME@N` or `NAME@N`; of a library
    /// that exports no names, by the number SAE J2534-1 (04.04) gives it. nullptr: none.
    template <class Function>
    [[nodiscard]] Function find(const std::string& name) {
        return reinterpret_cast<Function>(look_up(name));
    }

private:
    void* look_up(const std::string& name);
    [[nodiscard]] void* decorated(const std::string& name) const;

    Module module_;
    std::map<std::string, void*> found_;
};

[[nodiscard]] std::unique_ptr<Library> library_0404(Exports exports, Abi abi);
[[nodiscard]] std::unique_ptr<Library> library_0500(Exports exports, Abi abi);

}  // namespace protocols::passthru
