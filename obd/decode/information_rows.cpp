#include "obd/decode/information_rows.hpp"

#include "obd/decode/information.hpp"
#include "obd/decode/table.hpp"
#include "protocols/base/ensure.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <map>

namespace obd {
namespace {

namespace json = boost::json;
using protocols::Bytes;
using protocols::ByteView;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;
using Kind = InformationRow::Kind;

constexpr auto kinds = std::to_array<std::string_view>(
    {"support", "count", "text", "hex", "counters", "numbers", "raw"}
);

InformationRow row_from(const json::object& object) {
    InformationRow row;
    row.infotype = table_id(object, "infotype");
    const auto* const kind = std::ranges::find(kinds, table_text(object, "kind"));
    ENSURE(kind != kinds.end());
    row.kind = static_cast<Kind>(kind - kinds.begin());
    row.bytes = static_cast<std::size_t>(table_number(object, "bytes", 0));
    row.name_en = table_text(object, "en");
    row.name_es = table_text(object, "es");
    row.clause = table_text(object, "clause");
    if (const auto* note = object.if_contains("note")) {
        row.note_en = table_text(note->as_object(), "en");
        row.note_es = table_text(note->as_object(), "es");
    }
    for (const auto* const key : {"counters", "numbers"}) {
        const auto* fields = object.if_contains(key);
        if (fields == nullptr) {
            continue;
        }
        for (const auto& item : fields->as_array()) {
            const auto& field = item.as_object();
            row.fields.push_back(
                {table_text(field, "id"), table_text(field, "unit"), table_text(field, "en"),
                 table_text(field, "es"), static_cast<std::size_t>(table_number(field, "size", 2)),
                 table_number(field, "mul", 1), table_number(field, "div", 1),
                 table_number(field, "add", 0)}
            );
        }
    }
    return row;
}

const std::map<std::uint8_t, InformationRow>& table() {
    static const auto rows = [] {
        std::map<std::uint8_t, InformationRow> all;
        const auto document = read_data("information.json");
        for (const auto& item : document.at("rows").as_array()) {
            auto row = row_from(item.as_object());
            all.emplace(row.infotype, std::move(row));
        }
        return all;
    }();
    return rows;
}

Failure misfit(const InformationRow& row, ByteView bytes) {
    return {
        Fault::malformed, "infotype " + protocols::to_hex(row.infotype) +
                              " does not fit its form: " + protocols::to_hex(bytes)};
}

Result<std::vector<InformationItem>> texts(
    const InformationRow& row, std::span<const Bytes> messages, Framing framing
) {
    // Legacy messages carry four bytes each: what does not divide by four is padded at its front.
    constexpr std::size_t message_data_bytes = 4;
    auto item_bytes = row.bytes;
    if (framing == Framing::legacy) {
        item_bytes += (message_data_bytes - item_bytes % message_data_bytes) % message_data_bytes;
    }
    const auto items = information_items(messages, framing, item_bytes);
    if (items.has_error()) {
        return items.error();
    }
    std::vector<InformationItem> list;
    for (const auto& bytes : items.value()) {
        if (row.kind == Kind::hex) {
            list.push_back({nullptr, protocols::to_hex(bytes), std::nullopt});
            continue;
        }
        auto text = padded_text(bytes);
        if (!text) {
            return misfit(row, bytes);
        }
        list.push_back({nullptr, std::move(*text), std::nullopt});
    }
    return list;
}

Result<std::vector<InformationItem>> counters(
    const InformationRow& row, std::span<const Bytes> messages, Framing framing
) {
    const auto counts = read_performance(messages, framing);
    if (counts.has_error()) {
        return counts.error();
    }
    std::vector<InformationItem> list;
    for (std::size_t i = 0; i < counts.value().size(); ++i) {
        const auto* field = i < row.fields.size() ? &row.fields[i] : nullptr;
        list.push_back({field, "", static_cast<double>(counts.value()[i])});
    }
    return list;
}

Result<std::vector<InformationItem>> numbers(
    const InformationRow& row, std::span<const Bytes> messages, Framing framing
) {
    const auto bytes = information_bytes(messages, framing);
    if (bytes.has_error()) {
        return bytes.error();
    }
    std::vector<InformationItem> list;
    auto rest = ByteView(bytes.value());
    for (const auto& field : row.fields) {
        if (rest.size() < field.size) {
            return misfit(row, bytes.value());
        }
        const auto count = static_cast<double>(protocols::big_endian(rest.first(field.size)));
        list.push_back({&field, "", count * field.mul / field.div + field.add});
        rest = rest.subspan(field.size);
    }
    if (!rest.empty()) {
        return misfit(row, bytes.value());
    }
    return list;
}

}  // namespace

std::string_view id(Kind kind) {
    return kinds[static_cast<std::size_t>(kind)];
}

const InformationRow* information_row(std::uint8_t infotype) {
    const auto row = table().find(infotype);
    return row == table().end() ? nullptr : &row->second;
}

std::vector<std::uint8_t> information_ids() {
    std::vector<std::uint8_t> ids;
    for (const auto& [infotype, row] : table()) {
        ids.push_back(infotype);
    }
    return ids;
}

Result<std::vector<InformationItem>> read_information(
    const InformationRow& row, std::span<const Bytes> messages, Framing framing
) {
    switch (row.kind) {
        case Kind::text:
        case Kind::hex:
            return texts(row, messages, framing);
        case Kind::counters:
            return counters(row, messages, framing);
        case Kind::numbers:
            return numbers(row, messages, framing);
        default:
            return std::vector<InformationItem>();
    }
}

}  // namespace obd
