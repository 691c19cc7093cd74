#include "station/adapters/fitness.hpp"

#include <algorithm>
#include <array>

namespace station::adapters {
namespace {

using protocols::elm327::Contradiction;
using protocols::elm327::Outcome;
using protocols::elm327::Qualification;
using protocols::elm327::Trial;

constexpr std::array<std::string_view, 3> ids{"fit", "reading_only", "unfit"};

struct TrialReason {
    Trial trial;
    Outcome outcome;
    Reason reason;
};
constexpr auto unfit = Fitness::unfit;
constexpr auto reading = Fitness::reading_only;
constexpr auto remark = Fitness::fit;

constexpr std::array by_trial{
    TrialReason{
        Trial::headers,
        Outcome::failed,
        {"headers", unfit, "No muestra qué unidad contesta, aunque dice que sí.",
         "It does not show which unit answers, though it says so."}},
    TrialReason{
        Trial::same_twice,
        Outcome::failed,
        {"same_twice", unfit, "Dos lecturas del NIV no fueron iguales.",
         "Two readings of the VIN were not equal."}},
    TrialReason{
        Trial::segmented,
        Outcome::failed,
        {"segmented", unfit, "Pierde partes de las respuestas largas.",
         "It loses parts of long answers."}},
    TrialReason{
        Trial::second_unit,
        Outcome::failed,
        {"second_unit", unfit, "Pierde las respuestas largas de la segunda unidad de control.",
         "It loses long answers of a second control unit."}},
    TrialReason{
        Trial::unknown_commands,
        Outcome::failed,
        {"unknown_commands", reading, "Dice que sí a órdenes que no existen.",
         "It says yes to commands that do not exist."}},
    TrialReason{
        Trial::long_output,
        Outcome::failed,
        {"long_output", reading, "Lo que escribe no llega dos veces igual a esta computadora.",
         "What it prints does not reach this computer the same twice."}},
    TrialReason{
        Trial::voltage,
        Outcome::failed,
        {"voltage", reading, "El voltaje que muestra no es creíble.",
         "The voltage it shows is not plausible."}},
    TrialReason{
        Trial::spaces,
        Outcome::failed,
        {"spaces", remark, "No quita los espacios: solo es más lento.",
         "It keeps printing spaces: slower, nothing else."}},
    TrialReason{
        Trial::count_digit,
        Outcome::failed,
        {"count_digit", remark, "No sabe contar respuestas: solo es más lento.",
         "It cannot count answers: slower, nothing else."}},
    TrialReason{
        Trial::interrupt,
        Outcome::failed,
        {"interrupt", remark, "No deja de esperar cuando se le pide: solo es más lento.",
         "It does not stop waiting when told to: slower, nothing else."}},
    TrialReason{
        Trial::long_answers,
        Outcome::not_tested,
        {"long_answers_untested", remark,
         "Respuestas de 20 tramas y más: no se probaron, este vehículo no las da.",
         "Answers of 20 frames and more: not tried, this vehicle gives none."}},
    TrialReason{
        Trial::second_unit,
        Outcome::not_tested,
        {"second_unit_untested", remark,
         "Respuestas largas de dos unidades a la vez: no se probaron, este vehículo no las da.",
         "Long answers of two units at once: not tried, this vehicle gives none."}},
};

struct ContradictionReason {
    Contradiction contradiction;
    Reason reason;
};
constexpr std::array by_contradiction{
    ContradictionReason{
        Contradiction::never_released,
        {"never_released", reading, "Dice ser una versión que nunca se vendió: es una copia.",
         "It claims a version that was never sold: it is a copy."}},
    ContradictionReason{
        Contradiction::claims_too_much,
        {"claims_too_much", reading, "No conoce las órdenes de la versión que dice ser.",
         "It does not know the commands of the version it claims."}},
    ContradictionReason{
        Contradiction::gaps,
        {"gaps", reading, "Conoce órdenes nuevas y no las anteriores: es una copia.",
         "It knows newer commands and not the earlier ones: it is a copy."}},
};
constexpr Reason no_vehicle{
    "no_vehicle", reading,
    "No se probó en un vehículo: conéctalo a uno con la llave puesta y repite.",
    "It was not tried on a vehicle: plug it into one with the ignition on and repeat."};
constexpr Reason heavy_vehicle{
    "heavy_vehicle", reading,
    "Se probó en un vehículo pesado (SAE J1939): conéctalo a un auto con la llave puesta y repite.",
    "It was tried on a heavy vehicle (SAE J1939): plug it into a car with the ignition on and "
    "repeat."};
constexpr Reason falls_silent{
    "falls_silent", reading, "Dejó órdenes sin contestar.", "It left commands unanswered."};

}  // namespace

std::string_view id(Fitness fitness) {
    return ids[static_cast<std::size_t>(fitness)];
}

Judged judge(const Qualification& found) {
    Judged judged;
    const bool heavy = protocols::bus::is_j1939(found.protocol);
    const bool vehicle = found.protocol != protocols::bus::Protocol::undecided && !heavy;
    for (const auto& row : by_trial) {
        const bool applies = found[row.trial].outcome == row.outcome;
        if (applies && (vehicle || row.outcome == Outcome::failed)) {
            judged.reasons.push_back(row.reason);
        }
    }
    for (const auto& row : by_contradiction) {
        if (std::ranges::find(found.contradictions, row.contradiction) !=
            found.contradictions.end()) {
            judged.reasons.push_back(row.reason);
        }
    }
    if (!vehicle) {
        judged.reasons.push_back(heavy ? heavy_vehicle : no_vehicle);
    }
    if (found.silences > 0) {
        judged.reasons.push_back(falls_silent);
    }
    std::ranges::stable_sort(judged.reasons, std::ranges::greater(), &Reason::allows);
    if (!judged.reasons.empty()) {
        judged.fitness = judged.reasons.front().allows;
    }
    return judged;
}

}  // namespace station::adapters
