#pragma once

#include "obd/decode/monitors.hpp"
#include "station/criteria/compare.hpp"
#include "station/criteria/tables.hpp"

#include <algorithm>

/// Of this leaf only.
namespace station::criteria {

/// Readiness policies of programmes.
class Monitors : public Condition {
public:
    enum class Policy { all_complete, at_most_incomplete, only_incomplete, all_supported };

    Monitors(Policy policy, std::vector<const FactRow*> named, int count, bool overrides)
        : policy_(policy), named_(std::move(named)), count_(count), overrides_(overrides) {
        for (const auto* row : monitor_rows()) {
            const auto monitor = obd::monitor_from_code(code(*row));
            if (!monitor || !obd::continuous(*monitor)) {
                counted_.push_back(row);  // programmes count those that are not continuous
            }
        }
    }

    Truth evaluate(const Given& given, Looked& looked) const override {
        const auto& facts = given.facts;
        const bool any = std::ranges::any_of(monitor_rows(), [&](const FactRow* row) {
            return known(facts.at(*row).value);
        });
        if (!any) {
            looked.paths.push_back(all);
            looked.missing.push_back(all);
            return Truth::unknown;
        }
        if (policy_ == Policy::all_complete || policy_ == Policy::all_supported) {
            const auto* state = policy_ == Policy::all_complete ? "incomplete" : "unsupported";
            return none_is(given, looked, state);
        }
        return incomplete_ones(given, looked);
    }

    [[nodiscard]] BothLanguages words() const override {
        std::string list;
        for (const auto* row : named_) {
            list += (list.empty() ? "" : ", ") + std::string(code(*row));
        }
        const auto number = std::to_string(count_);
        BothLanguages said;
        switch (policy_) {
            case Policy::all_complete:
                said = {"monitores completados: " + list, "monitors complete: " + list};
                break;
            case Policy::all_supported:
                said = {"monitores soportados: " + list, "monitors supported: " + list};
                break;
            case Policy::at_most_incomplete:
                said = {
                    "monitores no continuos incompletos ≤ " + number,
                    "non-continuous monitors incomplete ≤ " + number};
                break;
            case Policy::only_incomplete:
                said = {
                    list.empty() ? "ningún monitor no continuo incompleto"
                                 : "solo pueden estar incompletos: " + list,
                    list.empty() ? "no non-continuous monitor incomplete"
                                 : "only these may be incomplete: " + list};
                break;
        }
        if (overrides_) {
            said.es += " (y los que la tabla admite por modelo)";
            said.en += " (and those the table allows for single models)";
        }
        return said;
    }
    void name_bounds(std::vector<Bound>& bounds) const override {
        if (policy_ == Policy::at_most_incomplete) {
            bounds.push_back({nullptr, static_cast<double>(count_), count_ + 1.0});
        }
    }
    void name_facts(std::vector<const FactRow*>& rows) const override {
        const auto& which = named_.empty() ? counted_ : named_;
        rows.insert(rows.end(), which.begin(), which.end());
    }

    [[nodiscard]] static std::string_view code(const FactRow& row) {
        constexpr std::string_view prefix = "obd.monitors.";
        return row.path.substr(prefix.size());
    }

private:
    static constexpr std::string_view all = "obd.monitors";

    /// No named monitor may have the given state. One that the vehicle's ignition type does not
    /// have at all counts as unsupported; one that is not known leaves the rule open.
    Truth none_is(const Given& given, Looked& looked, std::string_view state) const {
        const auto allowed = exceptions(given);
        bool met = true;
        bool open = false;
        for (const auto* row : named_) {
            looked.paths.push_back(row->path);
            const auto& value = given.facts.at(*row).value;
            if (!known(value) && given.facts.mentions(*row)) {
                looked.missing.push_back(row->path);
                open = true;
                continue;
            }
            const auto actual = known(value) ? std::string_view(std::get<std::string>(value))
                                             : std::string_view("unsupported");
            if (actual == state && !contains(allowed, code(*row))) {
                looked.offending.emplace_back(code(*row));
                met = false;
            }
        }
        return !met ? Truth::no : open ? Truth::unknown : Truth::yes;
    }

    Truth incomplete_ones(const Given& given, Looked& looked) const {
        const auto allowed = exceptions(given);
        int incomplete = 0;
        bool only_named = true;
        std::vector<std::string_view> open;
        for (const auto* row : counted_) {
            if (!given.facts.mentions(*row)) {
                continue;
            }
            looked.paths.push_back(row->path);
            const auto& value = given.facts.at(*row).value;
            if (!known(value)) {
                open.push_back(row->path);
                continue;
            }
            if (std::get<std::string>(value) != "incomplete" || contains(allowed, code(*row))) {
                continue;
            }
            ++incomplete;
            only_named = only_named && std::ranges::find(named_, row) != named_.end();
            looked.offending.emplace_back(code(*row));
        }
        const bool met = policy_ == Policy::at_most_incomplete ? incomplete <= count_ : only_named;
        // What is not known may be incomplete too.
        const auto could_matter = [&](std::string_view path) {
            return policy_ == Policy::at_most_incomplete ||
                   std::ranges::none_of(named_, [&](const FactRow* row) {
                       return row->path == path;
                   });
        };
        std::erase_if(open, [&](std::string_view path) { return !could_matter(path); });
        const bool undecided = policy_ == Policy::at_most_incomplete
                                   ? incomplete + static_cast<int>(open.size()) > count_
                                   : !open.empty();
        if (met && undecided) {
            looked.missing.insert(looked.missing.end(), open.begin(), open.end());
            return Truth::unknown;
        }
        return truth(met);
    }

    [[nodiscard]] std::vector<std::string> exceptions(const Given& given) const {
        if (!overrides_ || given.overrides == nullptr) {
            return {};
        }
        return given.overrides->may_be_incomplete(given.facts).value_or(std::vector<std::string>());
    }
    [[nodiscard]] static bool contains(
        const std::vector<std::string>& list, std::string_view code
    ) {
        return std::ranges::find(list, code) != list.end();
    }

    Policy policy_;
    std::vector<const FactRow*> named_;
    std::vector<const FactRow*> counted_;
    int count_;
    bool overrides_;
};

}  // namespace station::criteria
