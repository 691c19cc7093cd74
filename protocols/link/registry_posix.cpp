#include "protocols/link/registry.hpp"

namespace protocols::link {

std::vector<passthru::Installed> registered() {
    return {};
}

}  // namespace protocols::link
