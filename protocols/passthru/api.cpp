#include "protocols/passthru/api.hpp"

#include <array>

namespace protocols::passthru::api {

std::string_view name(std::uint32_t result) {
    static constexpr auto names = std::to_array<std::string_view>(
        {"STATUS_NOERROR",
         "ERR_NOT_SUPPORTED",
         "ERR_INVALID_CHANNEL_ID",
         "ERR_INVALID_PROTOCOL_ID",
         "ERR_NULL_PARAMETER",
         "ERR_INVALID_IOCTL_VALUE",
         "ERR_INVALID_FLAGS",
         "ERR_FAILED",
         "ERR_DEVICE_NOT_CONNECTED",
         "ERR_TIMEOUT",
         "ERR_INVALID_MSG",
         "ERR_INVALID_TIME_INTERVAL",
         "ERR_EXCEEDED_LIMIT",
         "ERR_INVALID_MSG_ID",
         "ERR_DEVICE_IN_USE",
         "ERR_INVALID_IOCTL_ID",
         "ERR_BUFFER_EMPTY",
         "ERR_BUFFER_FULL",
         "ERR_BUFFER_OVERFLOW",
         "ERR_PIN_INVALID",
         "ERR_CHANNEL_IN_USE",
         "ERR_MSG_PROTOCOL_ID",
         "ERR_INVALID_FILTER_ID",
         "ERR_NO_FLOW_CONTROL",
         "ERR_NOT_UNIQUE",
         "ERR_INVALID_BAUDRATE",
         "ERR_INVALID_DEVICE_ID",
         "ERR_DEVICE_NOT_OPEN",
         "ERR_NULL_REQUIRED",
         "ERR_FILTER_TYPE_NOT_SUPPORTED",
         "ERR_IOCTL_PARAM_ID_NOT_SUPPORTED",
         "ERR_VOLTAGE_IN_USE",
         "ERR_PIN_IN_USE",
         "ERR_INIT_FAILED",
         "ERR_OPEN_FAILED",
         "ERR_BUFFER_TOO_SMALL",
         "ERR_LOG_CHAN_NOT_ALLOWED",
         "ERR_SELECT_TYPE_NOT_SUPPORTED",
         "ERR_CONCURRENT_API_CALL"}
    );
    switch (result) {
        case library_missing:
            return "library cannot be loaded";
        case function_missing:
            return "library does not have this function";
        case not_open:
            return "device is not open";
        default:
            return result < names.size() ? names[result] : "unknown result";
    }
}

}  // namespace protocols::passthru::api
