#include "station/staff/attempts.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace station::staff {
namespace {

namespace json = boost::json;

constexpr int free_failures = 3;
constexpr int failures_until_locked = 10;
constexpr std::int64_t first_wait_ms = 2000;
constexpr std::int64_t longest_wait_ms = 300'000;

}  // namespace

std::string to_text(const Attempts& attempts) {
    return json::serialize(json::object{
        {"failures", attempts.failures},
        {"boot", attempts.boot},
        {"last_ms", attempts.last_ms},
        {"last_code", attempts.last_code},
    });
}

Attempts attempts_from_text(std::string_view text) {
    boost::system::error_code error;
    const auto value = json::parse(json::string_view(text.data(), text.size()), error);
    try {
        const auto& from = value.as_object();
        return {
            static_cast<int>(from.at("failures").as_int64()),
            std::string(from.at("boot").as_string()), from.at("last_ms").as_int64(),
            from.at("last_code").as_int64()};
    } catch (const std::exception&) {
        return {};
    }
}

bool locked(const Attempts& attempts) {
    return attempts.failures >= failures_until_locked;
}

std::int64_t wait_ms(const Attempts& attempts, const clock::Moment& now) {
    if (attempts.failures < free_failures) {
        return 0;
    }
    const auto wait =
        std::min(first_wait_ms << (attempts.failures - free_failures), longest_wait_ms);
    // After a restart: as long as the computer has been running since, whatever its clock says.
    const auto passed =
        attempts.boot == now.boot ? now.monotonic_ms - attempts.last_ms : now.monotonic_ms;
    return std::max<std::int64_t>(wait - passed, 0);
}

Attempts failed(Attempts attempts, const clock::Moment& now) {
    ++attempts.failures;
    attempts.boot = now.boot;
    attempts.last_ms = now.monotonic_ms;
    return attempts;
}

}  // namespace station::staff
