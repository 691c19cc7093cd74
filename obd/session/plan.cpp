#include "obd/session/plan.hpp"

#include "obd/decode/information.hpp"
#include "protocols/base/ensure.hpp"

#include <algorithm>
#include <array>

namespace obd {
namespace {

using protocols::Bytes;
using protocols::ByteView;
using protocols::Fault;
using protocols::Result;
using protocols::bus::Answer;
using protocols::bus::Request;

constexpr std::array<std::uint8_t, 12> parameter_pids{0x0C, 0x0D, 0x05, 0x1F, 0x21, 0x30,
                                                      0x31, 0x4D, 0x4E, 0x42, 0x0F, 0xA6};
constexpr std::array<std::uint8_t, 4> frozen_pids{0x0C, 0x05, 0x0D, 0x04};

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

const std::vector<Plan::Ask>& Plan::asks() {
    static const auto all = [] {
        std::vector<Ask> list;
        for (const int base : {0x20, 0x40, 0x60, 0x80, 0xA0, 0xC0}) {
            list.push_back({What::support, static_cast<std::uint8_t>(base), "support"});
        }
        list.push_back({What::infotypes, 0x00, "identity"});
        list.push_back({What::vin, 0x02, "identity"});
        list.push_back({What::status, 0x01, "status"});
        list.push_back({What::stored, 0x03, "codes"});
        list.push_back({What::pending, 0x07, "codes"});
        list.push_back({What::permanent, 0x0A, "codes"});
        list.push_back({What::freeze_cause, 0x02, "freeze_frame"});
        for (const auto pid : frozen_pids) {
            list.push_back({What::freeze_value, pid, "freeze_frame"});
        }
        list.push_back({What::status_cycle, 0x41, "status"});
        list.push_back({What::requirement, 0x1C, "status"});
        list.push_back({What::fuel, 0x51, "status"});
        for (const auto pid : parameter_pids) {
            list.push_back({What::parameter, pid, "parameters"});
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
    : framing_(protocols::bus::is_can(protocol) ? Framing::can : Framing::legacy) {
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
    ENSURE(!current_);
    for (; position_ < asks().size(); ++position_) {
        const auto& ask = asks()[position_];
        if (wanted(ask)) {
            current_ = ask;
            request_ = *request(ask);
            return request_;
        }
        // Not asked because no unit supports it: that is known, not missing.
        for (auto& ecu : snapshot_.ecus) {
            file(ask, ecu, {});
        }
    }
    snapshot_.complete = true;
    return std::nullopt;
}

std::string_view Plan::step() const {
    return current_ ? current_->step : "done";
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

std::optional<Request> Plan::request(const Ask& ask) const {
    Request request;
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
            request.data = {0x01, ask.id};
    }
    expect_frames(ask, request);
    return request;
}

void Plan::expect_frames(const Ask& ask, Request& request) const {
    int frames = 0;
    int responders = 0;
    for (const auto& ecu : snapshot_.ecus) {
        if (!supports(ecu, ask)) {
            continue;
        }
        ++responders;
        const bool can = framing_ == Framing::can;
        switch (ask.what) {
            case What::vin:
                frames += can ? can_frames(20) : 5;
                break;
            case What::name:
                frames += can ? can_frames(23) : 5;
                break;
            case What::stored:
                // The number of codes is known from PID 01; a legacy unit without any may be
                // silent.
                if (!can || !ecu.status.value) {
                    return;
                }
                frames +=
                    can_frames(2U + 2U * static_cast<std::size_t>(ecu.status.value->dtc_count));
                break;
            case What::support:
            case What::status:
            case What::status_cycle:
            case What::requirement:
            case What::fuel:
            case What::parameter:
                frames += 1;
                break;
            default:
                return;  // length or responders are not known beforehand
        }
    }
    constexpr int digit_max = 15;
    if (frames >= 1 && frames <= digit_max) {
        request.frames = frames;
        request.responders = responders;
    }
}

void Plan::take(const Answer& answer) {
    ENSURE(current_);
    const auto ask = *current_;
    for (const auto& message : answer.messages) {
        snapshot_.ecu(message.source);  // a unit may first speak here
    }
    for (auto& ecu : snapshot_.ecus) {
        file(ask, ecu, answer);
    }
    for (const auto& problem : answer.problems) {
        snapshot_.notes.push_back(protocols::to_hex(request_.data) + ": " + problem);
    }
    current_.reset();
    ++position_;
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

void Plan::file(const Ask& ask, Ecu& ecu, const Answer& answer) {
    const bool supported = supports(ecu, ask);
    const auto into = [&](auto& item, auto decode) {
        fill(item, *request(ask), answer, ecu, supported, decode);
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
