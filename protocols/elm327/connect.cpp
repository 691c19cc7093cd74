#include "protocols/elm327/connect.hpp"

#include "protocols/base/text.hpp"
#include "protocols/elm327/frames.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace protocols::elm327 {
namespace {

using namespace std::chrono_literals;
using bus::Protocol;

enum class Meaning { optional_setting, stn, faster, spaces_off, description, voltage, batches };

struct Setting {
    std::string_view command;
    Meaning meaning;
    bool matters = false;  ///< For what can be told from the answers.
};

// Known to every version from 1.3 on; older ones and clones may reject the optional ones.
constexpr std::array settings{
    Setting{"ATE0", Meaning::optional_setting, true},  // echo off
    Setting{"STI", Meaning::stn},
    Setting{"", Meaning::faster},
    Setting{"ATL0", Meaning::optional_setting},  // no line feeds
    Setting{"ATS0", Meaning::spaces_off},
    Setting{"ATH1", Meaning::optional_setting, true},  // headers: who answered
    Setting{"ATAT1", Meaning::optional_setting},       // adaptive timing
    Setting{"AT@1", Meaning::description},
    Setting{"ATRV", Meaning::voltage},
    Setting{"STBC1", Meaning::batches},
};

constexpr std::array search_order{
    Protocol::can11_500, Protocol::can29_500, Protocol::can11_250, Protocol::can29_250,
    Protocol::kwp_fast,  Protocol::j1850_vpw, Protocol::j1850_pwm, Protocol::iso9141,
    Protocol::kwp_slow,  Protocol::j1939,     Protocol::j1939_500,
};

// What adapters are sold with, the likeliest first; an ended program may have left a faster one.
constexpr std::array<std::uint32_t, 8> common_rates{38'400, 115'200, 9'600,     500'000,
                                                    57'600, 230'400, 1'000'000, 2'000'000};

/// Whether the reply echoes another command: it is a late one, and everything is one reply behind.
bool out_of_step(const Reply& reply, std::string_view command) {
    return std::ranges::any_of(reply.lines, [&](const std::string& line) {
        const auto text = compact(line);
        const bool ours = text == "ATZ" || text == "ATI" || text == "ATWS" || text == "ATE0";
        return ours && text != command;
    });
}

std::string first_line(const Reply& reply) {
    return reply.lines.empty() ? std::string() : reply.lines.front();
}

}  // namespace

Connect::Connect(ConnectOptions options) : options_(std::move(options)) {
    const auto first = options_.first;
    if (first != Protocol::undecided) {
        order_.push_back(first);
    }
    for (const auto protocol : search_order) {
        if (protocol != first) {
            order_.push_back(protocol);
        }
    }
    if (options_.at == 0) {
        options_.at = options_.baud;
    }
    connection_.baud = options_.at;
}

std::string Connect::step() const {
    if (stage_ >= Stage::select) {
        return std::string(bus::name(order_[std::min(index_, order_.size() - 1)]));
    }
    return stage_ == Stage::scan ? "adapter_rates" : "adapter";
}

Action<Connection> Connect::resume(const Event& event, Instant now) {
    if (raise_) {
        auto action = raise_->resume(event, now);
        if (auto* finished = std::get_if<Finished<BaudChange>>(&action)) {
            const auto result = std::move(finished->result);
            raise_.reset();
            return on_raised(result, now);
        }
        return forward<Connection>(std::move(action));
    }
    if (resync_) {
        auto action = resync_->resume(event, now);
        if (auto* finished = std::get_if<Finished<Reply>>(&action)) {
            resync_.reset();
            return finished->result.has_value() ? begin_again(now)
                                                : Finished<Connection>{finished->result.error()};
        }
        return forward<Connection>(std::move(action));
    }
    // The reset takes an adapter back to its own rate, and this side goes with it.
    const bool sent = std::holds_alternative<Sent>(event);
    if (stage_ == Stage::reset && sent && connection_.baud != options_.baud) {
        connection_.baud = options_.baud;
        return SetBaud{options_.baud};
    }
    if (const auto* set = std::get_if<BaudSet>(&event)) {
        if (stage_ == Stage::reset) {
            return forward<Connection>(exchange_.resume(Sent{}, now));
        }
        if (!set->done) {
            return scan();
        }
        if (rates_.empty() && !heard_once_ && connection_.baud == options_.baud) {
            return fail(why_silent_.fault, why_silent_.detail);
        }
        return begin("ATI", now, {.first_byte = 400ms, .quiet = 400ms, .total = 1s});
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

/// The next rate, or back to the line's own when there is none left.
Action<Connection> Connect::scan() {
    stage_ = Stage::scan;
    heard_once_ = false;
    if (rates_.empty()) {
        if (connection_.baud == options_.baud) {
            return fail(why_silent_.fault, why_silent_.detail);
        }
        connection_.baud = options_.baud;
    } else {
        connection_.baud = rates_.front();
        rates_.erase(rates_.begin());
    }
    return SetBaud{connection_.baud};
}

Action<Connection> Connect::after_scan(const Result<Reply>& result, Instant now) {
    if (result.has_error()) {
        return scan();
    }
    const auto& reply = result.value();
    const bool readable = !reply.lines.empty() || reply.has(Remark::unknown_command);
    if (!readable) {
        return scan();
    }
    // What was sent at other rates may have left the beginning of a command in the adapter.
    if (!heard_once_) {
        heard_once_ = true;
        return begin("ATWS", now);
    }
    stage_ = Stage::identify;
    return begin("ATI", now);
}

Action<Connection> Connect::silent(const Failure& failure, Instant now) {
    // Some clones never answer ATZ but do answer ATI; anything else is a silent adapter.
    if (stage_ == Stage::reset) {
        stage_ = Stage::identify;
        return begin("ATI", now, {.first_byte = 1500ms, .quiet = 1500ms, .total = 3s});
    }
    if (stage_ == Stage::identify) {
        why_silent_ = {
            failure.detail.empty() ? failure.fault : Fault::not_an_adapter, failure.detail};
        if (options_.baud == 0) {
            return fail(why_silent_.fault, why_silent_.detail);
        }
        if (options_.known.baud != 0) {
            rates_.push_back(options_.known.baud);
        }
        rates_.insert(rates_.end(), common_rates.begin(), common_rates.end());
        std::erase(rates_, options_.baud);
        return scan();
    }
    if (failure.fault == Fault::adapter_silent && resyncs_ < resyncs_max) {
        ++resyncs_;
        return forward<Connection>(resync_.emplace().resume(Started{}, now));
    }
    return fail(failure.fault, failure.detail);
}

Action<Connection> Connect::on_raised(const Result<BaudChange>& result, Instant now) {
    if (result.has_error()) {
        if (result.error().fault == Fault::link_lost) {
            return fail(result.error().fault, result.error().detail);
        }
        // Neither rate works: it has to be looked for.
        stage_ = Stage::identify;
        return silent(result.error(), now);
    }
    if (result.value().changed) {
        connection_.baud = options_.known.baud;
    }
    stage_ = Stage::set_up;
    ++index_;
    return set_up(now);
}

Action<Connection> Connect::on_reply(const Result<Reply>& result, Instant now) {
    if (result.has_error() && result.error().fault == Fault::link_lost) {
        return fail(result.error().fault, result.error().detail);
    }
    if (stage_ == Stage::scan) {
        return after_scan(result, now);
    }
    if (result.has_error()) {
        return silent(result.error(), now);
    }
    const auto& reply = result.value();
    // Somebody before may have left a request running: its answer comes first.
    const bool reset_unheard = stage_ == Stage::reset && reply.lines.empty();
    if ((reset_unheard || out_of_step(reply, command_)) && resyncs_ < resyncs_max) {
        ++resyncs_;
        return forward<Connection>(resync_.emplace().resume(Started{}, now));
    }
    switch (stage_) {
        case Stage::reset:
            stage_ = Stage::identify;
            return begin("ATI", now);
        case Stage::identify:
            return after_identity(reply, now);
        case Stage::set_up:
            return after_set_up(reply, now);
        case Stage::heavy_enter:
            return after_heavy_command(reply, now);
        case Stage::heavy_leave:
            ++setting_;
            return heavy_command(now);
        case Stage::heavy:
            return after_heavy(reply, now);
        case Stage::scan:
        case Stage::raise:
            break;
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
            return probe(bus::support_request, now);
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
    if (settings[index_].meaning == Meaning::faster) {
        const auto& known = options_.known;
        const auto& adapter = connection_.adapter;
        if (connection_.baud == 0 || known.baud <= connection_.baud || !known.is(adapter)) {
            ++index_;
            return set_up(now);
        }
        stage_ = Stage::raise;
        const bool stn = !adapter.stn.empty();
        raise_.emplace(Chip{stn, stn ? adapter.stn : adapter.banner}, connection_.baud, known.baud);
        return forward<Connection>(raise_->resume(Started{}, now));
    }
    if (settings[index_].meaning == Meaning::batches &&
        !(options_.known.batches && options_.known.is(connection_.adapter))) {
        ++index_;
        return set_up(now);
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
        case Meaning::faster:
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
        case Meaning::batches:
            connection_.batches = reply.has(Remark::ok);
            break;
    }
    ++index_;
    return set_up(now);
}

Action<Connection> Connect::select(Instant now) {
    if (index_ == order_.size()) {
        return fail(Fault::no_protocol, trials_);
    }
    if (bus::is_j1939(order_[index_])) {
        stage_ = Stage::heavy_enter;
        setting_ = 0;
        return heavy_command(now);
    }
    stage_ = Stage::select;
    return begin(std::string("ATTP") + std::to_string(static_cast<int>(order_[index_])), now);
}

Action<Connection> Connect::probe(const bus::Request& request, Instant now) {
    probe_ = &request;
    return begin(to_hex(request.data), now);
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
        return probe(*probe_, now);
    }
    if (!fault) {
        for (const bool headers : {true, false}) {
            auto frames =
                headers ? read_frames(reply.lines, protocol) : read_headerless(reply.lines);
            auto answer = bus::sort_answer(*probe_, std::move(frames.messages));
            // Frames cut in more than one way: a line may hold part of another.
            constexpr std::size_t one_habit = 1;
            if (frames.habits.size() > one_habit && !probed_twice_) {
                probed_twice_ = true;
                return probe(*probe_, now);
            }
            const bool identifiers = probe_ == &bus::identifier_request;
            if (!answer.messages.empty() ||
                (headers && !answer.negatives.empty() && !identifiers)) {
                connection_.identifiers = identifiers;
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
    // Units of SAE J1979-2 alone are silent to the first question.
    if (silent && bus::is_can(protocol) && probe_ == &bus::support_request) {
        return probe(bus::identifier_request, now);
    }
    trials_ += std::string(bus::name(protocol)) + ": " + (silent ? "silent" : "no bus") + "; ";
    if (silent && bus::is_can(protocol)) {
        expect_heavy(protocol);
    }
    ++index_;
    return select(now);
}

}  // namespace protocols::elm327
