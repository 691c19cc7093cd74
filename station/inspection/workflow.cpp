#include "station/inspection/workflow.hpp"

#include "station/inspection/context.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <array>

namespace station::inspection {
namespace {

namespace json = boost::json;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;

constexpr std::array<std::string_view, 9> state_ids{
    "identify", "look", "key_on", "ready", "reading", "engine_off", "judged", "closing", "done"};
constexpr std::string_view saved_schema = "obd-station/inspection/1";

template <class S>
constexpr bool open = !std::is_same_v<S, Closing> && !std::is_same_v<S, Done>;

/// The reading a state holds, empty for none.
std::string body_of(const State& state) {
    return std::visit(
        [](const auto& one) {
            if constexpr (requires { one.body; }) {
                return one.body;
            } else {
                return std::string();
            }
        },
        state
    );
}

template <class S>
State abort(const S& state, const Abort& event, Context& context) {
    if constexpr (std::is_same_v<S, Reading>) {
        context.actions.emplace_back(StopReading{});
        if (!state.keep.empty()) {
            context.actions.emplace_back(Store{state.keep, false});
        }
    }
    Closing next{aborted_body(
        context.order, context.profile, body_of(state),
        {event.reason, event.detail, event.by, event.second, std::string(context.now)}
    )};
    context.actions.emplace_back(Store{next.body, true});
    return next;
}

/// What every state answers alike, and what none of its own does.
template <class S, class E>
State answer(const S& state, const E& event, Context& context) {
    if constexpr (requires { on(state, event, context); }) {
        return on(state, event, context);
    } else if constexpr (std::is_same_v<E, Abort> && open<S>) {
        return abort(state, event, context);
    } else if constexpr (std::is_same_v<E, TakeOver> && open<S>) {
        context.order.handovers.push_back({context.order.technician, std::string(context.now)});
        context.order.technician = event.by;
        return state;
    } else if constexpr (std::is_same_v<E, Resumed> && open<S>) {
        context.order.interruptions.push_back(
            {std::string(id(State(state))), std::string(context.now)}
        );
        return state;
    } else {
        return context.refuse(
            state, "Ese paso no corresponde ahora (" + std::string(id(State(state))) + ").",
            "That step does not fit now (" + std::string(id(State(state))) + ")."
        );
    }
}

std::string text_of(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

json::array phases(const std::vector<Phase>& list) {
    json::array all;
    for (const auto& phase : list) {
        all.push_back(json::array{phase.name, phase.at});
    }
    return all;
}

std::vector<Phase> phases(const json::value& value) {
    std::vector<Phase> all;
    for (const auto& pair : value.as_array()) {
        all.push_back(
            {std::string(pair.as_array().at(0).as_string()),
             std::string(pair.as_array().at(1).as_string())}
        );
    }
    return all;
}

State state_from(const json::object& saved) {
    const auto name = text_of(saved, "state");
    const auto body = text_of(saved, "body");
    if (name == "identify") {
        return Identifying{};
    }
    if (name == "look") {
        return Looking{};
    }
    if (name == "key_on") {
        return KeyOn{};
    }
    if (name == "ready") {
        return Ready{body};
    }
    if (name == "reading") {
        return Reading{text_of(saved, "keep")};
    }
    if (name == "engine_off") {
        return EngineOff{body, saved.contains("stalled") && saved.at("stalled").as_bool()};
    }
    if (name == "judged") {
        const auto verdict = criteria::verdict_from_id(text_of(saved, "verdict"));
        return Judged{body, verdict.value_or(criteria::Verdict::invalid)};
    }
    if (name == "closing") {
        return Closing{body};
    }
    throw std::invalid_argument("there is no state \"" + name + "\"");
}

Order order_from(const json::object& saved) {
    Order order;
    order.id = text_of(saved, "inspection");
    order.technician = text_of(saved, "technician");
    order.adapter = text_of(saved, "adapter");
    order.started = text_of(saved, "started");
    order.variant = text_of(saved, "variant");
    const auto stated = stated_from(saved);
    if (stated.has_error()) {
        throw std::invalid_argument(stated.error().detail);
    }
    order.stated = stated.value();
    if (const auto* one = saved.at("qualified").if_object()) {
        order.qualified = {
            text_of(*one, "banner"), text_of(*one, "stn"), text_of(*one, "fitness"),
            text_of(*one, "at")};
    }
    if (const auto* one = saved.at("bundle").if_object()) {
        order.bundle = {
            text_of(*one, "sha256"), one->at("version").as_int64(), one->at("expired").as_bool()};
    }
    if (const auto* one = saved.at("relation").if_object()) {
        order.relation = {
            text_of(*one, "kind"), one->at("sequence").to_number<std::uint64_t>(),
            text_of(*one, "verdict")};
    }
    order.phases = phases(saved.at("phases"));
    order.interruptions = phases(saved.at("interruptions"));
    order.handovers = phases(saved.at("handovers"));
    for (const auto& one : saved.at("readings").as_array()) {
        order.readings.push_back(
            {one.at("sequence").to_number<std::uint64_t>(), text_of(one.as_object(), "why")}
        );
    }
    return order;
}

}  // namespace

std::string_view id(const State& state) {
    return state_ids[state.index()];
}

Workflow::Workflow(const criteria::Profile& profile, Order order, std::string_view now)
    : profile_(&profile), order_(std::move(order)), state_(Identifying{}) {
    order_.phases.push_back({"identify", std::string(now)});
}

Workflow::Workflow(const criteria::Profile& profile, Order order, State state)
    : profile_(&profile), order_(std::move(order)), state_(std::move(state)) {}

std::vector<Action> Workflow::on(const Event& event, std::string_view now) {
    std::vector<Action> actions;
    Context context{*profile_, order_, now, actions};
    auto next = std::visit(
        [&](const auto& state, const auto& what) { return answer(state, what, context); }, state_,
        event
    );
    if (next.index() != state_.index()) {
        order_.phases.push_back({std::string(id(next)), std::string(now)});
    }
    state_ = std::move(next);
    return actions;
}

bool Workflow::was_read() const {
    if (std::holds_alternative<Judged>(state_) || std::holds_alternative<EngineOff>(state_) ||
        !order_.readings.empty()) {
        return true;
    }
    const auto* ready = std::get_if<Ready>(&state_);
    return ready != nullptr && !ready->body.empty() && some_unit_answered(ready->body);
}

bool Workflow::values_shown() const {
    return !profile_->hide_values || std::holds_alternative<Judged>(state_) ||
           std::holds_alternative<Done>(state_);
}

std::string Workflow::saved() const {
    json::object saved{
        {"schema", saved_schema},
        {"state", id(state_)},
        {"inspection", order_.id},
        {"technician", order_.technician},
        {"adapter", order_.adapter},
        {"started", order_.started},
        {"profile", profile_->sha256},
        {"variant", order_.variant},
        {"vehicle", to_json(order_.stated)},
        {"qualified", nullptr},
        {"bundle", nullptr},
        {"relation", nullptr},
        {"phases", phases(order_.phases)},
        {"interruptions", phases(order_.interruptions)},
        {"handovers", phases(order_.handovers)},
        {"body", body_of(state_)},
    };
    json::array tables;
    for (const auto& table : profile_->tables()) {
        tables.emplace_back(table->sha256);
    }
    saved["tables"] = std::move(tables);
    if (order_.qualified) {
        saved["qualified"] = {
            {"banner", order_.qualified->banner},
            {"stn", order_.qualified->stn},
            {"fitness", order_.qualified->fitness},
            {"at", order_.qualified->at}};
    }
    if (order_.bundle) {
        saved["bundle"] = {
            {"sha256", order_.bundle->sha256},
            {"version", order_.bundle->version},
            {"expired", order_.bundle->expired}};
    }
    if (order_.relation) {
        saved["relation"] = {
            {"kind", order_.relation->kind},
            {"sequence", order_.relation->sequence},
            {"verdict", order_.relation->verdict}};
    }
    json::array readings;
    for (const auto& one : order_.readings) {
        readings.push_back(json::object{{"sequence", one.sequence}, {"why", one.why}});
    }
    saved["readings"] = std::move(readings);
    if (const auto* reading = std::get_if<Reading>(&state_)) {
        saved["keep"] = reading->keep;
    }
    if (const auto* off = std::get_if<EngineOff>(&state_)) {
        saved["stalled"] = off->stalled;
    }
    if (const auto* judged = std::get_if<Judged>(&state_)) {
        saved["verdict"] = criteria::id(judged->verdict);
    }
    return json::serialize(saved);
}

Result<Workflow> Workflow::from_saved(
    const criteria::Profile& profile, std::string_view text, std::string profile_source
) {
    try {
        const auto value = json::parse({text.data(), text.size()});
        const auto& saved = value.as_object();
        if (text_of(saved, "schema") != saved_schema) {
            return Failure{Fault::malformed, "not the draft of an inspection"};
        }
        auto order = order_from(saved);
        order.profile_source = std::move(profile_source);
        return Workflow(profile, std::move(order), state_from(saved));
    } catch (const std::exception& error) {
        return Failure{
            Fault::malformed, std::string("the draft of an inspection: ") + error.what()};
    }
}

Result<SavedProgramme> programme_of_saved(std::string_view text) {
    boost::system::error_code error;
    const auto value = json::parse({text.data(), text.size()}, error);
    const auto* saved = error ? nullptr : value.if_object();
    const auto* tables = saved == nullptr ? nullptr : saved->if_contains("tables");
    if (tables == nullptr || !tables->is_array() || text_of(*saved, "schema") != saved_schema) {
        return Failure{Fault::malformed, "not the draft of an inspection"};
    }
    SavedProgramme found{text_of(*saved, "profile"), text_of(*saved, "variant"), {}};
    for (const auto& one : tables->get_array()) {
        found.tables.emplace_back(one.is_string() ? std::string(one.get_string()) : "");
    }
    return found;
}

}  // namespace station::inspection
