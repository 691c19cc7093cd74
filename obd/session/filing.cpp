// Plan's second half: what becomes of an answer.
#include "obd/decode/information.hpp"
#include "obd/session/fill.hpp"
#include "obd/session/plan.hpp"
#include "protocols/base/ensure.hpp"

#include <algorithm>
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

/// What a unit of J1979-2 said, as a classic one would have.
Result<std::vector<Bytes>> classic_of(const std::vector<Bytes>& messages, std::uint8_t service) {
    std::vector<Bytes> all;
    for (const auto& message : messages) {
        auto one = as_classic(message, service);
        if (one.has_error()) {
            return one.error();
        }
        all.push_back(std::move(one.value()));
    }
    return all;
}

}  // namespace

Request Plan::bitmap_request() const {
    return request({{What::support, 0x00, "support"}});
}

Plan::Sameness Plan::same_bitmaps(const Answer& answer) const {
    auto sameness = Sameness::same;
    for (const auto& ecu : snapshot_.ecus) {
        if (ecu.pids.raw.empty()) {
            continue;
        }
        const auto again = answer.of(ecu.address);
        if (again.empty() || again.front().size() != ecu.pids.raw.front().size()) {
            sameness = Sameness::unclear;
        } else if (again.front() != ecu.pids.raw.front()) {
            return Sameness::other;
        }
    }
    return sameness;
}

std::optional<Request> Plan::vin_request() const {
    const bool read = std::ranges::any_of(snapshot_.ecus, [](const Ecu& ecu) {
        return ecu.vin.value.has_value();
    });
    return read ? std::optional(request({{What::vin, 0x02, "identity"}})) : std::nullopt;
}

Plan::Sameness Plan::same_vins(const Answer& answer) const {
    auto sameness = Sameness::same;
    for (const auto& ecu : snapshot_.ecus) {
        if (!ecu.vin.value) {
            continue;
        }
        auto messages = Result<std::vector<Bytes>>(answer.of(ecu.address));
        if (uds()) {
            messages = classic_of(messages.value(), 0x09);
        }
        const auto again = messages.has_error() ? Result<std::string>(messages.error())
                                                : read_vin(messages.value(), framing_);
        if (again.has_error()) {
            sameness = Sameness::unclear;
        } else if (again.value() != *ecu.vin.value) {
            return Sameness::other;
        }
    }
    return sameness;
}

void Plan::take(const Answer& answer) {
    ENSURE(!current_.empty());
    for (const auto& message : answer.messages) {
        snapshot_.ecu(message.source).tongue = options_.tongue;  // a unit may first speak here
    }
    for (const auto& problem : answer.problems) {
        snapshot_.notes.push_back(protocols::to_hex(request_.data) + ": " + problem);
    }
    if (current_.size() == 1) {
        for (auto& ecu : snapshot_.ecus) {
            file(current_.front(), ecu, request_, answer);
        }
        make_sure_of_refusal(current_.front());
    } else {
        take_pack(answer);
    }
    current_.clear();
}

void Plan::take_pack(const Answer& answer) {
    using Parts = std::map<std::uint8_t, Bytes>;
    std::map<EcuAddress, Parts> units;
    for (const auto& message : answer.messages) {
        auto parts = split(message.data, request_);
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
    bool range_missing = false;
    for (const auto& ask : current_) {
        Answer part;
        // Whether there are later ranges is told by the ones before: all are asked again in turn.
        bool everybody = !range_missing;
        for (auto& ecu : snapshot_.ecus) {
            const auto found = units[ecu.address].find(ask.id);
            if (found != units[ecu.address].end()) {
                part.messages.push_back({ecu.address, found->second});
            } else {
                everybody = everybody && !supports(ecu, ask);
            }
        }
        if (!everybody) {
            range_missing = ask.what == What::support;
            singles_.push_back(ask);
            continue;
        }
        for (auto& ecu : snapshot_.ecus) {
            file(ask, ecu, request_, part);
        }
    }
}

void Plan::file_support(Ecu& ecu, std::uint8_t base, const std::vector<Bytes>& messages) {
    if (!ecu.address.known() && messages.size() > 1) {
        ecu.pids.raw.insert(ecu.pids.raw.end(), messages.begin(), messages.end());
        ecu.pids.value.reset();
        ecu.pids.absence = Absence::malformed;
        ecu.pids.detail = several_units;
        return;
    }
    if (base != 0 && !ecu.pids.value) {
        return;  // says nothing without the ranges before it
    }
    const std::size_t heading = uds() ? 3 : 2;
    const auto range = read_support(base, ByteView(messages.front()).subspan(heading));
    ecu.pids.raw.insert(ecu.pids.raw.end(), messages.begin(), messages.end());
    if (range.has_error()) {
        ecu.pids.detail = range.error().detail;
        snapshot_.notes.push_back(ecu.address.text() + ": " + range.error().detail);
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

bool Plan::one_message_a_unit(const Request& request) const {
    return framing_ == Framing::can || request.data[0] <= 0x02;
}

/// The service that says the same in SAE J1979.
std::uint8_t Plan::classic_service(const Ask& ask) {
    switch (ask.what) {
        case What::stored:
        case What::pending:
        case What::permanent:
            return ask.id;
        default:
            return infotype(ask.what) || ask.what == What::infotypes ? 0x09 : 0x01;
    }
}

/// What an item without an answer is.
Absence Plan::unless_answered(const Ecu& ecu, const Ask& ask, Support support, bool asked) {
    if (support == Support::no) {
        return Absence::unsupported;
    }
    if (asked || support == Support::yes) {
        return Absence::silent;
    }
    // Not asked because the question whether it is there got no answer: for the same reason.
    return infotype(ask.what) ? ecu.infotypes.absence : ecu.pids.absence;
}

void Plan::file(const Ask& ask, Ecu& ecu, const Request& request, const Answer& answer) {
    const auto known = support(ecu, ask);
    const auto absence =
        left_out(ask) ? Absence::not_asked : unless_answered(ecu, ask, known, !current_.empty());
    const auto into = [&](auto& item, auto decode) {
        const auto service = classic_service(ask);
        fill(
            item, {request, answer, ecu, absence, one_message_a_unit(request)},
            [&](const std::vector<Bytes>& messages) -> decltype(decode(messages)) {
                if (!uds()) {
                    return decode(messages);
                }
                const auto classic = classic_of(messages, service);
                if (classic.has_error()) {
                    return classic.error();
                }
                return decode(classic.value());
            }
        );
    };
    const auto codes = [this](const std::vector<Bytes>& messages) -> Result<std::vector<Dtc>> {
        // ISO 9141-2 and SAE J1850 frames carry no length; three codes always fill a message
        // (SAE J1979 6.3), so a shorter one lost bytes.
        constexpr std::size_t full = 7;
        const bool lengthless =
            framing_ == Framing::legacy && !protocols::bus::is_kwp(snapshot_.protocol);
        for (const auto& message : messages) {
            if (lengthless && message.size() != full) {
                return protocols::Failure{Fault::malformed, "a message of codes lost bytes"};
            }
        }
        return read_dtcs(messages, framing_);
    };
    const auto with_framing = [&](auto reader) {
        return [this, reader](const std::vector<Bytes>& messages) {
            return reader(messages, framing_);
        };
    };
    switch (ask.what) {
        case What::support:
            if (uds() && ask.id == 0) {
                into(ecu.pids, [](const std::vector<Bytes>& messages) {
                    return read_support(0, data_of(messages));
                });
            } else if (const auto messages = own_messages(request, answer, ecu);
                       !messages.empty()) {
                file_support(ecu, ask.id, messages);
            } else if (known == Support::yes) {
                snapshot_.notes.push_back(
                    ecu.address.text() + ": which PIDs beyond " + protocols::to_hex(ask.id) +
                    " it supports did not arrive"
                );
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
        case What::count:
            if (const auto messages = answer.of(ecu.address);
                messages.size() == 1 && messages.front().size() == 3) {
                const auto counted = static_cast<std::uint8_t>(ask.id + 1);
                counts_[{ecu.address, counted}] = messages.front()[2];
            }
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
            into(ecu.stored, codes);
            keep_whole("stored", 0x03, ecu, answer);
            if (uds()) {  // one answer has both
                file({What::pending, 0x07, ask.step}, ecu, request, answer);
            }
            break;
        case What::pending:
            into(ecu.pending, codes);
            keep_whole("pending", 0x07, ecu, answer);
            break;
        case What::permanent:
            into(ecu.permanent, codes);
            keep_whole("permanent", 0x0A, ecu, answer);
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
                    return std::optional(FreezeFrame{cause, {}, {}});
                }
            );
            break;
        case What::freeze_support:
            for (const auto& message : answer.of(ecu.address)) {
                // 42 00 frame bitmap (SAE J1979 6.2)
                constexpr std::size_t before_bitmap = 3;
                const auto skipped = std::min(before_bitmap, message.size());
                const auto range = read_support(0, ByteView(message).subspan(skipped));
                if (range.has_value() && ecu.freeze_frame.value && *ecu.freeze_frame.value) {
                    (*ecu.freeze_frame.value)->supported = range.value();
                }
            }
            break;
        case What::freeze_value:
            if (known == Support::yes) {
                file_frozen(ask, ecu, answer.of(ecu.address));
            }
            break;
        case What::frame:
            if (known == Support::yes) {
                fill(
                    ecu.freeze_frame, {request, answer, ecu, absence, true},
                    [](const std::vector<Bytes>& messages) { return frame_of(messages.front()); }
                );
            }
            break;
        case What::group:
            file_group(ask, ecu, request, answer, absence);
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
        case What::speed_at_end:
            into(ecu.speed_at_end, [&](const std::vector<Bytes>& messages) {
                return read_parameter(*parameter_row(ask.id), data_of(messages));
            });
            break;
    }
}

}  // namespace obd
