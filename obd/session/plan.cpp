#include "obd/session/plan.hpp"

#include "obd/decode/information.hpp"
#include "protocols/base/ensure.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace obd {
namespace {

using protocols::Bytes;
using protocols::ByteView;
using protocols::Fault;
using protocols::Result;
using protocols::bus::Answer;
using protocols::bus::EcuAddress;
using protocols::bus::Request;

constexpr std::array<std::uint8_t, 12> parameter_pids{0x0C, 0x0D, 0x05, 0x1F, 0x21, 0x30,
                                                      0x31, 0x4D, 0x4E, 0x42, 0x0F, 0xA6};
constexpr std::array<std::uint8_t, 4> frozen_pids{0x0C, 0x05, 0x0D, 0x04};
constexpr std::size_t pids_a_request = 6;  // SAE J1979 6.1

/// CAN frames a message of `bytes` takes (ISO 15765-2).
int can_frames(std::size_t bytes) {
    return bytes <= 7 ? 1 : 1 + static_cast<int>((bytes - 6 + 6) / 7);
}

std::vector<Bytes> messages_of(const Answer& answer, const Ecu& ecu) {
    std::vector<Bytes> list;
    for (const auto& message : answer.messages) {
        if (message.source == ecu.address) {
            list.push_back(message.data);
        }
    }
    return list;
}

/// Fills an item from one unit's share of an answer.
template <class T, class Decode>
void fill(
    Item<T>& item,
    const Request& request,
    const Answer& answer,
    const Ecu& ecu,
    bool supported,
    Decode decode
) {
    item.request = protocols::to_hex(request.data);
    item.raw = messages_of(answer, ecu);
    const bool one_a_unit = request.data[0] <= 0x02;
    if (!ecu.address.known() && one_a_unit && item.raw.size() > 1) {
        item.absence = Absence::malformed;
        item.detail = "several units answered and the adapter does not show which";
        return;
    }
    if (!item.raw.empty()) {
        Result<T> decoded = decode(item.raw);
        if (decoded.has_value()) {
            item.value = std::move(decoded.value());
        } else {
            item.absence = Absence::malformed;
            item.detail = decoded.error().detail;
        }
        return;
    }
    const auto negative =
        std::ranges::find(answer.negatives, ecu.address, &protocols::bus::Negative::source);
    if (!supported) {
        item.absence = Absence::unsupported;
    } else if (negative != answer.negatives.end()) {
        item.absence = Absence::negative;
        item.code = negative->code;
        item.raw.push_back({0x7F, negative->service, negative->code});
    } else if (answer.failure) {
        item.absence = Absence::failed;
        item.detail = answer.failure->detail;
    } else if (answer.incomplete) {
        item.absence = Absence::malformed;
        item.detail = "frames missing";
    } else {
        item.absence = Absence::silent;
    }
}

/// Several PIDs in one answer, each as an answer of its own; empty when the bytes do not fit.
std::map<std::uint8_t, Bytes> split_pids(const Bytes& message) {
    std::map<std::uint8_t, Bytes> parts;
    auto rest = ByteView(message).subspan(1);
    while (!rest.empty()) {
        const auto bytes = parameter_bytes(rest[0]);
        if (!bytes || rest.size() < 1 + *bytes || parts.contains(rest[0])) {
            return {};
        }
        Bytes part{message[0]};
        part.insert(part.end(), rest.begin(), rest.begin() + 1 + static_cast<long>(*bytes));
        parts[rest[0]] = std::move(part);
        rest = rest.subspan(1 + *bytes);
    }
    return parts;
}

/// Data bytes of a single service 01 answer, service byte and PID removed.
ByteView data_of(const std::vector<Bytes>& messages) {
    return ByteView(messages.front()).subspan(2);
}

Result<std::uint8_t> one_byte(const std::vector<Bytes>& messages) {
    const auto data = data_of(messages);
    if (data.size() != 1) {
        return protocols::Failure{Fault::malformed, "one byte expected"};
    }
    return data[0];
}

}  // namespace

bool Plan::packable(What what) {
    switch (what) {
        case What::support:
        case What::status:
        case What::status_cycle:
        case What::requirement:
        case What::fuel:
        case What::parameter:
            return true;
        default:
            return false;
    }
}

const std::vector<Plan::Ask>& Plan::asks() {
    static const auto all = [] {
        std::vector<Ask> list;
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
        list.push_back({What::pending, 0x07, "codes"});
        list.push_back({What::permanent, 0x0A, "codes"});
        list.push_back({What::freeze_cause, 0x02, "freeze_frame"});
        for (const auto pid : frozen_pids) {
            list.push_back({What::freeze_value, pid, "freeze_frame"});
        }
        list.push_back({What::calids, 0x04, "software"});
        list.push_back({What::cvns, 0x06, "software"});
        list.push_back({What::name, 0x0A, "software"});
        list.push_back({What::performance_spark, 0x08, "performance"});
        list.push_back({What::performance_compression, 0x0B, "performance"});
        return list;
    }();
    return all;
}

Plan::Plan(protocols::bus::Protocol protocol, const Answer& first)
    : framing_(protocols::bus::is_can(protocol) ? Framing::can : Framing::legacy),
      packs_(framing_ == Framing::can) {
    snapshot_.protocol = protocol;
    snapshot_.connected = true;
    for (const auto& message : first.messages) {
        snapshot_.ecu(message.source);
    }
    for (const auto& negative : first.negatives) {
        auto& ecu = snapshot_.ecu(negative.source);
        ecu.pids.request = "0100";
        ecu.pids.absence = Absence::negative;
        ecu.pids.code = negative.code;
        ecu.pids.raw.push_back({0x7F, negative.service, negative.code});
    }
    for (auto& ecu : snapshot_.ecus) {
        if (const auto messages = messages_of(first, ecu); !messages.empty()) {
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
    for (; position_ < asks().size(); ++position_) {
        const auto& ask = asks()[position_];
        const bool fits = together.empty() ||
                          (packs_ && together.size() < pids_a_request &&
                           packable(together.front().what) && packable(ask.what) &&
                           (ask.what == What::support) == (together.front().what == What::support));
        if (!fits) {
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
    return static_cast<double>(position_) / static_cast<double>(asks().size());
}

bool Plan::wanted(const Ask& ask) const {
    switch (ask.what) {
        case What::infotypes:
        case What::stored:
        case What::pending:
        case What::freeze_cause:
            return true;
        case What::permanent:
            return framing_ == Framing::can;  // SAE J1979 6.10: CAN only
        case What::freeze_value:
            return std::ranges::any_of(snapshot_.ecus, [](const Ecu& ecu) {
                return ecu.freeze_frame.value && *ecu.freeze_frame.value;
            });
        case What::vin: {
            // A car that does not name its infotypes may still tell its VIN.
            const bool nobody_knows = std::ranges::none_of(snapshot_.ecus, [](const Ecu& ecu) {
                return ecu.infotypes.value.has_value();
            });
            return nobody_knows || std::ranges::any_of(snapshot_.ecus, [&](const Ecu& ecu) {
                       return supports(ecu, ask);
                   });
        }
        default:
            return std::ranges::any_of(snapshot_.ecus, [&](const Ecu& ecu) {
                return supports(ecu, ask);
            });
    }
}

bool Plan::supports(const Ecu& ecu, const Ask& ask) const {
    switch (ask.what) {
        case What::support:
        case What::status:
        case What::status_cycle:
        case What::requirement:
        case What::fuel:
        case What::parameter:
            return ecu.pids.value && ecu.pids.value->contains(ask.id);
        case What::vin:
        case What::calids:
        case What::cvns:
        case What::name:
        case What::performance_spark:
        case What::performance_compression:
            return ecu.infotypes.value && ecu.infotypes.value->contains(ask.id);
        case What::freeze_value:
            return ecu.freeze_frame.value && *ecu.freeze_frame.value;
        case What::permanent:
            return framing_ == Framing::can;
        default:
            return true;
    }
}

Request Plan::request(const std::vector<Ask>& asks) const {
    Request request;
    const auto& ask = asks.front();
    switch (ask.what) {
        case What::stored:
        case What::pending:
        case What::permanent:
            request.data = {ask.id};
            break;
        case What::infotypes:
        case What::vin:
        case What::calids:
        case What::cvns:
        case What::name:
        case What::performance_spark:
        case What::performance_compression:
            request.data = {0x09, ask.id};
            break;
        case What::freeze_cause:
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

/// Length of a unit's answer, service byte included, where it is certain; 0 where it is not.
std::size_t Plan::answer_bytes(const Ecu& ecu, const std::vector<Ask>& asks) const {
    const auto& first = asks.front();
    switch (first.what) {
        case What::vin:
            return 20;
        case What::name:
            return 23;
        case What::stored:
            return ecu.status.value
                       ? 2U + 2U * static_cast<std::size_t>(ecu.status.value->dtc_count)
                       : 0U;
        default:
            break;
    }
    if (!packable(first.what) || (first.what == What::support && asks.size() > 1)) {
        return 0;
    }
    std::size_t bytes = 1;
    for (const auto& ask : asks) {
        if (supports(ecu, ask)) {
            bytes += 1 + *parameter_bytes(ask.id);
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
        if (ask.what == What::stored) {
            return ecu.status.value ? 1 : 0;
        }
        return ask.what == What::infotypes ? 0 : 1;
    }
    constexpr int legacy_text_messages = 5;
    if (ask.what == What::vin || ask.what == What::name) {
        return legacy_text_messages;
    }
    return packable(ask.what) || ask.what == What::freeze_value ? 1 : 0;
}

void Plan::expect(const std::vector<Ask>& asks, Request& request) const {
    int frames = 0;
    bool certain = true;
    for (const auto& ecu : snapshot_.ecus) {
        const bool takes_part =
            std::ranges::any_of(asks, [&](const Ask& ask) { return supports(ecu, ask); });
        const int messages = takes_part ? messages_expected(asks.front(), ecu) : -1;
        if (messages < 0) {
            continue;
        }
        if (messages == 0 || !ecu.address.known()) {
            request.expected.clear();
            return;
        }
        request.expected.push_back({ecu.address, messages});
        const auto bytes = answer_bytes(ecu, asks);
        certain = certain && (bytes > 0 || framing_ == Framing::legacy);
        frames += framing_ == Framing::can ? can_frames(bytes) : messages;
    }
    constexpr int digit_max = 15;
    if (certain && frames >= 1 && frames <= digit_max) {
        request.frames = frames;
    }
}

void Plan::take(const Answer& answer) {
    ENSURE(!current_.empty());
    for (const auto& message : answer.messages) {
        snapshot_.ecu(message.source);  // a unit may first speak here
    }
    for (const auto& problem : answer.problems) {
        snapshot_.notes.push_back(protocols::to_hex(request_.data) + ": " + problem);
    }
    if (current_.size() == 1) {
        for (auto& ecu : snapshot_.ecus) {
            file(current_.front(), ecu, request_, answer);
        }
    } else {
        take_pack(answer);
    }
    current_.clear();
}

void Plan::take_pack(const Answer& answer) {
    using Parts = std::map<std::uint8_t, Bytes>;
    std::map<EcuAddress, Parts> units;
    for (const auto& message : answer.messages) {
        auto parts = split_pids(message.data);
        if (parts.empty()) {
            snapshot_.notes.push_back(
                protocols::to_hex(request_.data) + ": cannot be taken apart: " +
                message.source.text() + " " + protocols::to_hex(message.data)
            );
        }
        units[message.source].merge(parts);
    }
    if (units.empty()) {
        packs_ = false;
    }
    for (const auto& ask : current_) {
        Answer part;
        bool everybody = true;
        for (auto& ecu : snapshot_.ecus) {
            const auto found = units[ecu.address].find(ask.id);
            if (found != units[ecu.address].end()) {
                part.messages.push_back({ecu.address, found->second});
            } else {
                everybody = everybody && !supports(ecu, ask);
            }
        }
        if (!everybody) {
            singles_.push_back(ask);
            continue;
        }
        for (auto& ecu : snapshot_.ecus) {
            file(ask, ecu, request_, part);
        }
    }
}

void Plan::file_support(Ecu& ecu, std::uint8_t base, const std::vector<Bytes>& messages) {
    const auto range = read_support(base, data_of(messages));
    ecu.pids.raw.insert(ecu.pids.raw.end(), messages.begin(), messages.end());
    if (range.has_error()) {
        ecu.pids.detail = range.error().detail;
        if (base == 0) {
            ecu.pids.absence = Absence::malformed;
        }
        return;
    }
    if (!ecu.pids.value) {
        ecu.pids.value.emplace();
    }
    ecu.pids.value->insert(range.value().begin(), range.value().end());
}

void Plan::file_frozen(const Ask& ask, Ecu& ecu, const std::vector<Bytes>& messages) {
    // 42 PID frame data: the frame number stands between PID and data (SAE J1979 6.2).
    for (const auto& message : messages) {
        const auto* row = parameter_row(ask.id);
        if (message.size() > 3 && message[2] == 0x00 && row != nullptr) {
            const auto value = read_parameter(*row, ByteView(message).subspan(3));
            if (value.has_value()) {
                (*ecu.freeze_frame.value)->values[ask.id] = value.value();
                ecu.freeze_frame.raw.push_back(message);
            }
        }
    }
}

void Plan::file(const Ask& ask, Ecu& ecu, const Request& request, const Answer& answer) {
    const bool supported = supports(ecu, ask);
    const auto into = [&](auto& item, auto decode) {
        fill(item, request, answer, ecu, supported, decode);
    };
    const auto with_framing = [&](auto reader) {
        return [this, reader](const std::vector<Bytes>& messages) {
            return reader(messages, framing_);
        };
    };
    switch (ask.what) {
        case What::support:
            if (const auto messages = messages_of(answer, ecu); !messages.empty()) {
                file_support(ecu, ask.id, messages);
            }
            break;
        case What::infotypes:
            into(ecu.infotypes, [&](const std::vector<Bytes>& messages) {
                // Legacy: a message number stands before the bitmap.
                const std::size_t skip = framing_ == Framing::can ? 2 : 3;
                const ByteView all(messages.front());
                return read_support(0, all.subspan(std::min(skip, all.size())));
            });
            break;
        case What::vin:
            into(ecu.vin, with_framing(&read_vin));
            break;
        case What::calids:
            into(ecu.calids, with_framing(&read_calids));
            break;
        case What::cvns:
            into(ecu.cvns, with_framing(&read_cvns));
            break;
        case What::name:
            into(ecu.name, with_framing(&read_ecu_name));
            break;
        case What::performance_spark:
            into(ecu.performance_spark, with_framing(&read_performance));
            break;
        case What::performance_compression:
            into(ecu.performance_compression, with_framing(&read_performance));
            break;
        case What::status:
        case What::status_cycle:
            into(
                ask.what == What::status ? ecu.status : ecu.status_cycle,
                [](const std::vector<Bytes>& messages) {
                    return read_monitor_status(data_of(messages));
                }
            );
            break;
        case What::stored:
            into(ecu.stored, with_framing(&read_dtcs));
            break;
        case What::pending:
            into(ecu.pending, with_framing(&read_dtcs));
            break;
        case What::permanent:
            into(ecu.permanent, with_framing(&read_dtcs));
            break;
        case What::freeze_cause:
            into(
                ecu.freeze_frame,
                [](const std::vector<Bytes>& messages) -> Result<std::optional<FreezeFrame>> {
                    const auto& message = messages.front();
                    if (message.size() != 5 || message[2] != 0x00) {
                        return protocols::Failure{Fault::malformed, "freeze frame cause"};
                    }
                    const Dtc cause(static_cast<std::uint16_t>(message[3] << 8 | message[4]));
                    if (cause.number() == 0) {
                        return std::optional<FreezeFrame>();
                    }
                    return std::optional(FreezeFrame{cause, {}});
                }
            );
            break;
        case What::freeze_value:
            if (supported) {
                file_frozen(ask, ecu, messages_of(answer, ecu));
            }
            break;
        case What::requirement:
            into(ecu.obd_requirement, &one_byte);
            break;
        case What::fuel:
            into(ecu.fuel_type, &one_byte);
            break;
        case What::parameter:
            into(ecu.parameters[ask.id], [&](const std::vector<Bytes>& messages) {
                return read_parameter(*parameter_row(ask.id), data_of(messages));
            });
            break;
    }
}

}  // namespace obd
