#pragma once

#include "obd/snapshot/snapshot.hpp"
#include "station/criteria/facts.hpp"

#include <map>
#include <optional>
#include <string>

namespace station::criteria {

/// As the dashboard shows it.
struct Odometer {
    int value = 0;
    std::string unit = "km";  ///< km or mi.
};

/// What the technician entered and saw; nullopt where nothing was stated.
struct Stated {
    std::string plate;
    std::string vin;
    std::optional<int> model_year;
    std::string fuel;  ///< gasoline, hybrid_gasoline, diesel, cng_oem, flex, electric, …
    std::optional<double> gvwr_kg;
    std::string obd_type;   ///< OBD-II, EOBD-E3 … EOBD-E6; empty: not known.
    std::string connector;  ///< ok, missing, intermediate_device; empty: not looked at.
    std::optional<bool> lamp_at_key_on;
    std::optional<bool> lamp_running;
    int visit = 1;
    std::string previous;  ///< Verdict of the visit before.
    std::string make;      ///< Empty: the maker the VIN names.
    std::string model;
    std::string category;          ///< EU vehicle category, M1 … N3.
    std::string first_registered;  ///< Day, 2021-03-01.
    std::optional<bool> plug_in;
    std::optional<bool> owner_objects;  ///< To a collection of data.
    std::string date;                   ///< Day of the inspection, 2026-11-25.
    /// What was seen of the checklist's items: `pass`, `fail` or `not_applicable`.
    std::map<std::string, std::string> visual;
    std::optional<Odometer> odometer;
    std::optional<Odometer> odometer_before;  ///< At the last inspection here that has one.
};

/// The facts a programme judges, from what was stated and what was read. Several control units are
/// combined: supported if any supports, complete only if all that support are; MIL if any; codes of
/// all. A unit that knows nothing beyond components does not decide the ignition type. What was not
/// measured stays unknown, with the reason.
[[nodiscard]] Facts facts_from(const Stated& stated, const obd::Snapshot& snapshot);
/// Those that are known before the vehicle is connected.
[[nodiscard]] Facts facts_from(const Stated& stated);

}  // namespace station::criteria
