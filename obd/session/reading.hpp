#pragma once

#include "obd/session/any_plan.hpp"
#include "obd/session/any_survey.hpp"
#include "obd/session/settings.hpp"
#include "obd/session/survey.hpp"
#include "protocols/doip/connect.hpp"
#include "protocols/elm327/ask.hpp"
#include "protocols/elm327/batch.hpp"
#include "protocols/elm327/connect.hpp"
#include "protocols/elm327/physical.hpp"
#include "protocols/passthru/connect.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace obd {

struct ReadingProgress {
    std::string step;  ///< `adapter`, `adapter_rates`, a protocol's name, or a step of the plan.
    double share = 0;  ///< 0 to 1.
    int attempt = 1;
    std::chrono::seconds limit{0};  ///< Connecting and reading end at the latest after this.
};

/// The whole reading of one vehicle through an ELM327-type adapter, a J2534 device or the vehicle's
/// own DoIP gateway: connect, carry out the plan. After link_lost it may be started again on a new
/// link: it makes sure that the same vehicle answers (bitmaps, VIN) and goes on where it was. A
/// vehicle that answers on no bus is a result
/// (`connected` false), not a fault. Faults: link_lost, adapter_silent, not_an_adapter,
/// library_failed, wiring_fault, time_exhausted, vehicle_changed; snapshot() then holds
/// what had been read.
class Reading {
public:
    using Output = Snapshot;

    explicit Reading(ReadingSettings settings = {});

    [[nodiscard]] protocols::Action<Snapshot> resume(
        const protocols::Event& event, protocols::Instant now
    );

    [[nodiscard]] ReadingProgress progress() const;
    [[nodiscard]] Snapshot snapshot() const;

private:
    using Action = protocols::Action<Snapshot>;

    Action step_on(const protocols::Event& event, protocols::Instant now);
    [[nodiscard]] Plan::Options plan_options() const;
    Action connect(protocols::Instant now);
    Action on_connected(
        protocols::Result<protocols::elm327::Connection> result, protocols::Instant now
    );
    Action on_bus(bool identifiers, protocols::bus::Answer first_answer, protocols::Instant now);
    Action read_heavy(
        bool identification, const protocols::bus::Answer& first_answer, protocols::Instant now
    );
    Action on_tongue(const protocols::bus::Answer& answer, protocols::Instant now);
    Action begin_plan(protocols::Instant now);
    void next_tongue();
    [[nodiscard]] bool was_read(const protocols::bus::EcuAddress& unit) const;
    Action ask_next(protocols::Instant now);
    std::optional<protocols::bus::Request> next_request();
    void take(const protocols::bus::Answer& answer);
    Action ask(protocols::bus::Request request, protocols::Instant now);
    Action on_device(
        protocols::Result<protocols::passthru::Connection> result, protocols::Instant now
    );
    Action on_gateway(
        protocols::Result<protocols::doip::Connection> result, protocols::Instant now
    );
    Action not_connected(const protocols::Failure& failure, protocols::Instant now);
    Action go_on(const protocols::bus::Answer& first_answer, protocols::Instant now);
    Action on_check(const protocols::bus::Answer& answer, protocols::Instant now);
    [[nodiscard]] bool uncounted(const protocols::bus::Answer& answer) const;
    Action count_again(protocols::Instant now);
    Action on_counted(protocols::bus::Answer answer, protocols::Instant now);
    Action on_answer(const protocols::bus::Answer& answer, protocols::Instant now);
    Action ask_apart(protocols::Instant now);
    Action on_asked(protocols::Result<protocols::elm327::Asked> result, protocols::Instant now);
    Action on_batch(
        protocols::Result<protocols::elm327::BatchAsked> result, protocols::Instant now
    );
    Action on_failure(const protocols::Failure& failure, protocols::Instant now);
    [[nodiscard]] std::vector<protocols::bus::Request> together() const;

    ReadingSettings settings_;
    std::uint32_t baud_ = 0;  ///< Rate in use.
    /// Kept back until the adapter has been told to take its own rate again.
    std::optional<protocols::Result<Snapshot>> result_;
    std::optional<protocols::Instant> give_up_;
    int attempt_ = 0;
    std::vector<std::string> failed_attempts_;
    int restarts_ = 0;
    int counts_ = 0;  ///< How often units were counted again.
    /// While that is on its way: what had been asked, and the answer that somebody unknown joined.
    std::optional<std::pair<protocols::bus::Request, protocols::bus::Answer>> counting_;
    protocols::elm327::Manner manner_;
    protocols::passthru::Numbers numbers_;  ///< Of calls to a J2534 library.
    protocols::passthru::Session session_;  ///< The channel in use on a J2534 device.
    protocols::doip::Offer offer_;          ///< How a DoIP gateway wants to be spoken to.
    protocols::doip::Session gateway_;      ///< The connection to it.
    Adapter adapter_;
    std::optional<AnyPlan> plan_;
    Tongue tongue_ = Tongue::j1979;  ///< Of the plan in hand.
    /// Who is still to be read, and in what.
    std::vector<std::pair<Tongue, protocols::bus::Answer>> speakers_;
    bool asking_tongue_ = false;           ///< 22 F810 is on its way, beside 0100.
    std::optional<Snapshot> read_before_;  ///< Of units that speak another tongue.
    std::vector<std::string> notes_;
    std::optional<AnySurvey> survey_;  ///< Follows the plan when all is to be read.
    protocols::bus::Request request_;
    enum class Check { bitmaps, vin };
    /// Asked again once it is sure that the same vehicle answers; set while that is being found
    /// out.
    std::optional<protocols::bus::Request> interrupted_;
    Check check_ = Check::bitmaps;
    int check_tries_ = 0;
    /// Units whose answer did not come whole, to be asked by themselves, and what came of the rest.
    std::set<protocols::bus::EcuAddress> apart_;
    std::vector<protocols::bus::Request> batch_;  ///< The requests that share a line.
    /// Answers that came before their turn in the plan, by the hex digits of their request.
    std::map<std::string, protocols::bus::Answer> answered_;
    protocols::bus::Answer answer_;
    std::variant<
        std::monostate,
        protocols::elm327::Connect,
        protocols::elm327::Ask,
        protocols::elm327::AskUnit,
        protocols::elm327::AskBatch,
        protocols::passthru::Connect,
        protocols::passthru::Ask,
        protocols::doip::Connect,
        protocols::doip::Ask>
        stage_;
};

static_assert(protocols::Machine<Reading>);

}  // namespace obd
