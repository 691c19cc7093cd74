#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace station::clock {

/// What this computer's clocks say at once.
struct Moment {
    std::string boot;               ///< Changes with every start of the computer.
    std::int64_t monotonic_ms = 0;  ///< Since that start, sleep included; nobody can set it.
    std::int64_t wall_ms = 0;       ///< Since 1970, UTC; anybody may have set it.
};
using Clock = std::function<Moment()>;
[[nodiscard]] Clock system_clock();

/// A time that a centre signed, and when on this computer it was asked for and arrived.
struct Anchor {
    std::string sha256;  ///< Of the signed text, hex.
    std::int64_t time_ms = 0;
    std::string boot;
    std::int64_t asked_ms = 0;    ///< Monotonic.
    std::int64_t arrived_ms = 0;  ///< Monotonic.
};

[[nodiscard]] std::string to_text(const Anchor& anchor);
/// nullopt for anything that is not one of to_text()'s.
[[nodiscard]] std::optional<Anchor> anchor_from_text(std::string_view text);

/// When something happened, as bounds: what the station can answer for, beside what its clock said.
struct Stamp {
    Moment at;
    std::optional<std::int64_t> earliest_ms;  ///< Not before this. None: no anchor was ever had.
    std::optional<std::int64_t> latest_ms;    ///< Not after this. None: no anchor in this boot.
    std::int64_t jump_ms = 0;  ///< How far the clock was set since the stamp before; 0: it ran.
    std::string anchor;        ///< Of the bounds; empty for none.
};

/// The stamp that follows `last`.
[[nodiscard]] Stamp stamp(
    const std::optional<Stamp>& last, const std::optional<Anchor>& anchor, Moment now
);

/// Set back so far that no inspection may be dated by it until a supervisor confirms the time.
[[nodiscard]] bool set_back(const Stamp& stamp);

/// JSON: boot, monotonic_ms, wall, earliest, latest, jump_ms, anchor; times in ISO 8601 with
/// milliseconds, UTC.
[[nodiscard]] std::string to_text(const Stamp& stamp);
/// nullopt for anything that is not one of to_text()'s.
[[nodiscard]] std::optional<Stamp> from_text(std::string_view text);

/// `2026-11-26T01:12:24.123Z`.
[[nodiscard]] std::string iso_time(std::int64_t ms);
/// The same, milliseconds may be absent; nullopt for anything else.
[[nodiscard]] std::optional<std::int64_t> from_iso_time(std::string_view text);

}  // namespace station::clock
