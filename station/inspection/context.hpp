#pragma once

#include "station/inspection/workflow.hpp"

/// Of this leaf only.
namespace station::inspection {

/// What a state works with while it answers an event.
struct Context {
    const criteria::Profile& profile;
    Order& order;
    std::string_view now;
    std::vector<Action>& actions;

    State refuse(const State& state, std::string es, std::string en) const {
        actions.emplace_back(Refuse{{std::move(es), std::move(en)}});
        return state;
    }
};

/// For the states in which the papers or looks are stated or corrected; `state` is kept when what
/// is said is refused.
[[nodiscard]] State identify(const State& state, const Identify& event, Context& context);
[[nodiscard]] State look(const State& state, const Looked& event, Context& context);
/// What the programme has to ask before the vehicle can be read: the next such state.
[[nodiscard]] State after_identifying(const Context& context);
[[nodiscard]] State after_looking(const Context& context);
/// The state a finished reading leads to.
[[nodiscard]] State after_reading(const Context& context, const Outcome& outcome);
/// Judged on what was stated, with no vehicle that answers.
[[nodiscard]] State without_connection(const Context& context);

// What each state answers to; everything else is refused, or common to all (workflow.cpp).
State on(const Identifying& state, const Identify& event, Context& context);
State on(const Looking& state, const Looked& event, Context& context);
// Going back is free until something was read: papers and looks may be corrected.
State on(const Looking& state, const Identify& event, Context& context);
State on(const KeyOn& state, const Identify& event, Context& context);
State on(const Ready& state, const Identify& event, Context& context);
State on(const KeyOn& state, const Looked& event, Context& context);
State on(const Ready& state, const Looked& event, Context& context);
State on(const KeyOn& state, const LampAtKeyOn& event, Context& context);
State on(const Ready& state, const LampAtKeyOn& event, Context& context);
State on(const Ready& state, const LampRunning& event, Context& context);
State on(const Ready& state, const Begin& event, Context& context);
State on(const Ready& state, const CannotConnect& event, Context& context);
State on(const Reading& state, const ReadingEnded& event, Context& context);
State on(const Reading& state, const Stored& event, Context& context);
State on(const Reading& state, const Resumed& event, Context& context);
State on(const EngineOff& state, const LampRunning& event, Context& context);
State on(const EngineOff& state, const Begin& event, Context& context);
State on(const EngineOff& state, const GoOn& event, Context& context);
State on(const Judged& state, const Again& event, Context& context);
State on(const Judged& state, const Confirm& event, Context& context);
State on(const Closing& state, const Stored& event, Context& context);
// A store that could not write is asked again by the event that led there.
State on(const Reading& state, const Begin& event, Context& context);
State on(const Closing& state, const Confirm& event, Context& context);
State on(const Closing& state, const Abort& event, Context& context);
State on(const Closing& state, const Resumed& event, Context& context);

}  // namespace station::inspection
