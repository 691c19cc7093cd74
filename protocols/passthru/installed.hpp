#pragma once

#include "protocols/base/result.hpp"

#include <string>
#include <string_view>

namespace protocols::passthru {

/// A J2534 library that is installed here, from a JSON file as drivers on Linux leave them: keys
/// NAME, VENDOR, FUNCTION_LIB, and ours: ABI_ULONG (4 or 8), ABI_NATURAL (true: no packing), API
/// (`04.04` or `05.00`), ABI_RESOURCES (`value` or `pointer`: how 05.00 hands them over).
struct Installed {
    std::string name;
    std::string vendor;
    std::string library;  ///< Path.
    int ulong_bytes = 0;  ///< 0: found out.
    bool packed = true;
    std::string version;  ///< `04.04` or `05.00`; empty: by what it exports.
    bool resources_by_pointer = false;
};

/// What the table of quirks (`quirks.json`) knows of a library by its file name: its layout, where
/// the driver's file does not say it.
void add_known_layout(Installed& library);

/// 32 or 64: what a library's file is made for, by its first kilobyte (PE/COFF and ELF headers); 0
/// when it is neither.
[[nodiscard]] int bits_of(std::string_view head);

/// Reads one such file. Fault: malformed (detail: which key).
[[nodiscard]] Result<Installed> read_installed(std::string_view text);

}  // namespace protocols::passthru
