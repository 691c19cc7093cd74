#pragma once

#include "obd/decode/dtc.hpp"
#include "protocols/elm327/frames.hpp"
#include "protocols/elm327/reply.hpp"

#include <string>
#include <vector>

namespace obd {

/// What a person typed or pasted, sorted into messages.
struct Pasted {
    protocols::elm327::Frames frames;
    std::vector<protocols::elm327::Remark> remarks;  ///< `NO DATA` and the like.
};

/// Reads bytes, payloads, lines with or without headers (CAN 11 and 29 bit, J1850, ISO 9141-2, ISO
/// 14230), segmented text, also when line ends were lost on the way or written as `\r`, when the
/// checksum was not printed, or when the request's echo is glued to the answer.
[[nodiscard]] Pasted read_pasted(const std::vector<std::string>& words, Framing framing);

}  // namespace obd
