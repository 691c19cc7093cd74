#include "sync/wire/wire.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>

namespace syncing::wire {
namespace {

namespace json = boost::json;
namespace seal = station::seal;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;

constexpr std::array<std::string_view, 3> status_names{"created", "exists", "quarantined"};

Failure malformed(std::string what) {
    return {Fault::malformed, std::move(what)};
}

std::string text_of(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

std::optional<std::uint64_t> number_of(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    if (value == nullptr || !value->is_int64() || value->get_int64() < 0) {
        return std::nullopt;
    }
    return static_cast<std::uint64_t>(value->get_int64());
}

Result<json::object> parse_object(std::string_view text) {
    boost::system::error_code error;
    auto value = json::parse(json::string_view(text.data(), text.size()), error);
    if (error || !value.is_object()) {
        return malformed("not a JSON object");
    }
    return std::move(value.get_object());
}

}  // namespace

std::string to_text(const Batch& batch) {
    json::array items;
    for (const auto& item : batch.items) {
        items.push_back(station::chain::to_json(item));
    }
    return json::serialize(json::object{
        {"schema", "obd-station/batch/1"},
        {"station", batch.station},
        {"public_key", seal::hex(batch.public_key)},
        {"records", std::move(items)},
    });
}

Result<Batch> batch_from_text(std::string_view text) {
    auto parsed = parse_object(text);
    if (parsed.has_error()) {
        return parsed.error();
    }
    const auto& object = parsed.value();
    Batch batch;
    batch.station = text_of(object, "station");
    const auto* records = object.if_contains("records");
    if (text_of(object, "schema") != "obd-station/batch/1" || batch.station.empty() ||
        !seal::from_hex(text_of(object, "public_key"), batch.public_key) || records == nullptr ||
        !records->is_array()) {
        return malformed("a batch needs schema, station, public_key and records");
    }
    if (records->get_array().size() > batch_records_max) {
        return malformed("a batch holds at most " + std::to_string(batch_records_max) + " records");
    }
    for (const auto& value : records->get_array()) {
        auto item = station::chain::from_json(value);
        if (item.has_error()) {
            return item.error();
        }
        batch.items.push_back(std::move(item.value()));
    }
    return batch;
}

std::string to_text(const Reply& reply) {
    json::array results;
    for (const auto& one : reply.results) {
        results.push_back(json::object{
            {"sequence", static_cast<std::int64_t>(one.sequence)},
            {"status", status_names[static_cast<std::size_t>(one.status)]},
            {"code", one.code},
        });
    }
    return json::serialize(json::object{
        {"schema", "obd-station/reply/1"},
        {"results", std::move(results)},
        {"head", static_cast<std::int64_t>(reply.head)},
        {"receipt", reply.receipt},
        {"signature", reply.signature},
        {"centre_key", reply.centre_key},
    });
}

Result<Reply> reply_from_text(std::string_view text) {
    auto parsed = parse_object(text);
    if (parsed.has_error()) {
        return parsed.error();
    }
    const auto& object = parsed.value();
    Reply reply;
    const auto head = number_of(object, "head");
    const auto* results = object.if_contains("results");
    if (text_of(object, "schema") != "obd-station/reply/1" || !head || results == nullptr ||
        !results->is_array()) {
        return malformed("not a centre's reply");
    }
    reply.head = *head;
    reply.receipt = text_of(object, "receipt");
    reply.signature = text_of(object, "signature");
    reply.centre_key = text_of(object, "centre_key");
    for (const auto& value : results->get_array()) {
        const auto* one = value.if_object();
        const auto sequence = one == nullptr ? std::nullopt : number_of(*one, "sequence");
        const auto status = one == nullptr
                                ? status_names.end()
                                : std::ranges::find(status_names, text_of(*one, "status"));
        if (!sequence || status == status_names.end()) {
            return malformed("a result needs sequence and status");
        }
        reply.results.push_back(
            {*sequence, static_cast<Status>(status - status_names.begin()), text_of(*one, "code")}
        );
    }
    return reply;
}

bool holds(const Reply& reply, std::string_view station) {
    seal::PublicKey key{};
    seal::Signature signature{};
    if (!seal::from_hex(reply.centre_key, key) || !seal::from_hex(reply.signature, signature) ||
        !seal::verifies(seal::sha256(reply.receipt), signature, key)) {
        return false;
    }
    const auto receipt = parse_object(reply.receipt);
    return receipt.has_value() && text_of(receipt.value(), "station") == station &&
           number_of(receipt.value(), "head") == reply.head;
}

std::string received(const Reply& reply) {
    const auto receipt = parse_object(reply.receipt);
    return receipt.has_value() ? text_of(receipt.value(), "received") : std::string();
}

}  // namespace syncing::wire
