pragma Singleton
import QtQuick

// Every visible word in both languages, Spanish first; a test fails when one is missing.
QtObject {
    property string language: "es"
    readonly property bool spanish: language === "es"

    function say(key) {
        const pair = table[key];
        return pair === undefined ? key : pair[spanish ? 0 : 1];
    }
    function pick(both) {
        return both === undefined || both === null ? "" : (spanish ? both.es : both.en) || "";
    }
    function toggle() {
        language = spanish ? "en" : "es";
    }

    readonly property var table: ({
        "step_vehicle": ["Vehículo", "Vehicle"],
        "step_connect": ["Conectar", "Connect"],
        "step_reading": ["Leer", "Read"],
        "step_result": ["Resultado", "Result"],
        "other_language": ["English (F2)", "Español (F2)"],
        "online": ["● Todo enviado al centro", "● Everything sent to the centre"],
        "sending": ["● Enviando: %1 por enviar", "● Sending: %1 waiting"],
        "offline": ["◆ Sin conexión – %1 por enviar", "◆ Offline – %1 waiting to be sent"],
        "no_centre": ["◆ Sin centro – %1 guardados aquí", "◆ No centre – %1 kept here"],
        "scan_title": ["Escanea el código de barras del NIV", "Scan the VIN barcode"],
        "scan_help": ["Poste de la puerta del conductor o parabrisas. También puedes escribirlo.",
            "Driver's door post or windscreen. You can also type it."],
        "vin": ["NIV", "VIN"],
        "plate": ["Placa", "Plate"],
        "year": ["Año-modelo", "Model year"],
        "weight": ["Peso bruto (kg)", "Gross weight (kg)"],
        "fuel": ["Combustible", "Fuel"],
        "gasoline": ["Gasolina", "Petrol"],
        "hybrid_gasoline": ["Híbrido", "Hybrid"],
        "diesel": ["Diésel", "Diesel"],
        "cng_oem": ["Gas natural", "Natural gas"],
        "vin_length": ["El NIV tiene 17 caracteres; llevas %1.", "A VIN has 17 characters; %1 so far."],
        "vin_letters": ["El NIV no lleva I, O, Q ni signos. Compáralo con la placa de la puerta.",
            "A VIN has no I, O, Q or signs. Compare it with the door plate."],
        "vin_check_digit": ["El dígito verificador no coincide. Compáralo con la placa de la puerta antes de seguir.",
            "The check digit does not match. Compare it with the door plate before going on."],
        "next": ["Siguiente", "Next"],
        "back": ["Atrás", "Back"],
        "keypad": ["Teclado", "Keypad"],
        "close": ["Cerrar", "Close"],
        "erase": ["Borrar", "Erase"],
        "connect_title": ["Conecta el adaptador", "Connect the adapter"],
        "connect_1": ["Conecta el cable debajo del tablero.", "Plug the cable in under the dashboard."],
        "connect_2": ["Gira la llave a ON; todavía no arranques.", "Turn the key ON; do not start yet."],
        "lamp_key_on": ["¿Enciende la luz del motor con la llave en ON?",
            "Does the engine light come on with the key ON?"],
        "connect_4": ["Arranca el motor y déjalo en ralentí.", "Start the engine and let it idle."],
        "lamp_running": ["¿Sigue encendida la luz con el motor en marcha?",
            "Is the light lit with the engine running?"],
        "yes": ["Sí", "Yes"],
        "no": ["No", "No"],
        "unseen": ["No se ve", "Can't see"],
        "start_reading": ["Iniciar lectura", "Start reading"],
        "try_again": ["Leer otra vez", "Read again"],
        "reading_title": ["Leyendo el vehículo", "Reading the vehicle"],
        "chain_adapter": ["Adaptador", "Adapter"],
        "chain_protocol": ["Protocolo", "Protocol"],
        "chain_data": ["Datos", "Data"],
        "seconds": ["%1 s · normalmente 2 a 20 s", "%1 s · usually 2 to 20 s"],
        "seconds_slow": ["%1 s · esperando al vehículo; la computadora del motor puede tardar",
            "%1 s · waiting for the vehicle; its engine computer may take a while"],
        "attempt": ["Intento %1", "Attempt %1"],
        "trying": ["Buscando %1", "Trying %1"],
        "adapter": ["Preparando el adaptador", "Setting the adapter up"],
        "support": ["Qué sabe el vehículo", "What the vehicle knows"],
        "identity": ["Identidad del vehículo", "Identity of the vehicle"],
        "status": ["Luz de falla y monitores", "Malfunction lamp and monitors"],
        "codes": ["Códigos de falla", "Trouble codes"],
        "freeze_frame": ["Cuadro congelado", "Freeze frame"],
        "parameters": ["Valores", "Values"],
        "software": ["Software del motor", "Engine software"],
        "performance": ["Desempeño de monitores", "Monitor performance"],
        "done": ["Calificando", "Judging"],
        "hidden": ["Los valores se muestran después del resultado.", "Values are shown after the verdict."],
        "stop": ["Detener", "Stop"],
        "record": ["Registro %1 · %2 s", "Record %1 · %2 s"],
        "vin_read": ["NIV leído: %1", "VIN read: %1"],
        "monitors": ["Monitores", "Monitors"],
        "monitor_MIS": ["Fallo de encendido", "Misfire"],
        "monitor_FUE": ["Combustible", "Fuel system"],
        "monitor_CCM": ["Componentes", "Components"],
        "monitor_CAT": ["Catalizador", "Catalyst"],
        "monitor_HCAT": ["Catalizador calentado", "Heated catalyst"],
        "monitor_EVAP": ["Evaporativo", "Evaporative system"],
        "monitor_AIR": ["Aire secundario", "Secondary air"],
        "monitor_ACR": ["A/C o filtro de partículas", "A/C or particulate filter"],
        "monitor_O2S": ["Sensor de oxígeno", "Oxygen sensor"],
        "monitor_O2H": ["Calentador de O₂", "O₂ heater"],
        "monitor_EGR": ["EGR / VVT", "EGR / VVT"],
        "monitor_NMHC": ["Catalizador NMHC", "NMHC catalyst"],
        "monitor_NOX": ["NOx / SCR", "NOx / SCR"],
        "monitor_BP": ["Presión de admisión", "Boost pressure"],
        "monitor_EGS": ["Sensor de gases", "Exhaust gas sensor"],
        "monitor_PMF": ["Filtro de partículas", "Particulate filter"],
        "complete": ["listo", "ready"],
        "incomplete": ["no listo", "not ready"],
        "no_causes": ["Cumple todos los criterios del programa.", "Meets every criterion of the programme."],
        "next_step": ["Siguiente paso: %1", "Next step: %1"],
        "why": ["Por qué", "Why"],
        "summary": ["Resumen", "Summary"],
        "next_vehicle": ["Siguiente vehículo", "Next vehicle"],
        "rule_pass": ["cumple", "met"],
        "rule_fail": ["no cumple", "not met"],
        "rule_not_applicable": ["no aplica", "not applicable"],
        "rule_not_determined": ["sin determinar", "not determined"],
        "recorded": ["se registra", "recorded"]
    })
}
