#include "station/clock/clock.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>

namespace station::clock {
namespace {

namespace json = boost::json;

/// A computer's clock runs this much wrong at worst, and signed times are cut to whole seconds.
constexpr std::int64_t drift_per_million = 500;
constexpr std::int64_t second_ms = 1000;
/// What a network time service may correct without anybody asking.
constexpr std::int64_t unremarkable_ms = 2 * second_ms;
constexpr std::int64_t set_back_ms = 60 * second_ms;

std::int64_t drift(std::int64_t elapsed_ms) {
    return elapsed_ms * drift_per_million / 1'000'000;
}

/// How far the wall clock moved beside the monotonic one; over a restart only backwards shows.
std::int64_t jump(const Moment& before, const Moment& now) {
    const auto moved = now.wall_ms - before.wall_ms;
    const bool same_boot = before.boot == now.boot;
    const auto elapsed = same_boot ? now.monotonic_ms - before.monotonic_ms : 0;
    const auto set = same_boot ? moved - elapsed : std::min<std::int64_t>(moved, 0);
    return std::abs(set) > unremarkable_ms + drift(elapsed) ? set : 0;
}

std::optional<std::int64_t> later(
    const std::optional<std::int64_t>& one, const std::optional<std::int64_t>& other
) {
    return one && other ? std::optional(std::max(*one, *other)) : (one ? one : other);
}

json::value time_or_null(const std::optional<std::int64_t>& ms) {
    return ms ? json::value(iso_time(*ms)) : json::value();
}

std::optional<std::int64_t> time_at(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? from_iso_time(value->get_string())
                                                  : std::nullopt;
}

}  // namespace

Stamp stamp(const std::optional<Stamp>& last, const std::optional<Anchor>& anchor, Moment now) {
    Stamp made;
    if (last) {
        made.jump_ms = jump(last->at, now);
        made.earliest_ms = last->earliest_ms;
        made.anchor = last->earliest_ms ? last->anchor : std::string();
        if (made.earliest_ms && last->at.boot == now.boot) {
            const auto elapsed = now.monotonic_ms - last->at.monotonic_ms;
            *made.earliest_ms += elapsed - drift(elapsed);
        }
    }
    if (anchor) {
        const bool same_boot = anchor->boot == now.boot;
        const auto since = same_boot ? now.monotonic_ms - anchor->arrived_ms : 0;
        made.earliest_ms = later(
            made.earliest_ms, anchor->time_ms + std::max<std::int64_t>(since - drift(since), 0)
        );
        if (same_boot) {
            const auto since_asked = now.monotonic_ms - anchor->asked_ms;
            made.latest_ms = anchor->time_ms + second_ms + since_asked + drift(since_asked);
        }
        made.anchor = anchor->sha256;
    }
    made.at = std::move(now);
    return made;
}

bool set_back(const Stamp& stamp) {
    return stamp.jump_ms < -set_back_ms;
}

std::string to_text(const Stamp& stamp) {
    return json::serialize(json::object{
        {"boot", stamp.at.boot},
        {"monotonic_ms", stamp.at.monotonic_ms},
        {"wall", iso_time(stamp.at.wall_ms)},
        {"earliest", time_or_null(stamp.earliest_ms)},
        {"latest", time_or_null(stamp.latest_ms)},
        {"jump_ms", stamp.jump_ms},
        {"anchor", stamp.anchor.empty() ? json::value() : json::value(stamp.anchor)},
    });
}

std::optional<Stamp> from_text(std::string_view text) {
    boost::system::error_code error;
    const auto value = json::parse(json::string_view(text.data(), text.size()), error);
    const auto* object = error ? nullptr : value.if_object();
    if (object == nullptr) {
        return std::nullopt;
    }
    const auto* boot = object->if_contains("boot");
    const auto* monotonic = object->if_contains("monotonic_ms");
    const auto* jump_ms = object->if_contains("jump_ms");
    const auto wall = time_at(*object, "wall");
    if (boot == nullptr || !boot->is_string() || monotonic == nullptr || !monotonic->is_int64() ||
        jump_ms == nullptr || !jump_ms->is_int64() || !wall) {
        return std::nullopt;
    }
    Stamp stamp;
    stamp.at = {std::string(boot->get_string()), monotonic->get_int64(), *wall};
    stamp.jump_ms = jump_ms->get_int64();
    stamp.earliest_ms = time_at(*object, "earliest");
    stamp.latest_ms = time_at(*object, "latest");
    if (const auto* anchor = object->if_contains("anchor");
        anchor != nullptr && anchor->is_string()) {
        stamp.anchor = std::string(anchor->get_string());
    }
    return stamp;
}

std::string to_text(const Anchor& anchor) {
    return json::serialize(json::object{
        {"sha256", anchor.sha256},
        {"time_ms", anchor.time_ms},
        {"boot", anchor.boot},
        {"asked_ms", anchor.asked_ms},
        {"arrived_ms", anchor.arrived_ms},
    });
}

std::optional<Anchor> anchor_from_text(std::string_view text) {
    boost::system::error_code error;
    const auto value = json::parse(json::string_view(text.data(), text.size()), error);
    if (error || !value.is_object()) {
        return std::nullopt;
    }
    try {
        const auto& from = value.get_object();
        return Anchor{
            std::string(from.at("sha256").as_string()), from.at("time_ms").as_int64(),
            std::string(from.at("boot").as_string()), from.at("asked_ms").as_int64(),
            from.at("arrived_ms").as_int64()};
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

std::string iso_time(std::int64_t ms) {
    using namespace std::chrono;
    const sys_time<milliseconds> time{milliseconds(ms)};
    const auto day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss clock(time - day);
    std::string text = "0000-00-00T00:00:00.000Z";
    const auto put = [&](std::size_t at, std::size_t width, std::int64_t number) {
        for (std::size_t i = width; i-- > 0; number /= 10) {
            text[at + i] = static_cast<char>('0' + number % 10);
        }
    };
    put(0, 4, static_cast<int>(date.year()));
    put(5, 2, static_cast<unsigned>(date.month()));
    put(8, 2, static_cast<unsigned>(date.day()));
    put(11, 2, clock.hours().count());
    put(14, 2, clock.minutes().count());
    put(17, 2, clock.seconds().count());
    put(20, 3, clock.subseconds().count());
    return text;
}

std::optional<std::int64_t> from_iso_time(std::string_view text) {
    using namespace std::chrono;
    constexpr std::string_view shape = "0000-00-00T00:00:00";
    std::int64_t fraction = 0;
    if (text.size() == shape.size() + 5 && text[shape.size()] == '.') {
        const auto digits = text.substr(shape.size() + 1, 3);
        const auto done = std::from_chars(digits.data(), digits.data() + 3, fraction);
        if (done.ptr != digits.data() + 3) {
            return std::nullopt;
        }
    } else if (text.size() != shape.size() + 1) {
        return std::nullopt;
    }
    const bool shaped = text.back() == 'Z' &&
                        std::equal(shape.begin(), shape.end(), text.begin(), [](char a, char b) {
                            return a == '0' ? b >= '0' && b <= '9' : a == b;
                        });
    if (!shaped) {
        return std::nullopt;
    }
    const auto number = [&](std::size_t at, std::size_t width) {
        int value = 0;
        std::from_chars(text.data() + at, text.data() + at + width, value);
        return value;
    };
    const year_month_day date{
        year(number(0, 4)), month(static_cast<unsigned>(number(5, 2))),
        day(static_cast<unsigned>(number(8, 2)))};
    const int hour = number(11, 2);
    const int minute = number(14, 2);
    const int seconds_of = number(17, 2);
    if (!date.ok() || hour > 23 || minute > 59 || seconds_of > 59) {
        return std::nullopt;
    }
    const auto time = sys_days(date) + hours(hour) + minutes(minute) + seconds(seconds_of);
    return duration_cast<milliseconds>(time.time_since_epoch()).count() + fraction;
}

}  // namespace station::clock
