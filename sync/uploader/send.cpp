#include "sync/uploader/send.hpp"

#include "sync/http/post.hpp"
#include "sync/wire/wire.hpp"

#include <algorithm>

namespace syncing {
namespace {

using protocols::Failure;
using protocols::Fault;
using protocols::Result;

constexpr int batch_records = 32;

wire::Batch batch_of(
    const station::records::Store& store, std::vector<station::records::Record> records
) {
    wire::Batch batch;
    batch.station = store.station();
    batch.public_key = store.public_key();
    std::size_t bytes = 0;
    for (auto& record : records) {
        bytes += record.body.size() + record.transcript.size();
        // Base64 and JSON add about a half; a single large record still goes alone.
        if (!batch.items.empty() && bytes > wire::batch_bytes_max / 2) {
            break;
        }
        batch.items.push_back(std::move(record));
    }
    return batch;
}

std::string without_slash(std::string url) {
    while (url.ends_with('/')) {
        url.pop_back();
    }
    return url;
}

}  // namespace

namespace {

/// The centre's answer, as it is and as it came, and the time it signed.
struct Exchanged {
    wire::Reply reply;
    std::string raw;
    std::optional<station::clock::Anchor> anchor;
};

Result<Exchanged> exchange(
    station::records::Store& store,
    std::vector<station::records::Record> records,
    const std::string& centre,
    std::chrono::milliseconds limit
) {
    const auto asked = store.now();
    const auto batch = batch_of(store, std::move(records));
    const auto url = without_slash(centre) + "/v1/stations/" + store.station() + "/records";
    auto answer = http::post(url, wire::to_text(batch), limit);
    if (answer.has_error()) {
        return answer.error();
    }
    const auto status = answer.value().status;
    if (status != 200) {
        const auto fault =
            status >= 500 || status == 429 ? Fault::centre_unreachable : Fault::centre_refused;
        return Failure{
            fault, "HTTP " + std::to_string(status) + " " + answer.value().body.substr(0, 200)};
    }
    const auto arrived = store.now();
    auto reply = wire::reply_from_text(answer.value().body);
    if (reply.has_error() || !wire::holds(reply.value(), store.station())) {
        return Failure{Fault::centre_refused, "the centre's receipt is not valid"};
    }
    Exchanged done{std::move(reply.value()), std::move(answer.value().body), std::nullopt};
    if (const auto time = station::clock::from_iso_time(wire::received(done.reply))) {
        done.anchor = station::clock::Anchor{
            station::seal::hex(station::seal::sha256(done.reply.receipt)), *time, arrived.boot,
            asked.monotonic_ms, arrived.monotonic_ms};
    }
    return done;
}

/// The centre holds less than it once confirmed (an older backup was restored): it names the last
/// record it has, and everything behind is sent again.
bool asks_for_older(const wire::Reply& reply, std::uint64_t first) {
    return reply.head + 1 < first &&
           std::ranges::any_of(reply.results, [](const auto& one) { return one.code == "gap"; });
}

}  // namespace

Result<Sent> send_batch(
    station::records::Store& store, const std::string& centre, std::chrono::milliseconds limit
) {
    auto records = store.unsent(batch_records);
    if (records.has_error()) {
        return records.error();
    }
    Sent sent;
    if (records.value().empty()) {
        return sent;
    }
    auto first = records.value().front().sequence;
    auto done = exchange(store, std::move(records.value()), centre, limit);
    if (done.has_value() && asks_for_older(done.value().reply, first)) {
        first = done.value().reply.head + 1;
        auto older = store.records_from(first, batch_records);
        if (older.has_error()) {
            return older.error();
        }
        done = exchange(store, std::move(older.value()), centre, limit);
    }
    if (done.has_error()) {
        return done.error();
    }
    const auto& reply = done.value().reply;
    for (const auto& one : reply.results) {
        if (one.status == wire::Status::quarantined) {
            sent.problem = sent.quarantined == 0 ? one.code : sent.problem;
            ++sent.quarantined;
        }
    }
    if (reply.head >= first) {
        const auto filed = store.confirmed(reply.head, done.value().raw, done.value().anchor);
        if (filed.has_error()) {
            return filed.error();
        }
        sent.confirmed = reply.head - first + 1;
    }
    if (sent.confirmed == 0 && sent.quarantined > 0) {
        return Failure{Fault::centre_refused, "quarantined: " + sent.problem};
    }
    return sent;
}

Result<Sent> send_all(
    station::records::Store& store, const std::string& centre, std::chrono::milliseconds limit
) {
    const auto give_up = std::chrono::steady_clock::now() + limit;
    Sent total;
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            give_up - std::chrono::steady_clock::now()
        );
        if (left.count() <= 0) {
            return total;
        }
        const auto sent = send_batch(store, centre, left);
        if (sent.has_error()) {
            return sent.error();
        }
        if (sent.value().confirmed == 0) {
            return total;
        }
        total.confirmed += sent.value().confirmed;
        total.quarantined += sent.value().quarantined;
    }
}

}  // namespace syncing
