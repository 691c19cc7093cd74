#include "sync/uploader/uploader.hpp"

#include <algorithm>

namespace syncing {

Uploader::Next Uploader::next(std::uint64_t unsent, protocols::Instant now) const {
    if (unsent == 0) {
        return Idle{};
    }
    if (failures_ > 0 && now < not_before_) {
        return WaitUntil{not_before_};
    }
    return SendNow{};
}

void Uploader::succeeded() {
    failures_ = 0;
}

void Uploader::failed(protocols::Instant now) {
    constexpr int doublings_max = 20;
    const auto pause = std::min<std::chrono::milliseconds>(
        pause_first * (1LL << std::min(failures_, doublings_max)), pause_max
    );
    ++failures_;
    // Half fixed, half spread: no station comes back before half of its pause.
    const auto spread = std::chrono::duration_cast<std::chrono::milliseconds>(pause / 2 * spread_);
    not_before_ = now + pause / 2 + spread;
}

}  // namespace syncing
