#pragma once

#include "protocols/simulator/json_reader.hpp"
#include "protocols/simulator/vehicle.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What a vehicle file says of other tongues than SAE J1979.
namespace protocols::simulator {

/// `P0420`; nullopt for anything else.
[[nodiscard]] std::optional<std::uint16_t> code_from_text(std::string_view text);

/// `tongues`, and `codes`: `{"code": "P0420-00", "status": "2F", "severity": "02", "permanent":
/// true}`; the classic lists follow from them.
void read_tongues(Reader& reader, const json::object& object, const std::string& place, Ecu& ecu);

/// `groups` of SAE J1939 by their number in hex: bytes in hex, or `{"text": "…"}`.
void read_groups(Reader& reader, const json::object& object, const std::string& place, Ecu& ecu);

}  // namespace protocols::simulator
