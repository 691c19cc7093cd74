#pragma once

#include "protocols/base/hex.hpp"
#include "protocols/base/result.hpp"
#include "protocols/j1939/groups.hpp"

#include <cstdint>
#include <vector>

/// Of HeavyPlan alone: the parameter groups it asks for (SAE J1939-73, SAE J1939-71).
namespace obd::groups {

inline constexpr std::uint32_t dm1 = 0xFECA;
inline constexpr std::uint32_t dm2 = 0xFECB;
inline constexpr std::uint32_t dm4 = 0xFECD;
inline constexpr std::uint32_t dm5 = protocols::j1939::readiness_group;
inline constexpr std::uint32_t dm6 = 0xFECF;
inline constexpr std::uint32_t dm12 = 0xFED4;
inline constexpr std::uint32_t dm19 = 0xD300;
inline constexpr std::uint32_t dm20 = 0xC200;
inline constexpr std::uint32_t dm21 = 0xC100;
inline constexpr std::uint32_t dm23 = 0xFDB5;
inline constexpr std::uint32_t dm24 = 0xFDB6;
inline constexpr std::uint32_t dm25 = 0xFDB7;
inline constexpr std::uint32_t dm26 = 0xFDB8;
inline constexpr std::uint32_t dm27 = 0xFD82;
inline constexpr std::uint32_t dm28 = 0xFD80;
inline constexpr std::uint32_t dm29 = 0x9E00;
inline constexpr std::uint32_t dm56 = 0xFCC7;
inline constexpr std::uint32_t vi = protocols::j1939::identification_group;
inline constexpr std::uint32_t ci = 0xFEEB;
inline constexpr std::uint32_t soft = 0xFEDA;
inline constexpr std::uint32_t eec1 = 0xF004;
inline constexpr std::uint32_t et1 = 0xFEEE;
inline constexpr std::uint32_t ccvs1 = 0xFEF1;

/// Bytes of the group in front of a message's data.
inline constexpr std::size_t bytes = 3;

/// What a unit's last message of a group says.
template <class T>
[[nodiscard]] protocols::Result<T> told(
    const std::vector<protocols::Bytes>& messages, protocols::Result<T> (*read)(protocols::ByteView)
) {
    return read(protocols::ByteView(messages.back()).subspan(bytes));
}

}  // namespace obd::groups
