#pragma once

#include "obd/decode/dtc.hpp"
#include "obd/decode/monitors.hpp"
#include "obd/decode/parameters.hpp"
#include "obd/decode/uds.hpp"
#include "protocols/bus/bus.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace obd {

/// Why a control unit gave no value. Different facts are never merged.
enum class Absence {
    not_asked,  ///< The reading ended before, the bus does not have the service, or nobody waited.
    unsupported,  ///< Its support bitmap says so.
    silent,       ///< It was asked and did not answer.
    negative,     ///< It answered `7F service code`.
    malformed,    ///< Its answer does not have the standard's form.
    failed,       ///< The adapter or bus failed; says nothing about the control unit.
};
[[nodiscard]] std::string_view id(Absence absence);

/// A reading, or why there is none, with the bytes that prove it.
template <class T>
struct Item {
    std::optional<T> value;
    Absence absence = Absence::not_asked;  ///< Meaningful only without a value.
    std::uint8_t code = 0;                 ///< Negative response code.
    std::string detail;
    std::string request;                ///< In hex, e.g. `010C`.
    std::vector<protocols::Bytes> raw;  ///< Messages, service byte first.
};

struct FreezeFrame {
    Dtc cause;
    std::map<std::uint8_t, Quantity> values;
    std::optional<std::set<std::uint8_t>> supported;  ///< PIDs 01 to 20 of the frame.
};

/// The value of what is kept as bytes: they have the standard's form. What they say is told by
/// meaning().
struct Answered {};

/// What a control unit is spoken to in.
enum class Tongue {
    j1979,    ///< SAE J1979, ISO 15031-5: services 01 to 0A.
    j1979_2,  ///< SAE J1979-2 (OBDonUDS), ISO 27145 (WWH-OBD): services 22 and 19.
    j1939,    ///< SAE J1939-73: parameter groups of heavy-duty vehicles.
};
[[nodiscard]] std::string_view id(Tongue tongue);
/// Standard's name, e.g. `SAE J1979-2`.
[[nodiscard]] std::string_view name(Tongue tongue);

/// Everything one control unit said.
struct Ecu {
    protocols::bus::EcuAddress address;
    Tongue tongue = Tongue::j1979;
    Item<std::set<std::uint8_t>> pids;       ///< Service 01 support, all ranges.
    Item<std::set<std::uint8_t>> infotypes;  ///< Service 09 support.
    Item<MonitorStatus> status;              ///< PID 01: since codes were cleared.
    Item<MonitorStatus> status_cycle;        ///< PID 41: this drive cycle.
    std::map<std::uint8_t, Item<Quantity>> parameters;
    Item<Quantity> speed_at_end;  ///< PID 0C once more after all else, where that was wanted.
    Item<std::uint8_t> obd_requirement;             ///< PID 1C
    Item<std::uint8_t> fuel_type;                   ///< PID 51
    Item<std::vector<Dtc>> stored;                  ///< Service 03
    Item<std::vector<Dtc>> pending;                 ///< Service 07
    Item<std::vector<Dtc>> permanent;               ///< Service 0A
    Item<std::optional<FreezeFrame>> freeze_frame;  ///< Value without frame: none is stored.
    Item<std::string> vin;
    Item<std::vector<std::string>> calids;
    Item<std::vector<std::string>> cvns;
    Item<std::vector<std::uint16_t>> performance_spark;        ///< Infotype 08
    Item<std::vector<std::uint16_t>> performance_compression;  ///< Infotype 0B
    Item<std::string> name;
    /// J1979-2: the codes of `stored`, `pending` and `permanent` whole, with failure type, status
    /// and severity.
    std::map<std::string, std::vector<UdsDtc>> whole_codes;
    std::uint8_t status_served = 0;  ///< J1979-2: bits of a code's status that mean anything here.
    /// J1979-2 without F401: the codes of each readiness group that is a monitor.
    std::map<std::uint8_t, Item<DtcReport>> readiness_groups;
    /// Everything else it supports, by request in hex, e.g. `0104`, `0601`, `0914`, `020501`: only
    /// when all was to be read. SAE J1939: every parameter group it sent, e.g. `00FECA`.
    std::map<std::string, Item<Answered>> more;
};

/// J1979-2: the first of the unit's stored codes, of 24 bits.
[[nodiscard]] std::optional<std::uint32_t> first_stored(const Ecu& ecu);

struct Adapter {
    std::string banner;
    std::string description;
    std::string stn;
    std::optional<double> volts;
};

/// Everything read from one vehicle in one connection.
struct Snapshot {
    bool connected = false;         ///< A control unit answered a diagnostic request.
    std::string not_connected_why;  ///< What each trial said; empty when connected.
    int attempts = 0;
    std::vector<std::string> failed_attempts;  ///< Why each attempt that failed did, in order.
    Adapter adapter;
    protocols::bus::Protocol protocol = protocols::bus::Protocol::undecided;
    std::set<Tongue> tongues;  ///< It was read in; its notes say when it speaks another one too.
    /// Which readiness groups are monitors, where the programme that was read for says so.
    std::vector<MonitorGroups> readiness_groups;
    std::vector<Ecu> ecus;           ///< In order of first answer.
    std::vector<std::string> notes;  ///< What was left out of the reading and why.
    bool complete = false;           ///< The whole read plan was carried out.

    /// The unit with this address, added when new.
    Ecu& ecu(protocols::bus::EcuAddress address);
};

}  // namespace obd
