#include "station/app/rehearsal.hpp"

#include "station/records/archive.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <thread>

namespace station::app {
namespace {

namespace json = boost::json;
using criteria::Judgement;
using protocols::Failure;
using protocols::Result;

std::string_view outcome_of(const criteria::RuleResult& result) {
    return result.reached ? criteria::id(result.outcome) : std::string_view("not_reached");
}

/// One worker's share.
class Worker {
public:
    Worker(const criteria::Profile& before, const criteria::Profile& after)
        : before_(before), after_(after) {}

    void judge(std::uint64_t sequence, std::string_view body) {
        const auto text = facts_in(body);
        if (text.empty()) {
            ++found.without_facts;
            return;
        }
        std::array<unsigned char, 16384> space{};
        json::monotonic_resource memory(space.data(), space.size());
        boost::system::error_code error;
        const auto value = json::parse({text.data(), text.size()}, error, &memory);
        auto facts = error ? Result<criteria::Facts>(Failure{protocols::Fault::malformed, ""})
                           : criteria::read_facts(value, text);
        if (facts.has_error()) {
            ++found.unreadable;
            return;
        }
        ++found.judged;
        const auto old_one = criteria::judge(before_, facts.value());
        const auto new_one = criteria::judge(after_, std::move(facts.value()));
        if (old_one.verdict != new_one.verdict) {
            add(sequence, body, old_one, new_one);
        }
    }

    Rehearsal found;

private:
    void add(
        std::uint64_t sequence,
        std::string_view body,
        const Judgement& old_one,
        const Judgement& new_one
    ) {
        const auto whole = json::parse({body.data(), body.size()});
        const auto text = [](const json::value& value) {
            return value.is_string() ? std::string(value.get_string()) : std::string();
        };
        const auto& vehicle = whole.at("vehicle");
        found.changes.push_back(
            {sequence, text(whole.at("inspection")), text(vehicle.at("plate")),
             text(vehicle.at("vin")), old_one.verdict, new_one.verdict,
             rules_that_differ(old_one, new_one)}
        );
    }

    const criteria::Profile& before_;
    const criteria::Profile& after_;
};

}  // namespace

std::string_view facts_in(std::string_view body) {
    // Inside a text every quotation mark is escaped: this can only be the key itself.
    constexpr std::string_view key = ",\"facts\":{";
    const auto at = body.find(key);
    if (at == body.npos) {
        return {};
    }
    const auto begin = at + key.size() - 1;
    int depth = 0;
    bool in_text = false;
    for (auto end = begin; end < body.size(); ++end) {
        const char c = body[end];
        if (in_text) {
            end += c == '\\' ? 1 : 0;
            in_text = c != '"';
            continue;
        }
        in_text = c == '"';
        depth += c == '{' ? 1 : c == '}' ? -1 : 0;
        if (depth == 0) {
            return body.substr(begin, end + 1 - begin);
        }
    }
    return {};
}

std::vector<Change::ByRule> rules_that_differ(const Judgement& before, const Judgement& after) {
    std::map<std::string, Change::ByRule> rules;
    for (const auto& result : before.rules) {
        rules[result.rule->id].before = outcome_of(result);
    }
    for (const auto& result : after.rules) {
        rules[result.rule->id].after = outcome_of(result);
    }
    std::vector<Change::ByRule> differing;
    for (auto& [id, rule] : rules) {
        if (rule.before != rule.after) {
            differing.push_back({id, rule.before, rule.after});
        }
    }
    return differing;
}

Result<Rehearsal> rehearse(
    const std::filesystem::path& station,
    const criteria::Profile& before,
    const criteria::Profile& after,
    const std::function<void(std::uint64_t done, std::uint64_t all)>& progress
) {
    auto archive = records::Archive::open(station);
    if (archive.has_error()) {
        return archive.error();
    }
    const auto head = archive.value().head();
    if (head.has_error()) {
        return head.error();
    }
    constexpr std::uint64_t piece = 500;
    const auto all = head.value();
    Rehearsal total;
    std::optional<Failure> failure;
    std::uint64_t next = 1;
    std::uint64_t done = 0;
    std::mutex mutex;
    const auto work = [&] {
        auto own = records::Archive::open(station);
        Worker worker(before, after);
        for (;;) {
            std::uint64_t first = 0;
            {
                const std::lock_guard lock(mutex);
                if (own.has_error() && !failure) {
                    failure = own.error();
                }
                if (failure || next > all) {
                    break;
                }
                first = next;
                next += piece;
            }
            const auto last = std::min(all, first + piece - 1);
            const auto read = own.value().bodies(first, last, [&](auto sequence, auto body) {
                worker.judge(sequence, body);
                return true;
            });
            const std::lock_guard lock(mutex);
            if (read.has_error() && !failure) {
                failure = read.error();
            }
            done += last - first + 1;
            progress(done, all);
        }
        const std::lock_guard lock(mutex);
        total.judged += worker.found.judged;
        total.without_facts += worker.found.without_facts;
        total.unreadable += worker.found.unreadable;
        std::ranges::move(worker.found.changes, std::back_inserter(total.changes));
    };
    {
        std::vector<std::jthread> threads;
        const auto cores = std::max(1U, std::min(std::thread::hardware_concurrency(), 8U));
        for (unsigned int i = 0; i < cores; ++i) {
            threads.emplace_back(work);
        }
    }
    if (failure) {
        return *failure;
    }
    std::ranges::sort(total.changes, {}, &Change::sequence);
    return total;
}

}  // namespace station::app
