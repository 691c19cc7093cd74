#pragma once

#include "obd/decode/j1939.hpp"
#include "obd/session/plan.hpp"
#include "obd/snapshot/snapshot.hpp"
#include "protocols/bus/answer.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace obd {

/// What an inspection reads of a vehicle that speaks SAE J1939, and where it belongs: a group sent
/// by a unit is filed under the path that SAE J1979 would have filled (DM12 under the stored codes,
/// DM5 under the monitors, DM26 and DM21 under the counters) and whole under `more`. Pure, like
/// Plan. DM3, DM7, DM11 and DM22 change the vehicle's state and are never asked for.
class HeavyPlan {
public:
    struct Options {
        bool engine_at_end = false;           ///< EEC1 once more when all else is read.
        std::vector<std::string> left_out{};  ///< As ReadingSettings has them: `00FDB5`.
        bool all = false;                     ///< Every unit is waited for and asked everything.
    };
    /// `first`: the answer by which the bus was found, to DM5 or, when `identification`, to the
    /// vehicle identification.
    HeavyPlan(
        protocols::bus::Protocol protocol,
        const protocols::bus::Answer& first,
        bool identification,
        Options options
    );

    [[nodiscard]] std::optional<protocols::bus::Request> next();
    /// Must follow each next() once.
    void take(const protocols::bus::Answer& answer);
    [[nodiscard]] std::vector<protocols::bus::Request> ahead() const { return {request_}; }

    // To make sure, after the link was lost, that it still is the same vehicle.
    [[nodiscard]] protocols::bus::Request bitmap_request() const;
    [[nodiscard]] Plan::Sameness same_bitmaps(const protocols::bus::Answer& answer) const;
    [[nodiscard]] std::optional<protocols::bus::Request> vin_request() const;
    [[nodiscard]] Plan::Sameness same_vins(const protocols::bus::Answer& answer) const;

    [[nodiscard]] std::string_view step() const;
    [[nodiscard]] double progress() const;

    [[nodiscard]] const Snapshot& snapshot() const { return snapshot_; }
    [[nodiscard]] Snapshot& snapshot() { return snapshot_; }

private:
    /// Who must answer; the others may.
    enum class Who { obd_units, engine, nobody };
    struct Ask {
        std::uint32_t group;
        Who who;
        std::string_view step;
    };
    /// What the lamp and the counts are put together from.
    struct Told {
        Item<j1939::Readiness> readiness;  ///< DM5
        Item<j1939::Codes> active;         ///< DM1
        Item<j1939::Codes> emission;       ///< DM12
        Item<j1939::Counts> counts;        ///< DM29
    };
    static const std::vector<Ask>& asks();

    [[nodiscard]] protocols::bus::Request request(const Ask& ask) const;
    [[nodiscard]] bool obd(const Ecu& ecu) const;
    [[nodiscard]] bool left_out(std::uint32_t group) const;
    void meet(const protocols::bus::Answer& answer);
    void file_all(std::uint32_t group, const protocols::bus::Answer& answer);
    void file(std::uint32_t group, Ecu& ecu, const protocols::bus::Answer& answer);
    void put_together(Ecu& ecu);
    static void tell_lamp(const Told& own, MonitorStatus& status);
    [[nodiscard]] std::string request_text() const;

    Snapshot snapshot_;
    Options options_;
    bool identification_;  ///< Nobody has DM5.
    std::map<protocols::bus::EcuAddress, Told> told_;
    std::size_t position_ = 0;
    bool at_end_ = false;
    /// Units that spoke without having told what they are: DM5 is asked of each.
    std::deque<protocols::bus::EcuAddress> strangers_;
    std::string_view step_ = "status";
    protocols::bus::Request request_;
};

}  // namespace obd
