#include "station/app/learning.hpp"

#include <algorithm>

namespace station::app {

namespace link = protocols::link;

Learning::Learning(const std::filesystem::path& folder) {
    if (auto memory = adapters::Memory::open(folder); memory.has_value()) {
        memory_.emplace(std::move(memory.value()));
    }
}

obd::ReadingSettings Learning::settings(
    const link::Endpoint& endpoint, const std::string& vin, const std::string& plate
) {
    obd::ReadingSettings settings;
    if (!memory_) {
        return settings;
    }
    if (const auto bus = memory_->bus_of(vin, plate); bus.has_value()) {
        settings.first = bus.value();
    }
    if (const auto known = memory_->adapter(endpoint.text()); known.has_value() && known.value()) {
        settings.known = known.value()->adapter;
    }
    return settings;
}

std::optional<inspection::Qualified> Learning::qualified(const link::Endpoint& endpoint) {
    if (!memory_) {
        return std::nullopt;
    }
    const auto known = memory_->adapter(endpoint.text());
    if (known.has_error() || !known.value()) {
        return std::nullopt;
    }
    const auto& remembered = *known.value();
    return inspection::Qualified{
        remembered.adapter.banner, remembered.adapter.stn, remembered.fitness, remembered.at};
}

void Learning::learn(
    const reading::ReadingDone& done, const std::string& vin, const std::string& plate
) {
    if (!memory_ || !done.snapshot || !done.snapshot->connected) {
        return;
    }
    const auto& ecus = done.snapshot->ecus;
    const auto told =
        std::ranges::find_if(ecus, [](const obd::Ecu& ecu) { return ecu.vin.value.has_value(); });
    const auto& sure = told == ecus.end() ? vin : *told->vin.value;
    static_cast<void>(memory_->remember_bus(sure, plate, done.snapshot->protocol));
}

}  // namespace station::app
