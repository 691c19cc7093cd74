#include "obd/decode/uds_records.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace obd {
namespace {

using protocols::ByteView;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;

constexpr std::size_t head = 6;  // service, subfunction, code, status

Failure wrong(const char* what, ByteView message) {
    return {Fault::malformed, std::string(what) + ": " + protocols::to_hex(message)};
}

bool is_report(ByteView message, std::uint8_t kind) {
    return message.size() >= head && message[0] == 0x59 && message[1] == kind;
}

std::uint32_t code_of(ByteView message) {
    return static_cast<std::uint32_t>(message[2] << 16 | message[3] << 8 | message[4]);
}

/// The one way in which bytes are freeze frames. A place and the number of identifiers still to
/// come in its frame tell how many ways there are from there on.
class Frames {
public:
    explicit Frames(ByteView bytes) : bytes_(bytes) {}

    /// 0, 1, or 2 for more than one.
    int ways(std::size_t at, std::size_t left) {
        if (at == bytes_.size()) {
            return left == 0 ? 1 : 0;
        }
        const auto known = ways_.find({at, left});
        if (known != ways_.end()) {
            return known->second;
        }
        int count = 0;
        for (const auto& [next, then] : steps(at, left)) {
            count += ways(next, then);
        }
        return ways_[{at, left}] = std::min(count, 2);
    }

    /// Where there is one way.
    [[nodiscard]] std::vector<SnapshotRecord> follow() {
        std::vector<SnapshotRecord> records;
        std::size_t at = 0;
        std::size_t left = 0;
        while (at < bytes_.size()) {
            const auto possible = steps(at, left);
            const auto [next, then] = *std::ranges::find_if(possible, [this](const Place& place) {
                return ways(place.first, place.second) == 1;
            });
            if (left == 0) {
                records.push_back({bytes_[at], {}});
            } else {
                records.back().parts.push_back({id_at(at), bytes_.subspan(at + 2, next - at - 2)});
            }
            at = next;
            left = then;
        }
        return records;
    }

private:
    using Place = std::pair<std::size_t, std::size_t>;

    [[nodiscard]] std::uint16_t id_at(std::size_t at) const {
        return static_cast<std::uint16_t>(bytes_[at] << 8 | bytes_[at + 1]);
    }

    [[nodiscard]] std::vector<Place> steps(std::size_t at, std::size_t left) const {
        const auto rest = bytes_.size() - at;
        std::vector<Place> list;
        if (left == 0) {  // a frame's number and how many identifiers it has
            if (rest >= 2 && bytes_[at + 1] > 0) {
                list.emplace_back(at + 2, bytes_[at + 1]);
            }
            return list;
        }
        if (rest < 3) {
            return list;
        }
        auto lengths = identifier_lengths(id_at(at));
        if (lengths.empty() && left == 1) {
            lengths.push_back(rest - 2);  // unknown: only as the last one of all
        }
        for (const auto length : lengths) {
            if (length + 2 <= rest) {
                list.emplace_back(at + 2 + length, left - 1);
            }
        }
        return list;
    }

    ByteView bytes_;
    std::map<Place, int> ways_;
};

}  // namespace

Result<SnapshotReport> read_snapshot_report(ByteView message) {
    if (!is_report(message, report_frames)) {
        return wrong("no report of freeze frames", message);
    }
    SnapshotReport report{code_of(message), message[5], {}};
    Frames frames(message.subspan(head));
    const auto ways = frames.ways(0, 0);
    if (ways != 1) {
        return wrong(
            ways == 0 ? "the frames do not fit their identifiers"
                      : "the frames fit their identifiers in several ways",
            message
        );
    }
    report.records = frames.follow();
    return report;
}

Result<ExtendedReport> read_extended_report(ByteView message) {
    if (!is_report(message, report_extended)) {
        return wrong("no report of extended data", message);
    }
    return ExtendedReport{code_of(message), message[5], message.subspan(head)};
}

protocols::Bytes ask_of_code(std::uint8_t report, std::uint32_t code, std::uint8_t record) {
    return {
        0x19,
        report,
        static_cast<std::uint8_t>(code >> 16 & 0xFF),
        static_cast<std::uint8_t>(code >> 8 & 0xFF),
        static_cast<std::uint8_t>(code & 0xFF),
        record};
}

std::string whole_code_text(std::uint32_t code) {
    UdsDtc whole;
    whole.number = code;
    return whole.text();
}

}  // namespace obd
