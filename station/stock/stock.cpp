#include "station/stock/stock.hpp"

#include "station/records/event.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

namespace station::stock {
namespace {

namespace json = boost::json;
using criteria::BothLanguages;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;
using sqlite::Database;

constexpr std::array<std::string_view, 6> what_ids{"receive", "issue",  "void",
                                                   "damage",  "return", "count"};
constexpr std::uint64_t longest_range = 100'000;
constexpr std::size_t longest_serial = 40;

/// Letters in front, number behind.
struct Parts {
    std::string letters;
    std::uint64_t number = 0;
    std::size_t digits = 0;
};
std::optional<Parts> parts_of(const std::string& serial) {
    const auto end = serial.find_last_not_of("0123456789");
    const auto digits = end == serial.npos ? serial : serial.substr(end + 1);
    Parts parts{serial.substr(0, serial.size() - digits.size()), 0, digits.size()};
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), parts.number);
    const bool printable = std::ranges::all_of(serial, [](char c) { return c > ' ' && c < 127; });
    if (digits.empty() || read.ec != std::errc() || !printable || serial.size() > longest_serial) {
        return std::nullopt;
    }
    return parts;
}

std::string serial_of(const Parts& parts, std::uint64_t number) {
    const auto text = std::to_string(number);
    return parts.letters +
           std::string(parts.digits > text.size() ? parts.digits - text.size() : 0, '0') + text;
}

Result<std::optional<std::pair<std::string, std::string>>> state_of(
    Database& database, const std::string& serial
) {
    auto query = database.prepare("SELECT kind, state FROM serial WHERE serial = ?");
    if (query.has_error()) {
        return query.error();
    }
    query.value().bind(1, serial);
    const auto row = query.value().step();
    if (row.has_error()) {
        return row.error();
    }
    return row.value() ? std::optional(std::pair{query.value().text(0), query.value().text(1)})
                       : std::optional<std::pair<std::string, std::string>>();
}

/// The moves, each in the transaction of its record: `refused` undoes all of it.
class Mover {
public:
    Mover(Database& database, const Move& move, std::vector<std::string> serials, Moved& moved)
        : database_(database), move_(move), serials_(std::move(serials)), moved_(moved) {}

    Result<void> carry_out() {
        switch (move_.what) {
            case Move::What::receive:
                return receive();
            case Move::What::issue:
                return issue();
            case Move::What::count:
                return count();
            case Move::What::void_:
            case Move::What::damage:
            case Move::What::give_back:
                break;
        }
        return take_out();
    }

private:
    Result<void> refuse(std::string es, std::string en) {
        moved_.refused = BothLanguages{std::move(es), std::move(en)};
        return Failure{Fault::malformed, moved_.refused->en};
    }

    Result<void> set(const std::string& serial, std::string_view state, std::uint64_t of = 0) {
        auto update = database_.prepare(
            "INSERT INTO serial(serial, kind, state, sequence, of)"
            " VALUES(?1, ?2, ?3, (SELECT max(sequence) FROM record), ?4) ON CONFLICT(serial) DO"
            " UPDATE SET state = ?3, sequence = (SELECT max(sequence) FROM record),"
            "  of = coalesce(?4, of)"
        );
        if (update.has_error()) {
            return update.error();
        }
        update.value().bind(1, serial).bind(2, move_.kind).bind(3, state);
        if (of != 0) {
            update.value().bind(4, static_cast<std::int64_t>(of));
        }
        const auto done = update.value().step();
        if (done.has_error()) {
            return done.error();
        }
        ++moved_.serials;
        return boost::outcome_v2::success();
    }

    Result<void> receive() {
        for (const auto& serial : serials_) {
            const auto known = state_of(database_, serial);
            if (known.has_error()) {
                return known.error();
            }
            if (known.value()) {
                return refuse(
                    "El folio " + serial + " ya se recibió antes (" + known.value()->second +
                        "). Revisa el paquete; no se recibió ninguno.",
                    "Serial " + serial + " was received before (" + known.value()->second +
                        "). Check the packet; none was received."
                );
            }
            const auto done = set(serial, "in_stock");
            if (done.has_error()) {
                return done;
            }
        }
        return boost::outcome_v2::success();
    }

    Result<void> must_be(const std::string& serial, const std::set<std::string>& states) {
        const auto known = state_of(database_, serial);
        if (known.has_error()) {
            return known.error();
        }
        if (known.value() && known.value()->first == move_.kind &&
            states.contains(known.value()->second)) {
            return boost::outcome_v2::success();
        }
        const auto now =
            known.value() ? known.value()->first + ", " + known.value()->second : std::string("–");
        return refuse(
            "El folio " + serial + " no está disponible para eso (" + now +
                "). Revisa el número; si está en la mano y no en el sistema, haz un conteo.",
            "Serial " + serial + " is not available for that (" + now +
                "). Check the number; if it is at hand and not in the system, make a count."
        );
    }

    Result<void> issue() {
        const auto& serial = serials_.front();
        auto done = must_be(serial, {"in_stock"});
        if (done.has_error()) {
            return done;
        }
        auto query = database_.prepare(
            "SELECT type, verdict, (SELECT serial FROM serial WHERE of = ?1 AND kind = ?2"
            "  AND state = 'issued') FROM record WHERE sequence = ?1"
        );
        if (query.has_error()) {
            return query.error();
        }
        query.value().bind(1, static_cast<std::int64_t>(move_.of)).bind(2, move_.kind);
        const auto row = query.value().step();
        if (row.has_error()) {
            return row.error();
        }
        const bool passed =
            row.value() && query.value().text(1) == "PASS" &&
            (query.value().text(0) == "inspection" || query.value().text(0) == "correction");
        if (!passed) {
            return refuse(
                "El registro " + std::to_string(move_.of) +
                    " no es una verificación aprobada: no lleva folio.",
                "Record " + std::to_string(move_.of) +
                    " is no passed inspection: no serial goes with it."
            );
        }
        if (!query.value().null(2)) {
            return refuse(
                "El registro ya tiene el folio " + query.value().text(2) +
                    ". Anúlalo o dalo por dañado antes de entregar otro.",
                "The record already has serial " + query.value().text(2) +
                    ". Void it or report it damaged before another is issued."
            );
        }
        return set(serial, "issued", move_.of);
    }

    Result<void> take_out() {
        const auto& serial = serials_.front();
        if (move_.reason.empty()) {
            return refuse("Escribe la causa.", "Write the reason.");
        }
        const bool back = move_.what == Move::What::give_back;
        auto done = must_be(
            serial, back ? std::set<std::string>{"in_stock", "damaged", "void"}
                         : std::set<std::string>{"in_stock", "issued"}
        );
        if (done.has_error()) {
            return done;
        }
        return set(
            serial, back                               ? "returned"
                    : move_.what == Move::What::damage ? "damaged"
                                                       : "void"
        );
    }

    /// What is there is in stock, whatever was doubted; what is not there is missing.
    Result<void> count() {
        std::map<std::string, std::string> known;
        {
            auto query = database_.prepare("SELECT serial, state FROM serial WHERE kind = ?");
            if (query.has_error()) {
                return query.error();
            }
            query.value().bind(1, move_.kind);
            for (;;) {
                const auto row = query.value().step();
                if (row.has_error()) {
                    return row.error();
                }
                if (!row.value()) {
                    break;
                }
                known[query.value().text(0)] = query.value().text(1);
            }
        }
        const auto expected = [](const std::string& state) {
            return state == "in_stock" || state == "to_count" || state == "missing";
        };
        for (const auto& serial : serials_) {
            const auto found = known.find(serial);
            if (found == known.end() || !expected(found->second)) {
                moved_.strange.push_back(serial);
                continue;
            }
            if (found->second != "in_stock") {
                const auto done = set(serial, "in_stock");
                if (done.has_error()) {
                    return done;
                }
            }
            known.erase(found);
        }
        for (const auto& [serial, state] : known) {
            if (state == "in_stock" || state == "to_count") {
                moved_.missing.push_back(serial);
                const auto done = set(serial, "missing");
                if (done.has_error()) {
                    return done;
                }
            }
        }
        return boost::outcome_v2::success();
    }

    Database& database_;
    const Move& move_;
    std::vector<std::string> serials_;
    Moved& moved_;
};

}  // namespace

std::string_view id(Move::What what) {
    return what_ids[static_cast<std::size_t>(what)];
}

std::optional<Move::What> what_from_id(std::string_view id) {
    const auto* found = std::ranges::find(what_ids, id);
    return found == what_ids.end()
               ? std::nullopt
               : std::optional(static_cast<Move::What>(found - what_ids.begin()));
}

std::optional<std::vector<std::string>> range(const std::string& first, const std::string& last) {
    const auto from = parts_of(first);
    const auto to = parts_of(last.empty() ? first : last);
    if (!from || !to || from->letters != to->letters || from->digits != to->digits ||
        to->number < from->number || to->number - from->number >= longest_range) {
        return std::nullopt;
    }
    std::vector<std::string> serials;
    for (auto number = from->number; number <= to->number; ++number) {
        serials.push_back(serial_of(*from, number));
    }
    return serials;
}

Result<Moved> move(records::Store& store, const Move& move) {
    Moved moved;
    auto serials = range(move.first, move.last);
    const bool several = move.what == Move::What::receive || move.what == Move::What::count;
    if (!serials || move.kind.empty() || (!several && serials->size() != 1)) {
        moved.refused = {
            "Los folios no se entienden: letras, números y un solo bloque, como MX-000101 a "
            "MX-000200.",
            "The serials cannot be understood: letters, digits and one block, as MX-000101 to "
            "MX-000200."};
        return moved;
    }
    if (several && (move.second.empty() || move.second == move.by)) {
        moved.refused = {
            "Recibir y contar papel es de dos personas: falta la segunda.",
            "Paper is received and counted by two people: the second is missing."};
        return moved;
    }
    json::object details{
        {"what", id(move.what)},
        {"paper", move.kind},
        {"first", serials->front()},
        {"last", serials->back()},
        {"second", move.second},
        {"reason", move.reason},
        {"of", static_cast<std::int64_t>(move.of)}};
    const auto noted = store.note(
        records::event_body(
            "stock", move.by, clock::iso_time(store.now().wall_ms), std::move(details)
        ),
        [&](Database& database) {
            return Mover(database, move, std::move(*serials), moved).carry_out();
        }
    );
    if (moved.refused) {
        return Moved{moved.refused, 0, 0, {}, {}};
    }
    if (noted.has_error()) {
        return noted.error();
    }
    moved.sequence = noted.value().sequence;
    return moved;
}

Result<Status> status(records::Store& store) {
    Status found;
    const auto read = store.look([&](Database& database) -> Result<void> {
        auto query = database.prepare(
            "SELECT serial, kind, state FROM serial ORDER BY kind, length(serial), serial"
        );
        if (query.has_error()) {
            return query.error();
        }
        struct Row {
            std::string serial;
            std::string kind;
            std::string state;
        };
        std::vector<Row> rows;
        for (;;) {
            const auto row = query.value().step();
            if (row.has_error()) {
                return row.error();
            }
            if (!row.value()) {
                break;
            }
            rows.push_back({query.value().text(0), query.value().text(1), query.value().text(2)});
            ++found.counts[rows.back().kind][rows.back().state];
            if (found.next.empty() && rows.back().state == "in_stock") {
                found.next = rows.back().serial;
            }
        }
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const auto here = parts_of(rows[i].serial);
            const bool same_block = i > 0 && rows[i - 1].kind == rows[i].kind;
            const auto before = same_block ? parts_of(rows[i - 1].serial) : std::nullopt;
            if (here && before && before->letters == here->letters &&
                before->digits == here->digits && before->number + 1 < here->number) {
                found.never_received.emplace_back(
                    serial_of(*here, before->number + 1), serial_of(*here, here->number - 1)
                );
            }
            const bool later_issued = std::any_of(
                rows.begin() + static_cast<std::ptrdiff_t>(i), rows.end(),
                [&](const auto& one) { return one.kind == rows[i].kind && one.state == "issued"; }
            );
            if (rows[i].state != "in_stock" || !later_issued) {
                continue;
            }
            if (same_block && !found.passed_over.empty() &&
                found.passed_over.back().second == rows[i - 1].serial) {
                found.passed_over.back().second = rows[i].serial;
            } else {
                found.passed_over.emplace_back(rows[i].serial, rows[i].serial);
            }
        }
        return boost::outcome_v2::success();
    });
    if (read.has_error()) {
        return read.error();
    }
    return found;
}

}  // namespace station::stock
