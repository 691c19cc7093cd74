#pragma once

#include "protocols/base/hex.hpp"
#include "protocols/base/result.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Diagnostics over Internet Protocol (ISO 13400-2). Numbers are big endian.
namespace protocols::doip {

inline constexpr std::uint16_t port = 13400;  ///< UDP and TCP (ISO 13400-2 clause 6).

/// Payload types (ISO 13400-2 table 17).
enum class Type : std::uint16_t {
    header_refused = 0x0000,
    identify = 0x0001,
    announcement = 0x0004,
    activate = 0x0005,
    activated = 0x0006,
    alive_request = 0x0007,
    alive_response = 0x0008,
    diagnostic = 0x8001,
    diagnostic_taken = 0x8002,
    diagnostic_refused = 0x8003,
};

/// Protocol versions in a header's first byte.
inline constexpr std::uint8_t version_2012 = 0x02;
inline constexpr std::uint8_t version_2019 = 0x03;
inline constexpr std::uint8_t version_any = 0xFF;  ///< In identification requests.

struct Message {
    std::uint16_t type = 0;
    Bytes payload;
    std::uint8_t version = version_2012;

    [[nodiscard]] bool is(Type which) const { return type == static_cast<std::uint16_t>(which); }
};
/// Header (version, its complement, type, length) and payload.
[[nodiscard]] std::string encode(Type type, ByteView payload, std::uint8_t version = version_2012);

/// Takes a stream of bytes apart into messages.
class Inbox {
public:
    /// No answer of legislated diagnostics is longer; whoever says so speaks something else.
    static constexpr std::size_t payload_max = 0x10010;

    void push(std::string_view bytes) { bytes_ += bytes; }
    /// The next whole message, nothing when more bytes are needed. Fault: malformed (no header of
    /// this protocol, or a payload that is too long): the stream cannot be followed any more.
    [[nodiscard]] Result<std::optional<Message>> next();

private:
    std::string bytes_;
};

/// What an entity says it is, in answer to an identification request.
struct Announcement {
    std::string vin;  ///< 17 letters.
    std::uint16_t address = 0;
    std::array<std::uint8_t, 6> entity{};  ///< EID, mostly its MAC address.
};
/// Fault: malformed.
[[nodiscard]] Result<Announcement> read_announcement(ByteView payload);

/// Answer to a routing activation request (ISO 13400-2 table 48).
struct Activation {
    std::uint16_t tester = 0;
    std::uint16_t entity = 0;
    std::uint8_t code = 0;
};
inline constexpr std::uint8_t activation_done = 0x10;
inline constexpr std::uint8_t activation_to_be_confirmed = 0x11;
inline constexpr std::uint8_t activation_type_unsupported = 0x06;
/// Fault: malformed.
[[nodiscard]] Result<Activation> read_activation(ByteView payload);
/// What a code of an activation means, in English, for a log.
[[nodiscard]] std::string_view activation_text(std::uint8_t code);

/// Addresses in front of diagnostic messages, and of their acknowledgements.
struct Addressed {
    std::uint16_t source = 0;
    std::uint16_t target = 0;
    ByteView data;  ///< Lives in the payload. Of an acknowledgement: its code and what it repeats.
};
/// Fault: malformed, also when there is no data.
[[nodiscard]] Result<Addressed> read_addressed(ByteView payload);
[[nodiscard]] Bytes addressed(std::uint16_t source, std::uint16_t target, ByteView data);

inline constexpr std::uint8_t refused_target_unknown = 0x03;
inline constexpr std::uint8_t refused_target_unreachable = 0x06;
/// What a code of a refused diagnostic message means, in English, for a log.
[[nodiscard]] std::string_view refusal_text(std::uint8_t code);

}  // namespace protocols::doip
