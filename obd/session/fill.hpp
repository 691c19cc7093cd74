#pragma once

#include "obd/snapshot/snapshot.hpp"
#include "protocols/base/result.hpp"
#include "protocols/bus/answer.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace obd {

inline constexpr const char* several_units =
    "several units answered and the adapter does not show which";

/// Where one answer of a unit goes, and under which conditions.
struct Filing {
    const protocols::bus::Request& request;
    const protocols::bus::Answer& answer;
    const Ecu& ecu;
    Absence unless_answered;  ///< What the item is without an answer.
    /// Several messages of an unknown unit are then several units'.
    bool one_message_a_unit;
};

/// What one unit said to a request. Of a single PID or identifier without the answer to an earlier,
/// shared request: it may come late and begins alike.
[[nodiscard]] std::vector<protocols::Bytes> own_messages(
    const protocols::bus::Request& request, const protocols::bus::Answer& answer, const Ecu& ecu
);

/// Fills an item from one unit's share of an answer. `decode` takes its messages, service byte
/// first.
template <class T, class Decode>
void fill(Item<T>& item, const Filing& filing, Decode decode) {
    const auto& [request, answer, ecu, unless_answered, one_message_a_unit] = filing;
    item.request = protocols::to_hex(request.data);
    item.raw = own_messages(request, answer, ecu);
    if (one_message_a_unit && !ecu.address.known() && item.raw.size() > 1) {
        item.absence = Absence::malformed;
        item.detail = several_units;
        return;
    }
    if (!item.raw.empty()) {
        protocols::Result<T> decoded = decode(item.raw);
        if (decoded.has_value()) {
            item.value = std::move(decoded.value());
        } else {
            item.absence = Absence::malformed;
            item.detail = decoded.error().detail;
        }
        return;
    }
    const auto negative =
        std::ranges::find(answer.negatives, ecu.address, &protocols::bus::Negative::source);
    if (unless_answered != Absence::silent) {
        item.absence = unless_answered;
    } else if (negative != answer.negatives.end() && negative->service == protocols::bus::refused_group) {
        const bool never = negative->code == protocols::bus::group_not_served;
        item.absence = never ? Absence::unsupported : Absence::negative;
        item.code = negative->code;
        item.detail = "refused by an acknowledgement";
        item.raw.push_back({0x00, negative->service, 0x00, negative->code});
    } else if (negative != answer.negatives.end()) {
        item.absence = Absence::negative;
        item.code = negative->code;
        item.raw.push_back({0x7F, negative->service, negative->code});
    } else if (answer.failure) {
        item.absence = Absence::failed;
        item.detail = answer.failure->detail;
    } else if (answer.incomplete) {
        item.absence = Absence::malformed;
        item.detail = "frames missing";
    } else {
        item.absence = Absence::silent;
    }
}

/// The answer to a request for several PIDs of service 01, each as an answer of its own; empty when
/// the bytes cannot be taken apart.
[[nodiscard]] std::map<std::uint8_t, protocols::Bytes> split_pids(
    const protocols::Bytes& message, const protocols::bus::Request& request
);

}  // namespace obd
