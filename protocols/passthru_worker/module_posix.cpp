#include "protocols/passthru_worker/module.hpp"

#include <dlfcn.h>

namespace protocols::passthru {

Module::Module(const std::string& path) : handle_(::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) {
        const char* why = ::dlerror();
        why_not_ = why == nullptr ? "it cannot be loaded" : why;
    }
}

void* Module::find(const std::string& name) const {
    return handle_ == nullptr ? nullptr : ::dlsym(handle_, name.c_str());
}

void* Module::at(unsigned) const {
    return nullptr;
}

}  // namespace protocols::passthru
