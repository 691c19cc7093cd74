#pragma once

#include "protocols/base/time.hpp"

#include <chrono>
#include <cstdint>
#include <variant>

namespace syncing {

/// Decides when what is unsent is sent: at once after a success while anything waits, else with
/// growing pauses. Pure; never gives up and never drops anything.
class Uploader {
public:
    struct SendNow {};
    struct WaitUntil {
        protocols::Instant at;
    };
    struct Idle {};  ///< Nothing waits; ask again when a record was stored.
    using Next = std::variant<SendNow, WaitUntil, Idle>;

    /// `spread`: 0 to 1, drawn once per station, so that a whole network does not return at once.
    explicit Uploader(double spread) : spread_(spread) {}

    [[nodiscard]] Next next(std::uint64_t unsent, protocols::Instant now) const;
    void succeeded();
    void failed(protocols::Instant now);

    static constexpr std::chrono::milliseconds pause_first{1000};
    static constexpr std::chrono::milliseconds pause_max{300000};

private:
    double spread_;
    int failures_ = 0;
    protocols::Instant not_before_{};
};

}  // namespace syncing
