#pragma once

#include "protocols/simulator/passthru.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <random>
#include <string>

namespace tests {

/// A J2534 device that fails at random: results that say otherwise than happened, messages lost,
/// doubled or in another order, returns that come late, twice, under another's number, or never;
/// bytes that are none of the protocol. It never invents vehicle data. The same seed does the same.
class HostileWorker : public protocols::simulator::Answering {
public:
    HostileWorker(protocols::simulator::Vehicle vehicle, std::uint64_t seed)
        : random_(seed), device_(std::move(vehicle), quirks(seed)) {
        badness_ = below(10);  // in 1/400 a return
    }

    void receive(std::string_view bytes, protocols::Instant now) override {
        input_ += bytes;
        for (;;) {
            const auto length = protocols::passthru::frame_length(input_);
            if (length.has_error() || !length.value()) {
                return;
            }
            const auto call =
                protocols::passthru::call_from(std::string_view(input_).substr(0, *length.value()));
            input_.erase(0, *length.value());
            if (call.has_value()) {
                auto outcome = device_.call(call.value(), std::max(now, free_));
                free_ = outcome.at;
                give(std::move(outcome.returned), outcome.at);
            }
        }
    }

    [[nodiscard]] std::optional<protocols::Instant> due() const override {
        return queue_.empty() ? std::nullopt : std::optional(queue_.front().at);
    }

    [[nodiscard]] std::string take(protocols::Instant now) override {
        std::string bytes;
        while (!queue_.empty() && queue_.front().at <= now) {
            bytes += queue_.front().bytes;
            queue_.pop_front();
        }
        return bytes;
    }

private:
    struct Piece {
        protocols::Instant at;
        std::string bytes;
    };

    static protocols::simulator::PassThruQuirks quirks(std::uint64_t seed) {
        namespace api = protocols::passthru::api;
        constexpr std::array nothing{api::buffer_empty, api::timeout, api::noerror};
        protocols::simulator::PassThruQuirks quirks;
        quirks.nothing = nothing[seed % nothing.size()];
        quirks.tx_indications = seed % 2 == 0;
        quirks.start_indications = seed % 5 != 0;
        quirks.no_iso15765 = seed % 4 == 0;
        return quirks;
    }

    std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }

    void queue(std::string bytes, protocols::Instant at) {
        const auto place = std::ranges::upper_bound(queue_, at, {}, &Piece::at);
        queue_.insert(place, {at, std::move(bytes)});
    }

    void give(protocols::passthru::Returned returned, protocols::Instant at) {
        if (below(400) >= badness_) {
            return queue(to_frame(returned), at);
        }
        switch (below(9)) {
            case 0:
                return;  // never
            case 1:
                at += std::chrono::milliseconds(below(9000));
                break;
            case 2:
                returned.id += 1;
                break;
            case 3:
                queue(to_frame(returned), at);
                break;
            case 4:
                returned.status = static_cast<std::uint32_t>(below(0x30));
                break;
            case 5:
                returned.messages.clear();
                break;
            case 6:
                if (!returned.messages.empty()) {
                    returned.messages.push_back(returned.messages.front());
                }
                break;
            case 7:
                std::ranges::reverse(returned.messages);
                break;
            default:
                return queue(std::string(1 + below(12), static_cast<char>(random_())), at);
        }
        queue(to_frame(returned), at);
    }

    std::mt19937_64 random_;
    protocols::simulator::PassThru device_;
    std::size_t badness_ = 0;
    std::string input_;
    protocols::Instant free_{};
    std::deque<Piece> queue_;
};

}  // namespace tests
