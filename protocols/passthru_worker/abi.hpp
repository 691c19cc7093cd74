#pragma once

#include "protocols/passthru/api.hpp"
#include "protocols/passthru_worker/layout.hpp"

#include <algorithm>
#include <cstdint>

// SAE J2534-1 4.4: functions of a library on 32-bit Windows clean up their arguments themselves.
#if defined(_WIN32) && defined(__i386__)
#define PASSTHRU_CALL __stdcall
#else
#define PASSTHRU_CALL
#endif

/// Structures and functions of a J2534 library in memory: of this library and of the simulated one.
namespace protocols::passthru::abi {

#ifdef _WIN32
using Number = std::uint32_t;  ///< `unsigned long` of either kind of Windows.
inline constexpr std::size_t pushed = 4;
#else
/// Numbers travel in registers, where a 32-bit one looks the same as a 64-bit one; what a library
/// writes through a pointer is cleared before and read as 32 bits, little endian.
using Number = std::uint64_t;
inline constexpr std::size_t pushed = 8;
#endif
using Status = std::int32_t;

// The same in both versions.
using OfOne = Status(PASSTHRU_CALL*)(Number);
using OfTwo = Status(PASSTHRU_CALL*)(Number, Number);
using Open = Status(PASSTHRU_CALL*)(const char*, Number*);
using ReadMessages = Status(PASSTHRU_CALL*)(Number, void*, Number*, Number);
using StartPeriodic = Status(PASSTHRU_CALL*)(Number, void*, Number*, Number);
using ReadVersion = Status(PASSTHRU_CALL*)(Number, char*, char*, char*);
using LastError = Status(PASSTHRU_CALL*)(char*);
using Ioctl = Status(PASSTHRU_CALL*)(Number, Number, void*, void*);
// 04.04.
using Connect = Status(PASSTHRU_CALL*)(Number, Number, Number, Number, Number*);
using WriteMessages = Status(PASSTHRU_CALL*)(Number, void*, Number*, Number);
using StartFilter = Status(PASSTHRU_CALL*)(Number, Number, void*, void*, void*, Number*);
// 05.00. RESOURCE_STRUCT goes by value in some headers and by pointer in others.
template <class Ulong>
struct Resources {
    Ulong connector = 0;
    Ulong count = 0;
    void* pins = nullptr;
};
template <class Ulong>
using ConnectBy = Status(PASSTHRU_CALL*)(Number, Number, Number, Number, Resources<Ulong>, Number*);
using ConnectByPointer = Status(PASSTHRU_CALL*)(Number, Number, Number, Number, void*, Number*);
using LogicalConnect = Status(PASSTHRU_CALL*)(Number, Number, Number, void*, Number*);
using Select = Status(PASSTHRU_CALL*)(void*, Number, Number);
using QueueMessages = Status(PASSTHRU_CALL*)(Number, void*, Number*);
using StartFilter05 = Status(PASSTHRU_CALL*)(Number, Number, void*, void*, Number*);
using ScanForDevices = Status(PASSTHRU_CALL*)(Number*);
using NextDevice = Status(PASSTHRU_CALL*)(void*);

/// PASSTHRU_MSG of 04.04: six numbers and 4128 bytes, 4152 or 4176 together.
inline std::size_t message_bytes(const Layout& layout) {
    return 6 * layout.ulong_bytes + api::message_data_max;
}

/// Behind what `to` has.
inline void add_message(Structure& to, const api::Message& message) {
    const auto size = std::min(message.data.size(), api::message_data_max);
    to.number(message.protocol).number(message.rx_status).number(message.tx_flags);
    to.number(message.timestamp_us).number(size).number(message.extra_data);
    to.text(ByteView(message.data).first(size), api::message_data_max);
}

/// A size beyond the structure counts as none.
inline api::Message read_message(const void* at, const Layout& layout) {
    Members from(const_cast<void*>(at), layout);
    api::Message message;
    message.protocol = from.number32();
    message.rx_status = from.number32();
    message.tx_flags = from.number32();
    message.timestamp_us = from.number32();
    const auto size = from.number();
    message.extra_data = from.number32();
    if (size <= api::message_data_max) {
        const auto* data = from.text(api::message_data_max);
        message.data.assign(data, data + size);
    }
    return message;
}

/// PASSTHRU_MSG of 05.00: seven numbers, a pointer to the data and how much there is room for.
inline std::size_t message05_bytes(const Layout& layout) {
    Structure one(layout);
    return one.zeros(7 * layout.ulong_bytes).pointer(nullptr).number(0).end().size();
}

/// `data` stays where it is as long as the structure is used; `room` bytes of it are the library's.
inline void add_message05(
    Structure& to,
    const api::Message& message,
    std::uint32_t handle,
    unsigned char* data,
    std::size_t room
) {
    to.number(message.protocol).number(handle).number(message.rx_status).number(message.tx_flags);
    to.number(message.timestamp_us).number(message.data.size()).number(message.extra_data);
    to.pointer(data).number(room).end();
}

struct Message05 {
    api::Message message;
    std::uint32_t handle = 0;  ///< Which queued message an indication speaks of.
};

/// Data beyond `room`, or somewhere else than in a buffer, counts as none.
inline Message05 read_message05(const void* at, const Layout& layout, std::size_t room) {
    Members from(const_cast<void*>(at), layout);
    Message05 read;
    read.message.protocol = from.number32();
    read.handle = from.number32();
    read.message.rx_status = from.number32();
    read.message.tx_flags = from.number32();
    read.message.timestamp_us = from.number32();
    const auto size = from.number();
    read.message.extra_data = from.number32();
    const auto* data = static_cast<const unsigned char*>(from.pointer());
    if (data != nullptr && size <= room) {
        read.message.data.assign(data, data + size);
    }
    return read;
}

}  // namespace protocols::passthru::abi
