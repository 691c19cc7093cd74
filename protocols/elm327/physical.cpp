#include "protocols/elm327/physical.hpp"

#include "protocols/base/ensure.hpp"

#include <utility>

namespace protocols::elm327 {
namespace {

constexpr std::uint32_t response_offset = 8;  // 7E8 answers 7E0
constexpr std::string_view tester = "F1";

bus::Request only(bus::Request request, bus::EcuAddress unit) {
    request.only = unit;
    request.frames.reset();
    request.expected = {{unit, 1}};
    return request;
}

}  // namespace

AskUnit::AskUnit(bus::Request request, Manner manner, bus::EcuAddress unit)
    : ask_(only(std::move(request), unit), manner) {
    const bool heavy = bus::is_j1939(manner.protocol);
    ENSURE((bus::is_can(manner.protocol) || heavy) && unit.known());
    const auto address = unit.text();
    if (heavy) {
        before_.push_back("ATSHEA" + address + "F9");
        after_.emplace_back("ATSHEAFFF9");
        return;
    }
    if (bus::is_can29(manner.protocol)) {
        before_.push_back("ATSHDA" + address.substr(address.size() - 2) + std::string(tester));
        after_.emplace_back("ATSHDB33F1");
    } else {
        const auto request_id = bus::EcuAddress::can11(unit.value() - response_offset).text();
        before_.push_back("ATSH" + request_id);
        after_.emplace_back("ATSH7DF");
    }
    before_.push_back("ATCRA" + address);
    after_.emplace_back("ATAR");  // older than the ATCRA that takes it back
}

AskUnit::AskUnit(Ask ask, std::vector<std::string> before, std::vector<std::string> after)
    : before_(std::move(before)), after_(std::move(after)), ask_(std::move(ask)) {}

AskUnit AskUnit::briefly(bus::Request request, Manner manner) {
    return {Ask(std::move(request), manner), {"ATST14"}, {"ATST32"}};
}

Action<Asked> AskUnit::resume(const Event& event, Instant now) {
    if (std::holds_alternative<Started>(event)) {
        return next(now);
    }
    if (stage_ == Stage::ask) {
        auto action = ask_.resume(event, now);
        auto* finished = std::get_if<Finished<Asked>>(&action);
        if (finished == nullptr) {
            return action;
        }
        result_ = std::move(finished->result);
        if (result_.has_error()) {
            return Finished<Asked>{result_.error()};
        }
        stage_ = Stage::after;
        index_ = 0;
        return next(now);
    }
    auto action = resync_ ? resync_->resume(event, now) : exchange_.resume(event, now);
    auto* finished = std::get_if<Finished<Reply>>(&action);
    if (finished == nullptr) {
        return forward<Asked>(std::move(action));
    }
    if (resync_) {
        resync_.reset();
        return finished->result.has_value() ? next(now) : Finished<Asked>{finished->result.error()};
    }
    return on_setting(finished->result, now);
}

Action<Asked> AskUnit::next(Instant now) {
    const auto& commands = stage_ == Stage::before ? before_ : after_;
    if (index_ == commands.size()) {
        if (stage_ == Stage::after) {
            return Finished<Asked>{std::move(result_)};
        }
        stage_ = Stage::ask;
        return ask_.resume(Started{}, now);
    }
    exchange_ = Exchange(commands[index_]);
    return forward<Asked>(exchange_.resume(Started{}, now));
}

Action<Asked> AskUnit::on_setting(const Result<Reply>& result, Instant now) {
    if (result.has_error() && result.error().fault == Fault::link_lost) {
        return Finished<Asked>{result.error()};
    }
    if (result.has_value() && result.value().has(Remark::ok)) {
        repeated_ = false;
        ++index_;
        return next(now);
    }
    if (!std::exchange(repeated_, true)) {
        return result.has_value() ? next(now)
                                  : forward<Asked>(resync_.emplace().resume(Started{}, now));
    }
    if (stage_ == Stage::after) {
        return Finished<Asked>{Failure{Fault::adapter_restarted, "its header is not sure"}};
    }
    repeated_ = false;
    stage_ = Stage::after;
    index_ = 0;
    return next(now);
}

}  // namespace protocols::elm327
