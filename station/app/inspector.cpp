#include "station/app/inspector.hpp"

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

#include <array>
#include <chrono>
#include <ctime>

namespace station::app {

using protocols::Result;

std::string utc_now() {
    using namespace std::chrono;
    const auto now = system_clock::now();
    const auto seconds = system_clock::to_time_t(now);
    const auto ms = duration_cast<milliseconds>(now.time_since_epoch()).count() % 1000;
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    std::array<char, 8> fraction{};
    std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>(ms));
    return std::string(text.data()) + fraction.data();
}

std::string make_id() {
    return boost::uuids::to_string(boost::uuids::random_generator()());
}

Result<Stored> store_inspection(
    records::Store& store,
    const inspection::Order& order,
    const criteria::Profile& profile,
    const reading::ReadingDone& done
) {
    inspection::Outcome outcome{
        done.snapshot, done.partial, done.failure, done.transcript, utc_now()};
    Stored stored{inspection::conclude(order, outcome, profile), {}};
    const auto kept = store.keep_profile(order.profile_source);
    if (kept.has_error()) {
        return kept.error();
    }
    const auto transcript = seal::compress(protocols::transcript::to_text(done.transcript));
    auto record = store.append(order.id, stored.concluded.body, transcript);
    if (record.has_error()) {
        return record.error();
    }
    stored.record = std::move(record.value());
    return stored;
}

Result<int> close_left_open(records::Store& store) {
    const auto open = store.left_open();
    if (open.has_error()) {
        return open.error();
    }
    for (const auto& one : open.value()) {
        const auto record =
            store.append(one.id, inspection::interrupted_body(one.id, one.draft), {});
        if (record.has_error()) {
            return record.error();
        }
    }
    return static_cast<int>(open.value().size());
}

}  // namespace station::app
