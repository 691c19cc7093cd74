#pragma once

#include "protocols/base/result.hpp"
#include "protocols/base/time.hpp"
#include "protocols/bus/bus.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace protocols::simulator {

/// The four bytes that say which of `base`+1 … `base`+20h are in `ids`; the last bit also when any
/// lies beyond (SAE J1979 service 01 PID 00).
[[nodiscard]] Bytes support_bitmap(std::uint8_t base, const std::vector<std::uint8_t>& ids);

/// A live parameter in raw counts: `raw + rate·t + swing·sin(2πt/period)`, kept within its bytes.
struct Parameter {
    std::int64_t raw = 0;
    double rate_per_s = 0;
    double swing = 0;
    double period_s = 1;
    int bytes = 1;
    Bytes fixed;  ///< Used instead of the above when not empty.

    [[nodiscard]] Bytes at(double seconds) const;
};

/// A request that a control unit does not answer at once.
struct Delay {
    int pending = 0;  ///< `7F sid 78` sent first, this many times.
    std::chrono::milliseconds each{0};
};

/// A three-byte code of SAE J1979-2.
struct WholeCode {
    std::uint32_t number = 0;  ///< 24 bits.
    std::uint8_t status = 0;
    std::uint8_t severity = 0;
    bool permanent = false;
    std::uint8_t readiness_group = 0;          ///< 0: of none.
    std::map<std::uint8_t, Bytes> extended{};  ///< Records of extended data (19 06).
    /// Freeze frames (19 04): their identifiers with data, by record number.
    std::map<std::uint8_t, std::map<std::uint16_t, Bytes>> frames{};
};

struct Ecu {
    bus::EcuAddress address;
    bool classic = true;  ///< Answers SAE J1979 (services 01 to 0A).
    bool uds = false;     ///< Answers SAE J1979-2 (services 22 and 19), with `whole` as its codes.
    std::vector<WholeCode> whole;
    std::chrono::microseconds latency{10000};
    std::map<std::uint8_t, Parameter> parameters;  ///< Service 01, also the freeze frame's source.
    std::map<std::uint8_t, Bytes> later_parameters;  ///< J1979-2, identifiers F5xx.
    std::map<std::uint8_t, std::vector<Bytes>>
        infotypes;  ///< Service 09: items without count byte.
    std::vector<std::uint16_t> stored;
    std::vector<std::uint16_t> pending;
    std::vector<std::uint16_t> permanent;
    bool answers_permanent = true;
    bool says_no_codes =
        true;  ///< Legacy: answers also when it has none (SAE J1979 leaves it free).
    /// Freeze frames by number: PID to data; empty: no frame stored.
    std::vector<std::map<std::uint8_t, Bytes>> freeze_frames;
    /// Service 06 by MID (CAN: TID, scaling, value, lowest, highest; eight bytes) or by TID
    /// (legacy: component, value, limit; five bytes).
    std::map<std::uint8_t, std::vector<Bytes>> tests;
    /// Service 05 by sensor bit and TID: one byte, or value, lowest and highest.
    std::map<std::uint8_t, std::map<std::uint8_t, Bytes>> oxygen_tests;
    /// SAE J1939: parameter group to its data. `negatives` holds, by group (`00FDB5`), what a unit
    /// acknowledges with instead: 1 not served, 2 denied, 3 busy.
    std::map<std::uint32_t, Bytes> groups;
    std::map<std::string, std::uint8_t> negatives;  ///< Request in hex to negative response code.
    std::map<std::string, Delay> delays;            ///< Request in hex to its delay.
};

/// One message of one control unit, and when it starts to be sent after the request's end.
struct EcuMessage {
    bus::EcuAddress source;
    std::chrono::microseconds at{};
    Bytes data;
};

/// What a technician would find written on the vehicle's papers and see on its dashboard.
struct Papers {
    std::string plate;
    int model_year = 0;
    std::string fuel;
    int gvwr_kg = 0;
    bool lamp_key_on = true;
    bool lamp_running = false;
};

/// A vehicle as a tester sees it through its diagnostic connector.
struct Vehicle {
    std::string name;
    std::string title_en;
    std::string title_es;
    bus::Protocol protocol = bus::Protocol::undecided;  ///< undecided: nothing ever answers.
    double volts = 12.6;
    std::uint8_t padding = 0;
    Papers papers;
    std::vector<Ecu> ecus;

    /// All messages a functional request causes, ordered by time. `seconds`: since the vehicle
    /// woke. Services 01, 02, 03, 05 (legacy), 06, 07, 09 and 0A, and 19 and 22 of those that speak
    /// SAE J1979-2; on legacy buses as several 7-byte messages (SAE J1979). `only`: asked of this
    /// unit alone, which then refuses services 19 and 22 where it has nothing to say.
    [[nodiscard]] std::vector<EcuMessage> ask(
        ByteView request, double seconds, std::optional<bus::EcuAddress> only = {}
    ) const;
};

/// Reads a vehicle file (schema `vehicle.schema.json`). Fault: malformed (detail names the place).
[[nodiscard]] Result<Vehicle> read_vehicle(std::string_view text);

/// Vehicles built into the program, by name.
[[nodiscard]] std::vector<std::string_view> vehicle_names();
/// Fault: malformed when no vehicle has that name.
[[nodiscard]] Result<Vehicle> built_in_vehicle(std::string_view name);

}  // namespace protocols::simulator
