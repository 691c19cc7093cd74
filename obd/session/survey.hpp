#pragma once

#include "obd/decode/dtc.hpp"
#include "obd/snapshot/snapshot.hpp"
#include "protocols/bus/answer.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <vector>

namespace obd {

/// Reads what a vehicle supports beyond the plan of an inspection: every PID, every infotype, the
/// results of on-board tests (service 06), oxygen sensor tests (service 05, legacy buses), every
/// value of every freeze frame that has a cause. Services 04 and 08 change the vehicle's state and
/// are never sent. Pure, like Plan: next() says what to ask, take() files the answer under `more`.
class Survey {
public:
    /// `read`: what the plan has read.
    /// `left_out`: requests not to be made, as ReadingSettings has them.
    explicit Survey(const Snapshot& read, std::vector<std::string> left_out = {});

    [[nodiscard]] std::optional<protocols::bus::Request> next();
    /// Must follow each next() once.
    void take(Snapshot& snapshot, const protocols::bus::Answer& answer);

    /// Share of what is known to be asked, 0 to 1.
    [[nodiscard]] double progress() const;

private:
    using Request = protocols::bus::Request;
    using Answer = protocols::bus::Answer;

    void plan_parameters(const Snapshot& read);
    void plan_information(const Snapshot& read);
    void plan_frozen(const Snapshot& read);
    void add(protocols::Bytes data, std::vector<protocols::bus::EcuAddress> units, int frames = 0);
    [[nodiscard]] bool leave_out(Request& request) const;
    void file(Snapshot& snapshot, const Request& request, const Answer& answer) const;
    void file_pack(Snapshot& snapshot, const Answer& answer);
    void follow_tests(const Answer& answer);
    void follow_sensors(const Answer& answer);
    void follow_frozen(const Snapshot& snapshot, const Answer& answer);
    /// What a bitmap in an answer names, of all units together; `at`: where it begins.
    struct Named {
        std::set<std::uint8_t> ids;
        std::vector<protocols::bus::EcuAddress> units;
    };
    [[nodiscard]] static Named named(const Answer& answer, std::uint8_t base, std::size_t at);

    std::vector<std::string> left_out_;
    Framing framing_;
    bool headers_;
    std::deque<Request> queue_;
    std::size_t asked_ = 0;
    Request request_;
};

}  // namespace obd
