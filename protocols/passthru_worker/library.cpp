#include "protocols/passthru_worker/library.hpp"

#include "protocols/passthru_worker/exports.hpp"

#include <array>

namespace protocols::passthru {
namespace {

/// In the order of their numbers in 04.04.
constexpr auto exports_0404 = std::to_array<std::string_view>({
    "PassThruOpen",
    "PassThruClose",
    "PassThruConnect",
    "PassThruDisconnect",
    "PassThruReadMsgs",
    "PassThruWriteMsgs",
    "PassThruStartPeriodicMsg",
    "PassThruStopPeriodicMsg",
    "PassThruStartMsgFilter",
    "PassThruStopMsgFilter",
    "PassThruSetProgrammingVoltage",
    "PassThruReadVersion",
    "PassThruGetLastError",
    "PassThruIoctl",
});

class NoLibrary : public Library {
public:
    explicit NoLibrary(std::string why) : why_(std::move(why)) {}
    Returned call(const Call& call) override {
        Returned returned;
        returned.id = call.id;
        returned.status = api::library_missing;
        returned.error = why_;
        return returned;
    }
    void close() override {}

private:
    std::string why_;
};

}  // namespace

void* Exports::decorated(const std::string& name) const {
    constexpr int most = 36;  // bytes of arguments; no function has more
    for (int bytes = 0; bytes <= most; bytes += 4) {
        const auto tail = name + "@" + std::to_string(bytes);
        for (const auto& form : {"_" + tail, tail}) {
            if (void* found = module_.find(form)) {
                return found;
            }
        }
    }
    return module_.find("_" + name);
}

void* Exports::look_up(const std::string& name) {
    const auto known = found_.find(name);
    if (known != found_.end()) {
        return known->second;
    }
    void* found = module_.find(name);
    if (found == nullptr) {
        found = decorated(name);
    }
    const std::string first(exports_0404.front());
    if (found == nullptr && module_.find(first) == nullptr && decorated(first) == nullptr) {
        for (unsigned i = 0; i < exports_0404.size(); ++i) {
            if (name == exports_0404[i]) {
                found = module_.at(i + 1);
            }
        }
    }
    return found_.emplace(name, found).first->second;
}

std::unique_ptr<Library> load(const std::string& path, Abi abi) {
    Exports exports(path);
    if (!exports.module().loaded()) {
        return std::make_unique<NoLibrary>(exports.module().why_not());
    }
    // Neither version can be called as the other; the names alone tell safely.
    const bool queues = exports.find<void*>("PassThruQueueMsgs") != nullptr &&
                        exports.find<void*>("PassThruWriteMsgs") == nullptr;
    if (abi.version == "05.00" || (abi.version.empty() && queues)) {
        return library_0500(std::move(exports), std::move(abi));
    }
    return library_0404(std::move(exports), std::move(abi));
}

}  // namespace protocols::passthru
