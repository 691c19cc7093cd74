#include "obd/session/plan.hpp"

#include "obd/decode/parameters.hpp"
#include "protocols/base/ensure.hpp"
#include "protocols/isotp/reassembly.hpp"

#include <algorithm>
#include <array>

namespace obd {
namespace {

using protocols::bus::Answer;
using protocols::bus::Request;

constexpr std::array<std::uint8_t, 12> parameter_pids{0x0C, 0x0D, 0x05, 0x1F, 0x21, 0x30,
                                                      0x31, 0x4D, 0x4E, 0x42, 0x0F, 0xA6};
constexpr std::size_t pids_a_request = 6;         // SAE J1979 6.1
constexpr std::size_t identifiers_a_request = 3;  // what a single frame holds
constexpr std::uint8_t units_max = 8;             // ISO 15765-4 6.2.2

}  // namespace

bool Plan::packable(What what) {
    switch (what) {
        case What::support:
        case What::status:
        case What::status_cycle:
        case What::requirement:
        case What::fuel:
        case What::parameter:
        case What::speed_at_end:
            return true;
        default:
            return false;
    }
}

std::vector<Plan::Ask> Plan::asks_of(const Options& options, std::size_t groups) {
    const bool uds = options.tongue == Tongue::j1979_2;
    std::vector<Ask> list;
    if (uds) {
        list.push_back({What::support, 0x00, "support"});
    }
    for (const int base : {0x20, 0x40, 0x60, 0x80, 0xA0, 0xC0}) {
        list.push_back({What::support, static_cast<std::uint8_t>(base), "support"});
    }
    list.push_back({What::infotypes, 0x00, "identity"});
    list.push_back({What::vin, 0x02, "identity"});
    list.push_back({What::status, 0x01, "status"});
    list.push_back({What::status_cycle, 0x41, "status"});
    list.push_back({What::requirement, 0x1C, "status"});
    list.push_back({What::fuel, 0x51, "status"});
    for (const auto pid : parameter_pids) {
        list.push_back({What::parameter, pid, "parameters"});
    }
    list.push_back({What::stored, 0x03, "codes"});
    if (!uds) {
        list.push_back({What::pending, 0x07, "codes"});
    }
    list.push_back({What::permanent, 0x0A, "codes"});
    if (!uds) {
        list.push_back({What::freeze_cause, 0x02, "freeze_frame"});
        list.push_back({What::freeze_support, 0x00, "freeze_frame"});
        for (const auto pid : frozen_pids) {
            list.push_back({What::freeze_value, pid, "freeze_frame"});
        }
    }
    for (std::uint8_t place = 0; uds && place < units_max; ++place) {
        list.push_back({What::frame, place, "freeze_frame"});
    }
    for (std::size_t i = 0; uds && i < units_max * groups; ++i) {
        list.push_back({What::group, static_cast<std::uint8_t>(i), "status"});
    }
    list.push_back({What::count, 0x03, "software"});
    list.push_back({What::calids, 0x04, "software"});
    list.push_back({What::count, 0x05, "software"});
    list.push_back({What::cvns, 0x06, "software"});
    list.push_back({What::name, 0x0A, "software"});
    list.push_back({What::count, 0x07, "performance"});
    list.push_back({What::performance_spark, 0x08, "performance"});
    list.push_back({What::performance_compression, 0x0B, "performance"});
    if (options.engine_at_end) {
        list.push_back({What::speed_at_end, 0x0C, "parameters"});
    }
    return list;
}

Plan::Plan(protocols::bus::Protocol protocol, const Answer& first, Options options)
    : framing_(protocols::bus::has_whole_messages(protocol) ? Framing::can : Framing::legacy),
      packs_(framing_ == Framing::can),
      options_(std::move(options)),
      groups_(groups_of(options_.groups)),
      asks_(std::make_shared<const std::vector<Ask>>(asks_of(options_, groups_.size()))) {
    ENSURE(groups_.size() <= readiness_groups_max);
    snapshot_.protocol = protocol;
    snapshot_.connected = true;
    for (const auto& message : first.messages) {
        snapshot_.ecu(message.source).tongue = options_.tongue;
    }
    snapshot_.tongues.insert(options_.tongue);
    if (uds()) {
        snapshot_.readiness_groups = options_.groups;
        snapshot_.notes = first.problems;
        return;
    }
    for (const auto& negative : first.negatives) {
        auto& ecu = snapshot_.ecu(negative.source);
        ecu.pids.request = "0100";
        ecu.pids.absence = Absence::negative;
        ecu.pids.code = negative.code;
        ecu.pids.raw.push_back({0x7F, negative.service, negative.code});
    }
    for (auto& ecu : snapshot_.ecus) {
        if (const auto messages = first.of(ecu.address); !messages.empty()) {
            ecu.pids.request = "0100";
            file_support(ecu, 0x00, messages);
        }
    }
    snapshot_.notes = first.problems;
}

std::optional<Request> Plan::next() {
    ENSURE(current_.empty());
    current_ = gather();
    if (current_.empty()) {
        snapshot_.complete = true;
        return std::nullopt;
    }
    request_ = request(current_);
    return request_;
}

std::vector<Request> Plan::ahead() const {
    std::vector<Request> list{request_};
    auto later = *this;
    for (auto asks = later.gather(); !asks.empty(); asks = later.gather()) {
        if (auto next = later.request(asks); next.frames) {
            list.push_back(std::move(next));
        }
    }
    return list;
}

std::vector<Plan::Ask> Plan::gather() {
    while (!singles_.empty()) {
        const auto ask = singles_.front();
        singles_.pop_front();
        if (wanted(ask)) {
            return {ask};
        }
        skip(ask);
    }
    std::vector<Ask> together;
    for (; position_ < asks_->size(); ++position_) {
        const auto& ask = (*asks_)[position_];
        // What a unit has at all is asked by itself: one that takes single identifiers only is
        // heard.
        const bool first_range = uds() && !together.empty() &&
                                 together.front().what == What::support && together.front().id == 0;
        const bool fits =
            together.empty() ||
            (packs_ && together.size() < (uds() ? identifiers_a_request : pids_a_request) &&
             packable(together.front().what) && packable(ask.what) &&
             (ask.what == What::support) == (together.front().what == What::support));
        if (!fits || first_range) {
            break;
        }
        // Which later ranges there are is told by the first: a unit leaves out what it has not.
        const bool later_range = !together.empty() && ask.what == What::support;
        if (wanted(ask) || later_range) {
            together.push_back(ask);
        } else {
            skip(ask);
        }
    }
    return together;
}

/// Not asked because no unit supports it: that is known, not missing.
void Plan::skip(const Ask& ask) {
    const auto unasked = request({ask});
    for (auto& ecu : snapshot_.ecus) {
        file(ask, ecu, unasked, {});
    }
}

std::string_view Plan::step() const {
    return current_.empty() ? "done" : current_.front().step;
}

double Plan::progress() const {
    return static_cast<double>(position_) / static_cast<double>(asks_->size());
}

bool Plan::left_out(const Ask& ask) const {
    // The support bitmaps carry everything else, and a count belongs to what it counts.
    if (options_.left_out.empty() || ask.what == What::support) {
        return false;
    }
    const auto text = protocols::to_hex(request({ask}).data);
    return std::ranges::any_of(options_.left_out, [&](const std::string& prefix) {
        return text.starts_with(prefix);
    });
}

bool Plan::wanted(const Ask& ask) const {
    if (left_out(ask)) {
        return false;
    }
    switch (ask.what) {
        case What::infotypes:
        case What::stored:
        case What::pending:
        case What::freeze_cause:
            return true;
        case What::permanent:
            return framing_ == Framing::can;  // SAE J1979 6.10: CAN only
        case What::count:
            // Listening to the end takes longer than asking how many there are, on J1850 alone.
            return protocols::bus::is_j1850(snapshot_.protocol) &&
                   std::ranges::any_of(snapshot_.ecus, [&](const Ecu& ecu) {
                       constexpr std::uint8_t counted = 1;  // the infotype after it
                       return supports(ecu, ask) && ecu.infotypes.value &&
                              ecu.infotypes.value->contains(
                                  static_cast<std::uint8_t>(ask.id + counted)
                              );
                   });
        case What::freeze_support:
        case What::freeze_value:
        case What::frame:
        case What::group:
            return std::ranges::any_of(snapshot_.ecus, [&](const Ecu& ecu) {
                return supports(ecu, ask);
            });
        default:
            break;
    }
    // A car that does not name its infotypes may still tell its VIN.
    const bool nobody_knows = std::ranges::none_of(snapshot_.ecus, [](const Ecu& ecu) {
        return ecu.infotypes.value.has_value();
    });
    return (ask.what == What::vin && nobody_knows) ||
           std::ranges::any_of(snapshot_.ecus, [&](const Ecu& ecu) {
               const bool service_silent =
                   infotype(ask.what) && ecu.infotypes.absence == Absence::silent;
               const auto known = support(ecu, ask);
               return known == Support::yes || (known == Support::unknown && !service_silent);
           });
}

bool Plan::infotype(What what) {
    switch (what) {
        case What::count:
        case What::vin:
        case What::calids:
        case What::cvns:
        case What::name:
        case What::performance_spark:
        case What::performance_compression:
            return true;
        default:
            return false;
    }
}

Plan::Support Plan::support(const Ecu& ecu, const Ask& ask) const {
    const auto known = [](bool yes) { return yes ? Support::yes : Support::no; };
    if (infotype(ask.what)) {
        if (ecu.infotypes.value) {
            return known(ecu.infotypes.value->contains(ask.id));
        }
        return ecu.infotypes.absence == Absence::negative ? Support::no : Support::unknown;
    }
    if (ask.what == What::freeze_value || ask.what == What::freeze_support) {
        if (!ecu.freeze_frame.value || !*ecu.freeze_frame.value) {
            return Support::no;
        }
        const auto& listed = (*ecu.freeze_frame.value)->supported;
        const bool told = ask.what == What::freeze_value && listed;
        return known(!told || listed->contains(ask.id));
    }
    if (ask.what == What::frame) {
        const auto code = frame_code(ask.id);
        return known(code && first_stored(ecu) == code);
    }
    if (ask.what == What::group) {
        return known(unit_of(ask) == &ecu && groups_tell(ecu));
    }
    if (!packable(ask.what)) {
        return known(ask.what != What::permanent || framing_ == Framing::can);
    }
    if (!ecu.pids.value) {
        // Who answered 22 F810 has an F400: what it holds is what SAE J1979-2 is about.
        if (uds() && ask.what == What::support && ask.id == 0 &&
            ecu.pids.absence == Absence::not_asked) {
            return Support::yes;
        }
        return ecu.pids.absence == Absence::negative ? Support::no : Support::unknown;
    }
    if (ecu.pids.value->contains(ask.id)) {
        return Support::yes;
    }
    // The bitmap of the PID's own range told so, or an earlier one that there is no such range.
    constexpr std::uint8_t range = 0x20;
    for (std::uint8_t base = range; base < ask.id; base = static_cast<std::uint8_t>(base + range)) {
        if (!ecu.pids.value->contains(base)) {
            return Support::no;
        }
        const bool arrived = std::ranges::any_of(ecu.pids.raw, [&](const protocols::Bytes& raw) {
            constexpr std::size_t bitmap_message_bytes = 6;
            const std::size_t wider = uds() ? 1 : 0;
            return raw.size() == bitmap_message_bytes + wider && raw[1 + wider] == base;
        });
        if (!arrived) {
            return Support::unknown;
        }
    }
    return Support::no;
}

Request Plan::request(const std::vector<Ask>& asks) const {
    Request request;
    const auto& ask = asks.front();
    if (uds()) {
        request.data = uds_request(asks);
        if (const auto* unit = ask.what == What::group ? unit_of(ask) : nullptr) {
            request.only = unit->address;
        }
        expect(asks, request);
        return request;
    }
    switch (ask.what) {
        case What::stored:
        case What::pending:
        case What::permanent:
            request.data = {ask.id};
            break;
        case What::infotypes:
        case What::count:
        case What::vin:
        case What::calids:
        case What::cvns:
        case What::name:
        case What::performance_spark:
        case What::performance_compression:
            request.data = {0x09, ask.id};
            break;
        case What::freeze_cause:
        case What::freeze_support:
        case What::freeze_value:
            request.data = {0x02, ask.id, 0x00};
            break;
        default:
            request.data = {0x01};
            for (const auto& one : asks) {
                request.data.push_back(one.id);
            }
    }
    expect(asks, request);
    return request;
}

/// Length of a unit's answer, service byte included, where it is certain or so likely that asking
/// again in the other case costs less than waiting every time; 0 where it is neither.
std::size_t Plan::answer_bytes(const Ecu& ecu, const std::vector<Ask>& asks) const {
    const auto& first = asks.front();
    switch (first.what) {
        case What::vin:
            return 20;
        case What::name:
            return 23;
        case What::infotypes:
            return 7;
        case What::stored:
            if (!ecu.status.value) {
                return 0;
            }
            return uds() ? 6U + 5U * static_cast<std::size_t>(ecu.status.value->dtc_count)
                         : 2U + 2U * static_cast<std::size_t>(ecu.status.value->dtc_count);
        case What::pending:
        case What::permanent:
            return uds() ? 5 : 2;  // few vehicles have more codes than fit into one frame
        case What::freeze_cause:
            return 5;
        case What::cvns:  // one for each calibration
            return ecu.calids.value ? 3U + 4U * ecu.calids.value->size() : 0U;
        default:
            break;
    }
    if (!packable(first.what) || (first.what == What::support && asks.size() > 1)) {
        return 0;
    }
    std::size_t bytes = 1;
    for (const auto& ask : asks) {
        if (supports(ecu, ask)) {
            bytes += (uds() ? 2 : 1) + *parameter_bytes(ask.id);
        }
    }
    return bytes;
}

/// Messages a unit's answer takes; 0 where that is not certain.
int Plan::messages_expected(const Ask& ask, const Ecu& ecu) const {
    if (framing_ == Framing::can) {
        const bool code_list = ask.what == What::pending || ask.what == What::permanent ||
                               ask.what == What::freeze_cause;
        if (code_list) {  // who told its stored codes tells these too
            return ecu.stored.raw.empty() ? -1 : 1;
        }
        if (ask.what == What::stored) {  // in J1979-2 also who has no F401 and no code answers
            return ecu.status.value || uds() ? 1 : 0;
        }
        return 1;
    }
    constexpr int legacy_text_messages = 5;
    if (ask.what == What::vin || ask.what == What::name) {
        return legacy_text_messages;
    }
    if (ask.what == What::stored || ask.what == What::pending) {
        return codes_expected(ask, ecu);
    }
    const auto told = counts_.find({ecu.address, ask.id});
    if (infotype(ask.what) && ask.what != What::count) {
        return told == counts_.end() ? 0 : told->second;
    }
    const bool one = packable(ask.what) || ask.what == What::infotypes || ask.what == What::count ||
                     ask.what == What::freeze_cause || ask.what == What::freeze_support ||
                     ask.what == What::freeze_value;
    return one ? 1 : 0;
}

/// PID 01 tells how many stored codes there are at least; nothing tells of pending ones.
int Plan::codes_expected(const Ask& ask, const Ecu& ecu) const {
    constexpr int codes_a_message = 3;
    const int stored = ecu.status.value ? ecu.status.value->dtc_count : 0;
    return ask.what == What::stored ? std::max((stored + 2) / codes_a_message, 1) : 1;
}

void Plan::expect(const std::vector<Ask>& asks, Request& request) const {
    int frames = 0;
    bool certain = true;
    for (const auto& ecu : snapshot_.ecus) {
        const bool unknown = std::ranges::any_of(asks, [&](const Ask& ask) {
            return support(ecu, ask) == Support::unknown &&
                   !(infotype(ask.what) && ecu.infotypes.absence == Absence::silent);
        });
        const bool takes_part =
            std::ranges::any_of(asks, [&](const Ask& ask) { return supports(ecu, ask); });
        if (unknown && !takes_part) {  // it may answer or not
            request.expected.clear();
            return;
        }
        certain = certain && !unknown;
        const int messages = takes_part ? messages_expected(asks.front(), ecu) : -1;
        if (messages < 0) {
            continue;
        }
        if (messages == 0 || !ecu.address.known()) {
            request.expected.clear();
            return;
        }
        request.expected.push_back({ecu.address, messages});
        request.until_padded = framing_ == Framing::legacy && (asks.front().what == What::stored ||
                                                               asks.front().what == What::pending);
        certain = certain && !request.until_padded;
        const auto bytes = answer_bytes(ecu, asks);
        certain = certain && (bytes > 0 || framing_ == Framing::legacy);
        frames += framing_ == Framing::can ? protocols::isotp::frames_of(bytes) : messages;
    }
    request.unrepeated = uds() && asks.front().what == What::stored;  // its masks
    if (certain && frames >= 1 && !request.unrepeated) {
        request.frames = frames;
    }
}

}  // namespace obd
