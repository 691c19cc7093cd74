#pragma once

#include "protocols/bus/bus.hpp"
#include "protocols/passthru/api.hpp"

#include <chrono>
#include <cstdint>

/// Who is spoken to on the legislated buses, and how long is listened: of this leaf only.
namespace protocols::passthru {

inline constexpr std::uint32_t tester = 0xF1;
inline constexpr std::uint32_t functional11 = 0x7DF;
inline constexpr std::uint32_t functional29 = 0x18DB33F1;
inline constexpr std::uint32_t first_unit11 = 0x7E8;
inline constexpr std::uint32_t units11 = 8;  // ISO 15765-4: at most eight answer
inline constexpr std::uint32_t any_unit29 = 0x18DAF100;
inline constexpr std::uint8_t obd_address = 0x33;
inline constexpr std::uint32_t write_time_ms = 100;
inline constexpr std::uint8_t functional_reply = 0x6B;

/// The identifier one unit alone is asked with, by the one it answers with (ISO 15765-4).
inline std::uint32_t asked_alone(bus::EcuAddress unit, bool wide) {
    constexpr std::uint32_t response_offset = 8;
    constexpr std::uint32_t physical29 = 0x18DA0000;
    return wide ? physical29 | (unit.value() & 0xFF) << 8 | tester : unit.value() - response_offset;
}

inline Bytes big_endian_bytes(std::uint32_t value) {
    return {
        static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16 & 0xFF),
        static_cast<std::uint8_t>(value >> 8 & 0xFF), static_cast<std::uint8_t>(value & 0xFF)};
}

/// How long nobody may say anything before everything counts as said. P2max and what a device and
/// its cable add (ISO 15765-4, ISO 9141-2, SAE J1850).
inline std::chrono::milliseconds quiet_of(bus::Protocol bus) {
    constexpr std::chrono::milliseconds can{60};
    constexpr std::chrono::milliseconds k_line{160};
    constexpr std::chrono::milliseconds j1850{110};
    return bus::is_can(bus) ? can : bus::has_session(bus) ? k_line : j1850;
}

inline bool own_or_indication(const api::Message& message) {
    constexpr std::size_t no_data = 4;  // an identifier alone
    return (message.rx_status & (api::tx_msg_type | api::tx_done)) != 0 ||
           ((message.rx_status & api::start_of_message) != 0 && message.data.size() <= no_data);
}

}  // namespace protocols::passthru
