#include "protocols/link/serial.hpp"

#include <windows.h>

namespace protocols::link {

using boost::system::error_code;

error_code open_serial(boost::asio::serial_port& serial, const Endpoint& endpoint) {
    error_code error;
    serial.open(endpoint.device, error);  // Windows opens a line for one program alone
    if (error) {
        return error;
    }
    return set_line(serial, endpoint.baud);
}

bool drain(boost::asio::serial_port& serial) {
    return ::FlushFileBuffers(serial.native_handle()) != 0;
}

std::string open_advice(const std::string& device, const error_code& error) {
    switch (error.value()) {
        case ERROR_FILE_NOT_FOUND:
        case ERROR_PATH_NOT_FOUND:
            return device + " does not exist: plug the adapter in, or name another device";
        case ERROR_ACCESS_DENIED:
        case ERROR_SHARING_VIOLATION:
            return device + " is used by another program: close it and try again";
        default:
            return device + ": " + error.message();
    }
}

}  // namespace protocols::link
