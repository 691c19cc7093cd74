#pragma once

#include "station/criteria/texts.hpp"
#include "station/records/store.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// Numbered paper of a programme, certificates and holograms: every serial is in one state, and
/// each move is a record in the chain.
namespace station::stock {

/// in_stock, issued, void, damaged, returned, missing; to_count: the station's store was copied or
/// restored, and nobody has yet looked whether the paper is still there.
struct Move {
    enum class What { receive, issue, void_, damage, give_back, count };
    What what = What::receive;
    std::string kind;      ///< As the programme calls it, `hologram-0`.
    std::string first;     ///< `MX-000101`; receive, count: to `last`, which may be the same.
    std::string last;      ///< Empty: `first` alone.
    std::uint64_t of = 0;  ///< issue: the passed inspection's record.
    std::string reason;    ///< void, damage, give_back.
    std::string by;
    std::string second;  ///< receive, count: the other person.
};
/// receive, issue, void, damage, return, count.
[[nodiscard]] std::string_view id(Move::What what);
[[nodiscard]] std::optional<Move::What> what_from_id(std::string_view id);

/// What became of a move: done with its record, or refused and nothing has changed.
struct Moved {
    std::optional<criteria::BothLanguages> refused;
    std::uint64_t sequence = 0;
    std::uint64_t serials = 0;         ///< How many changed their state.
    std::vector<std::string> missing;  ///< count: in stock by the records, and not there.
    std::vector<std::string> strange;  ///< count: there, and not in stock by the records.
};
/// Faults: store_*.
[[nodiscard]] protocols::Result<Moved> move(records::Store& store, const Move& move);

struct Status {
    std::map<std::string, std::map<std::string, std::int64_t>> counts;  ///< By kind, by state.
    /// Serials passed over: in stock while a later one was issued, first and last of each run.
    std::vector<std::pair<std::string, std::string>> passed_over;
    /// Numbers between received ones that were never received.
    std::vector<std::pair<std::string, std::string>> never_received;
    std::string next;  ///< The first in stock.
};
[[nodiscard]] protocols::Result<Status> status(records::Store& store);

/// `MX-000101` to `MX-000200`, in order; nullopt when they are no range of the same letters, or one
/// of more than 100 000.
[[nodiscard]] std::optional<std::vector<std::string>> range(
    const std::string& first, const std::string& last
);

}  // namespace station::stock
