// Plan's part that is SAE J1979-2's alone.
#include "obd/decode/uds_records.hpp"
#include "obd/session/fill.hpp"
#include "obd/session/plan.hpp"

#include <algorithm>

namespace obd {
namespace {

using protocols::Bytes;
using protocols::ByteView;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;
using protocols::bus::Answer;
using protocols::bus::Request;

// Service 19: codes of the emissions group by status, of every class (ISO 14229-1 11.3, SAE
// J1979-2).
constexpr std::uint8_t any_class = 0x1E;

}  // namespace

Bytes Plan::uds_request(const std::vector<Ask>& asks) const {
    const auto& ask = asks.front();
    switch (ask.what) {
        case What::stored:  // and pending: the answers to two masks could not be told apart
        case What::pending:
            return {0x19, 0x42, emissions_group, status_confirmed | status_pending, any_class};
        case What::permanent:
            return {0x19, 0x55, emissions_group};
        case What::group:
            return {0x19, 0x56, emissions_group, group_of(ask)};
        case What::frame: {
            const auto code = frame_code(ask.id).value_or(0);
            return ask_of_code(report_frames, code, every_record);
        }
        default:
            break;
    }
    protocols::Bytes bytes{0x22};
    for (const auto& one : asks) {
        const bool information = infotype(one.what) || one.what == What::infotypes;
        bytes.push_back(information ? 0xF8 : 0xF4);
        bytes.push_back(one.id);
    }
    return bytes;
}

std::map<std::uint8_t, Bytes> Plan::split(const Bytes& message, const Request& request) const {
    if (!uds()) {
        return split_pids(message, request);
    }
    std::vector<std::uint16_t> asked;
    for (std::size_t i = 1; i + 1 < request.data.size(); i += 2) {
        asked.push_back(static_cast<std::uint16_t>(request.data[i] << 8 | request.data[i + 1]));
    }
    std::map<std::uint8_t, Bytes> answers;
    const auto parts = split_identifiers(message, asked);
    if (parts.has_value()) {
        for (const auto& part : parts.value()) {
            const auto low = static_cast<std::uint8_t>(part.id & 0xFF);
            Bytes answer{message[0], static_cast<std::uint8_t>(part.id >> 8), low};
            answer.insert(answer.end(), part.data.begin(), part.data.end());
            answers[low] = std::move(answer);
        }
    }
    return answers;
}

/// Its first stored one; nullopt where that was asked of an earlier unit, which asked all.
std::optional<std::uint32_t> Plan::frame_code(std::uint8_t place) const {
    if (place >= snapshot_.ecus.size()) {
        return std::nullopt;
    }
    const auto code = first_stored(snapshot_.ecus[place]);
    for (std::uint8_t before = 0; before < place; ++before) {
        if (first_stored(snapshot_.ecus[before]) == code) {
            return std::nullopt;
        }
    }
    return code;
}

/// The first frame of its code (`59 04`): what it says under identifiers F4xx.
Result<std::optional<FreezeFrame>> Plan::frame_of(ByteView message) {
    const auto report = read_snapshot_report(message);
    if (report.has_error()) {
        return report.error();
    }
    const auto& said = report.value();
    if (said.records.empty()) {
        return std::optional<FreezeFrame>();
    }
    FreezeFrame frame{Dtc(static_cast<std::uint16_t>(said.code >> 8)), {}, {}};
    for (const auto& part : said.records.front().parts) {
        const auto pid = static_cast<std::uint8_t>(part.id & 0xFF);
        const auto* row = part.id >> 8 == 0xF4 ? parameter_row(pid) : nullptr;
        if (row == nullptr) {
            continue;
        }
        if (const auto value = read_parameter(*row, part.data); value.has_value()) {
            frame.values[pid] = value.value();
        }
    }
    return std::optional(std::move(frame));
}

void Plan::keep_whole(const char* list, std::uint8_t service, Ecu& ecu, const Answer& answer)
    const {
    if (!uds()) {
        return;
    }
    for (const auto& message : answer.of(ecu.address)) {
        const auto report = read_dtc_report(message);
        if (report.has_value()) {
            auto codes = report.value().codes;
            std::erase_if(codes, [&](const UdsDtc& code) { return !listed_by(code, service); });
            ecu.whole_codes[list] = std::move(codes);
            ecu.status_served = report.value().status_available;
        }
    }
}

std::vector<std::uint8_t> Plan::groups_of(const std::vector<MonitorGroups>& named) {
    std::vector<std::uint8_t> all;
    for (const auto& monitor : named) {
        all.insert(all.end(), monitor.groups.begin(), monitor.groups.end());
    }
    return all;
}

std::uint8_t Plan::group_of(const Ask& ask) const {
    return groups_[ask.id % groups_.size()];
}

const Ecu* Plan::unit_of(const Ask& ask) const {
    const std::size_t place = ask.id / groups_.size();
    return place < snapshot_.ecus.size() ? &snapshot_.ecus[place] : nullptr;
}

/// Of units that can be asked by themselves, where no unit tells its monitors by F401.
bool Plan::groups_tell(const Ecu& ecu) const {
    return ecu.address.known() && told_by_groups(snapshot_);
}

void Plan::file_group(
    const Ask& ask, Ecu& ecu, const Request& request, const Answer& answer, Absence absence
) const {
    if (unit_of(ask) != &ecu || !groups_tell(ecu)) {
        return;
    }
    const auto group = group_of(ask);
    fill(
        ecu.readiness_groups[group], {request, answer, ecu, absence, true},
        [group](const std::vector<Bytes>& messages) -> Result<DtcReport> {
            auto report = read_dtc_report(messages.front());
            if (report.has_value() && report.value().readiness_group != group) {
                return Failure{Fault::malformed, "another readiness group"};
            }
            return report;
        }
    );
}

/// A refusal names its service and nothing else: it may be a late one of the group before. Only who
/// refuses twice does.
void Plan::make_sure_of_refusal(const Ask& ask) {
    const bool again = ask.what == What::group && refused_ == ask.id;
    refused_.reset();
    const auto* unit = ask.what == What::group ? unit_of(ask) : nullptr;
    if (again || unit == nullptr) {
        return;
    }
    const auto item = unit->readiness_groups.find(group_of(ask));
    if (item != unit->readiness_groups.end() && !item->second.value &&
        item->second.absence == Absence::negative) {
        refused_ = ask.id;
        singles_.push_front(ask);
    }
}

}  // namespace obd
