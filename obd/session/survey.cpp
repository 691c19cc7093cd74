#include "obd/session/survey.hpp"

#include "obd/decode/information.hpp"
#include "obd/decode/parameters.hpp"
#include "obd/session/fill.hpp"
#include "obd/session/plan.hpp"
#include "obd/snapshot/meaning.hpp"
#include "protocols/isotp/reassembly.hpp"

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
using protocols::bus::Answer;
using protocols::bus::EcuAddress;
using protocols::bus::Request;

constexpr std::uint8_t range = 0x20;
constexpr std::size_t pids_a_request = 6;  // SAE J1979 6.1
constexpr std::uint8_t frames_max = 8;     // no vehicle is known to keep more
// Where oxygen sensors stand: with two banks, with four (SAE J1979-DA).
constexpr std::array<std::uint8_t, 2> sensor_locations{0x13, 0x1D};

/// Infotypes the plan reads.
constexpr std::array<std::uint8_t, 6> planned_infotypes{0x02, 0x04, 0x06, 0x08, 0x0A, 0x0B};

/// PIDs that stand in the snapshot already.
bool read_already(const Ecu& ecu, std::uint8_t pid) {
    return ecu.parameters.contains(pid) || pid == 0x01 || pid == 0x41 || pid == 0x1C ||
           pid == 0x51 || pid == 0x02;
}

std::map<std::uint8_t, std::vector<EcuAddress>> by_id(
    const Snapshot& read, Item<std::set<std::uint8_t>> Ecu::*supported
) {
    std::map<std::uint8_t, std::vector<EcuAddress>> ids;
    for (const auto& ecu : read.ecus) {
        const auto& item = ecu.*supported;
        for (const auto id : item.value.value_or(std::set<std::uint8_t>())) {
            ids[id].push_back(ecu.address);
        }
    }
    return ids;
}

}  // namespace

Survey::Survey(const Snapshot& read, std::vector<std::string> left_out)
    : left_out_(std::move(left_out)),
      framing_(protocols::bus::has_whole_messages(read.protocol) ? Framing::can : Framing::legacy),
      headers_(std::ranges::all_of(read.ecus, [](const Ecu& ecu) { return ecu.address.known(); })) {
    plan_parameters(read);
    plan_information(read);
    plan_frozen(read);
    add({0x06, 0x00}, {});
}

void Survey::add(Bytes data, std::vector<EcuAddress> units, int frames) {
    Request request{std::move(data), std::nullopt, {}};
    if (headers_) {
        for (const auto unit : units) {
            request.expected.push_back({unit, 1});
        }
        if (frames > 0) {
            request.frames = frames;
        }
    }
    queue_.push_back(std::move(request));
}

void Survey::plan_parameters(const Snapshot& read) {
    struct Pack {
        Bytes data{0x01};
        std::map<EcuAddress, std::size_t> bytes;  ///< Of each unit's answer; 0: not certain.
        bool certain = true;
    } pack;
    const auto flush = [&] {
        if (pack.data.size() > 1) {
            int frames = 0;
            std::vector<EcuAddress> units;
            for (const auto& [unit, bytes] : pack.bytes) {
                units.push_back(unit);
                frames += protocols::isotp::frames_of(1 + bytes);
            }
            add(pack.data, units, pack.certain && framing_ == Framing::can ? frames : 0);
        }
        pack = {};
    };
    for (const auto& [pid, having] : by_id(read, &Ecu::pids)) {
        const auto& units = having;
        // A unit that does not have it need not have been read.
        const bool known = std::ranges::all_of(read.ecus, [&, pid = pid](const Ecu& ecu) {
            return read_already(ecu, pid) || std::ranges::find(units, ecu.address) == units.end();
        });
        if (known || pid % range == 0) {
            continue;
        }
        const bool alone = framing_ == Framing::legacy || parameter_lengths(pid).empty();
        if (alone || pack.data.size() > pids_a_request) {
            flush();
        }
        pack.data.push_back(pid);
        const auto bytes = parameter_bytes(pid);
        pack.certain = pack.certain && bytes;
        for (const auto unit : units) {
            pack.bytes[unit] += 1 + bytes.value_or(0);
        }
        if (alone) {
            flush();
        }
    }
    flush();
}

void Survey::plan_information(const Snapshot& read) {
    for (const auto& [infotype, units] : by_id(read, &Ecu::infotypes)) {
        if (std::ranges::find(planned_infotypes, infotype) == planned_infotypes.end()) {
            const bool can = framing_ == Framing::can;
            add({0x09, infotype}, can ? units : std::vector<EcuAddress>());
        }
    }
}

void Survey::plan_frozen(const Snapshot& read) {
    std::map<std::uint8_t, std::vector<EcuAddress>> pids;
    std::vector<EcuAddress> units;
    for (const auto& ecu : read.ecus) {
        if (!ecu.freeze_frame.value || !*ecu.freeze_frame.value) {
            continue;
        }
        units.push_back(ecu.address);
        const auto& frame = **ecu.freeze_frame.value;
        for (const auto pid : frame.supported.value_or(std::set<std::uint8_t>())) {
            const bool planned = std::ranges::find(frozen_pids, pid) != frozen_pids.end();
            if (pid != 0x02 && !planned) {
                pids[pid].push_back(ecu.address);
            }
        }
    }
    for (const auto& [pid, of] : pids) {
        add({0x02, pid, 0x00}, of);
    }
    if (!units.empty()) {
        add({0x02, 0x02, 0x01}, {});
    }
}

/// False when nothing of the request is left to ask.
bool Survey::leave_out(Request& request) const {
    const auto named = [&](const Bytes& data) {
        const auto text = protocols::to_hex(data);
        return std::ranges::any_of(left_out_, [&](const std::string& prefix) {
            return text.starts_with(prefix);
        });
    };
    auto& data = request.data;
    if (data[0] != 0x01) {
        return !named(data);
    }
    const auto pids = std::remove_if(data.begin() + 1, data.end(), [&](std::uint8_t pid) {
        return named({0x01, pid});
    });
    if (pids != data.end()) {
        data.erase(pids, data.end());
        request.frames.reset();  // the answer is shorter than was reckoned
    }
    return data.size() > 1;
}

std::optional<Request> Survey::next() {
    while (!queue_.empty()) {
        request_ = std::move(queue_.front());
        queue_.pop_front();
        ++asked_;
        if (left_out_.empty() || leave_out(request_)) {
            return request_;
        }
    }
    return std::nullopt;
}

double Survey::progress() const {
    const auto all = static_cast<double>(asked_ + queue_.size());
    return all == 0 ? 1 : static_cast<double>(asked_) / all;
}

void Survey::take(Snapshot& snapshot, const Answer& answer) {
    for (const auto& problem : answer.problems) {
        snapshot.notes.push_back(protocols::to_hex(request_.data) + ": " + problem);
    }
    const auto service = request_.data[0];
    if (service == 0x01 && request_.data.size() > 2) {
        file_pack(snapshot, answer);
        return;
    }
    file(snapshot, request_, answer);
    if (service == 0x01) {
        follow_sensors(answer);
    } else if (service == 0x02) {
        follow_frozen(snapshot, answer);
    } else if (service == 0x05 || service == 0x06) {
        follow_tests(answer);
    }
}

void Survey::file(Snapshot& snapshot, const Request& request, const Answer& answer) const {
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
        const bool one = framing_ == Framing::can || request.data[0] <= 0x02;
        fill(
            ecu.more[key], {request, answer, ecu, Absence::silent, one},
            [this](const std::vector<Bytes>& messages) -> Result<Answered> {
                const auto said = meaning(messages, framing_);
                if (const auto* error = said.as_object().if_contains("error")) {
                    return Failure{Fault::malformed, std::string(error->as_string())};
                }
                return Answered{};
            }
        );
    }
}

/// Each PID by itself; what a unit left out, or what cannot be taken apart, is asked again.
void Survey::file_pack(Snapshot& snapshot, const Answer& answer) {
    std::map<EcuAddress, std::map<std::uint8_t, Bytes>> units;
    for (const auto& message : answer.messages) {
        units[message.source].merge(split_pids(message.data, request_));
    }
    std::deque<Request> again;
    for (const auto pid : ByteView(request_.data).subspan(1)) {
        Request one{{0x01, pid}, std::nullopt, {}};
        Answer part;
        bool whole = true;
        for (const auto& ecu : snapshot.ecus) {
            if (!ecu.pids.value || !ecu.pids.value->contains(pid)) {
                continue;
            }
            if (headers_) {
                one.expected.push_back({ecu.address, 1});
            }
            const auto found = units[ecu.address].find(pid);
            if (found == units[ecu.address].end()) {
                whole = false;
            } else {
                part.messages.push_back({ecu.address, found->second});
            }
        }
        if (whole) {
            file(snapshot, one, part);
            follow_sensors(part);
        } else {
            again.push_back(std::move(one));
        }
    }
    queue_.insert(queue_.begin(), again.begin(), again.end());
}

Survey::Named Survey::named(const Answer& answer, std::uint8_t base, std::size_t at) {
    Named all;
    for (const auto& message : answer.messages) {
        if (message.data.size() < at) {
            continue;
        }
        const auto ids = read_support(base, ByteView(message.data).subspan(at));
        if (ids.has_value()) {
            all.ids.insert(ids.value().begin(), ids.value().end());
            all.units.push_back(message.source);
        }
    }
    return all;
}

/// After a bitmap: the tests it names, and the next range.
void Survey::follow_tests(const Answer& answer) {
    const auto service = request_.data[0];
    const auto base = request_.data[1];
    if (base % range != 0) {
        return;
    }
    // Behind the filler or sensor byte that legacy buses have.
    const auto all = named(answer, base, framing_ == Framing::can ? 2 : 3);
    for (const auto id : all.ids) {
        Bytes data{service, id};
        data.insert(data.end(), request_.data.begin() + 2, request_.data.end());
        add(std::move(data), {});
    }
}

/// Where there are oxygen sensors on a legacy bus, each has tests.
void Survey::follow_sensors(const Answer& answer) {
    if (framing_ == Framing::can) {
        return;
    }
    for (const auto& message : answer.messages) {
        constexpr std::size_t message_bytes = 3;
        if (message.data.size() != message_bytes ||
            std::ranges::find(sensor_locations, message.data[1]) == sensor_locations.end()) {
            continue;
        }
        for (int bit = 0; bit < 8; ++bit) {
            if ((message.data[2] >> bit & 1) != 0) {
                add({0x05, 0x00, static_cast<std::uint8_t>(1 << bit)}, {});
            }
        }
    }
}

/// A frame with a cause has values; one without is the end.
void Survey::follow_frozen(const Snapshot& snapshot, const Answer& answer) {
    const auto pid = request_.data[1];
    const auto frame = request_.data[2];
    if (pid == 0x02) {
        const bool stored = std::ranges::any_of(answer.messages, [](const auto& message) {
            constexpr std::size_t cause_bytes = 5;
            return message.data.size() == cause_bytes && (message.data[3] | message.data[4]) != 0;
        });
        if (stored) {
            add({0x02, 0x00, frame}, {});
            if (frame < frames_max) {
                add({0x02, 0x02, static_cast<std::uint8_t>(frame + 1)}, {});
            }
        }
        return;
    }
    if (pid % range != 0) {
        return;
    }
    const auto all = named(answer, pid, 3);
    std::deque<Request> values;
    for (const auto id : all.ids) {
        const bool read = id == 0x02 || std::ranges::any_of(snapshot.ecus, [&](const Ecu& ecu) {
                              return ecu.more.contains(protocols::to_hex(Bytes{0x02, id, frame}));
                          });
        if (!read) {
            values.push_back({{0x02, id, frame}, std::nullopt, {}});
        }
    }
    queue_.insert(queue_.begin(), values.begin(), values.end());
}

}  // namespace obd
