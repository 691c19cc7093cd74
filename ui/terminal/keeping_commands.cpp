#include "station/app/people.hpp"
#include "station/records/backup.hpp"
#include "station/stock/stock.hpp"
#include "ui/terminal/arguments.hpp"
#include "ui/terminal/commands.hpp"
#include "ui/terminal/proving.hpp"

#include <boost/json/serialize.hpp>

#include <iostream>

namespace ui::terminal {
namespace {

namespace app = station::app;
namespace json = boost::json;
namespace stock = station::stock;
using station::report::Language;
using station::staff::Role;

constexpr std::size_t shortest_passphrase = 8;

std::string passphrase_of(const Arguments& arguments) {
    auto passphrase = first_line(arguments.need("--passphrase-file"));
    if (passphrase.size() < shortest_passphrase) {
        throw UsageError("a passphrase has at least 8 characters");
    }
    return passphrase;
}

json::array texts(const std::vector<std::string>& list) {
    json::array all;
    for (const auto& one : list) {
        all.emplace_back(one);
    }
    return all;
}

json::array pairs(const std::vector<std::pair<std::string, std::string>>& list) {
    json::array all;
    for (const auto& [first, last] : list) {
        all.push_back(json::array{first, last});
    }
    return all;
}

int stock_status(station::records::Store& store) {
    const auto found = value_or_stop(stock::status(store));
    json::object counts;
    for (const auto& [kind, by_state] : found.counts) {
        auto& of = counts[kind].emplace_object();
        for (const auto& [state, count] : by_state) {
            of[state] = count;
        }
    }
    std::cout << json::serialize(json::object{
                     {"counts", std::move(counts)},
                     {"next", found.next},
                     {"passed_over", pairs(found.passed_over)},
                     {"never_received", pairs(found.never_received)}})
              << "\n";
    return exit_ok;
}

}  // namespace

int paper_stock(int argc, char** argv) {
    auto options = proof_options("by");
    options.merge(proof_options("second"));
    options.merge(std::set<std::string>{
        "--station", "--kind", "--serial", "--first", "--last", "--sequence", "--reason", "--lang"}
    );
    const Arguments arguments(argc, argv, 2, options, {});
    const bool spanish = language(arguments.get("--lang")) == Language::spanish;
    const auto name = arguments.words().size() == 1 ? arguments.words()[0] : std::string();
    auto store = value_or_stop(station::records::Store::open(arguments.need("--station")));
    if (name == "status") {
        return stock_status(store);
    }
    const auto what = stock::what_from_id(name);
    if (!what) {
        throw UsageError("stock needs receive, issue, void, damage, return, count or status");
    }
    stock::Move move;
    move.what = *what;
    move.kind = arguments.need("--kind");
    move.first = arguments.has("--serial") ? arguments.get("--serial") : arguments.need("--first");
    move.last = arguments.get("--last");
    move.reason = arguments.get("--reason");
    if (*what == stock::Move::What::issue) {
        try {
            move.of = std::stoull(arguments.need("--sequence"));
        } catch (const std::logic_error&) {
            throw UsageError("--sequence needs a number");
        }
    }
    auto people = value_or_stop(app::People::open(store));
    const bool two = *what == stock::Move::What::receive || *what == stock::Move::What::count;
    move.by =
        proven(people, arguments, "by", two ? Role::supervisor : Role::technician, "", spanish);
    if (two) {
        move.second = proven(people, arguments, "second", Role::technician, move.by, spanish);
    }
    const auto moved = value_or_stop(stock::move(store, move));
    if (moved.refused) {
        throw Refused(spanish ? moved.refused->es : moved.refused->en);
    }
    std::cout << json::serialize(json::object{
                     {"sequence", static_cast<std::int64_t>(moved.sequence)},
                     {"serials", static_cast<std::int64_t>(moved.serials)},
                     {"missing", texts(moved.missing)},
                     {"strange", texts(moved.strange)}})
              << "\n";
    return exit_ok;
}

int backup(int argc, char** argv) {
    auto options = proof_options("by");
    options.merge(std::set<std::string>{"--station", "--passphrase-file", "--lang"});
    const Arguments arguments(argc, argv, 2, options, {});
    if (arguments.words().size() != 1) {
        throw UsageError("backup needs a FILE, --station DIR and --passphrase-file FILE");
    }
    const bool spanish = language(arguments.get("--lang")) == Language::spanish;
    auto store = value_or_stop(station::records::Store::open(arguments.need("--station")));
    auto people = value_or_stop(app::People::open(store));
    const auto by = proven(people, arguments, "by", Role::supervisor, "", spanish);
    const auto done =
        station::records::back_up(store, arguments.words()[0], passphrase_of(arguments), by);
    if (done.has_error()) {
        throw Stopped(done.error());
    }
    std::cout << json::serialize(json::object{
                     {"file", arguments.words()[0]},
                     {"head", static_cast<std::int64_t>(value_or_stop(store.head()))}})
              << "\n";
    return exit_ok;
}

int restore(int argc, char** argv) {
    const Arguments arguments(argc, argv, 2, {"--station", "--passphrase-file", "--lang"}, {});
    if (arguments.words().size() != 1) {
        throw UsageError("restore needs a FILE, --station NEWDIR and --passphrase-file FILE");
    }
    const std::filesystem::path folder = arguments.need("--station");
    const auto done =
        station::records::restore(arguments.words()[0], folder, passphrase_of(arguments));
    if (done.has_error()) {
        throw Stopped(done.error());
    }
    auto store = value_or_stop(station::records::Store::open(folder));
    std::cout << json::serialize(json::object{
                     {"station", store.station()},
                     {"head", static_cast<std::int64_t>(value_or_stop(store.head()))}})
              << "\n";
    return exit_ok;
}

int erase(int argc, char** argv) {
    const Arguments arguments(argc, argv, 2, {"--station", "--lang"}, {});
    auto store = value_or_stop(station::records::Store::open(arguments.need("--station")));
    const auto erased = value_or_stop(station::records::erase_due(store, ""));
    std::cout << json::serialize(json::object{{"erased", static_cast<std::int64_t>(erased)}})
              << "\n";
    return exit_ok;
}

}  // namespace ui::terminal
