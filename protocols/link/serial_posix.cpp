#include "protocols/link/serial.hpp"

#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <cerrno>

namespace protocols::link {

using boost::system::error_code;

error_code open_serial(boost::asio::serial_port& serial, const Endpoint& endpoint) {
    error_code error;
    serial.open(endpoint.device, error);
    if (error) {
        return error;
    }
    // Advisory for programs like ours, exclusive for the rest (root may still open it).
    if (::flock(serial.native_handle(), LOCK_EX | LOCK_NB) != 0) {
        return {errno, boost::system::system_category()};
    }
    ::ioctl(serial.native_handle(), TIOCEXCL);
    return set_line(serial, endpoint.baud);
}

bool drain(boost::asio::serial_port& serial) {
    return ::tcdrain(serial.native_handle()) == 0;
}

std::string open_advice(const std::string& device, const error_code& error) {
    switch (error.value()) {
        case ENOENT:
            return device + " does not exist: plug the adapter in, or name another device";
        case EACCES:
        case EPERM:
            return "no permission for " + device +
                   ": add this user to the group dialout and sign in again";
        case EBUSY:
        case EWOULDBLOCK:
            return device + " is used by another program: close it and try again";
        case ENOTTY:
            return device + " is not a serial device: name the adapter's device";
        case EISDIR:
            return device + " is a folder: name the adapter's device";
        default:
            return device + ": " + error.message();
    }
}

}  // namespace protocols::link
