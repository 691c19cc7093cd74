#pragma once

#include "protocols/simulator/vehicle.hpp"

#include <vector>

namespace protocols::simulator {

/// What a unit of SAE J1979-2 or ISO 27145 answers to services 19 and 22, asked functionally:
/// nothing where it would refuse (ISO 14229-1 7.5). `seconds`: since the vehicle woke.
[[nodiscard]] std::vector<Bytes> uds_answer(const Ecu& ecu, ByteView request, double seconds);

}  // namespace protocols::simulator
