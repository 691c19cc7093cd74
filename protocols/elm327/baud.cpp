#include "protocols/elm327/baud.hpp"

#include "protocols/base/ensure.hpp"
#include "protocols/base/text.hpp"

#include <array>
#include <cstdio>

namespace protocols::elm327 {
namespace {

using namespace std::chrono_literals;

// The longest patience an adapter can be set to (ATBRT 00), and a little more.
constexpr auto patience_max = 1400ms;
constexpr auto answer_time = 1000ms;

// Rates that the ELM327's divider of 4 MHz meets within 1 %, or 2 % for 230400.
constexpr std::array<std::uint32_t, 3> elm_rates{115'200, 230'400, 500'000};
constexpr std::array<std::uint32_t, 5> stn_rates{115'200, 230'400, 500'000, 1'000'000, 2'000'000};

std::string command_for(const Chip& chip, std::uint32_t baud) {
    if (chip.stn) {
        return "STBR " + std::to_string(baud) + "\r";
    }
    constexpr std::uint32_t clock = 4'000'000;
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "ATBRD %02X\r", (clock + baud / 2) / baud);
    return text.data();
}

}  // namespace

std::vector<std::uint32_t> faster_rates(const Chip& chip, std::uint32_t than) {
    std::vector<std::uint32_t> rates;
    const auto add = [&](const auto& list) {
        for (const auto rate : list) {
            if (rate > than) {
                rates.push_back(rate);
            }
        }
    };
    if (chip.stn) {
        add(stn_rates);
    } else {
        add(elm_rates);
    }
    return rates;
}

ChangeBaud::ChangeBaud(Chip chip, std::uint32_t from, std::uint32_t to)
    : chip_(std::move(chip)), from_(from), to_(to) {}

Action<BaudChange> ChangeBaud::resume(const Event& event, Instant now) {
    if (const auto* lost = std::get_if<LinkLost>(&event)) {
        return Finished<BaudChange>{Failure{Fault::link_lost, lost->reason}};
    }
    if (stage_ == Stage::find) {
        auto action = find_.resume(event, now);
        auto* finished = std::get_if<Finished<Reply>>(&action);
        if (finished == nullptr) {
            return forward<BaudChange>(std::move(action));
        }
        if (finished->result.has_error()) {
            return Finished<BaudChange>{finished->result.error()};
        }
        return Finished<BaudChange>{std::move(change_)};
    }
    if (std::holds_alternative<Started>(event)) {
        return Send{command_for(chip_, to_)};
    }
    if (std::holds_alternative<Sent>(event)) {
        return wait(answer_time, now);
    }
    if (const auto* set = std::get_if<BaudSet>(&event)) {
        return on_baud_set(set->done, now);
    }
    if (const auto* received = std::get_if<Received>(&event)) {
        return on_received(received->bytes);
    }
    return on_deadline(now);
}

Action<BaudChange> ChangeBaud::wait(std::chrono::milliseconds time, Instant now) {
    deadline_ = now + time;
    return WaitUntil{deadline_};
}

Action<BaudChange> ChangeBaud::on_received(std::string_view bytes) {
    constexpr std::size_t heard_max = 1024;
    if (stage_ == Stage::settle) {
        return WaitUntil{deadline_};
    }
    heard_ += bytes;
    if (heard_.size() > heard_max) {
        return fall_back("noise");
    }
    if (stage_ == Stage::command) {
        // The chip says OK without a prompt; one that shows its prompt has not changed anything.
        if (heard_.find('>') != heard_.npos) {
            change_.why_not = "answers " + printable(heard_);
            return Finished<BaudChange>{std::move(change_)};
        }
        if (heard_.find("OK\r") != heard_.npos) {
            stage_ = Stage::set;
            return SetBaud{to_};
        }
    } else if (stage_ == Stage::identity) {
        const auto found = heard_.find(chip_.identity);
        if (found != heard_.npos && heard_.find('\r', found) != heard_.npos) {
            stage_ = Stage::confirm;
            heard_.clear();
            return Send{"\r"};
        }
    } else if (heard_.find('>') != heard_.npos) {
        change_.changed = true;
        return Finished<BaudChange>{std::move(change_)};
    }
    return WaitUntil{deadline_};
}

Action<BaudChange> ChangeBaud::on_deadline(Instant now) {
    switch (stage_) {
        case Stage::command:
            change_.why_not = "no answer to the command";
            break;
        case Stage::settle:
            break;
        default:
            return fall_back(
                heard_.empty() ? "silent at the new rate" : "unreadable at the new rate"
            );
    }
    stage_ = Stage::find;
    find_ = Exchange(
        "ATI", {.first_byte = answer_time, .quiet = answer_time, .total = 2 * answer_time}
    );
    return forward<BaudChange>(find_.resume(Started{}, now));
}

Action<BaudChange> ChangeBaud::on_baud_set(bool done, Instant now) {
    if (stage_ == Stage::set_back) {
        stage_ = Stage::settle;  // until the chip has fallen back too
        return wait(patience_max, now);
    }
    ENSURE(stage_ == Stage::set);
    heard_.clear();
    if (!done) {
        change_.why_not = "this machine cannot do that rate";
        stage_ = Stage::settle;
        return wait(patience_max, now);
    }
    stage_ = Stage::identity;
    return wait(patience_max, now);
}

Action<BaudChange> ChangeBaud::fall_back(std::string why) {
    change_.why_not = std::move(why);
    if (stage_ == Stage::command) {
        return Finished<BaudChange>{std::move(change_)};
    }
    stage_ = Stage::set_back;
    return SetBaud{from_};
}

}  // namespace protocols::elm327
