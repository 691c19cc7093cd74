#pragma once

#include <string>

namespace station::criteria {

/// A sentence in the two languages of the product.
struct BothLanguages {
    std::string es;
    std::string en;
    friend bool operator==(const BothLanguages&, const BothLanguages&) = default;
};

}  // namespace station::criteria
