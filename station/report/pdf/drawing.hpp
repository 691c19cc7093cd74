#pragma once

#include <optional>
#include <string>
#include <vector>

/// Of this leaf only.
namespace station::report {

/// A QR code before it is drawn: rows of square modules.
struct Modules {
    int side = 0;
    std::vector<bool> dark;

    [[nodiscard]] bool at(int x, int y) const {
        return dark
            [static_cast<std::size_t>(y) * static_cast<std::size_t>(side) +
             static_cast<std::size_t>(x)];
    }
};
/// nullopt when it would need more than version 12.
[[nodiscard]] std::optional<Modules> modules_of(const std::string& text);

}  // namespace station::report
