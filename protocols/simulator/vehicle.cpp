#include "protocols/simulator/vehicle.hpp"

#include "protocols/simulator/vehicle_uds.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

namespace protocols::simulator {
namespace {

constexpr std::uint8_t first_message = 1;
constexpr std::uint8_t out_of_range = 0x31;  // ISO 14229-1 A.1

template <class Map>
std::vector<std::uint8_t> keys(const Map& map) {
    std::vector<std::uint8_t> ids;
    for (const auto& [id, value] : map) {
        ids.push_back(id);
    }
    return ids;
}

bool range_used(std::uint8_t base, const std::vector<std::uint8_t>& ids) {
    return base == 0 || std::ranges::any_of(ids, [base](std::uint8_t id) { return id > base; });
}

void append(Bytes& to, ByteView bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
}

class Answerer {
public:
    Answerer(const Ecu& ecu, bus::Protocol protocol, double seconds)
        : ecu_(ecu), legacy_(bus::is_legacy(protocol)), seconds_(seconds) {}

    [[nodiscard]] std::vector<Bytes> answer(ByteView request) const {
        constexpr std::uint8_t last_classic = 0x0A;
        if (request[0] <= last_classic ? !ecu_.classic : !ecu_.uds) {
            return {};
        }
        switch (request[0]) {
            case 0x19:
            case 0x22:
                return uds_answer(ecu_, request, seconds_);
            case 0x01:
                return current(request.subspan(1));
            case 0x02:
                return freeze(request.subspan(1));
            case 0x03:
                return codes(0x43, ecu_.stored);
            case 0x05:
                return legacy_ && request.size() == 3 ? oxygen_test(request[1], request[2])
                                                      : std::vector<Bytes>{};
            case 0x06:
                return request.size() == 2 ? test_results(request[1]) : std::vector<Bytes>{};
            case 0x07:
                return codes(0x47, ecu_.pending);
            case 0x0A:
                return legacy_ || !ecu_.answers_permanent ? std::vector<Bytes>{}
                                                          : codes(0x4A, ecu_.permanent);
            case 0x09:
                return request.size() == 2 ? information(request[1]) : std::vector<Bytes>{};
            default:
                return {};
        }
    }

private:
    [[nodiscard]] std::vector<Bytes> current(ByteView pids) const {
        Bytes data{0x41};
        const auto supported = keys(ecu_.parameters);
        for (const auto pid :
             pids.first(legacy_ ? std::min<std::size_t>(1, pids.size()) : pids.size())) {
            if (pid % 0x20 == 0) {
                if (range_used(pid, supported)) {
                    data.push_back(pid);
                    append(data, support_bitmap(pid, supported));
                }
            } else if (const auto found = ecu_.parameters.find(pid);
                       found != ecu_.parameters.end()) {
                data.push_back(pid);
                append(data, found->second.at(seconds_));
            }
        }
        if (data.size() == 1) {
            return {};
        }
        return {data};
    }

    [[nodiscard]] std::vector<Bytes> freeze(ByteView request) const {
        if (request.size() != 2) {
            return {};
        }
        const auto pid = request[0];
        const std::size_t number = request[1];
        Bytes data{0x42, pid, request[1]};
        const std::map<std::uint8_t, Bytes> none;
        const auto& frame = number < ecu_.freeze_frames.size() ? ecu_.freeze_frames[number] : none;
        if (number > 0 && frame.empty()) {
            return {};
        }
        auto supported = keys(frame);
        supported.insert(supported.begin(), 0x02);
        if (pid % 0x20 == 0 && range_used(pid, supported)) {
            append(data, support_bitmap(pid, supported));
            return {data};
        }
        if (const auto found = frame.find(pid); found != frame.end()) {
            append(data, found->second);
            return {data};
        }
        if (pid == 0x02) {
            append(data, Bytes{0, 0});  // no frame stored (SAE J1979 service 02 PID 02)
            return {data};
        }
        return {};
    }

    /// Bitmap of an on-board test service, behind a filler or sensor byte on legacy buses.
    [[nodiscard]] std::vector<Bytes> bitmap(
        Bytes data, std::uint8_t base, const std::vector<std::uint8_t>& ids
    ) const {
        if (ids.empty() || !range_used(base, ids)) {
            return {};
        }
        append(data, support_bitmap(base, ids));
        return {data};
    }

    [[nodiscard]] std::vector<Bytes> oxygen_test(std::uint8_t test, std::uint8_t sensor) const {
        const auto tests = ecu_.oxygen_tests.find(sensor);
        if (tests == ecu_.oxygen_tests.end()) {
            return {};
        }
        if (test % 0x20 == 0) {
            return bitmap({0x45, test, sensor}, test, keys(tests->second));
        }
        const auto found = tests->second.find(test);
        if (found == tests->second.end()) {
            return {};
        }
        Bytes data{0x45, test, sensor};
        append(data, found->second);
        return {data};
    }

    [[nodiscard]] std::vector<Bytes> test_results(std::uint8_t id) const {
        if (id % 0x20 == 0) {
            const auto before = legacy_ ? Bytes{0x46, id, 0xFF} : Bytes{0x46, id};
            return bitmap(before, id, keys(ecu_.tests));
        }
        const auto found = ecu_.tests.find(id);
        if (found == ecu_.tests.end()) {
            return {};
        }
        std::vector<Bytes> messages;
        for (const auto& result : found->second) {
            if (legacy_ || messages.empty()) {
                messages.push_back({0x46});
            }
            messages.back().push_back(id);
            append(messages.back(), result);
        }
        return messages;
    }

    [[nodiscard]] std::vector<Bytes> codes(
        std::uint8_t service, const std::vector<std::uint16_t>& list
    ) const {
        if (!legacy_) {
            Bytes data{service, static_cast<std::uint8_t>(list.size())};
            for (const auto code : list) {
                append(
                    data,
                    Bytes{
                        static_cast<std::uint8_t>(code >> 8),
                        static_cast<std::uint8_t>(code & 0xFF)}
                );
            }
            return {data};
        }
        if (list.empty() && !ecu_.says_no_codes) {
            return {};
        }
        std::vector<Bytes> messages;
        for (std::size_t i = 0; i == 0 || i < list.size(); i += 3) {
            Bytes data{service};
            for (std::size_t k = i; k < i + 3; ++k) {
                const auto code = k < list.size() ? list[k] : std::uint16_t{0};
                append(
                    data,
                    Bytes{
                        static_cast<std::uint8_t>(code >> 8),
                        static_cast<std::uint8_t>(code & 0xFF)}
                );
            }
            messages.push_back(data);
        }
        return messages;
    }

    [[nodiscard]] std::vector<Bytes> information(std::uint8_t type) const {
        const auto supported = keys(ecu_.infotypes);
        if (type % 0x20 == 0) {
            Bytes data{0x49, type};
            if (legacy_) {
                data.push_back(first_message);
            }
            append(data, support_bitmap(type, supported));
            return range_used(type, supported) && !supported.empty() ? std::vector<Bytes>{data}
                                                                     : std::vector<Bytes>{};
        }
        const auto found = ecu_.infotypes.find(type);
        if (found == ecu_.infotypes.end()) {
            return {};
        }
        Bytes all;
        for (const auto& item : found->second) {
            append(all, item);
        }
        constexpr std::uint8_t last_count = 0x09;
        if (legacy_ && type <= last_count && type % 2 == 1) {  // message counts
            Bytes data{0x49, type};
            append(data, all);
            return {data};
        }
        if (!legacy_) {
            // Performance tracking counts its 2-byte counters, everything else its items.
            const bool counters = type == 0x08 || type == 0x0B;
            const auto count = counters ? all.size() / 2 : found->second.size();
            Bytes data{0x49, type, static_cast<std::uint8_t>(count)};
            append(data, all);
            return {data};
        }
        all.insert(all.begin(), (4 - all.size() % 4) % 4, 0);  // VIN: three leading NULs
        std::vector<Bytes> messages;
        for (std::size_t i = 0; i < all.size(); i += 4) {
            Bytes data{0x49, type, static_cast<std::uint8_t>(i / 4 + 1)};
            append(data, ByteView(all).subspan(i, 4));
            messages.push_back(data);
        }
        return messages;
    }

    const Ecu& ecu_;
    bool legacy_;
    double seconds_;
};

}  // namespace

Bytes support_bitmap(std::uint8_t base, const std::vector<std::uint8_t>& ids) {
    Bytes bits(4, 0);
    bool later = false;
    for (const auto id : ids) {
        if (id > base && id <= base + 0x20) {
            const auto bit = static_cast<unsigned>(id - base - 1);
            bits[bit / 8] = static_cast<std::uint8_t>(bits[bit / 8] | 0x80U >> bit % 8);
        }
        later = later || id > base + 0x20;
    }
    if (later) {
        bits[3] |= 1;
    }
    return bits;
}

Bytes Parameter::at(double seconds) const {
    if (!fixed.empty()) {
        return fixed;
    }
    const double wave = swing * std::sin(2 * std::numbers::pi * seconds / period_s);
    const double limit = std::pow(256.0, bytes) - 1;
    const double value =
        std::clamp(static_cast<double>(raw) + rate_per_s * seconds + wave, 0.0, limit);
    auto counts = static_cast<std::uint64_t>(std::llround(value));
    Bytes data(static_cast<std::size_t>(bytes), 0);
    for (auto byte = data.rbegin(); byte != data.rend(); ++byte) {
        *byte = static_cast<std::uint8_t>(counts & 0xFF);
        counts >>= 8;
    }
    return data;
}

std::vector<EcuMessage> Vehicle::ask(
    ByteView request, double seconds, std::optional<bus::EcuAddress> only
) const {
    std::vector<EcuMessage> messages;
    if (request.empty()) {
        return messages;
    }
    const auto text = to_hex(request);
    for (const auto& ecu : ecus) {
        if (only && *only != ecu.address) {
            continue;
        }
        auto at = ecu.latency;
        if (const auto negative = ecu.negatives.find(text); negative != ecu.negatives.end()) {
            messages.push_back({ecu.address, at, {0x7F, request[0], negative->second}});
            continue;
        }
        auto answers = Answerer(ecu, protocol, seconds).answer(request);
        if (only && answers.empty() && ecu.uds && (request[0] == 0x19 || request[0] == 0x22)) {
            answers.push_back({0x7F, request[0], out_of_range});
        }
        if (const auto delay = ecu.delays.find(text);
            delay != ecu.delays.end() && !answers.empty()) {
            for (int i = 0; i < delay->second.pending; ++i) {
                messages.push_back({ecu.address, at, {0x7F, request[0], 0x78}});
                at += delay->second.each;
            }
        }
        for (const auto& data : answers) {
            messages.push_back({ecu.address, at, data});
            at += std::chrono::microseconds(300);
        }
    }
    std::ranges::stable_sort(messages, {}, &EcuMessage::at);
    return messages;
}

}  // namespace protocols::simulator
