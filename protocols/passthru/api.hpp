#pragma once

#include "protocols/base/hex.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

/// Numbers of SAE J2534-1 (version 04.04): protocols, flags, ioctls, parameters, results.
namespace protocols::passthru::api {

// Protocols (8.2).
inline constexpr std::uint32_t j1850_vpw = 1;
inline constexpr std::uint32_t j1850_pwm = 2;
inline constexpr std::uint32_t iso9141 = 3;
inline constexpr std::uint32_t iso14230 = 4;
inline constexpr std::uint32_t can = 5;
inline constexpr std::uint32_t iso15765 = 6;

// Flags of PassThruConnect and of messages sent.
inline constexpr std::uint32_t can_29bit_id = 0x100;
inline constexpr std::uint32_t k_line_only = 0x1000;
inline constexpr std::uint32_t iso15765_frame_pad = 0x40;

// Status of messages received. Own messages, and indications that are no data.
inline constexpr std::uint32_t tx_msg_type = 0x01;
inline constexpr std::uint32_t start_of_message = 0x02;
inline constexpr std::uint32_t tx_done = 0x08;

// Filters.
inline constexpr std::uint32_t pass_filter = 1;
inline constexpr std::uint32_t block_filter = 2;
inline constexpr std::uint32_t flow_control_filter = 3;

// Ioctls.
inline constexpr std::uint32_t get_config = 0x01;
inline constexpr std::uint32_t set_config = 0x02;
inline constexpr std::uint32_t read_vbatt = 0x03;
inline constexpr std::uint32_t five_baud_init = 0x04;
inline constexpr std::uint32_t fast_init = 0x05;
inline constexpr std::uint32_t clear_tx_buffer = 0x07;
inline constexpr std::uint32_t clear_rx_buffer = 0x08;
inline constexpr std::uint32_t clear_periodic_msgs = 0x09;
inline constexpr std::uint32_t clear_msg_filters = 0x0A;
inline constexpr std::uint32_t clear_funct_lookup = 0x0B;
inline constexpr std::uint32_t add_funct_lookup = 0x0C;
inline constexpr std::uint32_t delete_funct_lookup = 0x0D;
inline constexpr std::uint32_t read_prog_voltage = 0x0E;

// Configuration parameters.
inline constexpr std::uint32_t data_rate = 0x01;
inline constexpr std::uint32_t loopback = 0x03;
inline constexpr std::uint32_t node_address = 0x04;
inline constexpr std::uint32_t iso15765_bs = 0x1E;
inline constexpr std::uint32_t iso15765_stmin = 0x1F;

// Results.
inline constexpr std::uint32_t noerror = 0x00;
inline constexpr std::uint32_t not_supported = 0x01;
inline constexpr std::uint32_t invalid_channel_id = 0x02;
inline constexpr std::uint32_t invalid_protocol_id = 0x03;
inline constexpr std::uint32_t null_parameter = 0x04;
inline constexpr std::uint32_t invalid_ioctl_value = 0x05;
inline constexpr std::uint32_t invalid_flags = 0x06;
inline constexpr std::uint32_t failed = 0x07;
inline constexpr std::uint32_t device_not_connected = 0x08;
inline constexpr std::uint32_t timeout = 0x09;
inline constexpr std::uint32_t invalid_msg = 0x0A;
inline constexpr std::uint32_t invalid_time_interval = 0x0B;
inline constexpr std::uint32_t exceeded_limit = 0x0C;
inline constexpr std::uint32_t invalid_msg_id = 0x0D;
inline constexpr std::uint32_t device_in_use = 0x0E;
inline constexpr std::uint32_t invalid_ioctl_id = 0x0F;
inline constexpr std::uint32_t buffer_empty = 0x10;
inline constexpr std::uint32_t buffer_full = 0x11;
inline constexpr std::uint32_t buffer_overflow = 0x12;
inline constexpr std::uint32_t pin_invalid = 0x13;
inline constexpr std::uint32_t channel_in_use = 0x14;
inline constexpr std::uint32_t msg_protocol_id = 0x15;
inline constexpr std::uint32_t invalid_filter_id = 0x16;
inline constexpr std::uint32_t no_flow_control = 0x17;
inline constexpr std::uint32_t not_unique = 0x18;
inline constexpr std::uint32_t invalid_baudrate = 0x19;
inline constexpr std::uint32_t invalid_device_id = 0x1A;
// Of the worker, beyond the standard's numbers.
inline constexpr std::uint32_t library_missing = 0xFFFF0001;   ///< It cannot be loaded.
inline constexpr std::uint32_t function_missing = 0xFFFF0002;  ///< It does not export the call.
inline constexpr std::uint32_t not_open = 0xFFFF0003;  ///< Not called: the device is not open.

/// Standard's name of a result, e.g. `ERR_DEVICE_NOT_CONNECTED`; `0x2B` form for others.
[[nodiscard]] std::string_view name(std::uint32_t result);

inline constexpr std::size_t message_data_max = 4128;

/// PASSTHRU_MSG without the library's widths.
struct Message {
    std::uint32_t protocol = 0;
    std::uint32_t rx_status = 0;
    std::uint32_t tx_flags = 0;
    std::uint32_t timestamp_us = 0;  ///< Wraps every 71.6 minutes.
    std::uint32_t extra_data = 0;    ///< Index behind the data: IFR and CRC of J1850.
    Bytes data;                      ///< CAN: identifier first, four bytes, big endian.

    bool operator==(const Message&) const = default;
};

}  // namespace protocols::passthru::api
