// Reading's part that finds out what the units speak.
#include "obd/session/reading.hpp"

#include <algorithm>
#include <utility>

namespace obd {

using protocols::Instant;

/// On CAN a unit may speak J1979, J1979-2 or both: who speaks which is asked before anything else.
Reading::Action Reading::on_bus(
    bool identifiers, protocols::bus::Answer first_answer, Instant now
) {
    speakers_.clear();
    asking_tongue_ = false;  // the adapter may have restarted while it was being asked
    if (protocols::bus::is_j1939(manner_.protocol)) {
        return read_heavy(identifiers, first_answer, now);
    }
    speakers_.emplace_back(identifiers ? Tongue::j1979_2 : Tongue::j1979, std::move(first_answer));
    if (identifiers || !protocols::bus::has_whole_messages(manner_.protocol)) {
        return begin_plan(now);
    }
    asking_tongue_ = true;
    if (settings_.interface != Interface::elm327) {
        return ask(protocols::bus::identifier_request, now);
    }
    request_ = protocols::bus::identifier_request;
    auto& brief = stage_.emplace<protocols::elm327::AskUnit>(
        protocols::elm327::AskUnit::briefly(request_, manner_)
    );
    return protocols::forward<Snapshot>(brief.resume(protocols::Started{}, now));
}

Reading::Action Reading::read_heavy(
    bool identification, const protocols::bus::Answer& first_answer, Instant now
) {
    tongue_ = Tongue::j1939;
    plan_.emplace(HeavyPlan(
        manner_.protocol, first_answer, identification,
        {settings_.engine_at_end, settings_.left_out, settings_.all}
    ));
    return ask_next(now);
}

/// A unit that speaks both is read in one of them.
Reading::Action Reading::on_tongue(const protocols::bus::Answer& answer, Instant now) {
    asking_tongue_ = false;
    if (!answer.messages.empty()) {
        speakers_.emplace_back(Tongue::j1979_2, answer);
        if (settings_.prefers_j1979_2) {
            std::swap(speakers_.front(), speakers_.back());
        }
        const auto& preferred = speakers_.front().second;
        auto& rest = speakers_.back().second.messages;
        const auto all = rest.size();
        std::erase_if(rest, [&](const protocols::bus::Message& message) {
            return !preferred.of(message.source).empty();
        });
        if (rest.size() < all) {
            notes_.push_back(
                "answers SAE J1979 and SAE J1979-2; what speaks both was read in " +
                std::string(name(speakers_.front().first))
            );
        }
        if (rest.empty()) {
            speakers_.pop_back();
        }
    }
    return begin_plan(now);
}

Reading::Action Reading::begin_plan(Instant now) {
    next_tongue();
    if (!manner_.headers) {
        plan_->snapshot().notes.emplace_back("the adapter does not show which control unit answers"
        );
    }
    return ask_next(now);
}

/// The units that speak the next tongue; what was read of others is kept.
void Reading::next_tongue() {
    if (plan_) {
        read_before_ = plan_->snapshot();
    }
    const auto [tongue, answer] = std::move(speakers_.front());
    speakers_.erase(speakers_.begin());
    auto options = plan_options();
    options.tongue = tongue;
    plan_.emplace(Plan(manner_.protocol, answer, options));
    survey_.reset();
    tongue_ = tongue;
    answered_.clear();
}

bool Reading::was_read(const protocols::bus::EcuAddress& unit) const {
    return read_before_ &&
           std::ranges::find(read_before_->ecus, unit, &Ecu::address) != read_before_->ecus.end();
}

}  // namespace obd
