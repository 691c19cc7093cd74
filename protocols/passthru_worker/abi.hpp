#pragma once

#include "protocols/passthru/api.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

/// How a library lays its structures out in memory. Windows has one layout; elsewhere `unsigned
/// long` has four or eight bytes, as whoever built the library chose.
namespace protocols::passthru {

struct Abi {
    int ulong_bytes = 0;  ///< 4 or 8; 0: found out at the first filter.
    /// Of 4-byte libraries: pointers follow numbers without a gap.
    bool packed = true;
};

#pragma pack(push, 1)
/// PASSTHRU_MSG of 04.04: 4152 or 4176 bytes.
template <class Ulong>
struct RawMessage {
    Ulong protocol = 0;
    Ulong rx_status = 0;
    Ulong tx_flags = 0;
    Ulong timestamp = 0;
    Ulong size = 0;
    Ulong extra_data = 0;
    std::array<unsigned char, api::message_data_max> data{};
};
#pragma pack(pop)
static_assert(sizeof(RawMessage<std::uint32_t>) == 4152);
static_assert(sizeof(RawMessage<std::uint64_t>) == 4176);

template <class Ulong>
RawMessage<Ulong> to_raw(const api::Message& message) {
    RawMessage<Ulong> raw;
    raw.protocol = message.protocol;
    raw.rx_status = message.rx_status;
    raw.tx_flags = message.tx_flags;
    raw.timestamp = message.timestamp_us;
    raw.extra_data = message.extra_data;
    const auto size = std::min(message.data.size(), raw.data.size());
    raw.size = static_cast<Ulong>(size);
    std::copy_n(message.data.begin(), size, raw.data.begin());
    return raw;
}

/// A size beyond the structure counts as none.
template <class Ulong>
api::Message from_raw(const RawMessage<Ulong>& raw) {
    api::Message message;
    message.protocol = static_cast<std::uint32_t>(raw.protocol);
    message.rx_status = static_cast<std::uint32_t>(raw.rx_status);
    message.tx_flags = static_cast<std::uint32_t>(raw.tx_flags);
    message.timestamp_us = static_cast<std::uint32_t>(raw.timestamp);
    message.extra_data = static_cast<std::uint32_t>(raw.extra_data);
    if (raw.size <= raw.data.size()) {
        message.data.assign(raw.data.begin(), raw.data.begin() + static_cast<long>(raw.size));
    }
    return message;
}

/// A count and a pointer to so many: SCONFIG_LIST, SBYTE_ARRAY.
class RawList {
public:
    template <class Ulong>
    static RawList of(Ulong count, void* first, bool packed) {
        RawList list;
        const std::size_t gap = sizeof(Ulong) == 4 && !packed ? 4 : 0;
        std::memcpy(list.bytes_.data(), &count, sizeof count);
        std::memcpy(list.bytes_.data() + sizeof count + gap, &first, sizeof first);
        return list;
    }
    [[nodiscard]] void* data() { return bytes_.data(); }
    template <class Ulong>
    [[nodiscard]] Ulong count() const {
        Ulong count = 0;
        std::memcpy(&count, bytes_.data(), sizeof count);
        return count;
    }
    template <class Ulong>
    static void* first(const void* list, bool packed) {
        const std::size_t gap = sizeof(Ulong) == 4 && !packed ? 4 : 0;
        void* first = nullptr;
        std::memcpy(
            static_cast<void*>(&first), static_cast<const char*>(list) + sizeof(Ulong) + gap,
            sizeof first
        );
        return first;
    }

private:
    alignas(8) std::array<unsigned char, 16> bytes_{};
};

}  // namespace protocols::passthru
