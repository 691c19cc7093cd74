// How Qualify tries faster rates: up one by one, and back when one does not carry everything.
#include "protocols/elm327/qualify.hpp"

namespace protocols::elm327 {
namespace {

constexpr int identities_a_rate = 8;

}  // namespace

void Qualify::plan_rates() {
    section_ = "rates";
    found_.line_baud = found_.best_baud = own_baud_;
    if (own_baud_ == 0) {
        return;
    }
    faster_ = faster_rates(chip(), own_baud_);
    next_rate();
}

void Qualify::next_rate() {
    if (faster_.empty()) {
        return;
    }
    const auto rate = faster_.front();
    faster_.erase(faster_.begin());
    found_.rates.push_back({rate, false, ""});
    steps_.push_back(Change{rate, &Qualify::on_faster});
}

void Qualify::on_faster(const Result<BaudChange>& result) {
    auto& rate = found_.rates.back();
    if (result.has_error()) {
        return lost_rate(result.error());
    }
    if (!result.value().changed) {
        rate.why_not = result.value().why_not;
        return next_rate();
    }
    baud_ = rate.baud;
    rate.carried = true;
    for (int i = 0; i < identities_a_rate; ++i) {
        say("ATI", &Qualify::on_faster_identity);
    }
    if (!parameters_.empty()) {
        say("ATPPS", &Qualify::on_faster_output);
    }
    steps_.push_back(Look{&Qualify::after_rate});
}

void Qualify::on_faster_identity(const Reply& reply) {
    if (reply.lines != std::vector<std::string>{found_.identity.banner}) {
        found_.rates.back().carried = false;
    }
}

void Qualify::on_faster_output(const Reply& reply) {
    if (reply.lines != parameters_) {
        found_.rates.back().carried = false;
    }
}

void Qualify::after_rate() {
    auto& rate = found_.rates.back();
    if (rate.carried) {
        found_.best_baud = rate.baud;
        return next_rate();
    }
    rate.why_not = "what arrives is not what was sent";
    steps_.push_back(Change{own_baud_, &Qualify::on_slower});
}

void Qualify::on_slower(const Result<BaudChange>& result) {
    if (result.has_error()) {
        return lost_rate(result.error());
    }
    if (!result.value().changed) {
        faster_.clear();
        steps_.push_back(Join{&Qualify::on_reconnected});
        return;
    }
    baud_ = own_baud_;
    next_rate();
}

/// Adapter and this side have lost each other: looked for again, and no more rates are tried.
void Qualify::lost_rate(const Failure& failure) {
    if (failure.fault == Fault::link_lost) {
        failure_ = failure;
        return;
    }
    found_.rates.back().carried = false;
    found_.rates.back().why_not = "it did not come back by itself";
    faster_.clear();
    steps_.push_back(Join{&Qualify::on_reconnected});
}

void Qualify::on_reconnected(const Result<Connection>& result) {
    if (result.has_error() && result.error().fault != Fault::no_protocol) {
        failure_ = result.error();
    }
}

}  // namespace protocols::elm327
