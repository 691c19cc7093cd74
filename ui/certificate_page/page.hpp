#pragma once

#include <string>
#include <vector>

namespace ui::certificate_page {

/// What the page knows when it is opened: whose lists it believes, and the lists it comes with
/// (signed documents; empty: loaded by whoever uses it).
struct Known {
    std::vector<std::string> trust;  ///< Public keys, hex.
    std::string keys;
    std::string revoked;
};
/// One file of HTML that needs nothing else: opened from a disk or a phone, it checks certificates
/// without a network.
[[nodiscard]] std::string page(const Known& known);

}  // namespace ui::certificate_page
