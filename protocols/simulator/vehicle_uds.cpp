#include "protocols/simulator/vehicle_uds.hpp"

#include <algorithm>

namespace protocols::simulator {
namespace {

constexpr std::uint8_t emissions = 0x33;
constexpr std::uint8_t all_bits = 0xFF;
constexpr std::uint8_t j2012 = 0x04;  // format of codes: SAE J2012, three bytes

void append(Bytes& to, ByteView bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
}

void append_code(Bytes& to, const WholeCode& code) {
    for (const int shift : {16, 8, 0}) {
        to.push_back(static_cast<std::uint8_t>(code.number >> shift & 0xFF));
    }
    to.push_back(code.status);
}

/// The bitmap of a page whose identifiers these are; empty where the range has none.
Bytes bitmap(std::uint8_t base, const std::vector<std::uint8_t>& ids) {
    const bool used = (base == 0 && !ids.empty()) ||
                      std::ranges::any_of(ids, [base](std::uint8_t id) { return id > base; });
    return used ? support_bitmap(base, ids) : Bytes();
}

template <class Map>
std::vector<std::uint8_t> keys(const Map& map) {
    std::vector<std::uint8_t> ids;
    for (const auto& [id, value] : map) {
        ids.push_back(static_cast<std::uint8_t>(id));
    }
    return ids;
}

class UdsUnit {
public:
    UdsUnit(const Ecu& ecu, double seconds) : ecu_(ecu), seconds_(seconds) {}

    /// Those it knows, in the order asked for (ISO 14229-1 11.2).
    [[nodiscard]] std::vector<Bytes> identifiers(ByteView asked) const {
        Bytes data{0x62};
        for (; asked.size() >= 2; asked = asked.subspan(2)) {
            const auto value = identifier(asked[0], asked[1]);
            if (!value.empty()) {
                data.insert(data.end(), {asked[0], asked[1]});
                append(data, value);
            }
        }
        return data.size() > 1 ? std::vector<Bytes>{data} : std::vector<Bytes>{};
    }

    [[nodiscard]] std::vector<Bytes> report(ByteView asked) const {
        if (asked.empty()) {
            return {};
        }
        constexpr std::size_t with_code = 5;
        switch (asked[0]) {
            case 0x04:
                return asked.size() == with_code ? frames(asked) : std::vector<Bytes>{};
            case 0x06:
                return asked.size() == with_code ? extended(asked) : std::vector<Bytes>{};
            case 0x1A:
                return asked.size() == 2 ? having(asked[1]) : std::vector<Bytes>{};
            case 0x42:
                return asked.size() == 4 && asked[1] == emissions ? by_status(asked[2], asked[3])
                                                                  : std::vector<Bytes>{};
            case 0x55:
                return asked.size() == 2 && asked[1] == emissions ? permanent()
                                                                  : std::vector<Bytes>{};
            case 0x56:
                return asked.size() == 3 && asked[1] == emissions ? group(asked[2])
                                                                  : std::vector<Bytes>{};
            default:
                return {};
        }
    }

private:
    [[nodiscard]] Bytes identifier(std::uint8_t page, std::uint8_t id) const {
        const bool range = id % 0x20 == 0;
        switch (page) {
            case 0xF4: {
                if (range) {
                    return id == 0 ? support_bitmap(0, keys(ecu_.parameters))
                                   : bitmap(id, keys(ecu_.parameters));
                }
                const auto found = ecu_.parameters.find(id);
                return found == ecu_.parameters.end() ? Bytes() : found->second.at(seconds_);
            }
            case 0xF5: {
                if (range) {
                    return bitmap(id, keys(ecu_.later_parameters));
                }
                const auto found = ecu_.later_parameters.find(id);
                return found == ecu_.later_parameters.end() ? Bytes() : found->second;
            }
            case 0xF6:
                return range ? bitmap(id, keys(ecu_.tests)) : items(ecu_.tests, id);
            case 0xF8:
                if (id == 0x10) {
                    return {0x01};
                }
                return id == 0 ? support_bitmap(0, keys(ecu_.infotypes))
                               : items(ecu_.infotypes, id);
            default:
                return {};
        }
    }

    [[nodiscard]] static Bytes items(
        const std::map<std::uint8_t, std::vector<Bytes>>& table, std::uint8_t id
    ) {
        Bytes all;
        if (const auto found = table.find(id); found != table.end()) {
            for (const auto& item : found->second) {
                append(all, item);
            }
        }
        return all;
    }

    [[nodiscard]] std::vector<Bytes> by_status(std::uint8_t status, std::uint8_t severity) const {
        Bytes data{0x59, 0x42, emissions, all_bits, all_bits, j2012};
        for (const auto& code : ecu_.whole) {
            if ((code.status & status) != 0 && (code.severity & severity) != 0) {
                data.push_back(code.severity);
                append_code(data, code);
            }
        }
        return {data};
    }

    [[nodiscard]] std::vector<Bytes> permanent() const {
        Bytes data{0x59, 0x55, emissions, all_bits, j2012};
        for (const auto& code : ecu_.whole) {
            if (code.permanent) {
                append_code(data, code);
            }
        }
        return {data};
    }

    [[nodiscard]] std::vector<Bytes> group(std::uint8_t wanted) const {
        Bytes data{0x59, 0x56, emissions, all_bits, j2012, wanted};
        bool any = false;
        for (const auto& code : ecu_.whole) {
            if (code.readiness_group == wanted) {
                any = true;
                append_code(data, code);
            }
        }
        return any ? std::vector<Bytes>{data} : std::vector<Bytes>{};
    }

    [[nodiscard]] std::vector<Bytes> having(std::uint8_t record) const {
        Bytes data{0x59, 0x1A, all_bits, record};
        bool any = false;
        for (const auto& code : ecu_.whole) {
            if (code.extended.contains(record)) {
                any = true;
                append_code(data, code);
            }
        }
        return any ? std::vector<Bytes>{data} : std::vector<Bytes>{};
    }

    [[nodiscard]] const WholeCode* code_of(ByteView asked) const {
        const auto number = static_cast<std::uint32_t>(asked[1] << 16 | asked[2] << 8 | asked[3]);
        const auto found = std::ranges::find(ecu_.whole, number, &WholeCode::number);
        return found == ecu_.whole.end() ? nullptr : &*found;
    }

    [[nodiscard]] std::vector<Bytes> frames(ByteView asked) const {
        const auto* code = code_of(asked);
        if (code == nullptr) {
            return {};
        }
        Bytes data{0x59, 0x04};
        append_code(data, *code);
        for (const auto& [number, frame] : code->frames) {
            if (asked[4] != number && asked[4] != all_bits) {
                continue;
            }
            data.push_back(number);
            data.push_back(static_cast<std::uint8_t>(frame.size()));
            for (const auto& [id, value] : frame) {
                data.push_back(static_cast<std::uint8_t>(id >> 8));
                data.push_back(static_cast<std::uint8_t>(id & 0xFF));
                append(data, value);
            }
        }
        return {data};
    }

    [[nodiscard]] std::vector<Bytes> extended(ByteView asked) const {
        constexpr std::uint8_t every_obd_record = 0xFE;
        const auto* code = code_of(asked);
        if (code == nullptr) {
            return {};
        }
        Bytes data{0x59, 0x06};
        append_code(data, *code);
        for (const auto& [number, value] : code->extended) {
            if (asked[4] == number || asked[4] >= every_obd_record) {
                data.push_back(number);
                append(data, value);
            }
        }
        return {data};
    }

    const Ecu& ecu_;
    double seconds_;
};

}  // namespace

std::vector<Bytes> uds_answer(const Ecu& ecu, ByteView request, double seconds) {
    const UdsUnit unit(ecu, seconds);
    return request[0] == 0x19 ? unit.report(request.subspan(1))
                              : unit.identifiers(request.subspan(1));
}

}  // namespace protocols::simulator
