#pragma once

#include "protocols/passthru_worker/abi.hpp"
#include "protocols/simulator/passthru.hpp"

#include <string>
#include <string_view>

/// What the simulated J2534 libraries of either version share: the device in real time, how they
/// lay memory out, the faults asked for. Environment: OBDSIM_VEHICLE (name or file), OBDSIM_ULONG
/// (4 or 8 bytes, 8 unless stated), OBDSIM_VERSION_ORDER (`turned`), OBDSIM_FAULT (`KIND:N`: from
/// the N-th call on; with `:FILE` behind it only once, which the file then shows), of the kinds
/// `hang`, `crash`, `gone` (the cable is pulled out), `sizes` (messages with impossible lengths),
/// `stale` (the messages before these once more).
namespace protocols::simulator::library {

namespace api = passthru::api;
using passthru::Call;
using passthru::Function;
using passthru::Layout;
using passthru::Members;
using passthru::Returned;

[[nodiscard]] const Layout& layout();
/// Calls the device, and returns when it does.
[[nodiscard]] Returned run(Call call);
[[nodiscard]] Call of(Function function, std::uint64_t handle);

/// Writes one of the library's `unsigned long`; nothing where `to` is null.
void put(void* to, std::uint64_t value);
[[nodiscard]] std::size_t get(const void* from);
void put_text(char* to, std::string_view text);

/// Notes what went wrong for PassThruGetLastError.
passthru::abi::Status status(std::uint32_t result);
[[nodiscard]] const std::string& last_error();
/// A pointer was null.
passthru::abi::Status missing();

/// PassThruReadVersion and the ioctls that hold no message, alike in both versions.
passthru::abi::Status version(std::uint64_t device, char* firmware, char* dll, char* api_text);
passthru::abi::Status ioctl(std::uint64_t handle, std::uint64_t which, void* in, void* out);

}  // namespace protocols::simulator::library

#ifdef _WIN32
#define EXPORT  // named in the .def file
#else
#define EXPORT __attribute__((visibility("default")))
#endif
