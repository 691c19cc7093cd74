#include "station/inspection/context.hpp"

#include <algorithm>

namespace station::inspection {

State look(const State& state, const Looked& event, Context& context) {
    for (const auto& [item, answer] : event.visual) {
        const auto known =
            std::ranges::find(context.profile.checklist, item, &criteria::CheckItem::id);
        const bool possible = known != context.profile.checklist.end() &&
                              (answer == "pass" || answer == "fail" ||
                               (answer == "not_applicable" && known->may_be_absent));
        if (!possible) {
            return context.refuse(
                state, "Este punto de la revisión visual no admite esa respuesta: " + item + ".",
                "This item of the visual check does not take that answer: " + item + "."
            );
        }
    }
    for (const auto& item : context.profile.checklist) {
        // All or none: where nobody looked, that is what the record says.
        if (!event.visual.empty() && !event.visual.contains(item.id)) {
            return context.refuse(
                state, "Falta revisar: " + item.text.es + ".",
                "Not looked at: " + item.text.en + "."
            );
        }
    }
    if (!event.connector.empty() && event.connector != "ok" && event.connector != "missing" &&
        event.connector != "intermediate_device") {
        return context.refuse(
            state, "El conector está bien, falta, o tiene un dispositivo intermedio.",
            "The connector is ok, missing, or has an intermediate device."
        );
    }
    context.order.stated.visual = event.visual;
    if (!event.connector.empty()) {
        context.order.stated.connector = event.connector;
    }
    return after_looking(context);
}

State on(const Looking& state, const Looked& event, Context& context) {
    return look(state, event, context);
}

State on(const KeyOn& state, const Looked& event, Context& context) {
    return look(state, event, context);
}

State on(const Ready& state, const Looked& event, Context& context) {
    if (!state.body.empty()) {
        return context.refuse(
            State(state), "Ya se leyó este vehículo; la revisión visual está cerrada.",
            "This vehicle was read already; the visual check is closed."
        );
    }
    return look(state, event, context);
}

State after_looking(const Context& context) {
    const auto& connector = context.order.stated.connector;
    if (connector == "missing") {
        return without_connection(context);
    }
    return context.profile.consults("obd.mil_lit_koeo") ? State(KeyOn{}) : State(Ready{});
}

}  // namespace station::inspection
