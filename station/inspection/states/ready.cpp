#include "station/inspection/context.hpp"

namespace station::inspection {

State on(const KeyOn& /*state*/, const LampAtKeyOn& event, Context& context) {
    context.order.stated.lamp_at_key_on = event.lit;
    return Ready{};
}

/// Back to the question is always free.
State on(const Ready& state, const LampAtKeyOn& event, Context& context) {
    context.order.stated.lamp_at_key_on = event.lit;
    return state;
}

State on(const Ready& state, const LampRunning& event, Context& context) {
    context.order.stated.lamp_running = event.lit;
    return state;
}

State on(const Ready& state, const Begin& event, Context& context) {
    context.order.adapter = event.adapter;
    context.order.qualified = event.qualified;
    Reading next;
    if (!state.body.empty()) {
        next.keep = reading_body(state.body, "not_conclusive");
        context.actions.emplace_back(Store{next.keep, false});
    }
    context.actions.emplace_back(StartReading{});
    return next;
}

State on(const Ready& state, const CannotConnect& /*event*/, Context& context) {
    if (!state.body.empty()) {
        return context.refuse(
            state, "Ya hubo una lectura que falló. Intenta otra vez o cierra la inspección.",
            "A reading failed before. Try again or close the inspection."
        );
    }
    return without_connection(context);
}

State without_connection(const Context& context) {
    Outcome outcome;
    outcome.snapshot.emplace();
    outcome.snapshot->not_connected_why = "no connection was attempted";
    outcome.finished = context.now;
    const auto concluded = conclude(context.order, outcome, context.profile);
    return Judged{concluded.body, concluded.judgement->verdict};
}

}  // namespace station::inspection
