#pragma once

#include "protocols/base/result.hpp"
#include "protocols/passthru/api.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What a station and the worker that holds a J2534 library say to each other: one call, one
/// return. Each is a length (four bytes, little endian) and that many bytes; numbers are little
/// endian, texts and byte strings have their length in front.
namespace protocols::passthru {

inline constexpr std::uint32_t wire_version = 1;
inline constexpr std::size_t frame_bytes_max = 1 << 20;

enum class Function : std::uint8_t {
    hello = 0,  ///< Is the library loaded? `value` of the return: the worker's wire version.
    open,
    close,
    read_version,
    connect,
    disconnect,
    read,
    write,
    start_filter,
    stop_filter,
    start_periodic,
    stop_periodic,
    get_config,
    set_config,
    battery,
    five_baud_init,
    fast_init,
    clear,   ///< `type`: which ioctl.
    lookup,  ///< `type`: which ioctl; `bytes`: functional addresses.
};
inline constexpr auto function_last = Function::lookup;

using Parameters = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

/// A call of the library. Every function takes the fields it needs.
struct Call {
    std::uint32_t id = 0;  ///< Comes back in the return.
    Function function = Function::hello;
    std::uint32_t handle = 0;  ///< Device or channel.
    std::uint32_t protocol = 0;
    std::uint32_t flags = 0;
    std::uint32_t baud = 0;
    std::uint32_t type = 0;   ///< Of a filter, an ioctl; or the id to be stopped.
    std::uint32_t count = 0;  ///< Messages to read at most.
    std::uint32_t timeout_ms = 0;
    std::string name;
    Bytes bytes;
    Parameters parameters;
    std::vector<api::Message> messages;

    bool operator==(const Call&) const = default;
};

struct Returned {
    std::uint32_t id = 0;
    std::uint32_t status = 0;  ///< J2534 result, or one of the worker's.
    std::uint32_t handle = 0;  ///< New device, channel, filter or periodic message.
    std::uint32_t value = 0;   ///< Messages written, millivolts, wire version.
    std::string error;         ///< PassThruGetLastError, where there was one to ask.
    std::string firmware;
    std::string library;
    std::string version;  ///< Of the API, `04.04`.
    Bytes bytes;
    Parameters parameters;
    std::vector<api::Message> messages;

    bool operator==(const Returned&) const = default;
};

[[nodiscard]] std::string to_frame(const Call& call);
[[nodiscard]] std::string to_frame(const Returned& returned);

/// Length of the first frame in `bytes`, its length field included; nullopt while it is not all
/// there. Fault: malformed when it claims to be longer than any frame.
[[nodiscard]] Result<std::optional<std::size_t>> frame_length(std::string_view bytes);
/// Read one whole frame. Fault: malformed.
[[nodiscard]] Result<Call> call_from(std::string_view frame);
[[nodiscard]] Result<Returned> returned_from(std::string_view frame);

}  // namespace protocols::passthru
