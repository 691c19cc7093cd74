#pragma once

#include "protocols/link/port.hpp"
#include "station/adapters/memory.hpp"
#include "station/inspection/inspection.hpp"
#include "station/reading/reader.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace station::app {

/// What the station has learnt, as readings use it. A memory that cannot be opened, read or written
/// costs time, never an inspection: it is then as if nothing were known.
class Learning {
public:
    explicit Learning(const std::filesystem::path& folder);

    /// For the next reading: the bus this vehicle, or its maker's of that year, answered on, and
    /// what the adapter at this place can do. Empty texts are not looked for.
    [[nodiscard]] obd::ReadingSettings settings(
        const protocols::link::Endpoint& endpoint, const std::string& vin, const std::string& plate
    );
    /// What the last qualification of the adapter at this place said, for the record.
    [[nodiscard]] std::optional<inspection::Qualified> qualified(
        const protocols::link::Endpoint& endpoint
    );
    /// Keeps which bus the vehicle answered on.
    void learn(const reading::ReadingDone& done, const std::string& vin, const std::string& plate);

private:
    std::optional<adapters::Memory> memory_;
};

}  // namespace station::app
