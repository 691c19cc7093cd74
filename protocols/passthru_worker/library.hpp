#pragma once

#include "protocols/passthru/wire.hpp"

#include <memory>
#include <string>

namespace protocols::passthru {

/// What is known of a library before it is called.
struct Abi {
    int ulong_bytes = 0;  ///< 4 or 8; 0: found out at the first filter (04.04), else 8.
    /// Of 4-byte libraries: pointers follow numbers without a gap.
    bool packed = true;
    std::string version;                ///< `04.04` or `05.00`; empty: by what it exports.
    bool resources_by_pointer = false;  ///< 05.00: RESOURCE_STRUCT of PassThruConnect.
};

/// A vendor's J2534 library in this process, called as its version of the standard says. What the
/// versions and real libraries do differently ends here: the station sees 04.04 (SAE J2534-1).
class Library {
public:
    virtual ~Library() = default;

    [[nodiscard]] virtual Returned call(const Call& call) = 0;
    /// Leaves the device as a program that ends should: channels disconnected, device closed.
    virtual void close() = 0;
};

/// One that cannot be loaded answers every call with library_missing and the reason.
[[nodiscard]] std::unique_ptr<Library> load(const std::string& path, Abi abi);

}  // namespace protocols::passthru
