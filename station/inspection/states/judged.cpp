#include "station/inspection/context.hpp"

namespace station::inspection {

/// Only what decided nothing may be read again: a verdict is not fished for.
State on(const Judged& state, const Again& /*event*/, Context& context) {
    if (state.verdict != criteria::Verdict::invalid) {
        return context.refuse(
            state, "El dictamen ya está dado; confírmalo. Otra lectura es otra inspección.",
            "The verdict is given; confirm it. Another reading is another inspection."
        );
    }
    return Ready{state.body};
}

State on(const Judged& state, const Confirm& event, Context& context) {
    Closing next{confirmed_body(
        context.order, state.body, event.technician, event.assertion, std::string(context.now)
    )};
    context.actions.emplace_back(Store{next.body, true});
    return next;
}

State on(const Closing& state, const Stored& event, Context& /*context*/) {
    return event.closes ? State(Done{event.sequence}) : State(state);
}

namespace {

/// The record was not written before the power went, or the disk was full: write it.
State store_again(const Closing& state, Context& context) {
    context.actions.emplace_back(Store{state.body, true});
    return state;
}

}  // namespace

State on(const Closing& state, const Resumed& /*event*/, Context& context) {
    return store_again(state, context);
}

State on(const Closing& state, const Confirm& /*event*/, Context& context) {
    return store_again(state, context);
}

State on(const Closing& state, const Abort& /*event*/, Context& context) {
    return store_again(state, context);
}

}  // namespace station::inspection
