#include "sync/central/routes.hpp"

#include "protocols/base/hex.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <charconv>
#include <map>

namespace syncing::central {
namespace {

namespace json = boost::json;
using protocols::Fault;

std::string percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
            const auto byte = protocols::from_hex(text.substr(i + 1, 2));
            if (byte) {
                out += static_cast<char>(byte->front());
                i += 2;
                continue;
            }
        }
        out += text[i] == '+' ? ' ' : text[i];
    }
    return out;
}

std::map<std::string, std::string> parameters(std::string_view query) {
    std::map<std::string, std::string> values;
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const auto pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        const auto equals = std::min(pair.find('='), pair.size());
        values[percent_decoded(pair.substr(0, equals))] =
            percent_decoded(pair.substr(std::min(equals + 1, pair.size())));
    }
    return values;
}

template <class Number>
std::optional<Number> number(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

WebReply problem(int status, std::string_view what) {
    return {status, "application/json", json::serialize(json::object{{"error", what}})};
}

WebReply problem(const protocols::Failure& failure) {
    switch (failure.fault) {
        case Fault::malformed:
            return problem(400, failure.detail);
        case Fault::centre_refused:
            return problem(403, failure.detail);
        default:
            return problem(503, failure.detail);  // the station tries again later
    }
}

WebReply ok(const json::value& value) {
    return {200, "application/json", json::serialize(value)};
}

WebReply list(Intake& intake, std::string_view query) {
    auto given = parameters(query);
    Intake::Query wanted;
    wanted.verdict = given["verdict"];
    wanted.text = given["q"];
    if (given.contains("before")) {
        const auto before = number<std::int64_t>(given["before"]);
        if (!before || *before < 0) {
            return problem(400, "before must be a row number");
        }
        wanted.before = *before;
    }
    const auto found = intake.inspections(wanted);
    return found.has_error() ? problem(found.error()) : ok(found.value());
}

WebReply one(Intake& intake, std::string_view rest) {
    const auto slash = rest.find('/');
    const auto sequence =
        slash == rest.npos ? std::nullopt : number<std::uint64_t>(rest.substr(slash + 1));
    if (!sequence) {
        return problem(404, "no such inspection");
    }
    const auto found = intake.inspection(percent_decoded(rest.substr(0, slash)), *sequence);
    if (found.has_error()) {
        return problem(found.error());
    }
    return found.value() ? ok(*found.value()) : problem(404, "no such inspection");
}

std::string_view type_of(std::string_view name) {
    if (name.ends_with(".html")) {
        return "text/html; charset=utf-8";
    }
    if (name.ends_with(".js")) {
        return "text/javascript; charset=utf-8";
    }
    if (name.ends_with(".css")) {
        return "text/css; charset=utf-8";
    }
    return "application/octet-stream";
}

}  // namespace

WebReply answer(
    Intake& intake,
    const std::vector<protocols::EmbeddedFile>& pages,
    const WebRequest& request,
    std::string_view received
) {
    const std::string_view target = request.target;
    const auto mark = std::min(target.find('?'), target.size());
    const auto path = target.substr(0, mark);
    const auto query = target.substr(std::min(mark + 1, target.size()));
    constexpr std::string_view stations = "/v1/stations/";
    constexpr std::string_view records = "/records";
    if (path.starts_with(stations) && path.ends_with(records)) {
        if (request.method != "POST") {
            return problem(405, "records are posted");
        }
        const auto station =
            path.substr(stations.size(), path.size() - stations.size() - records.size());
        const auto reply = intake.take(station, request.body, received);
        return reply.has_error() ? problem(reply.error())
                                 : WebReply{200, "application/json", wire::to_text(reply.value())};
    }
    if (request.method != "GET") {
        return problem(405, "only GET here");
    }
    if (path == "/healthz") {
        return ok({{"ok", true}});
    }
    if (path == "/api/summary") {
        const auto found = intake.summary();
        return found.has_error() ? problem(found.error()) : ok(found.value());
    }
    if (path == "/api/inspections") {
        return list(intake, query);
    }
    constexpr std::string_view inspections = "/api/inspections/";
    if (path.starts_with(inspections)) {
        return one(intake, path.substr(inspections.size()));
    }
    const auto name = path == "/" ? std::string_view("index.html") : path.substr(1);
    const auto page = std::ranges::find(pages, name, &protocols::EmbeddedFile::name);
    if (page == pages.end()) {
        return problem(404, "no such page");
    }
    return {200, std::string(type_of(name)), std::string(page->text)};
}

}  // namespace syncing::central
