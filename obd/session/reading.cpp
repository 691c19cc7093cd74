#include "obd/session/reading.hpp"

#include <algorithm>
#include <utility>

namespace obd {
namespace {

using protocols::Failure;
using protocols::Fault;
using protocols::Finished;
using protocols::forward;
using protocols::Instant;
using protocols::Started;
namespace doip = protocols::doip;
namespace elm327 = protocols::elm327;
namespace passthru = protocols::passthru;

}  // namespace

Reading::Reading(ReadingSettings settings) : settings_(std::move(settings)) {}

/// A faster rate lasts no longer than the reading: a reset takes the adapter back to its own.
Reading::Action Reading::resume(const protocols::Event& event, Instant now) {
    if (result_) {
        return Finished<Snapshot>{std::move(*result_)};
    }
    auto action = step_on(event, now);
    auto* finished = std::get_if<Finished<Snapshot>>(&action);
    if (finished == nullptr || baud_ == settings_.baud) {
        return action;
    }
    if (finished->result.has_error() && finished->result.error().fault == Fault::link_lost) {
        return action;
    }
    result_ = std::move(finished->result);
    return protocols::Send{"ATZ\r"};
}

Reading::Action Reading::step_on(const protocols::Event& event, Instant now) {
    if (std::holds_alternative<Started>(event)) {
        give_up_ = now + settings_.total;
        baud_ = settings_.baud;
        if (attempt_ > 0 && !plan_) {
            --attempt_;  // the link was lost during it: the vehicle had no chance to answer
        }
        return connect(now);
    }
    if (give_up_ && now > *give_up_) {
        return Finished<Snapshot>{Failure{Fault::time_exhausted, progress().step}};
    }
    if (auto* connect = std::get_if<elm327::Connect>(&stage_)) {
        auto action = connect->resume(event, now);
        baud_ = connect->baud();
        if (auto* finished = std::get_if<Finished<elm327::Connection>>(&action)) {
            return on_connected(std::move(finished->result), now);
        }
        return forward<Snapshot>(std::move(action));
    }
    if (auto* unit = std::get_if<elm327::AskUnit>(&stage_)) {
        auto action = unit->resume(event, now);
        if (auto* finished = std::get_if<Finished<elm327::Asked>>(&action)) {
            return on_asked(std::move(finished->result), now);
        }
        return forward<Snapshot>(std::move(action));
    }
    if (auto* connect = std::get_if<passthru::Connect>(&stage_)) {
        auto action = connect->resume(event, now);
        if (auto* finished = std::get_if<Finished<passthru::Connection>>(&action)) {
            return on_device(std::move(finished->result), now);
        }
        return forward<Snapshot>(std::move(action));
    }
    if (auto* ask = std::get_if<passthru::Ask>(&stage_)) {
        auto action = ask->resume(event, now);
        auto* finished = std::get_if<Finished<passthru::Ask::Output>>(&action);
        if (finished == nullptr) {
            return forward<Snapshot>(std::move(action));
        }
        if (finished->result.has_error()) {
            return on_asked(finished->result.error(), now);
        }
        session_ = finished->result.value().session;
        elm327::Asked asked;
        asked.answer = std::move(finished->result.value().answer);
        return on_asked(std::move(asked), now);
    }
    if (auto* connect = std::get_if<doip::Connect>(&stage_)) {
        auto action = connect->resume(event, now);
        if (auto* finished = std::get_if<Finished<doip::Connection>>(&action)) {
            return on_gateway(std::move(finished->result), now);
        }
        return forward<Snapshot>(std::move(action));
    }
    if (auto* ask = std::get_if<doip::Ask>(&stage_)) {
        auto action = ask->resume(event, now);
        auto* finished = std::get_if<Finished<doip::Ask::Output>>(&action);
        if (finished == nullptr) {
            return forward<Snapshot>(std::move(action));
        }
        if (finished->result.has_error()) {
            return on_asked(finished->result.error(), now);
        }
        gateway_ = std::move(finished->result.value().session);
        elm327::Asked asked;
        asked.answer = std::move(finished->result.value().answer);
        return on_asked(std::move(asked), now);
    }
    if (auto* batch = std::get_if<elm327::AskBatch>(&stage_)) {
        auto action = batch->resume(event, now);
        if (auto* finished = std::get_if<Finished<elm327::BatchAsked>>(&action)) {
            return on_batch(std::move(finished->result), now);
        }
        return forward<Snapshot>(std::move(action));
    }
    auto action = std::get<elm327::Ask>(stage_).resume(event, now);
    if (auto* finished = std::get_if<Finished<elm327::Asked>>(&action)) {
        return on_asked(std::move(finished->result), now);
    }
    return forward<Snapshot>(std::move(action));
}

Plan::Options Reading::plan_options() const {
    return {settings_.engine_at_end, settings_.left_out, tongue_, settings_.readiness_groups};
}

Reading::Action Reading::connect(Instant now) {
    if (!plan_) {
        ++attempt_;
    }
    if (settings_.interface == Interface::j2534) {
        auto& connect = stage_.emplace<passthru::Connect>(settings_.first, numbers_);
        return forward<Snapshot>(connect.resume(Started{}, now));
    }
    if (settings_.interface == Interface::doip) {
        auto& connect = stage_.emplace<doip::Connect>(offer_);
        return forward<Snapshot>(connect.resume(Started{}, now));
    }
    auto& connect = stage_.emplace<elm327::Connect>(elm327::ConnectOptions{
        settings_.first, settings_.baud, baud_, settings_.known});
    return forward<Snapshot>(connect.resume(Started{}, now));
}

Reading::Action Reading::on_connected(protocols::Result<elm327::Connection> result, Instant now) {
    const auto& identity = std::get<elm327::Connect>(stage_).adapter();
    if (result.has_error()) {
        adapter_ = {identity.banner, identity.description, identity.stn, identity.volts};
        return not_connected(result.error(), now);
    }
    auto& connection = result.value();
    const auto& adapter = connection.adapter;
    adapter_ = {adapter.banner, adapter.description, adapter.stn, adapter.volts};
    manner_.protocol = connection.protocol;
    manner_.headers = connection.headers;
    if (settings_.known.is(adapter)) {
        manner_.counting = settings_.known.counting;
        manner_.counting_stpx = settings_.known.counting_stpx;
        manner_.interrupts = settings_.known.interrupts;
    }
    manner_.batches = connection.batches;
    if (!connection.habits.empty()) {
        manner_.habits = connection.habits;
    }
    settings_.first = connection.protocol;
    if (plan_) {
        return go_on(connection.first_answer, now);
    }
    return on_bus(connection.identifiers, std::move(connection.first_answer), now);
}

Reading::Action Reading::on_device(protocols::Result<passthru::Connection> result, Instant now) {
    const auto& identity = std::get<passthru::Connect>(stage_).identity();
    const auto banner = [](const passthru::Identity& of) {
        return "J2534 " + of.version + " " + of.library;
    };
    if (result.has_error()) {
        adapter_ = {banner(identity), identity.firmware, "", identity.volts};
        return not_connected(result.error(), now);
    }
    auto& connection = result.value();
    const auto& told = connection.identity;
    adapter_ = {banner(told), told.firmware, "", told.volts};
    session_ = connection.session;
    manner_.protocol = session_.bus;
    settings_.first = session_.bus;
    if (plan_) {
        return go_on(connection.first_answer, now);
    }
    return on_bus(connection.identifiers, std::move(connection.first_answer), now);
}

Reading::Action Reading::on_gateway(protocols::Result<doip::Connection> result, Instant now) {
    adapter_.banner = protocols::bus::name(protocols::bus::Protocol::doip);
    if (result.has_error()) {
        return not_connected(result.error(), now);
    }
    auto& connection = result.value();
    gateway_ = std::move(connection.session);
    adapter_.description = "gateway " + protocols::bus::EcuAddress::doip(gateway_.entity).text();
    manner_.protocol = protocols::bus::Protocol::doip;
    settings_.first = manner_.protocol;
    if (plan_) {
        return go_on(connection.first_answer, now);
    }
    return on_bus(connection.identifiers, std::move(connection.first_answer), now);
}

/// A vehicle that answers on no bus is looked for again, and then is a result.
Reading::Action Reading::not_connected(const Failure& failure, Instant now) {
    if (failure.fault != Fault::no_protocol) {
        return Finished<Snapshot>{failure};
    }
    failed_attempts_.push_back(failure.detail);
    if (attempt_ < settings_.connect_attempts && !plan_) {
        return connect(now);
    }
    auto snapshot = this->snapshot();
    snapshot.connected = plan_.has_value();
    snapshot.not_connected_why = failure.detail;
    return Finished<Snapshot>{std::move(snapshot)};
}

/// Set up again after a brown-out or a lost link. Somebody may have plugged into another car.
Reading::Action Reading::go_on(const protocols::bus::Answer& first_answer, Instant now) {
    plan_->snapshot().notes.emplace_back("adapter lost or restarted, and set up again");
    if (!interrupted_) {
        interrupted_ = request_;
    }
    apart_.clear();
    check_ = Check::bitmaps;
    check_tries_ = 1;
    return on_check(first_answer, now);
}

Reading::Action Reading::on_check(const protocols::bus::Answer& answer, Instant now) {
    constexpr int tries_max = 3;
    const bool bitmaps = check_ == Check::bitmaps;
    const auto sameness = bitmaps ? plan_->same_bitmaps(answer) : plan_->same_vins(answer);
    if (sameness == Plan::Sameness::unclear && check_tries_ < tries_max) {
        ++check_tries_;
        return ask(bitmaps ? plan_->bitmap_request() : *plan_->vin_request(), now);
    }
    if (sameness != Plan::Sameness::same) {
        return Finished<Snapshot>{Failure{
            Fault::vehicle_changed,
            std::string(bitmaps ? "support bitmaps" : "VIN") +
                (sameness == Plan::Sameness::other ? ": others" : ": no answer")}};
    }
    if (const auto vin = plan_->vin_request(); bitmaps && vin) {
        check_ = Check::vin;
        check_tries_ = 1;
        return ask(*vin, now);
    }
    const auto again = *interrupted_;
    interrupted_.reset();
    return ask(again, now);
}

std::optional<protocols::bus::Request> Reading::next_request() {
    for (;;) {
        auto request = survey_ ? survey_->next() : plan_->next();
        if (!request && !survey_ && settings_.all && tongue_ != Tongue::j1939) {
            survey_.emplace(tongue_, plan_->snapshot(), settings_.left_out);
            request = survey_->next();
        }
        plan_->snapshot().complete = !request && speakers_.empty();
        if (request || speakers_.empty()) {
            return request;
        }
        next_tongue();
    }
}

void Reading::take(const protocols::bus::Answer& given) {
    auto answer = given;
    if (read_before_) {  // units that speak both were read already
        std::erase_if(answer.messages, [this](const protocols::bus::Message& message) {
            return was_read(message.source);
        });
    }
    if (survey_) {
        survey_->take(plan_->snapshot(), answer);
    } else {
        plan_->take(answer);
    }
}

Reading::Action Reading::ask_next(Instant now) {
    auto request = next_request();
    for (; request; request = next_request()) {
        const auto answered = answered_.extract(protocols::to_hex(request->data));
        if (answered.empty()) {
            break;
        }
        take(answered.mapped());
    }
    if (!request) {
        return Finished<Snapshot>{snapshot()};
    }
    batch_ = together();
    if (batch_.size() < 2) {
        return ask(*request, now);
    }
    request_ = *request;
    auto& batch = stage_.emplace<elm327::AskBatch>(batch_, manner_);
    return forward<Snapshot>(batch.resume(Started{}, now));
}

/// The next request and others that can share its line.
std::vector<protocols::bus::Request> Reading::together() const {
    constexpr std::size_t requests_max = 16;  // fits into 1024 characters (STN family manual)
    if (!manner_.batches || !manner_.headers || survey_) {
        return {};
    }
    auto list = plan_->ahead();
    const bool alone = !elm327::counted_command(list.front(), manner_);
    std::erase_if(list, [this](const protocols::bus::Request& one) {
        return answered_.contains(protocols::to_hex(one.data)) ||
               !elm327::counted_command(one, manner_);
    });
    list.resize(alone ? 0 : std::min(list.size(), requests_max));
    return list;
}

Reading::Action Reading::on_batch(protocols::Result<elm327::BatchAsked> result, Instant now) {
    if (result.has_error()) {
        return on_failure(result.error(), now);
    }
    auto& asked = result.value();
    manner_.batches = asked.taken;
    for (std::size_t i = 0; i < batch_.size(); ++i) {
        if (asked.answers[i]) {
            answered_[protocols::to_hex(batch_[i].data)] = std::move(*asked.answers[i]);
        }
    }
    const auto first = answered_.extract(protocols::to_hex(request_.data));
    if (first.empty()) {
        return ask(request_, now);
    }
    take(first.mapped());
    return ask_next(now);
}

Reading::Action Reading::on_failure(const Failure& failure, Instant now) {
    // After a brown-out an adapter speaks at its own rate again, unreadable at a faster one.
    const bool restarted = failure.fault == Fault::adapter_restarted ||
                           (failure.fault == Fault::adapter_silent && baud_ != settings_.baud);
    if (restarted && restarts_ < settings_.restarts_max) {
        ++restarts_;
        return connect(now);
    }
    return Finished<Snapshot>{failure};
}

Reading::Action Reading::ask(protocols::bus::Request request, Instant now) {
    request_ = request;
    if (settings_.interface == Interface::j2534) {
        auto& ask = stage_.emplace<passthru::Ask>(std::move(request), session_, numbers_);
        return forward<Snapshot>(ask.resume(Started{}, now));
    }
    if (settings_.interface == Interface::doip) {
        auto& ask = stage_.emplace<doip::Ask>(std::move(request), std::move(gateway_));
        return forward<Snapshot>(ask.resume(Started{}, now));
    }
    if (request.only) {
        const auto unit = *request.only;
        auto& ask = stage_.emplace<elm327::AskUnit>(std::move(request), manner_, unit);
        return forward<Snapshot>(ask.resume(Started{}, now));
    }
    auto& ask = stage_.emplace<elm327::Ask>(std::move(request), manner_);
    return forward<Snapshot>(ask.resume(Started{}, now));
}

Reading::Action Reading::on_asked(protocols::Result<elm327::Asked> result, Instant now) {
    if (result.has_error() && result.error().fault == Fault::adapter_rejected) {
        if (asking_tongue_) {
            return ask(request_, now);  // as long as the adapter pleases
        }
        if (apart_.empty()) {
            answer_ = {};  // nobody else was asked
        }
        apart_.clear();  // it cannot set a header: what came stands
        return ask_apart(now);
    }
    if (result.has_error()) {
        return on_failure(result.error(), now);
    }
    const auto& asked = result.value();
    if (asked.digit_rejected) {
        manner_.counting = elm327::Counting::none;
    }
    if (asked.stpx_rejected) {
        manner_.counting_stpx = elm327::Counting::none;
    }
    if (asked.reopened_in_vain) {
        manner_.reopens = false;
    }
    if (asked.interrupt_failed) {
        manner_.interrupts = false;
    }
    manner_.habits.insert(asked.habits.begin(), asked.habits.end());
    if (asking_tongue_) {
        return on_tongue(asked.answer, now);
    }
    if (interrupted_) {
        return on_check(asked.answer, now);
    }
    if (counting_) {
        return on_counted(asked.answer, now);
    }
    if (!apart_.empty()) {
        auto& more = asked.answer;
        if (!more.incomplete && !more.messages.empty()) {
            if (protocols::bus::is_can(manner_.protocol)) {
                manner_.attempts = 2;  // this adapter loses what several units say at once
            }
            std::erase_if(answer_.messages, [&](const protocols::bus::Message& message) {
                return message.source == *apart_.begin();
            });
            answer_.in_part.erase(*apart_.begin());
            answer_.incomplete = !answer_.in_part.empty();
        }
        if (!more.incomplete && !(more.messages.empty() && more.negatives.empty())) {
            std::erase_if(answer_.negatives, [&](const protocols::bus::Negative& negative) {
                return negative.source == *apart_.begin() &&
                       negative.code == protocols::bus::response_pending;
            });
        }
        if (!more.incomplete) {
            answer_.messages.insert(
                answer_.messages.end(), more.messages.begin(), more.messages.end()
            );
            answer_.negatives.insert(
                answer_.negatives.end(), more.negatives.begin(), more.negatives.end()
            );
        }
        apart_.erase(apart_.begin());
        return ask_apart(now);
    }
    if (uncounted(asked.answer)) {
        ++counts_;
        counting_.emplace(request_, asked.answer);
        return ask(
            {plan_->bitmap_request().data, {}, {}}, now
        );  // who is there? listened to the end
    }
    return on_answer(asked.answer, now);
}

ReadingProgress Reading::progress() const {
    if (const auto* connect = std::get_if<elm327::Connect>(&stage_); connect != nullptr && !plan_) {
        return {connect->step(), 0, attempt_, settings_.total};
    }
    if (survey_) {
        return {"everything", survey_->progress(), attempt_, settings_.total};
    }
    if (const auto* connect = std::get_if<passthru::Connect>(&stage_);
        connect != nullptr && !plan_) {
        return {connect->step(), 0, attempt_, settings_.total};
    }
    if (plan_) {
        return {std::string(plan_->step()), plan_->progress(), attempt_, settings_.total};
    }
    return {"adapter", 0, attempt_, settings_.total};
}

Snapshot Reading::snapshot() const {
    auto snapshot = plan_ ? plan_->snapshot() : Snapshot();
    snapshot.adapter = adapter_;
    if (read_before_ && plan_) {
        const auto& before = *read_before_;
        snapshot.ecus.insert(snapshot.ecus.begin(), before.ecus.begin(), before.ecus.end());
        snapshot.notes.insert(snapshot.notes.begin(), before.notes.begin(), before.notes.end());
        snapshot.tongues.insert(before.tongues.begin(), before.tongues.end());
        snapshot.readiness_groups = settings_.readiness_groups;
    }
    snapshot.notes.insert(snapshot.notes.begin(), notes_.begin(), notes_.end());
    snapshot.attempts = attempt_;
    snapshot.failed_attempts = failed_attempts_;
    return snapshot;
}

}  // namespace obd
