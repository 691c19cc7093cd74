// Connect's part that looks for a heavy-duty vehicle.
#include "protocols/elm327/connect.hpp"
#include "protocols/elm327/heavy.hpp"
#include "protocols/j1939/groups.hpp"

#include <algorithm>

namespace protocols::elm327 {
namespace {

using bus::Protocol;

const bus::Request& readiness_request() {
    static const auto request = j1939::request_of(j1939::readiness_group);
    return request;
}
const bus::Request& identification_request() {
    static const auto request = j1939::request_of(j1939::identification_group);
    return request;
}

}  // namespace

/// Somebody acknowledges frames of this rate and nobody knows OBD: SAE J1939 is asked for before
/// any slow bus.
void Connect::expect_heavy(Protocol silent) {
    const bool fast = silent == Protocol::can11_500 || silent == Protocol::can29_500;
    const auto heavy = fast ? Protocol::j1939_500 : Protocol::j1939;
    const auto later = order_.begin() + static_cast<std::ptrdiff_t>(index_) + 1;
    const auto found = std::find(later, order_.end(), heavy);
    const auto slow = std::find_if(later, order_.end(), [](Protocol protocol) {
        return !bus::is_can(protocol) && !bus::is_j1939(protocol);
    });
    if (found != order_.end() && slow < found) {
        std::rotate(slow, found, found + 1);
    }
}

Action<Connection> Connect::heavy_command(Instant now) {
    const bool entering = stage_ == Stage::heavy_enter;
    const auto& commands = entering ? heavy_entry(order_[index_]) : heavy_exit();
    if (setting_ < commands.size()) {
        return begin(std::string(commands[setting_].text), now);
    }
    if (!entering) {
        ++index_;
        return select(now);
    }
    stage_ = Stage::heavy;
    probed_twice_ = false;
    return probe(readiness_request(), now);
}

Action<Connection> Connect::after_heavy_command(const Reply& reply, Instant now) {
    const bool failed = heavy_entry(order_[index_])[setting_].must && !reply.has(Remark::ok);
    if (failed && !repeated_) {
        repeated_ = true;
        return begin_again(now);
    }
    repeated_ = false;
    if (failed) {
        return leave_heavy("not offered", now);
    }
    ++setting_;
    return heavy_command(now);
}

Action<Connection> Connect::leave_heavy(std::string_view why, Instant now) {
    trials_ += std::string(bus::name(order_[index_])) + ": " + std::string(why) + "; ";
    if (index_ + 1 == order_.size()) {
        return fail(Fault::no_protocol, trials_);
    }
    stage_ = Stage::heavy_leave;
    setting_ = 0;
    return heavy_command(now);
}

Action<Connection> Connect::after_heavy(const Reply& reply, Instant now) {
    const auto fault = fault_of(reply);
    auto answer = sort_group_lines(*probe_, reply.lines);
    const bool whole = !answer.messages.empty() || !answer.negatives.empty();
    const bool again = (!whole && answer.incomplete) || fault == Fault::interrupted ||
                       fault == Fault::reply_damaged;
    if (again && !probed_twice_) {
        probed_twice_ = true;
        return probe(*probe_, now);
    }
    if (!fault && (whole || answer.incomplete)) {
        connection_.protocol = order_[index_];
        connection_.identifiers = probe_ == &identification_request();
        connection_.first_answer = std::move(answer);
        return Finished<Connection>{std::move(connection_)};
    }
    const bool silent = !fault || fault == Fault::vehicle_silent;
    if (silent && probe_ == &readiness_request()) {  // older than on-board diagnostics
        return probe(identification_request(), now);
    }
    return leave_heavy(silent ? "silent" : "no bus", now);
}

}  // namespace protocols::elm327
