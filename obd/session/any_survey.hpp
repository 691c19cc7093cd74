#pragma once

#include "obd/session/survey.hpp"
#include "obd/session/uds_survey.hpp"

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace obd {

/// Everything else a car supports, whatever it speaks. Trucks say it all in their plan.
class AnySurvey {
public:
    AnySurvey(Tongue tongue, const Snapshot& read, std::vector<std::string> left_out)
        : survey_(
              tongue == Tongue::j1979_2 ? Of(UdsSurvey(read, std::move(left_out)))
                                        : Of(Survey(read, std::move(left_out)))
          ) {}

    [[nodiscard]] std::optional<protocols::bus::Request> next() {
        return std::visit([](auto& survey) { return survey.next(); }, survey_);
    }
    void take(Snapshot& snapshot, const protocols::bus::Answer& answer) {
        std::visit([&](auto& survey) { survey.take(snapshot, answer); }, survey_);
    }
    [[nodiscard]] double progress() const {
        return std::visit([](const auto& survey) { return survey.progress(); }, survey_);
    }

private:
    using Of = std::variant<Survey, UdsSurvey>;
    Of survey_;
};

}  // namespace obd
