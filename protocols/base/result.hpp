#pragma once

#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/policy/terminate.hpp>
#include <boost/outcome/try.hpp>

#include <string>

namespace protocols {

/// What went wrong, as the caller must tell the cases apart. Append only: the numbers are stored in
/// records.
enum class Fault : int {
    link_lost = 1,           ///< The adapter vanished (unplugged, socket closed).
    adapter_silent = 2,      ///< No prompt before the deadline; says nothing about the vehicle.
    adapter_rejected = 3,    ///< The adapter answered `?` to the command.
    vehicle_silent = 4,      ///< The adapter reports that no control unit answered (`NO DATA`).
    bus_failed = 5,          ///< The adapter could not start or keep the vehicle bus.
    reply_too_long = 6,      ///< More bytes than the stated limit before a prompt.
    wiring_fault = 7,        ///< `FB ERROR`: what the adapter drives does not appear on the pin.
    reply_damaged = 8,       ///< Checksum or framing of what arrived is wrong.
    interrupted = 9,         ///< `STOPPED`: a byte reached the adapter while it was busy.
    adapter_restarted = 10,  ///< `LV RESET`: supply dipped, all settings are lost.
    buffer_full = 11,        ///< The adapter ran out of memory; part of the answer is missing.
    not_an_adapter = 12,     ///< Something answers, but not an ELM327-type adapter.
    cannot_open = 13,        ///< Device missing, busy, not permitted or address unreachable.
    no_protocol = 14,        ///< Every protocol was tried and the vehicle answered on none.
    replay_diverged = 15,    ///< A transcript does not contain what the program would have sent.
    malformed = 16,          ///< A file or message does not have the stated form.
    time_exhausted = 17,     ///< The named limit for the whole reading has passed.
    store_locked = 18,       ///< Another program holds the database.
    store_full = 19,         ///< No space left for the database.
    store_read_only = 20,    ///< The data folder cannot be written.
    store_damaged = 21,  ///< The database is not one of ours, or its content contradicts itself.
    key_unusable = 22,   ///< The station's signing key is missing or unreadable.
    centre_unreachable = 23,  ///< No answer from the centre; try again later.
    centre_refused = 24,      ///< The centre answered and will not take it.
    adapter_asleep = 25,   ///< `LP ALERT`, `ACT ALERT`: it goes to low power instead of answering.
    can_excluded = 26,     ///< `ERR94`: the adapter keeps CAN off until its power is cycled.
    several_unknown = 27,  ///< Several units answered and the adapter does not show which is which.
    vehicle_changed = 28,  ///< After a reconnection another vehicle answers.
    // 29 is retired: it stood for a vehicle that speaks SAE J1939, which is read now.
    library_failed = 30,   ///< A J2534 library cannot be loaded, or refuses to open its device.
    clock_set_back = 31,   ///< The station's clock went back and nobody has answered for it.
    printer_failed = 32,   ///< The print queue is missing or refuses.
    gateway_refused = 33,  ///< A DoIP gateway does not let the station in.
};

/// A fault and the words a technician's log needs. `detail` never decides anything.
struct Failure {
    Fault fault;
    std::string detail;
};

/// A value or a Failure. Reading the wrong side ends the process: a guessed reading is worse than
/// none.
template <class T>
using Result = boost::outcome_v2::basic_result<T, Failure, boost::outcome_v2::policy::terminate>;

}  // namespace protocols
