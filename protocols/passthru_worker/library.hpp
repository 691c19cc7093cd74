#pragma once

#include "protocols/passthru/wire.hpp"
#include "protocols/passthru_worker/abi.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>

namespace protocols::passthru {

/// A vendor's J2534 library (04.04), loaded into this process and called as the standard says,
/// whatever the width of its `unsigned long`. What real libraries do differently ends here:
/// results are read as 32 bits, a device identifier that was never written is 0, messages are
/// cleared before a read and believed only where the library wrote them, nothing is called after a
/// failed PassThruOpen.
class Library {
public:
    Library(std::string path, Abi abi);
    ~Library();
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;

    [[nodiscard]] Returned call(const Call& call);
    /// Leaves the device as a program that ends should: channels disconnected, device closed.
    void close();

private:
    template <class Ulong>
    Returned call_as(const Call& call);
    template <class Ulong>
    std::uint32_t filter_as(const Call& call, std::uint32_t& id);
    std::uint32_t start_filter(const Call& call, Returned& returned);
    std::uint32_t read_version(const Call& call, Returned& returned);
    template <class Function>
    [[nodiscard]] Function find(const char* name);
    [[nodiscard]] std::string last_error();

    std::string path_;
    Abi abi_;
    void* handle_ = nullptr;
    std::string why_not_;
    bool open_ = false;
    std::uint32_t device_ = 0;
    std::set<std::uint32_t> channels_;
    std::map<std::string, void*> functions_;
};

}  // namespace protocols::passthru
