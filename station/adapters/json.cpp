#include "station/adapters/json.hpp"

#include <boost/json/array.hpp>

namespace station::adapters {
namespace {

namespace json = boost::json;
namespace elm327 = protocols::elm327;

json::object identity(const elm327::Qualification& found) {
    const auto& from = found.identity;
    json::object object{{"banner", from.banner},    {"description", from.description},
                        {"stn", from.stn},          {"device", found.device},
                        {"serial", found.serial},   {"volts", nullptr},
                        {"claimed", found.claimed}, {"effective", found.effective}};
    if (from.volts) {
        object["volts"] = *from.volts;
    }
    return object;
}

json::object trials_json(const elm327::Qualification& found) {
    json::object object;
    for (std::size_t i = 0; i < elm327::trials; ++i) {
        const auto& finding = found.findings[i];
        object[id(static_cast<elm327::Trial>(i))] = {
            {"outcome", id(finding.outcome)}, {"detail", finding.detail}};
    }
    return object;
}

}  // namespace

json::object to_json(
    const elm327::Qualification& found,
    const Judged& judged,
    std::string_view endpoint,
    std::string_view at
) {
    json::array commands;
    for (std::size_t i = 0; i < elm327::ladder.size(); ++i) {
        commands.push_back(
            {{"command", elm327::ladder[i].command},
             {"since", elm327::ladder[i].since},
             {"known", found.accepted[i]}}
        );
    }
    json::array contradictions;
    for (const auto contradiction : found.contradictions) {
        contradictions.emplace_back(id(contradiction));
    }
    json::array tried;
    for (const auto& rate : found.rates) {
        tried.push_back({{"baud", rate.baud}, {"carried", rate.carried}, {"why_not", rate.why_not}}
        );
    }
    json::array reasons;
    for (const auto& reason : judged.reasons) {
        reasons.push_back(
            {{"id", reason.id}, {"allows", id(reason.allows)}, {"es", reason.es}, {"en", reason.en}}
        );
    }
    const auto& trip = found.round_trip;
    return {
        {"schema", "obd-station/qualification/1"},
        {"endpoint", endpoint},
        {"at", at},
        {"fitness", id(judged.fitness)},
        {"reasons", std::move(reasons)},
        {"identity", identity(found)},
        {"commands", std::move(commands)},
        {"contradictions", std::move(contradictions)},
        {"trials", trials_json(found)},
        {"round_trip_us",
         {{"median", trip.median.count()},
          {"p95", trip.p95.count()},
          {"longest", trip.longest.count()}}},
        {"counting", id(found.counting)},
        {"interrupts", found.interrupts},
        {"counting_stpx", id(found.counting_stpx)},
        {"batches", found.batches},
        {"baud",
         {{"line", found.line_baud}, {"best", found.best_baud}, {"tried", std::move(tried)}}},
        {"vehicle",
         {{"protocol", protocols::bus::id(found.protocol)},
          {"units", found.units},
          {"longest_frames", found.longest_frames}}},
        {"silences", found.silences},
    };
}

}  // namespace station::adapters
