#include "station/inspection/context.hpp"
#include "station/inspection/identity.hpp"

#include <algorithm>

namespace station::inspection {
namespace {

bool was_passed(const Earlier& one) {
    return one.verdict == "PASS";
}

/// The visit's number and what it is to the last one, by the programme's days for coming back. What
/// the technician stated from another station's report comes first.
void relate(const std::vector<Earlier>& earlier, Context& context) {
    auto& stated = context.order.stated;
    if (stated.visit > 1 || !stated.previous.empty() || context.profile.revisit_days == 0) {
        return;
    }
    const auto last =
        std::ranges::find_if(earlier, [](const Earlier& one) { return !one.verdict.empty(); });
    if (last == earlier.end() || was_passed(*last)) {
        return;
    }
    const auto days = days_between(last->started, context.order.started);
    if (!days || *days > context.profile.revisit_days) {
        return;
    }
    stated.visit = last->visit + 1;
    stated.previous = last->verdict;
    const bool not_ready = last->verdict == "NOT_READY";
    context.order.relation =
        Relation{not_ready ? "second_not_ready" : "retest", last->sequence, last->verdict};
}

}  // namespace

State identify(const State& state, const Identify& event, Context& context) {
    auto stated = event.stated;
    if (stated.plate.empty() && stated.vin.empty()) {
        return context.refuse(
            state, "Escribe la placa o escanea el NIV.", "Enter the plate or scan the VIN."
        );
    }
    for (const auto& wrong :
         {stated.plate.empty() ? std::nullopt : wrong_plate(stated.plate),
          stated.vin.empty() ? std::nullopt : wrong_vin(stated.vin)}) {
        if (wrong) {
            return context.refuse(state, wrong->es, wrong->en);
        }
    }
    const auto day = std::string_view(context.order.started).substr(0, 10);
    if (!context.profile.in_effect(day)) {
        return context.refuse(
            state,
            "El programa no está vigente hoy. Pide al supervisor que instale el paquete vigente.",
            "The programme is not in effect today. Ask the supervisor to install the current "
            "bundle."
        );
    }
    // What was already seen of the vehicle stays.
    const auto& before = context.order.stated;
    if (stated.visual.empty()) {
        stated.visual = before.visual;
    }
    if (stated.connector.empty()) {
        stated.connector = before.connector;
    }
    if (!stated.lamp_at_key_on) {
        stated.lamp_at_key_on = before.lamp_at_key_on;
    }
    if (!stated.lamp_running) {
        stated.lamp_running = before.lamp_running;
    }
    stated.date = day;
    const auto counted = std::ranges::find_if(event.earlier, [](const Earlier& one) {
        return one.odometer.has_value();
    });
    if (counted != event.earlier.end()) {
        stated.odometer_before = counted->odometer;
    }
    context.order.stated = std::move(stated);
    context.order.relation.reset();
    relate(event.earlier, context);
    // What the papers say may decide that the programme does not concern this vehicle.
    const auto concluded = conclude_stated(context.order, context.profile);
    if (concluded.judgement->verdict == criteria::Verdict::not_applicable) {
        return Judged{concluded.body, concluded.judgement->verdict};
    }
    return after_identifying(context);
}

State on(const Identifying& state, const Identify& event, Context& context) {
    return identify(state, event, context);
}

State on(const Looking& state, const Identify& event, Context& context) {
    return identify(state, event, context);
}

State on(const KeyOn& state, const Identify& event, Context& context) {
    return identify(state, event, context);
}

State on(const Ready& state, const Identify& event, Context& context) {
    if (!state.body.empty()) {
        return context.refuse(
            State(state), "Ya se leyó este vehículo. Para otro, cierra esta inspección.",
            "This vehicle was read already. For another one, close this inspection."
        );
    }
    return identify(state, event, context);
}

State after_identifying(const Context& context) {
    return context.profile.checklist.empty() ? after_looking(context) : State(Looking{});
}

}  // namespace station::inspection
