#pragma once

#include "protocols/simulator/vehicle.hpp"

namespace tests {

/// A truck with two control units on SAE J1939.
inline protocols::simulator::Vehicle truck(std::uint32_t baud) {
    using namespace protocols;
    const auto text = [](std::string_view words) { return Bytes(words.begin(), words.end()); };
    simulator::Vehicle vehicle;
    vehicle.name = "truck";
    vehicle.protocol = baud == 500'000 ? bus::Protocol::j1939_500 : bus::Protocol::j1939;
    simulator::Ecu engine;
    engine.address = bus::EcuAddress::legacy(0x00);
    engine.groups[0xFECA] = {0x04, 0xFF, 0x64, 0x00, 0x03, 0x01, 0xFF, 0xFF};
    engine.groups[0xFEEC] = text("1XKAD49X3CJ305678*");
    engine.groups[0xFEDA] = text(
        "\x02"
        "CAL-4711-A*CAL-4711-B*"
    );
    auto aftertreatment = engine;
    aftertreatment.address = bus::EcuAddress::legacy(0x3D);
    aftertreatment.groups.erase(0xFEEC);
    aftertreatment.groups[0xFECA] = Bytes(22, 0x11);  // codes that do not fit into a frame
    vehicle.ecus = {engine, aftertreatment};
    return vehicle;
}

}  // namespace tests
