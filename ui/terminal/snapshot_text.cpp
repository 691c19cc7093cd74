#include "ui/terminal/snapshot_text.hpp"

#include "obd/decode/dtc_text.hpp"
#include "obd/decode/parameters.hpp"
#include "obd/snapshot/combined.hpp"

#include <array>
#include <cstdio>
#include <iostream>

namespace ui::terminal {
namespace {

std::string absence_text(obd::Absence absence, bool spanish) {
    using obd::Absence;
    switch (absence) {
        case Absence::not_asked:
            return spanish ? "no se preguntó" : "not asked";
        case Absence::unsupported:
            return spanish ? "no lo ofrece" : "not offered";
        case Absence::silent:
            return spanish ? "no contestó" : "no answer";
        case Absence::negative:
            return spanish ? "se negó a contestar" : "refused";
        case Absence::malformed:
            return spanish ? "contestó algo que no se entiende" : "the answer cannot be understood";
        case Absence::failed:
            return spanish ? "falló el adaptador o el bus" : "adapter or bus failed";
    }
    return {};
}

/// ISO 27145: ` (clase B1)`, where the unit told the class of a code.
std::string class_text(const obd::Ecu& ecu, const char* list, obd::Dtc code, bool spanish) {
    const auto whole = ecu.whole_codes.find(list);
    for (const auto& one :
         whole == ecu.whole_codes.end() ? std::vector<obd::UdsDtc>() : whole->second) {
        const auto letter = obd::dtc_class(one.severity.value_or(0));
        if (one.classic() == code && !letter.empty() && letter != "none") {
            return (spanish ? " (clase " : " (class ") + std::string(letter) + ")";
        }
    }
    return {};
}

}  // namespace

void print_snapshot(const obd::Snapshot& snapshot, bool spanish) {
    const auto line = [](const char* name, const std::string& value) {
        std::cout << name << ": " << value << "\n";
    };
    line(
        spanish ? "Adaptador" : "Adapter",
        snapshot.adapter.banner +
            (snapshot.adapter.stn.empty() ? "" : " (" + snapshot.adapter.stn + ")")
    );
    if (snapshot.adapter.volts) {
        std::array<char, 16> volts{};
        std::snprintf(volts.data(), volts.size(), "%.1f V", *snapshot.adapter.volts);
        line(spanish ? "Voltaje" : "Voltage", volts.data());
    }
    if (!snapshot.connected) {
        line(spanish ? "Sin comunicación" : "No communication", snapshot.not_connected_why);
        return;
    }
    std::string spoken(protocols::bus::name(snapshot.protocol));
    for (const auto tongue : snapshot.tongues) {
        spoken += " · " + std::string(obd::name(tongue));
    }
    line(spanish ? "Protocolo" : "Protocol", spoken);
    if (const auto mil = obd::combined_mil(snapshot)) {
        line("MIL", *mil ? (spanish ? "encendida" : "on") : (spanish ? "apagada" : "off"));
    }
    for (const auto& ecu : snapshot.ecus) {
        std::cout << "\n[" << ecu.address.text() << "] " << ecu.name.value.value_or("") << "\n";
        if (ecu.vin.value) {
            line(spanish ? "  NIV" : "  VIN", *ecu.vin.value);
        }
        if (ecu.status.value) {
            const auto& status = *ecu.status.value;
            if (status.lamp == obd::LampTold::told) {
                line(
                    "  MIL",
                    status.mil ? (spanish ? "encendida" : "on") : (spanish ? "apagada" : "off")
                );
            } else if (status.lamp == obd::LampTold::missing) {
                line("  MIL", spanish ? "no se sabe" : "not known");
            }
            for (const auto monitor : obd::monitors_of(status.ignition)) {
                const auto state = status.monitors.at(monitor);
                if (state != obd::Readiness::unsupported) {
                    std::cout << "    " << obd::code(monitor) << " "
                              << (state == obd::Readiness::complete
                                      ? (spanish ? "listo" : "ready")
                                      : (spanish ? "no listo" : "not ready"))
                              << "\n";
                }
            }
        }
        const auto codes = [&](const char* name, const obd::Item<std::vector<obd::Dtc>>& item,
                               const char* list) {
            if (!item.value) {
                return line(name, absence_text(item.absence, spanish));
            }
            if (item.value->empty()) {
                line(name, "–");
            }
            for (const auto code : *item.value) {
                const auto words = obd::dtc_text(code);
                line(
                    name, code.text() + class_text(ecu, list, code, spanish) + "  " +
                              (spanish ? words.es : words.en)
                );
            }
        };
        codes(spanish ? "  Códigos confirmados" : "  Confirmed codes", ecu.stored, "stored");
        codes(spanish ? "  Códigos pendientes" : "  Pending codes", ecu.pending, "pending");
        codes(spanish ? "  Códigos permanentes" : "  Permanent codes", ecu.permanent, "permanent");
        for (const auto& [pid, item] : ecu.parameters) {
            if (item.value) {
                const auto* row = obd::parameter_row(pid);
                std::cout << "  " << (spanish ? row->name_es : row->name_en) << ": "
                          << item.value->value << " " << item.value->unit << "\n";
            }
        }
    }
}

}  // namespace ui::terminal
