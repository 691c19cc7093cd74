// What Qualify asks at the line's own rate, and what it makes of the answers.
#include "protocols/base/text.hpp"
#include "protocols/elm327/frames.hpp"
#include "protocols/elm327/qualify.hpp"

#include <algorithm>
#include <cmath>

namespace protocols::elm327 {
namespace {

constexpr int round_trips = 20;
constexpr std::string_view invented_command = "ATQ7Z";
constexpr std::size_t parameter_rows = 4;  // fewer is a refusal
constexpr int long_answer_frames = 20;
constexpr std::uint8_t vehicle_information = 0x09;
constexpr std::uint8_t vin_infotype = 0x02;

bool names_infotype(const Bytes& bitmap, std::uint8_t infotype) {
    const auto bit = static_cast<std::size_t>(infotype - 1);
    return bit / 8 < bitmap.size() && (bitmap[bit / 8] & 0x80 >> bit % 8) != 0;
}

std::string number(double value) {
    auto text = std::to_string(value);
    return text.substr(0, text.find('.') + 2);
}

}  // namespace

void Qualify::ask(Bytes request, void (Qualify::*answered)(const Asked&), bool all_expected) {
    auto manner = manner_;
    manner.counting = Counting::none;
    manner.interrupts = all_expected;
    Put put{{std::move(request), {}, {}}, std::move(manner), answered};
    if (all_expected) {
        for (const auto& message : connection_->first_answer.messages) {
            put.request.expected.push_back({message.source, 1});
        }
    }
    steps_.push_back(std::move(put));
}

void Qualify::on_first_connection(const Result<Connection>& result) {
    if (result.has_value()) {
        connection_ = result.value();
        first_ = connection_->protocol;
    } else if (result.error().fault != Fault::no_protocol) {
        failure_ = result.error();
        return;
    }
    own_baud_ = baud_;
    section_ = "commands";
    if (found_.identity.volts) {
        volts_.push_back(*found_.identity.volts);
    }
    for (int i = 0; i < round_trips; ++i) {
        say("ATI", &Qualify::on_round_trip);
    }
    if (!found_.identity.stn.empty()) {
        say("STDI", &Qualify::on_device);
        say("STSN", &Qualify::on_serial);
    }
    say(std::string(invented_command), &Qualify::on_invented);
    for (const auto& rung : ladder) {
        say(std::string(rung.command), &Qualify::on_rung);
    }
    say("ATPPS", &Qualify::on_parameters);
    say("ATPPS", &Qualify::on_parameters);
    say("ATRV", &Qualify::on_voltage);
    say("ATRV", &Qualify::on_voltage);
    if (connection_) {
        if (!found_.identity.stn.empty()) {
            say("STBC1", &Qualify::on_batches_on);
        }
        steps_.push_back(Join{&Qualify::on_connection});  // resets what the commands have set
    } else {
        steps_.push_back(Look{&Qualify::plan_rates});
    }
}

void Qualify::on_round_trip(const Reply& reply) {
    if (!reply.lines.empty()) {
        round_trips_.push_back(took_);
    }
}

void Qualify::on_device(const Reply& reply) {
    found_.device = reply.lines.empty() ? "" : reply.lines.front();
}

void Qualify::on_serial(const Reply& reply) {
    found_.serial = reply.lines.empty() ? "" : reply.lines.front();
}

void Qualify::on_invented(const Reply& reply) {
    const bool refused = reply.has(Remark::unknown_command);
    found_[Trial::unknown_commands] = {
        refused ? Outcome::passed : Outcome::failed,
        std::string(invented_command) + (silent_ ? " silences it" : ": " + printable(reply.raw))};
}

void Qualify::on_rung(const Reply& reply) {
    found_.accepted[rung_++] = !silent_ && !reply.has(Remark::unknown_command);
}

void Qualify::on_parameters(const Reply& reply) {
    auto& finding = found_[Trial::long_output];
    if (reply.lines.size() < parameter_rows) {
        return;  // not known to it: says nothing about the line
    }
    if (parameters_.empty()) {
        parameters_ = reply.lines;
        return;
    }
    const bool same = reply.lines == parameters_;
    finding = {
        same ? Outcome::passed : Outcome::failed,
        std::to_string(reply.raw.size()) + " characters" + (same ? "" : ", not twice the same")};
}

void Qualify::on_batches_on(const Reply& reply) {
    if (reply.has(Remark::ok)) {
        steps_.push_front(Say{"ATI|STI", &Qualify::on_batch});
    } else {
        found_[Trial::batches] = {Outcome::failed, "it does not know STBC"};
    }
}

/// Both answers before the prompt, in order.
void Qualify::on_batch(const Reply& reply) {
    const auto& identity = found_.identity;
    found_.batches = reply.lines == std::vector<std::string>{identity.banner, identity.stn};
    found_[Trial::batches] = {
        found_.batches ? Outcome::passed : Outcome::failed, printable(reply.raw)};
}

void Qualify::on_voltage(const Reply& reply) {
    if (const auto volts = reply.lines.empty() ? std::nullopt : read_volts(reply.lines.front())) {
        volts_.push_back(*volts);
    }
}

void Qualify::on_connection(const Result<Connection>& result) {
    own_baud_ = baud_;
    if (result.has_error()) {  // it was there a moment ago
        found_[Trial::headers].detail = "the vehicle did not answer a second time";
        connection_.reset();
        return plan_rates();
    }
    connection_ = result.value();
    section_ = "answers";
    found_.protocol = connection_->protocol;
    found_.units = connection_->first_answer.messages.size();
    if (bus::is_j1939(found_.protocol)) {  // what is tried are answers of OBD
        connection_.reset();
        return plan_rates();
    }
    manner_.protocol = connection_->protocol;
    manner_.headers = connection_->headers;
    manner_.habits = connection_->habits;
    if (!connection_->headers) {
        found_[Trial::headers] = {Outcome::failed, "ATH1 does not show who answers"};
        return plan_rates();  // nothing else can be told apart
    }
    say("0100", &Qualify::on_without_spaces);
    say("ATH0", &Qualify::on_nothing);
    say("0100", &Qualify::on_without_headers);
    say("ATH1", &Qualify::on_nothing);
    ask({0x01, 0x00}, &Qualify::on_interrupted, true);
    ask({vehicle_information, 0x00}, &Qualify::on_infotypes);
    ask({vehicle_information, vin_infotype}, &Qualify::on_vin);
    ask({vehicle_information, vin_infotype}, &Qualify::on_vin);
    steps_.push_back(Look{&Qualify::plan_answers});
}

void Qualify::on_without_spaces(const Reply& reply) {
    const bool spaced = std::ranges::any_of(reply.lines, [](const std::string& line) {
        return line.find(' ') != line.npos;
    });
    const bool off = found_.identity.spaces ? false : !spaced;
    found_[Trial::spaces] = {
        off ? Outcome::passed : Outcome::failed, off ? "" : "ATS0 does not take them away"};
}

void Qualify::on_without_headers(const Reply& reply) {
    const auto answer =
        bus::sort_answer({{0x01, 0x00}, {}, {}}, read_headerless(reply.lines).messages);
    const bool hidden = !answer.messages.empty();
    found_[Trial::headers] = {
        Outcome::passed, hidden ? "" : "ATH0 does not hide them: " + printable(reply.raw)};
}

void Qualify::on_interrupted(const Asked& asked) {
    if (asked.interrupt_failed) {
        found_.interrupts = false;
        found_[Trial::interrupt] = {Outcome::failed, "no prompt after it"};
    } else if (asked.interrupted) {
        found_[Trial::interrupt] = {Outcome::passed, ""};
    }
}

void Qualify::on_infotypes(const Asked& asked) {
    const bool can = bus::is_can(manner_.protocol);
    const std::size_t before = can ? 2 : 3;  // legacy: a message number too
    for (const auto& message : asked.answer.messages) {
        if (message.data.size() >= before + 4) {
            const auto* from = message.data.data() + before;
            infotypes_[message.source] = Bytes(from, from + 4);
        }
    }
    on_answer(asked);
}

void Qualify::on_vin(const Asked& asked) {
    on_answer(asked);
    const auto& messages = asked.answer.messages;
    if (messages.empty() || asked.answer.incomplete) {
        return;
    }
    if (vin_.empty()) {
        vin_ = messages;
        return;
    }
    const bool same = std::ranges::is_permutation(messages, vin_);
    found_[Trial::same_twice] = {
        same ? Outcome::passed : Outcome::failed, same ? "" : "the VIN was not twice the same"};
}

int Qualify::frames(const std::vector<bus::Message>& messages) const {
    int count = 0;
    for (const auto& message : messages) {
        count += bus::is_can(manner_.protocol) ? isotp::frames_of(message.data.size()) : 1;
    }
    return count;
}

void Qualify::plan_answers() {
    constexpr std::array<std::uint8_t, 5> infotypes{0x04, 0x06, 0x08, 0x0A, 0x0B};
    for (const auto infotype : infotypes) {
        const bool somebody = std::ranges::any_of(infotypes_, [&](const auto& unit) {
            return names_infotype(unit.second, infotype);
        });
        if (somebody) {
            ask({vehicle_information, infotype}, &Qualify::on_answer);
        }
    }
    ask({0x03}, &Qualify::on_answer);
    ask({0x07}, &Qualify::on_answer);
    steps_.push_back(Look{&Qualify::judge_answers});
    steps_.push_back(Look{&Qualify::plan_counting});
    steps_.push_back(Look{&Qualify::plan_rates});
}

void Qualify::plan_counting() {
    if (sample_.frames == 0) {
        return;
    }
    const auto request = to_hex(sample_.request);
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto count = [&](int frames) { return digits[static_cast<std::size_t>(frames)]; };
    if (!found_.identity.stn.empty() && bus::is_can(manner_.protocol)) {
        const auto stpx = [&](int number) {
            return stpx_command(manner_.protocol, sample_.request, number);
        };
        steps_.push_front(Say{stpx(1), &Qualify::on_stpx_one});
        steps_.push_front(Say{stpx(sample_.frames), &Qualify::on_stpx});
    }
    steps_.push_front(Say{request + count(1), &Qualify::on_counted_one});
    steps_.push_front(Say{request + count(sample_.frames), &Qualify::on_counted});
}

void Qualify::on_counted(const Reply& reply) {
    judge_count(reply, found_.counting, found_[Trial::count_digit]);
}

void Qualify::on_counted_one(const Reply& reply) {
    judge_one(reply, found_.counting, found_[Trial::count_digit]);
}

void Qualify::on_stpx(const Reply& reply) {
    judge_count(reply, found_.counting_stpx, found_[Trial::stpx_count]);
}

void Qualify::on_stpx_one(const Reply& reply) {
    judge_one(reply, found_.counting_stpx, found_[Trial::stpx_count]);
}

/// With the right number of frames nothing may be missing.
void Qualify::judge_count(const Reply& reply, Counting& counting, Finding& finding) const {
    const auto frames = read_frames(reply.lines, manner_.protocol);
    const auto answer = bus::sort_answer({sample_.request, {}, {}}, frames.messages);
    const bool whole =
        !frames.incomplete && std::ranges::is_permutation(answer.messages, sample_.messages);
    if (reply.has(Remark::unknown_command)) {
        counting = Counting::none;
        finding = {Outcome::failed, "it does not know how to count"};
    } else if (!whole) {
        counting = Counting::none;
        finding = {Outcome::failed, "frames get lost with it"};
    }
}

/// With the number 1 it shows what it counts.
void Qualify::judge_one(const Reply& reply, Counting& counting, Finding& finding) const {
    if (finding.outcome == Outcome::failed) {
        return;
    }
    const auto lines = static_cast<int>(reply.lines.size());
    const auto first = frames({sample_.messages.front()});
    if (lines == 1) {
        counting = Counting::frames;
    } else if (sample_.messages.size() == 1) {  // it heeds messages, or nothing
        counting = Counting::none;
        finding.detail = "one answer cannot tell whether messages count or nothing does";
        return;
    } else if (lines < sample_.frames && lines >= first) {
        counting = Counting::messages;
    } else {
        counting = Counting::none;
        finding = {Outcome::failed, "it does not heed the number"};
        return;
    }
    finding = {Outcome::passed, std::string(id(counting))};
}

void Qualify::on_answer(const Asked& asked) {
    const auto& request = std::get<Put>(step_).request.data;
    const auto& answer = asked.answer;
    whole_ = whole_ && !answer.incomplete;
    const bool can = bus::is_can(manner_.protocol);
    std::map<bus::EcuAddress, int> frames;
    for (const auto& message : answer.messages) {
        frames[message.source] += can ? isotp::frames_of(message.data.size()) : 1;
    }
    for (const auto& [unit, count] : frames) {
        if (count > 1) {
            segmented_.insert(unit);
        }
        if (!answer.incomplete) {
            found_.longest_frames = std::max(found_.longest_frames, count);
        }
    }
    if (request.front() != vehicle_information || request.back() == 0) {
        return;
    }
    constexpr int digit_max = 15;
    const auto total = this->frames(answer.messages);
    const bool steady = request.back() != 0x08 && request.back() != 0x0B;  // those count on
    if (steady && !answer.incomplete && total > 1 && total <= digit_max &&
        answer.messages.size() > sample_.messages.size()) {
        sample_ = {request, answer.messages, total};
    }
    // Who names an infotype and does not tell it whole.
    for (const auto& [unit, bitmap] : infotypes_) {
        const bool told = frames.contains(unit) ||
                          std::ranges::count(answer.negatives, unit, &bus::Negative::source) > 0;
        if (names_infotype(bitmap, request.back()) && !told) {
            lacking_.insert(unit);
        }
    }
}

void Qualify::judge_answers() {
    const bool all = whole_ && lacking_.empty();
    if (!segmented_.empty() || !all) {
        found_[Trial::segmented] = {
            all ? Outcome::passed : Outcome::failed, all ? "" : "frames missing, four times"};
    }
    auto& longest = found_[Trial::long_answers];
    longest.detail = "the longest had " + std::to_string(found_.longest_frames) + " frames";
    if (found_.longest_frames >= long_answer_frames) {
        longest.outcome = Outcome::passed;
    } else if (!all) {
        longest.outcome = Outcome::failed;
    }
    if (segmented_.size() + lacking_.size() > 1) {
        const bool lost = !lacking_.empty() || !whole_;
        found_[Trial::second_unit] = {
            lost ? Outcome::failed : Outcome::passed,
            lost ? "answers of " + (lacking_.empty() ? "?" : lacking_.begin()->text()) + " missing"
                 : ""};
    }
}

void Qualify::conclude() {
    const bool stn = !found_.identity.stn.empty();
    found_.claimed = claimed_version(found_.identity.banner).value_or("");
    // Who agrees to everything has told nothing by it.
    if (found_[Trial::unknown_commands].outcome == Outcome::passed) {
        found_.effective = effective_version(found_.accepted);
    }
    found_.contradictions = contradictions(found_.identity.banner, found_.accepted, stn);
    if (!volts_.empty()) {
        // A weak battery at rest to a charging one, in volts, or two of them in a row as trucks and
        // buses have; what ATRV reads is good to 2 %.
        constexpr double lowest = 9;
        constexpr double highest = 16;
        constexpr double steady = 0.5;
        const auto [low, high] = std::ranges::minmax(volts_);
        const bool one = low >= lowest && high <= highest;
        const bool two = low >= 2 * lowest && high <= 2 * highest;
        const bool plausible = (one || two) && high - low <= steady && volts_.size() > 1;
        found_[Trial::voltage] = {
            !connection_ ? Outcome::not_tested
            : plausible  ? Outcome::passed
                         : Outcome::failed,
            number(low) + " to " + number(high) + " V"};
    } else if (connection_) {
        found_[Trial::voltage] = {Outcome::failed, "ATRV gives no number"};
    }
    if (!round_trips_.empty()) {
        std::ranges::sort(round_trips_);
        const auto at = [&](double share) {
            const auto last = static_cast<double>(round_trips_.size() - 1);
            return round_trips_[static_cast<std::size_t>(std::lround(share * last))];
        };
        found_.round_trip = {at(0.5), at(0.95), at(1)};
    }
}

}  // namespace protocols::elm327
