#pragma once

#include "obd/session/heavy_plan.hpp"
#include "obd/session/plan.hpp"

#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace obd {

/// The plan of whatever the vehicle speaks.
class AnyPlan {
public:
    using Answer = protocols::bus::Answer;
    using Request = protocols::bus::Request;

    explicit AnyPlan(Plan plan) : plan_(std::move(plan)) {}
    explicit AnyPlan(HeavyPlan plan) : plan_(std::move(plan)) {}

    [[nodiscard]] std::optional<Request> next() {
        return std::visit([](auto& plan) { return plan.next(); }, plan_);
    }
    void take(const Answer& answer) {
        std::visit([&](auto& plan) { plan.take(answer); }, plan_);
    }
    [[nodiscard]] std::vector<Request> ahead() const {
        return std::visit([](const auto& plan) { return plan.ahead(); }, plan_);
    }
    [[nodiscard]] Request bitmap_request() const {
        return std::visit([](const auto& plan) { return plan.bitmap_request(); }, plan_);
    }
    [[nodiscard]] Plan::Sameness same_bitmaps(const Answer& answer) const {
        return std::visit([&](const auto& plan) { return plan.same_bitmaps(answer); }, plan_);
    }
    [[nodiscard]] std::optional<Request> vin_request() const {
        return std::visit([](const auto& plan) { return plan.vin_request(); }, plan_);
    }
    [[nodiscard]] Plan::Sameness same_vins(const Answer& answer) const {
        return std::visit([&](const auto& plan) { return plan.same_vins(answer); }, plan_);
    }
    [[nodiscard]] std::string_view step() const {
        return std::visit([](const auto& plan) { return plan.step(); }, plan_);
    }
    [[nodiscard]] double progress() const {
        return std::visit([](const auto& plan) { return plan.progress(); }, plan_);
    }
    [[nodiscard]] const Snapshot& snapshot() const {
        return std::visit(
            [](const auto& plan) -> const Snapshot& { return plan.snapshot(); }, plan_
        );
    }
    [[nodiscard]] Snapshot& snapshot() {
        return std::visit([](auto& plan) -> Snapshot& { return plan.snapshot(); }, plan_);
    }

private:
    std::variant<Plan, HeavyPlan> plan_;
};

}  // namespace obd
