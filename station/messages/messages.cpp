#include "station/messages/messages.hpp"

#include "protocols/base/ensure.hpp"

#include <algorithm>
#include <array>

namespace station::messages {
namespace {

using protocols::Failure;
using protocols::Fault;

struct Row {
    Fault fault;
    Message message;
};

constexpr std::array rows{
    Row{Fault::cannot_open,
        {"E-ADP-01", 20,
         "No se puede abrir el adaptador. Revisa que esté conectado a esta computadora y que el "
         "nombre sea el correcto. No se perdió nada.",
         "The adapter cannot be opened. Check that it is plugged into this computer and that its "
         "name is right. Nothing is lost."}},
    Row{Fault::link_lost,
        {"E-ADP-02", 21,
         "El adaptador se desconectó durante la prueba. Desconéctalo del auto y de la computadora, "
         "cuenta hasta cinco, conéctalo y repite la lectura. Lo capturado quedó guardado.",
         "The adapter was disconnected during the test. Unplug it from the car and the computer, "
         "count to five, plug both in and repeat the reading. What was entered is kept."}},
    Row{Fault::adapter_silent,
        {"E-ADP-03", 22,
         "El adaptador no contesta. Revisa que sea un adaptador OBD, la velocidad (baud) y "
         "que tenga corriente; desconéctalo cinco segundos y vuelve a intentar.",
         "The adapter does not answer. Check that it is an OBD adapter, its baud rate and that "
         "it has power; unplug it for five seconds and try again."}},
    Row{Fault::not_an_adapter,
        {"E-ADP-04", 23,
         "Lo que contesta no es un adaptador OBD o la velocidad (baud) es otra. Elige otro puerto "
         "o agrega @BAUD al nombre.",
         "What answers is not an OBD adapter, or the baud rate differs. Choose another port or "
         "add @BAUD to its name."}},
    Row{Fault::adapter_rejected,
        {"E-ADP-05", 23, "El adaptador no entiende un comando necesario. Usa otro adaptador.",
         "The adapter does not understand a command that is needed. Use another adapter."}},
    Row{Fault::adapter_restarted,
        {"E-ADP-06", 21,
         "El adaptador se reinició varias veces por bajo voltaje. Revisa la batería del vehículo y "
         "repite la lectura.",
         "The adapter restarted several times for low voltage. Check the vehicle's battery and "
         "repeat the reading."}},
    Row{Fault::buffer_full,
        {"E-ADP-07", 21, "El adaptador se quedó sin memoria. Repite la lectura con otro adaptador.",
         "The adapter ran out of memory. Repeat the reading with another adapter."}},
    Row{Fault::interrupted,
        {"E-ADP-08", 21, "La conversación con el adaptador se interrumpió. Repite la lectura.",
         "The conversation with the adapter was interrupted. Repeat the reading."}},
    Row{Fault::reply_too_long,
        {"E-ADP-09", 23,
         "El adaptador envía datos sin fin. Desconéctalo cinco segundos y vuelve a intentar.",
         "The adapter sends data without end. Unplug it for five seconds and try again."}},
    Row{Fault::reply_damaged,
        {"E-ADP-10", 21, "Los datos llegan dañados. Revisa el cable y repite la lectura.",
         "The data arrives damaged. Check the cable and repeat the reading."}},
    Row{Fault::vehicle_silent,
        {"E-VEH-02", 12,
         "El vehículo no responde. ¿La llave está en ON? Gírala a OFF 10 s y a ON, y repite.",
         "The vehicle does not answer. Is the key ON? Turn it OFF for 10 s, then ON, and repeat."}},
    Row{Fault::no_protocol,
        {"E-VEH-02", 12,
         "El vehículo no responde en ningún protocolo. ¿La llave está en ON? Gírala a OFF 10 s y a "
         "ON, y repite.",
         "The vehicle answers on no protocol. Is the key ON? Turn it OFF for 10 s, then ON, and "
         "repeat."}},
    Row{Fault::bus_failed,
        {"E-VEH-03", 12,
         "El bus del vehículo falla. Revisa el conector y repite; si sigue igual, no se puede "
         "probar.",
         "The vehicle's bus fails. Check the connector and repeat; if it stays so, the car cannot "
         "be tested."}},
    Row{Fault::wiring_fault,
        {"E-VEH-04", 24,
         "Falla eléctrica entre el adaptador y el conector. Revisa el cable con otro vehículo.",
         "Electrical fault between adapter and connector. Check the cable on another vehicle."}},
    Row{Fault::replay_diverged,
        {"E-REC-01", 25,
         "La grabación no corresponde a esta versión del programa o fue alterada. Usa la versión "
         "que la grabó.",
         "The recording does not fit this version of the program or was altered. Use the version "
         "that recorded it."}},
    Row{Fault::malformed,
        {"E-FIL-01", 26,
         "El archivo no tiene la forma esperada. Corrige el lugar indicado y repite.",
         "The file does not have the expected form. Correct the place named and repeat."}},
    Row{Fault::time_exhausted,
        {"E-VEH-05", 27, "La lectura pasó su tiempo límite. Revisa el adaptador y repite.",
         "The reading passed its time limit. Check the adapter and repeat."}},
    Row{Fault::store_locked,
        {"E-DSK-02", 30,
         "Otra ventana o programa usa los datos de esta estación. Ciérralo y repite. No se "
         "perdió nada.",
         "Another window or program uses this station's data. Close it and repeat. Nothing is "
         "lost."}},
    Row{Fault::store_full,
        {"E-DSK-01", 31,
         "No queda espacio en disco. Libera espacio y repite la prueba; lo guardado antes está "
         "completo.",
         "No disk space is left. Free some and repeat the test; what was stored before is whole."}},
    Row{Fault::store_read_only,
        {"E-DSK-03", 32,
         "No se puede escribir en la carpeta de datos. Revisa los permisos o elige otra carpeta.",
         "The data folder cannot be written. Check its permissions or choose another folder."}},
    Row{Fault::store_damaged,
        {"E-DSK-04", 33,
         "Los datos de la estación están dañados o son de otra versión. No pruebes más aquí y "
         "avisa al supervisor.",
         "The station's data is damaged or of another version. Stop testing here and call the "
         "supervisor."}},
    Row{Fault::clock_set_back,
        {"E-CLK-01", 37,
         "El reloj de la estación retrocedió. No se inician pruebas hasta que el supervisor revise "
         "la hora y la confirme (obd-inspect clock confirm). Lo guardado está completo.",
         "The station's clock was set back. No test begins until the supervisor checks the time "
         "and confirms it (obd-inspect clock confirm). What was stored is whole."}},
    Row{Fault::printer_failed,
        {"E-PRN-01", 38,
         "La impresora no recibe el informe. Revisa papel, corriente y el nombre de la cola, y "
         "vuelve a imprimir. El PDF quedó guardado.",
         "The printer does not take the report. Check paper, power and the queue's name, and print "
         "again. The PDF is kept."}},
    Row{Fault::key_unusable,
        {"E-KEY-01", 34,
         "Falta la llave de firma de la estación o no corresponde. Restáurala del respaldo; no se "
         "crea otra porque cortaría la cadena.",
         "The station's signing key is missing or does not belong. Restore it from the backup; a "
         "new one would cut the chain."}},
    Row{Fault::centre_unreachable,
        {"E-NET-01", 35,
         "Sin conexión con el centro. Puedes seguir: los registros están guardados aquí y se "
         "enviarán solos.",
         "No connection to the centre. You can go on: the records are kept here and will be sent "
         "by themselves."}},
    Row{Fault::centre_refused,
        {"E-NET-02", 36,
         "El centro rechaza los registros de esta estación. Avisa al supervisor; están guardados "
         "aquí.",
         "The centre refuses this station's records. Call the supervisor; they are kept here."}},
    Row{Fault::adapter_asleep,
        {"E-ADP-11", 22,
         "El adaptador entra en bajo consumo y no contesta. Desconéctalo del auto cinco segundos, "
         "conéctalo y repite la lectura.",
         "The adapter goes to low power and does not answer. Unplug it from the car for five "
         "seconds, plug it in and repeat the reading."}},
    Row{Fault::can_excluded,
        {"E-ADP-12", 24,
         "El adaptador bloqueó el bus CAN por una falla grave. Desconéctalo del auto, cuenta hasta "
         "diez, conéctalo y repite; si vuelve, usa otro adaptador.",
         "The adapter has shut the CAN bus out after a fatal error. Unplug it from the car, count "
         "to "
         "ten, plug it in and repeat; if it comes back, use another adapter."}},
    Row{Fault::several_unknown,
        {"E-ADP-13", 23,
         "El adaptador no muestra qué computadora del vehículo contesta. No sirve para verificar: "
         "usa otro adaptador.",
         "The adapter does not show which control unit answers. It cannot be used for inspections: "
         "use another adapter."}},
    Row{Fault::vehicle_changed,
        {"E-VEH-06", 28,
         "El vehículo que contesta ahora no es el que se estaba leyendo. Empieza una inspección "
         "nueva "
         "con el vehículo correcto; lo leído antes quedó guardado.",
         "The vehicle that answers now is not the one that was being read. Begin a new inspection "
         "with the right vehicle; what was read before is kept."}},
    Row{Fault::library_failed,
        {"E-ADP-14", 23,
         "La biblioteca J2534 no se pudo usar. Instala el controlador del fabricante, cierra otros "
         "programas que usen el equipo, conéctalo y vuelve a intentar.",
         "The J2534 library could not be used. Install the maker's driver, close other programs "
         "that use the device, plug it in and try again."}},
    Row{Fault::gateway_refused,
        {"E-ADP-15", 23,
         "La puerta de enlace del vehículo (DoIP) no dejó entrar a la estación. Cierra otros "
         "programas conectados al vehículo, quita y da la ignición, y repite la lectura.",
         "The vehicle's gateway (DoIP) did not let the station in. Close other programs that are "
         "connected to the vehicle, turn the ignition off and on, and repeat the reading."}},
};

std::string sentence(std::string_view text, const Failure& failure) {
    std::string all(text);
    if (!failure.detail.empty()) {
        std::string detail = failure.detail.substr(0, 300);
        for (auto& c : detail) {
            c = c == '\r' || c == '\n' ? ' ' : c;
        }
        all += " [" + detail + "]";
    }
    return all + " (" + std::string(message_for(failure.fault).code) + ")";
}

}  // namespace

const Message& message_for(Fault fault) {
    const auto row = std::ranges::find(rows, fault, &Row::fault);
    ENSURE(row != rows.end());
    return row->message;
}

std::string spanish(const Failure& failure) {
    return sentence(message_for(failure.fault).es, failure);
}

std::string english(const Failure& failure) {
    return sentence(message_for(failure.fault).en, failure);
}

}  // namespace station::messages
