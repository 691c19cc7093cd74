#pragma once

#include "obd/snapshot/snapshot.hpp"
#include "protocols/bus/answer.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace obd {

/// What Survey is for SAE J1979, for SAE J1979-2: every identifier F4xx, F5xx, F6xx and F8xx that
/// units support, freeze frames (19 04) and extended data (19 06) of every code, which codes have
/// extended data (19 1A), codes by readiness group (19 56). Nothing that changes the vehicle's
/// state is sent. Pure: next() says what to ask, take() files the answer under `more`.
class UdsSurvey {
public:
    /// `read`: what the plan has read. `left_out`: requests not to be made, as ReadingSettings has
    /// them.
    explicit UdsSurvey(const Snapshot& read, std::vector<std::string> left_out = {});

    [[nodiscard]] std::optional<protocols::bus::Request> next();
    /// Must follow each next() once.
    void take(Snapshot& snapshot, const protocols::bus::Answer& answer);

    /// Share of what is known to be asked, 0 to 1.
    [[nodiscard]] double progress() const;

private:
    using Request = protocols::bus::Request;
    using Answer = protocols::bus::Answer;
    using Units = std::vector<protocols::bus::EcuAddress>;

    void plan_parameters(const Snapshot& read);
    void plan_codes(const Snapshot& read);
    [[nodiscard]] Request one(protocols::Bytes data, const Units& units = {}) const;
    [[nodiscard]] bool leave_out(const Request& request) const;
    void file(Snapshot& snapshot, const Request& request, const Answer& answer) const;
    void file_pack(Snapshot& snapshot, const Answer& answer);
    void follow_bitmap(const Answer& answer);
    void follow_series(std::uint8_t number, std::uint8_t last, int silence, const Answer& answer);

    std::vector<std::string> left_out_;
    bool headers_;
    std::deque<Request> queue_;
    std::size_t asked_ = 0;
    int unanswered_ = 0;  ///< Of a series, from its beginning on.
    Request request_;
};

}  // namespace obd
