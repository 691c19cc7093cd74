#pragma once

#include "obd/decode/dtc.hpp"
#include "protocols/base/hex.hpp"
#include "protocols/base/result.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace obd {

/// PIDs or infotypes `base`+1 … `base`+20h named by a 4-byte support bitmap, most significant bit
/// first (SAE J1979 service 01 PID $00). Fault: malformed when there are not four bytes.
[[nodiscard]] protocols::Result<std::set<std::uint8_t>> read_support(
    std::uint8_t base, protocols::ByteView data
);

// Service 09 (SAE J1979 6.9). All messages of one control unit, service byte first, in order. CAN:
// one message, item count after the infotype. Legacy: 7-byte messages numbered from 1; a missing
// number is a Fault malformed.

/// Item bytes without service, infotype, count or message numbers.
[[nodiscard]] protocols::Result<protocols::Bytes> information_bytes(
    std::span<const protocols::Bytes> messages, Framing framing
);
/// The same, cut into items of so many bytes each; on CAN as many as the count says.
[[nodiscard]] protocols::Result<std::vector<protocols::Bytes>> information_items(
    std::span<const protocols::Bytes> messages, Framing framing, std::size_t item_bytes
);
/// Text with NUL padding removed at both ends; nullopt when other unprintable bytes stand in it.
[[nodiscard]] std::optional<std::string> padded_text(protocols::ByteView bytes);
/// Infotype 02: 17 characters. Leading and trailing NULs are padding, inner ones are not.
[[nodiscard]] protocols::Result<std::string> read_vin(
    std::span<const protocols::Bytes> messages, Framing framing
);
/// Infotype 04: each of 16 characters, padding NULs removed at the end.
[[nodiscard]] protocols::Result<std::vector<std::string>> read_calids(
    std::span<const protocols::Bytes> messages, Framing framing
);
/// Infotype 06: each four bytes, as 8 hex digits; leading zeros belong to it.
[[nodiscard]] protocols::Result<std::vector<std::string>> read_cvns(
    std::span<const protocols::Bytes> messages, Framing framing
);
/// Infotype 0A: acronym and name, e.g. `ECM-EngineControl`.
[[nodiscard]] protocols::Result<std::string> read_ecu_name(
    std::span<const protocols::Bytes> messages, Framing framing
);
/// Infotypes 08 and 0B: 16-bit counters in the standard's order.
[[nodiscard]] protocols::Result<std::vector<std::uint16_t>> read_performance(
    std::span<const protocols::Bytes> messages, Framing framing
);

}  // namespace obd
