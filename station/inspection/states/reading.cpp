#include "station/inspection/context.hpp"

#include <algorithm>

namespace station::inspection {
bool needs_engine(const criteria::Profile& profile) {
    return std::ranges::any_of(profile.rules, [](const criteria::Rule& rule) {
        const auto rows = rule.facts();
        return rule.stage == criteria::Stage::engine && rule.decides && rule.enabled &&
               std::ranges::any_of(rows, [](const criteria::FactRow* row) {
                   return row->path == "obd.engine_running";
               });
    });
}

std::vector<obd::MonitorGroups> readiness_groups_of(const criteria::Profile& profile) {
    std::vector<obd::MonitorGroups> all;
    for (const auto& one : profile.readiness_groups) {
        if (const auto monitor = obd::monitor_from_code(one.monitor)) {
            all.push_back({*monitor, one.groups, one.verified});
        }
    }
    return all;
}

State on(const Reading& state, const ReadingEnded& event, Context& context) {
    if (!state.keep.empty()) {
        return context.refuse(
            state, "La lectura anterior todavía no está guardada.",
            "The reading before this one is not stored yet."
        );
    }
    return after_reading(context, event.outcome);
}

State after_reading(const Context& context, const Outcome& outcome) {
    const auto concluded = conclude(context.order, outcome, context.profile);
    if (!concluded.judgement) {
        return Ready{concluded.body};
    }
    const bool still = concluded.facts.at("obd.engine_running").value == criteria::Value(false);
    const bool decided_before = concluded.judgement->verdict == criteria::Verdict::not_applicable;
    if (needs_engine(context.profile) && still && !decided_before) {
        const bool ran = std::ranges::any_of(outcome.snapshot->ecus, [](const obd::Ecu& ecu) {
            const auto speed = ecu.parameters.find(0x0C);
            return speed != ecu.parameters.end() && speed->second.value &&
                   speed->second.value->value > 0;
        });
        return EngineOff{concluded.body, ran};
    }
    return Judged{concluded.body, concluded.judgement->verdict};
}

State on(const Reading& state, const Begin& event, Context& context) {
    if (state.keep.empty()) {
        return context.refuse(
            state, "Ya se está leyendo el vehículo.", "The vehicle is being read already."
        );
    }
    context.order.adapter = event.adapter;
    context.order.qualified = event.qualified;
    context.actions.emplace_back(Store{state.keep, false});
    context.actions.emplace_back(StartReading{});
    return state;
}

State on(const Reading& state, const Stored& event, Context& context) {
    if (state.keep.empty()) {
        return context.refuse(
            state, "No hay ninguna lectura por guardar.", "There is no reading to store."
        );
    }
    context.order.readings.push_back({event.sequence, why_of_reading(state.keep)});
    return Reading{};
}

/// What had been read is gone with the power: the vehicle is read again, nothing is asked again.
State on(const Reading& state, const Resumed& /*event*/, Context& context) {
    context.order.interruptions.push_back({"reading", std::string(context.now)});
    if (!state.keep.empty()) {
        context.actions.emplace_back(Store{state.keep, false});
        return state;
    }
    return Ready{};
}

State on(const EngineOff& state, const LampRunning& event, Context& context) {
    context.order.stated.lamp_running = event.lit;
    return state;
}

State on(const EngineOff& state, const Begin& event, Context& context) {
    context.order.adapter = event.adapter;
    context.order.qualified = event.qualified;
    Reading next{reading_body(state.body, state.stalled ? "engine_stalled" : "engine_not_running")};
    context.actions.emplace_back(Store{next.keep, false});
    context.actions.emplace_back(StartReading{});
    return next;
}

State on(const EngineOff& state, const GoOn& /*event*/, Context& /*context*/) {
    return Judged{state.body, criteria::Verdict::invalid};
}

}  // namespace station::inspection
