#pragma once

#include "station/criteria/json_text.hpp"

#include <algorithm>
#include <initializer_list>
#include <set>
#include <string>
#include <utility>
#include <vector>

/// Of this leaf only.
namespace station::criteria {

/// Reads a document and keeps every complaint; what cannot be read gives an empty value.
class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    [[nodiscard]] const std::vector<Complaint>& complaints() const { return complaints_; }
    /// What a profile declares and its conditions may name.
    std::set<std::string, std::less<>> checklist;
    bool has_overrides = false;

    void complain(const std::string& pointer, std::string en, std::string es) {
        constexpr std::size_t enough = 200;
        if (complaints_.size() < enough) {
            complaints_.push_back({pointer, line_of(text_, pointer), {std::move(es), std::move(en)}}
            );
        }
    }
    const boost::json::object& object(const boost::json::value* value, const std::string& pointer) {
        static const boost::json::object none;
        if (value == nullptr || !value->is_object()) {
            complain(pointer, "must be an object: write {…}", "debe ser un objeto: escribe {…}");
            return none;
        }
        return value->get_object();
    }
    const boost::json::array& array(const boost::json::value* value, const std::string& pointer) {
        static const boost::json::array none;
        if (value == nullptr || !value->is_array()) {
            complain(pointer, "must be a list: write […]", "debe ser una lista: escribe […]");
            return none;
        }
        return value->get_array();
    }
    std::string text(
        const boost::json::object& from, std::string_view key, const std::string& pointer
    ) {
        const auto* value = from.if_contains(key);
        if (value == nullptr || !value->is_string() || value->get_string().empty()) {
            complain(
                pointer + "/" + std::string(key), "must be text: write \"…\"",
                "debe ser texto: escribe \"…\""
            );
            return {};
        }
        return std::string(value->get_string());
    }
    std::vector<std::string> texts(
        const boost::json::object& from, std::string_view key, const std::string& pointer
    ) {
        std::vector<std::string> list;
        const auto at = pointer + "/" + std::string(key);
        const auto& items = array(from.if_contains(key), at);
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (!items[i].is_string()) {
                complain(
                    at + "/" + std::to_string(i), "must be text: write \"…\"",
                    "debe ser texto: escribe \"…\""
                );
                continue;
            }
            list.emplace_back(items[i].get_string());
        }
        return list;
    }
    bool flag(
        const boost::json::object& from,
        std::string_view key,
        bool fallback,
        const std::string& pointer
    ) {
        const auto* value = from.if_contains(key);
        if (value == nullptr) {
            return fallback;
        }
        if (!value->is_bool()) {
            complain(
                pointer + "/" + std::string(key), "must be true or false", "debe ser true o false"
            );
            return fallback;
        }
        return value->get_bool();
    }
    /// `fallback` when the key is not there.
    int whole(
        const boost::json::object& from,
        std::string_view key,
        int fallback,
        int least,
        int most,
        const std::string& pointer
    ) {
        const auto* value = from.if_contains(key);
        if (value == nullptr) {
            return fallback;
        }
        if (!value->is_int64() || value->get_int64() < least || value->get_int64() > most) {
            const auto range = std::to_string(least) + "…" + std::to_string(most);
            complain(
                pointer + "/" + std::string(key), "must be a whole number, " + range,
                "debe ser un número entero, " + range
            );
            return fallback;
        }
        return static_cast<int>(value->get_int64());
    }
    BothLanguages both(const boost::json::value* value, const std::string& pointer) {
        const auto& texts = object(value, pointer);
        keys(texts, pointer, {"es", "en"});
        return {text(texts, "es", pointer), text(texts, "en", pointer)};
    }
    void keys(
        const boost::json::object& from,
        const std::string& pointer,
        std::initializer_list<std::string_view> known
    ) {
        for (const auto& item : from) {
            if (std::ranges::find(known, std::string_view(item.key())) == known.end()) {
                const auto list = joined(known);
                complain(
                    pointer + "/" + std::string(item.key()),
                    "is not a known key; known are: " + list,
                    "no es una clave conocida; las conocidas son: " + list
                );
            }
        }
    }
    void one_of(const std::string& pointer, const std::string& list) {
        complain(pointer, "must be one of: " + list, "debe ser uno de: " + list);
    }

    template <class List>
    static std::string joined(const List& list) {
        std::string text;
        for (const auto& one : list) {
            text += (text.empty() ? "" : ", ") + std::string(one);
        }
        return text;
    }

private:
    std::string_view text_;
    std::vector<Complaint> complaints_;
};

}  // namespace station::criteria
