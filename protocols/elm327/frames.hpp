#pragma once

#include "protocols/bus/bus.hpp"
#include "protocols/isotp/reassembly.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace protocols::elm327 {

/// What a reply's data lines say, sorted by sender.
struct Frames {
    std::vector<bus::Message> messages;  ///< Complete messages; a repeated one is kept once.
    std::vector<std::string> problems;   ///< What was left out and why, in words for a log.
    bool incomplete = false;             ///< A multi-frame message has frames missing, or too many.
    std::set<bus::EcuAddress> in_part;   ///< CAN: senders of those that have frames missing.
    std::set<isotp::Habit> habits;       ///< CAN: how the frames were cut.
};

enum class Checksum { verify, ignore };

/// Reads lines printed with headers on (`ATH1`), spaces on or off. CAN: identifier, N_PCI, data;
/// legacy: three header bytes, data, checksum (SAE J1850 CRC-8, ISO 9141-2/14230 sum).
[[nodiscard]] Frames read_frames(
    const std::vector<std::string>& lines,
    bus::Protocol protocol,
    Checksum checksum = Checksum::verify
);

/// Reads lines printed with headers off: payloads, or `014`, `0:…`, `1:…` groups. Senders stay
/// unknown; groups that interleave are told apart by order of arrival, and a problem says so.
[[nodiscard]] Frames read_headerless(const std::vector<std::string>& lines);

/// SAE J1850 CRC-8: polynomial 1D, start FF, inverted (SAE J1850 5.4.1).
[[nodiscard]] std::uint8_t j1850_crc(ByteView bytes);
/// Sum of all bytes modulo 256 (ISO 9141-2 12, ISO 14230-2 5.2.5).
[[nodiscard]] std::uint8_t byte_sum(ByteView bytes);

}  // namespace protocols::elm327
