#include "protocols/link/serial.hpp"

namespace protocols::link {

boost::system::error_code set_line(boost::asio::serial_port& serial, std::uint32_t baud) {
    using Base = boost::asio::serial_port_base;
    boost::system::error_code error;
    serial.set_option(Base::baud_rate(baud), error);
    if (error) {
        return error;  // no such rate
    }
    serial.set_option(Base::character_size(8), error);
    serial.set_option(Base::parity(Base::parity::none), error);
    serial.set_option(Base::stop_bits(Base::stop_bits::one), error);
    serial.set_option(Base::flow_control(Base::flow_control::none), error);
    return error;
}

}  // namespace protocols::link
