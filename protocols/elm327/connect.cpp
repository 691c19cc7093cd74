#include "protocols/elm327/connect.hpp"

#include "protocols/base/text.hpp"
#include "protocols/elm327/frames.hpp"

#include <array>
#include <string_view>

namespace protocols::elm327 {
namespace {

using namespace std::chrono_literals;
using bus::Protocol;

enum class Meaning { optional_setting, spaces_off, description, stn, voltage };

struct Setting {
    std::string_view command;
    Meaning meaning;
    bool matters = false;  ///< For what can be told from the answers.
};

// Known to every version from 1.3 on; older ones and clones may reject the optional ones.
constexpr std::array settings{
    Setting{"ATE0", Meaning::optional_setting, true},  // echo off
    Setting{"ATL0", Meaning::optional_setting},        // no line feeds
    Setting{"ATS0", Meaning::spaces_off},
    Setting{"ATH1", Meaning::optional_setting, true},  // headers: who answered
    Setting{"ATAT1", Meaning::optional_setting},       // adaptive timing
    Setting{"AT@1", Meaning::description},
    Setting{"STI", Meaning::stn},
    Setting{"ATRV", Meaning::voltage},
};

constexpr std::array search_order{
    Protocol::can11_500, Protocol::can29_500, Protocol::can11_250,
    Protocol::can29_250, Protocol::kwp_fast,  Protocol::j1850_vpw,
    Protocol::j1850_pwm, Protocol::iso9141,   Protocol::kwp_slow,
};

constexpr std::string_view support_request = "0100";

std::string first_line(const Reply& reply) {
    return reply.lines.empty() ? std::string() : reply.lines.front();
}

}  // namespace

Connect::Connect(bus::Protocol first) {
    if (first != Protocol::undecided) {
        order_.push_back(first);
    }
    for (const auto protocol : search_order) {
        if (protocol != first) {
            order_.push_back(protocol);
        }
    }
}

std::string Connect::step() const {
    if (stage_ == Stage::select || stage_ == Stage::probe) {
        return std::string(bus::name(order_[index_]));
    }
    return "adapter";
}

Action<Connection> Connect::resume(const Event& event, Instant now) {
    if (resync_) {
        auto action = resync_->resume(event, now);
        if (auto* finished = std::get_if<Finished<Reply>>(&action)) {
            resync_.reset();
            return finished->result.has_value() ? begin_again(now)
                                                : Finished<Connection>{finished->result.error()};
        }
        return forward<Connection>(std::move(action));
    }
    auto action = exchange_.resume(event, now);
    if (auto* finished = std::get_if<Finished<Reply>>(&action)) {
        return on_reply(finished->result, now);
    }
    return forward<Connection>(std::move(action));
}

Action<Connection> Connect::begin(std::string command, Instant now, Limits limits) {
    command_ = command;
    exchange_ = Exchange(std::move(command), limits);
    return forward<Connection>(exchange_.resume(Started{}, now));
}

Action<Connection> Connect::begin_again(Instant now) {
    return begin(command_, now);
}

Action<Connection> Connect::fail(Fault fault, std::string detail) const {
    return Finished<Connection>{Failure{fault, std::move(detail)}};
}

Action<Connection> Connect::on_reply(const Result<Reply>& result, Instant now) {
    if (result.has_error()) {
        const auto& failure = result.error();
        if (failure.fault == Fault::link_lost) {
            return fail(failure.fault, failure.detail);
        }
        // Some clones never answer ATZ but do answer ATI; anything else is a silent adapter.
        if (stage_ == Stage::reset) {
            stage_ = Stage::identify;
            return begin("ATI", now, {.first_byte = 1500ms, .quiet = 1500ms, .total = 3s});
        }
        if (stage_ == Stage::identify && !failure.detail.empty()) {
            return fail(Fault::not_an_adapter, failure.detail);
        }
        const bool known_adapter = stage_ != Stage::identify;
        if (failure.fault == Fault::adapter_silent && known_adapter && resyncs_ < resyncs_max) {
            ++resyncs_;
            return forward<Connection>(resync_.emplace().resume(Started{}, now));
        }
        return fail(failure.fault, failure.detail);
    }
    const auto& reply = result.value();
    switch (stage_) {
        case Stage::reset:
            stage_ = Stage::identify;
            return begin("ATI", now);
        case Stage::identify:
            return after_identity(reply, now);
        case Stage::set_up:
            return after_set_up(reply, now);
        case Stage::select:
            if (!reply.has(Remark::ok) && !repeated_) {
                repeated_ = true;
                return begin_again(now);
            }
            repeated_ = false;
            if (reply.has(Remark::unknown_command)) {
                trials_ += std::string(bus::name(order_[index_])) + ": not offered; ";
                ++index_;
                return select(now);
            }
            stage_ = Stage::probe;
            probed_twice_ = false;
            return begin(std::string(support_request), now);
        case Stage::probe:
            return after_probe(reply, now);
    }
    return fail(Fault::not_an_adapter, "unreachable");
}

Action<Connection> Connect::after_identity(const Reply& reply, Instant now) {
    connection_.adapter.banner = first_line(reply);
    // Any text will do: clones name themselves freely. Nothing at all is not an adapter.
    if (connection_.adapter.banner.empty()) {
        return fail(Fault::not_an_adapter, printable(reply.raw));
    }
    stage_ = Stage::set_up;
    index_ = 0;
    return set_up(now);
}

Action<Connection> Connect::set_up(Instant now) {
    if (index_ == settings.size()) {
        index_ = 0;
        return select(now);
    }
    return begin(std::string(settings[index_].command), now);
}

Action<Connection> Connect::after_set_up(const Reply& reply, Instant now) {
    auto& adapter = connection_.adapter;
    // A command or its answer may have been lost: what matters for the whole reading is put twice.
    if (settings[index_].matters && !reply.has(Remark::ok) && !repeated_) {
        repeated_ = true;
        return begin_again(now);
    }
    repeated_ = false;
    const bool understood = !reply.has(Remark::unknown_command);
    switch (settings[index_].meaning) {
        case Meaning::optional_setting:
            break;
        case Meaning::spaces_off:
            adapter.spaces = !understood;
            break;
        case Meaning::description:
            adapter.description = understood ? first_line(reply) : "";
            break;
        case Meaning::stn:
            adapter.stn = understood ? first_line(reply) : "";
            break;
        case Meaning::voltage:
            adapter.volts = read_volts(first_line(reply));
            break;
    }
    ++index_;
    return set_up(now);
}

Action<Connection> Connect::select(Instant now) {
    if (index_ == order_.size()) {
        index_ = 0;
        return fail(Fault::no_protocol, trials_);
    }
    stage_ = Stage::select;
    return begin(std::string("ATTP") + std::to_string(static_cast<int>(order_[index_])), now);
}

Action<Connection> Connect::after_probe(const Reply& reply, Instant now) {
    const auto protocol = order_[index_];
    const auto fault = fault_of(reply);
    if (fault == Fault::wiring_fault) {
        return fail(*fault, printable(reply.raw));
    }
    // A K-line adapter may report the opened bus in one reply and the data only in the next.
    const bool opened_without_data = reply.has(Remark::bus_init_ok) && reply.lines.empty();
    const bool again = opened_without_data || fault == Fault::interrupted;
    if (again && !probed_twice_) {
        probed_twice_ = true;
        return begin(std::string(support_request), now);
    }
    if (!fault) {
        for (const bool headers : {true, false}) {
            auto frames =
                headers ? read_frames(reply.lines, protocol) : read_headerless(reply.lines);
            auto answer = bus::sort_answer({{0x01, 0x00}, {}, {}}, std::move(frames.messages));
            // Frames cut in more than one way: a line may hold part of another.
            constexpr std::size_t one_habit = 1;
            if (frames.habits.size() > one_habit && !probed_twice_) {
                probed_twice_ = true;
                return begin(std::string(support_request), now);
            }
            if (!answer.messages.empty() || (headers && !answer.negatives.empty())) {
                answer.incomplete = frames.incomplete;
                connection_.protocol = protocol;
                connection_.headers = headers;
                connection_.habits = std::move(frames.habits);
                connection_.first_answer = std::move(answer);
                return Finished<Connection>{std::move(connection_)};
            }
        }
    }
    const bool silent = fault == Fault::vehicle_silent;
    trials_ += std::string(bus::name(protocol)) + ": " + (silent ? "silent" : "no bus") + "; ";
    ++index_;
    return select(now);
}

}  // namespace protocols::elm327
