#pragma once

#include "obd/decode/dtc_text.hpp"
#include "station/criteria/condition.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

/// Of this leaf only.
namespace station::criteria {

inline Truth truth(bool value) {
    return value ? Truth::yes : Truth::no;
}

/// One fact against one value.
class Compare : public Condition {
public:
    enum class Op {
        eq,
        ne,
        lt,
        le,
        gt,
        ge,
        in,
        not_in,
        empty,
        not_empty,
        none_starting_with,
        none_of_monitors
    };

    Compare(std::string path, Op op, std::vector<Value> values, Truth if_unknown)
        : path_(std::move(path)), op_(op), values_(std::move(values)), if_unknown_(if_unknown) {}

    Truth evaluate(const Facts& facts, Looked& looked) const override {
        looked.paths.push_back(path_);
        const auto& value = facts.at(path_).value;
        if (!known(value)) {
            if (if_unknown_ == Truth::unknown) {
                looked.missing.push_back(path_);
            }
            return if_unknown_;
        }
        return truth(compare(value, looked));
    }

private:
    [[nodiscard]] bool compare(const Value& value, Looked& looked) const {
        const auto number = [](const Value& one) { return std::get<double>(one); };
        switch (op_) {
            case Op::eq:
                return value == values_.front();
            case Op::ne:
                return value != values_.front();
            case Op::lt:
                return number(value) < number(values_.front());
            case Op::le:
                return number(value) <= number(values_.front());
            case Op::gt:
                return number(value) > number(values_.front());
            case Op::ge:
                return number(value) >= number(values_.front());
            case Op::in:
                return std::ranges::find(values_, value) != values_.end();
            case Op::not_in:
                return std::ranges::find(values_, value) == values_.end();
            case Op::empty:
            case Op::not_empty:
            case Op::none_starting_with:
            case Op::none_of_monitors:
                return codes(std::get<std::vector<std::string>>(value), looked);
        }
        return false;
    }

    [[nodiscard]] bool codes(const std::vector<std::string>& list, Looked& looked) const {
        if (op_ == Op::not_empty) {
            return !list.empty();
        }
        bool none = true;
        for (const auto& code : list) {
            const auto monitor = op_ == Op::none_of_monitors ? obd::monitor_of(code) : "";
            const bool counts =
                op_ == Op::empty || std::ranges::any_of(values_, [&](const Value& one) {
                    const auto& word = std::get<std::string>(one);
                    return op_ == Op::none_of_monitors ? monitor == word : code.starts_with(word);
                });
            if (counts) {
                looked.offending.push_back(code);
                none = false;
            }
        }
        return none;
    }

    std::string path_;
    Op op_;
    std::vector<Value> values_;
    Truth if_unknown_;
};

}  // namespace station::criteria
