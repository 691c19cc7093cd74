#include "obd/session/settings.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>
#include <boost/json/value_to.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace obd {
namespace {

namespace json = boost::json;
using protocols::Failure;
using protocols::Fault;

constexpr std::array<std::string_view, 3> interface_names{"elm327", "j2534", "doip"};

template <class T>
void take(const json::object& object, std::string_view name, T& value) {
    if (const auto* found = object.if_contains(name)) {
        value = json::value_to<T>(*found);
    }
}

std::vector<MonitorGroups> groups_from(const json::object& monitors) {
    std::vector<MonitorGroups> all;
    std::size_t groups = 0;
    for (const auto& item : monitors) {
        const auto monitor = monitor_from_code(item.key());
        if (!monitor) {
            throw std::invalid_argument("no monitor is called " + std::string(item.key()));
        }
        const auto& said = item.value().as_object();
        MonitorGroups one{*monitor, {}, {}};
        take(said, "groups", one.groups);
        take(said, "verified", one.verified);
        groups += one.groups.size();
        all.push_back(std::move(one));
    }
    if (groups > readiness_groups_max) {
        throw std::invalid_argument("too many readiness groups");
    }
    return all;
}

}  // namespace

std::string to_text(const ReadingSettings& settings) {
    const auto& known = settings.known;
    json::object object{
        {"interface", interface_names[static_cast<std::size_t>(settings.interface)]},
        {"connect_attempts", settings.connect_attempts},
        {"total_s", settings.total.count()},
        {"all", settings.all},
        {"restarts_max", settings.restarts_max},
        {"first", protocols::bus::id(settings.first)},
        {"baud", settings.baud}};
    if (settings.engine_at_end) {
        object["engine_at_end"] = true;
    }
    if (settings.prefers_j1979_2) {
        object["prefers_j1979_2"] = true;
    }
    if (!settings.left_out.empty()) {
        object["left_out"] = json::value_from(settings.left_out);
    }
    if (!settings.readiness_groups.empty()) {
        auto& monitors = object["readiness_groups"].emplace_object();
        for (const auto& one : settings.readiness_groups) {
            monitors[code(one.monitor)] = {
                {"groups", json::value_from(one.groups)}, {"verified", one.verified}};
        }
    }
    if (!known.banner.empty()) {
        object["known"] = {
            {"banner", known.banner},
            {"stn", known.stn},
            {"baud", known.baud},
            {"counting", protocols::elm327::id(known.counting)},
            {"interrupts", known.interrupts},
            {"counting_stpx", protocols::elm327::id(known.counting_stpx)},
            {"batches", known.batches}};
    }
    return json::serialize(object);
}

protocols::Result<ReadingSettings> settings_from_text(std::string_view text) {
    ReadingSettings settings;
    try {
        const auto object = json::parse(json::string_view(text.data(), text.size())).as_object();
        auto seconds = settings.total.count();
        std::string first(protocols::bus::id(settings.first));
        std::string interface = "elm327";
        take(object, "interface", interface);
        const auto called = std::ranges::find(interface_names, interface);
        if (called == interface_names.end()) {
            return Failure{Fault::malformed, "no interface is called " + interface};
        }
        settings.interface = static_cast<Interface>(called - interface_names.begin());
        take(object, "connect_attempts", settings.connect_attempts);
        take(object, "total_s", seconds);
        take(object, "all", settings.all);
        take(object, "engine_at_end", settings.engine_at_end);
        take(object, "prefers_j1979_2", settings.prefers_j1979_2);
        take(object, "left_out", settings.left_out);
        take(object, "restarts_max", settings.restarts_max);
        if (const auto* groups = object.if_contains("readiness_groups")) {
            settings.readiness_groups = groups_from(groups->as_object());
        }
        take(object, "first", first);
        take(object, "baud", settings.baud);
        settings.total = std::chrono::seconds(seconds);
        const auto protocol = protocols::bus::protocol_from_id(first);
        if (!protocol) {
            return Failure{Fault::malformed, "no protocol is called " + first};
        }
        settings.first = *protocol;
        if (const auto* known = object.if_contains("known")) {
            take(known->as_object(), "banner", settings.known.banner);
            take(known->as_object(), "stn", settings.known.stn);
            take(known->as_object(), "baud", settings.known.baud);
            take(known->as_object(), "interrupts", settings.known.interrupts);
            take(known->as_object(), "batches", settings.known.batches);
            for (auto [name, counting] :
                 {std::pair{"counting", &settings.known.counting},
                  std::pair{"counting_stpx", &settings.known.counting_stpx}}) {
                std::string named(id(*counting));
                take(known->as_object(), name, named);
                const auto meaning = protocols::elm327::counting_from_id(named);
                if (!meaning) {
                    return Failure{Fault::malformed, "no counting is called " + named};
                }
                *counting = *meaning;
            }
        }
    } catch (const std::exception& error) {
        return Failure{Fault::malformed, std::string("settings of a reading: ") + error.what()};
    }
    return settings;
}

}  // namespace obd
