#include "protocols/link/worker_process.hpp"

namespace protocols::link {

std::vector<std::string> worker_arguments(const passthru::Installed& library) {
    std::vector<std::string> words{library.library};
    if (library.ulong_bytes != 0) {
        words.push_back("--ulong=" + std::to_string(library.ulong_bytes));
    }
    if (!library.packed) {
        words.emplace_back("--natural");
    }
    if (!library.version.empty()) {
        words.push_back("--api=" + library.version);
    }
    if (library.resources_by_pointer) {
        words.emplace_back("--resources-by-pointer");
    }
    return words;
}

}  // namespace protocols::link
