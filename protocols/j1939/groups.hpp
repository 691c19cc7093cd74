#pragma once

#include "protocols/bus/answer.hpp"
#include "protocols/j1939/transport.hpp"

#include <cstdint>
#include <set>
#include <vector>

/// Requests for parameter groups and their answers in the form every other bus has them.
namespace protocols::j1939 {

// What tells who is there: every unit with on-board diagnostics has the first, older ones the
// second (SAE J1939-73 5.7.5, SAE J1939-71).
inline constexpr std::uint32_t readiness_group = 0xFECE;       ///< DM5
inline constexpr std::uint32_t identification_group = 0xFEEC;  ///< VI

/// The three bytes of a parameter group, the highest first, as ELM327 adapters take them.
[[nodiscard]] Bytes group_bytes(std::uint32_t group);
/// Asks all units for a group.
[[nodiscard]] bus::Request request_of(std::uint32_t group);
/// 0 when a request has not three bytes.
[[nodiscard]] std::uint32_t group_of(const bus::Request& request);

/// Everything heard after one request.
struct Heard {
    std::vector<Message> messages;
    std::set<std::uint8_t> in_part;  ///< Units whose message of the group did not come whole.
};
/// The group's messages with its bytes in front, each once, and refusals; other groups are
/// everyday traffic and left out.
[[nodiscard]] bus::Answer answer_from(const bus::Request& request, const Heard& heard);

}  // namespace protocols::j1939
