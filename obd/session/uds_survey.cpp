#include "obd/session/uds_survey.hpp"

#include "obd/decode/information.hpp"
#include "obd/decode/uds_records.hpp"
#include "obd/session/fill.hpp"
#include "obd/snapshot/meaning_uds.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace obd {
namespace {

using protocols::Bytes;
using protocols::ByteView;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;
using protocols::bus::EcuAddress;

constexpr std::uint8_t identifiers = 0x22;
constexpr std::uint8_t codes = 0x19;
constexpr std::uint8_t range = 0x20;
constexpr std::size_t identifiers_a_request = 3;  // what a single frame holds

// Records of extended data that the standard gives a meaning, and readiness groups, are asked one
// after the other; a vehicle that knows none of the first has none. Where groups begin no source
// that is open to all says.
constexpr std::uint8_t first_record = 0x90;
constexpr std::uint8_t last_record = 0x9F;
constexpr std::uint8_t first_group = 0x01;
constexpr std::uint8_t last_group = 0x20;
constexpr int silent_records = 3;
constexpr int silent_groups = 16;

constexpr std::array<std::uint8_t, 6> planned_infotypes{0x02, 0x04, 0x06, 0x08, 0x0A, 0x0B};

bool read_already(const Ecu& ecu, std::uint8_t pid) {
    return ecu.parameters.contains(pid) || pid == 0x01 || pid == 0x41 || pid == 0x1C || pid == 0x51;
}

std::uint16_t id_at(const Bytes& data, std::size_t at) {
    return static_cast<std::uint16_t>(data[at] << 8 | data[at + 1]);
}

}  // namespace

UdsSurvey::UdsSurvey(const Snapshot& read, std::vector<std::string> left_out)
    : left_out_(std::move(left_out)),
      headers_(std::ranges::all_of(read.ecus, [](const Ecu& ecu) { return ecu.address.known(); })) {
    plan_parameters(read);
    for (const auto page : {std::uint8_t{0xF5}, std::uint8_t{0xF6}}) {
        queue_.push_back(one({identifiers, page, 0x00}));
    }
    plan_codes(read);
    queue_.push_back(one({codes, 0x1A, first_record}));
    queue_.push_back(one({codes, 0x56, emissions_group, first_group}));
}

UdsSurvey::Request UdsSurvey::one(Bytes data, const Units& units) const {
    Request request{std::move(data), std::nullopt, {}};
    for (const auto unit : headers_ ? units : Units()) {
        request.expected.push_back({unit, 1});
    }
    return request;
}

void UdsSurvey::plan_parameters(const Snapshot& read) {
    struct Having {
        Units units;
        bool known = true;  ///< By all of them, from the plan.
    };
    std::map<std::uint16_t, Having> ids;
    const auto add = [&](std::uint8_t page, std::uint8_t id, const Ecu& ecu, bool known) {
        auto& having = ids[static_cast<std::uint16_t>(page << 8 | id)];
        having.units.push_back(ecu.address);
        having.known = having.known && known;
    };
    for (const auto& ecu : read.ecus) {
        for (const auto pid : ecu.pids.value.value_or(std::set<std::uint8_t>())) {
            add(0xF4, pid, ecu, pid % range == 0 || read_already(ecu, pid));
        }
        for (const auto type : ecu.infotypes.value.value_or(std::set<std::uint8_t>())) {
            add(0xF8, type, ecu,
                type % range == 0 ||
                    std::ranges::find(planned_infotypes, type) != planned_infotypes.end());
        }
    }
    Bytes pack{identifiers};
    Units together;
    const auto flush = [&] {
        if (pack.size() > 1) {
            queue_.push_back(one(pack, together));
        }
        pack = {identifiers};
        together.clear();
    };
    for (const auto& [id, having] : ids) {
        const auto& [units, known] = having;
        if (known || leave_out(one(
                         {identifiers, static_cast<std::uint8_t>(id >> 8),
                          static_cast<std::uint8_t>(id & 0xFF)}
                     ))) {
            continue;
        }
        const bool alone = identifier_lengths(id).size() != 1;
        if (alone || pack.size() > 2 * identifiers_a_request) {
            flush();
        }
        pack.push_back(static_cast<std::uint8_t>(id >> 8));
        pack.push_back(static_cast<std::uint8_t>(id & 0xFF));
        for (const auto unit : units) {
            if (std::ranges::find(together, unit) == together.end()) {
                together.push_back(unit);
            }
        }
        if (alone) {
            flush();
        }
    }
    flush();
}

void UdsSurvey::plan_codes(const Snapshot& read) {
    std::map<std::uint32_t, Units> having;
    std::set<std::pair<std::string, EcuAddress>> frames_read;
    for (const auto& ecu : read.ecus) {
        frames_read.emplace(ecu.freeze_frame.request, ecu.address);
        for (const auto& [list, whole] : ecu.whole_codes) {
            for (const auto& code : whole) {
                auto& units = having[code.number];
                if (std::ranges::find(units, ecu.address) == units.end()) {
                    units.push_back(ecu.address);
                }
            }
        }
    }
    for (const auto& [code, units] : having) {
        auto frames = one(ask_of_code(report_frames, code, every_record), units);
        const auto text = protocols::to_hex(frames.data);
        const bool read_all = std::ranges::all_of(units, [&](const EcuAddress& unit) {
            return frames_read.contains({text, unit});
        });
        if (!read_all) {
            queue_.push_back(std::move(frames));
        }
        queue_.push_back(one(ask_of_code(report_extended, code, every_obd_record), units));
    }
}

bool UdsSurvey::leave_out(const Request& request) const {
    const auto text = protocols::to_hex(request.data);
    return std::ranges::any_of(left_out_, [&](const std::string& prefix) {
        return text.starts_with(prefix);
    });
}

std::optional<protocols::bus::Request> UdsSurvey::next() {
    while (!queue_.empty()) {
        request_ = std::move(queue_.front());
        queue_.pop_front();
        ++asked_;
        if (!leave_out(request_)) {
            return request_;
        }
    }
    return std::nullopt;
}

double UdsSurvey::progress() const {
    const auto all = static_cast<double>(asked_ + queue_.size());
    return all == 0 ? 1 : static_cast<double>(asked_) / all;
}

void UdsSurvey::take(Snapshot& snapshot, const Answer& answer) {
    for (const auto& problem : answer.problems) {
        snapshot.notes.push_back(protocols::to_hex(request_.data) + ": " + problem);
    }
    const auto& data = request_.data;
    if (data[0] == identifiers) {
        if (data.size() > 3) {
            file_pack(snapshot, answer);
            return;
        }
        file(snapshot, request_, answer);
        if ((data[1] == 0xF5 || data[1] == 0xF6) && data[2] % range == 0) {
            follow_bitmap(answer);
        }
        return;
    }
    file(snapshot, request_, answer);
    if (data[1] == 0x1A) {
        follow_series(data[2], last_record, silent_records, answer);
    } else if (data[1] == 0x56) {
        follow_series(data[3], last_group, silent_groups, answer);
    }
}

void UdsSurvey::file(Snapshot& snapshot, const Request& request, const Answer& answer) const {
    const auto key = protocols::to_hex(request.data);
    for (auto& ecu : snapshot.ecus) {
        const bool expected =
            std::ranges::find(request.expected, ecu.address, &Request::Expected::unit) !=
            request.expected.end();
        const bool refused =
            std::ranges::count(answer.negatives, ecu.address, &protocols::bus::Negative::source) !=
            0;
        if (answer.of(ecu.address).empty() && !expected && !refused) {
            continue;  // it need not have this
        }
        fill(
            ecu.more[key], {request, answer, ecu, Absence::silent, true},
            [](const std::vector<Bytes>& messages) -> Result<Answered> {
                const auto said = uds_meaning(messages.front());
                if (const auto* error = said.if_contains("error")) {
                    return Failure{Fault::malformed, std::string(error->as_string())};
                }
                return Answered{};
            }
        );
    }
}

/// Each identifier by itself; what a unit left out, or what cannot be taken apart, is asked again.
void UdsSurvey::file_pack(Snapshot& snapshot, const Answer& answer) {
    std::vector<std::uint16_t> asked;
    for (std::size_t i = 1; i + 1 < request_.data.size(); i += 2) {
        asked.push_back(id_at(request_.data, i));
    }
    std::map<std::uint16_t, Answer> told;
    for (const auto& message : answer.messages) {
        const auto parts = split_identifiers(message.data, asked);
        for (const auto& part : parts.has_value() ? parts.value() : std::vector<IdentifierPart>()) {
            Bytes data{
                message.data[0], static_cast<std::uint8_t>(part.id >> 8),
                static_cast<std::uint8_t>(part.id & 0xFF)};
            data.insert(data.end(), part.data.begin(), part.data.end());
            told[part.id].messages.push_back({message.source, std::move(data)});
        }
    }
    std::deque<Request> again;
    for (const auto id : asked) {
        auto single = one(
            {identifiers, static_cast<std::uint8_t>(id >> 8), static_cast<std::uint8_t>(id & 0xFF)}
        );
        bool whole = true;
        for (const auto& ecu : snapshot.ecus) {
            const auto& supported = id >> 8 == 0xF4 ? ecu.pids : ecu.infotypes;
            if (!supported.value ||
                !supported.value->contains(static_cast<std::uint8_t>(id & 0xFF))) {
                continue;
            }
            if (headers_) {
                single.expected.push_back({ecu.address, 1});
            }
            whole = whole && !told[id].of(ecu.address).empty();
        }
        if (whole) {
            file(snapshot, single, told[id]);
        } else {
            again.push_back(std::move(single));
        }
    }
    queue_.insert(queue_.begin(), again.begin(), again.end());
}

/// What a bitmap names, of all units together, and the next range.
void UdsSurvey::follow_bitmap(const Answer& answer) {
    const auto page = request_.data[1];
    const auto base = request_.data[2];
    std::map<std::uint8_t, Units> ids;
    for (const auto& message : answer.messages) {
        const auto named = read_support(base, ByteView(message.data).subspan(3));
        for (const auto id : named.has_value() ? named.value() : std::set<std::uint8_t>()) {
            ids[id].push_back(message.source);
        }
    }
    std::deque<Request> values;
    for (const auto& [id, units] : ids) {
        values.push_back(one({identifiers, page, id}, units));
    }
    queue_.insert(queue_.begin(), values.begin(), values.end());
}

void UdsSurvey::follow_series(
    std::uint8_t number, std::uint8_t last, int silence, const Answer& answer
) {
    unanswered_ = answer.messages.empty() ? unanswered_ + 1 : -last;
    if (number == last || unanswered_ == silence) {
        unanswered_ = 0;
        return;
    }
    auto data = request_.data;
    ++data.back();
    queue_.push_front(one(std::move(data)));
}

}  // namespace obd
