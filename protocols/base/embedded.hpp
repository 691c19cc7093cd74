#pragma once

#include <string_view>

namespace protocols {

/// A data file built into the program. Both views live as long as the program.
struct EmbeddedFile {
    std::string_view name;
    std::string_view text;
};

}  // namespace protocols
