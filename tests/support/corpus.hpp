#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

namespace tests {

/// Text of a file of the reference corpus, or empty where this checkout has none: the test then
/// says so loudly and passes, because what the product needs it states itself.
inline std::string corpus_text(const std::string& name) {
    const auto path = std::filesystem::path(SOURCE_ROOT) / "../shared/corpus" / name;
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        std::cerr << "\n*** SKIPPED: no reference corpus beside this checkout (" << name
                  << ") ***\n\n";
        return {};
    }
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

}  // namespace tests
