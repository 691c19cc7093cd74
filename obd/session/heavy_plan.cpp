#include "obd/session/heavy_plan.hpp"

#include "obd/session/heavy_groups.hpp"

#include <algorithm>
#include <utility>

namespace obd {
namespace {

using protocols::Bytes;
using protocols::ByteView;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;
using protocols::bus::Answer;
using protocols::bus::EcuAddress;
using protocols::bus::Request;

}  // namespace

const std::vector<HeavyPlan::Ask>& HeavyPlan::asks() {
    static const std::vector<Ask> list{
        {groups::dm5, Who::nobody, "status"},
        {groups::vi, Who::nobody, "identity"},
        {groups::dm12, Who::obd_units, "codes"},
        {groups::dm1, Who::obd_units, "codes"},
        {groups::dm6, Who::obd_units, "codes"},
        {groups::dm28, Who::obd_units, "codes"},
        {groups::dm23, Who::obd_units, "codes"},
        {groups::dm2, Who::obd_units, "codes"},
        {groups::dm27, Who::obd_units, "codes"},
        {groups::dm29, Who::obd_units, "codes"},
        {groups::dm26, Who::obd_units, "status"},
        {groups::dm21, Who::obd_units, "status"},
        {groups::dm19, Who::obd_units, "identity"},
        {groups::dm20, Who::obd_units, "identity"},
        {groups::dm4, Who::obd_units, "freeze_frame"},
        {groups::dm25, Who::obd_units, "freeze_frame"},
        {groups::dm24, Who::obd_units, "support"},
        {groups::ci, Who::obd_units, "identity"},
        {groups::soft, Who::obd_units, "identity"},
        {groups::dm56, Who::engine, "identity"},
        {groups::eec1, Who::engine, "parameters"},
        {groups::et1, Who::engine, "parameters"},
        {groups::ccvs1, Who::engine, "parameters"},
    };
    return list;
}

HeavyPlan::HeavyPlan(
    protocols::bus::Protocol protocol, const Answer& first, bool identification, Options options
)
    : options_(std::move(options)), identification_(identification) {
    snapshot_.protocol = protocol;
    snapshot_.connected = true;
    snapshot_.tongues.insert(Tongue::j1939);
    snapshot_.notes = first.problems;
    request_ = protocols::j1939::request_of(identification ? groups::vi : groups::dm5);
    meet(first);
    file_all(protocols::j1939::group_of(request_), first);
}

/// Whether a unit says that it meets on-board diagnostics for heavy-duty engines.
bool HeavyPlan::obd(const Ecu& ecu) const {
    const auto found = told_.find(ecu.address);
    return found != told_.end() && found->second.readiness.value &&
           found->second.readiness.value->compliance &&
           j1939::is_hd_obd(*found->second.readiness.value->compliance);
}

bool HeavyPlan::left_out(std::uint32_t group) const {
    const auto text = protocols::to_hex(protocols::j1939::group_bytes(group));
    return group != groups::dm5 &&
           std::ranges::any_of(options_.left_out, [&](const std::string& prefix) {
               return text.starts_with(prefix);
           });
}

Request HeavyPlan::request(const Ask& ask) const {
    auto request = protocols::j1939::request_of(ask.group);
    const auto engine = EcuAddress::legacy(0x00);
    for (const auto& ecu : snapshot_.ecus) {
        const bool wanted = options_.all || (ask.who == Who::obd_units && obd(ecu)) ||
                            (ask.who == Who::engine && ecu.address == engine);
        if (wanted) {
            request.expected.push_back({ecu.address, 1});
        }
    }
    return request;
}

std::optional<Request> HeavyPlan::next() {
    if (!strangers_.empty()) {
        request_ = protocols::j1939::request_of(groups::dm5);
        request_.only = strangers_.front();
        request_.expected = {{strangers_.front(), 1}};
        strangers_.pop_front();
        step_ = "status";
        return request_;
    }
    for (; position_ < asks().size(); ++position_) {
        const auto& ask = asks()[position_];
        const bool asked = ask.group == groups::dm5 ||  // first of all, or of each by itself
                           (identification_ && ask.group == groups::vi);
        if (asked || left_out(ask.group)) {
            continue;
        }
        ++position_;
        step_ = ask.step;
        request_ = request(ask);
        return request_;
    }
    if (options_.engine_at_end && !std::exchange(at_end_, true) && !left_out(groups::eec1)) {
        step_ = "parameters";
        request_ = request({groups::eec1, Who::engine, "parameters"});
        return request_;
    }
    snapshot_.complete = true;
    return std::nullopt;
}

/// Adds units that speak for the first time.
void HeavyPlan::meet(const Answer& answer) {
    const auto group = protocols::j1939::group_of(request_);
    const auto add = [&](EcuAddress unit) {
        const bool known =
            std::ranges::find(snapshot_.ecus, unit, &Ecu::address) != snapshot_.ecus.end();
        if (known) {
            return;
        }
        auto& ecu = snapshot_.ecu(unit);
        ecu.tongue = Tongue::j1939;
        ecu.status.request = protocols::to_hex(protocols::j1939::group_bytes(groups::dm5));
        ecu.status.absence = Absence::silent;
        if (group != groups::dm5) {
            strangers_.push_back(unit);
        }
    };
    for (const auto& message : answer.messages) {
        add(message.source);
    }
    for (const auto& negative : answer.negatives) {
        add(negative.source);
    }
    for (const auto unit : answer.in_part) {
        add(unit);
    }
}

void HeavyPlan::take(const Answer& answer) {
    meet(answer);
    file_all(protocols::j1939::group_of(request_), answer);
}

void HeavyPlan::file_all(std::uint32_t group, const Answer& answer) {
    for (auto& ecu : snapshot_.ecus) {
        if (!request_.only || *request_.only == ecu.address) {
            file(group, ecu, answer);
        }
    }
    for (const auto& problem : answer.problems) {
        if (std::ranges::find(snapshot_.notes, problem) == snapshot_.notes.end()) {
            snapshot_.notes.push_back(problem);
        }
    }
}

std::string HeavyPlan::request_text() const {
    return protocols::to_hex(request_.data);
}

Request HeavyPlan::bitmap_request() const {
    return protocols::j1939::request_of(identification_ ? groups::vi : groups::dm5);
}

/// The same units, with the same monitors. What DM5 counts may have changed.
Plan::Sameness HeavyPlan::same_bitmaps(const Answer& answer) const {
    if (identification_) {
        return same_vins(answer);
    }
    bool all = true;
    for (const auto& [unit, own] : told_) {
        if (!own.readiness.value) {
            continue;
        }
        const auto messages = answer.of(unit);
        if (messages.empty()) {
            all = false;
            continue;
        }
        const auto read = groups::told(messages, &j1939::read_dm5);
        if (read.has_error()) {
            all = false;
            continue;
        }
        const auto supported = [](const j1939::Readiness& of) {
            std::set<std::string> names;
            for (const auto& [name, state] : of.monitors) {
                if (state != j1939::State::unsupported) {
                    names.insert(name);
                }
            }
            return std::pair(of.compliance, names);
        };
        if (supported(read.value()) != supported(*own.readiness.value)) {
            return Plan::Sameness::other;
        }
    }
    return all ? Plan::Sameness::same : Plan::Sameness::unclear;
}

std::optional<Request> HeavyPlan::vin_request() const {
    const bool any = std::ranges::any_of(snapshot_.ecus, [](const Ecu& ecu) {
        return ecu.vin.value.has_value();
    });
    return any ? std::optional(protocols::j1939::request_of(groups::vi)) : std::nullopt;
}

Plan::Sameness HeavyPlan::same_vins(const Answer& answer) const {
    bool all = true;
    for (const auto& ecu : snapshot_.ecus) {
        if (!ecu.vin.value) {
            continue;
        }
        const auto messages = answer.of(ecu.address);
        if (messages.empty()) {
            all = false;
            continue;
        }
        const auto vin = groups::told(messages, &j1939::read_vin);
        if (vin.has_error() || vin.value() != *ecu.vin.value) {
            return Plan::Sameness::other;
        }
    }
    return all ? Plan::Sameness::same : Plan::Sameness::unclear;
}

std::string_view HeavyPlan::step() const {
    return snapshot_.complete ? "done" : step_;
}

double HeavyPlan::progress() const {
    return static_cast<double>(position_) / static_cast<double>(asks().size());
}

}  // namespace obd
