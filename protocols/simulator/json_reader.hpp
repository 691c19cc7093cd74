#pragma once

#include "protocols/base/hex.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>

namespace protocols::simulator {

namespace json = boost::json;

/// Collects the first complaint with its place; later reads then do nothing.
class Reader {
public:
    [[nodiscard]] bool good() const { return problem_.empty(); }
    [[nodiscard]] const std::string& problem() const { return problem_; }

    void complain(const std::string& place, std::string_view what) {
        if (good()) {
            problem_ = place + ": " + std::string(what);
        }
    }

    const json::object& object(const json::value& value, const std::string& place) {
        static const json::object none;
        if (!value.is_object()) {
            complain(place, "must be an object");
            return none;
        }
        return value.as_object();
    }

    void known_keys(
        const json::object& object,
        const std::string& place,
        std::initializer_list<std::string_view> keys
    ) {
        for (const auto& item : object) {
            if (std::ranges::find(keys, std::string_view(item.key())) == keys.end()) {
                complain(place + "/" + std::string(item.key()), "is not a known key");
            }
        }
    }

    std::string text(const json::object& object, std::string_view key, const std::string& place) {
        const auto* value = object.if_contains(key);
        if (value == nullptr || !value->is_string()) {
            complain(place + "/" + std::string(key), "must be text");
            return {};
        }
        return std::string(value->as_string());
    }

    double number(
        const json::object& object, std::string_view key, double fallback, const std::string& place
    ) {
        const auto* value = object.if_contains(key);
        if (value == nullptr) {
            return fallback;
        }
        if (!value->is_number()) {
            complain(place + "/" + std::string(key), "must be a number");
            return fallback;
        }
        return value->to_number<double>();
    }

    bool truth(
        const json::object& object, std::string_view key, bool fallback, const std::string& place
    ) {
        const auto* value = object.if_contains(key);
        if (value != nullptr && !value->is_bool()) {
            complain(place + "/" + std::string(key), "must be true or false");
        }
        return value != nullptr && value->is_bool() ? value->get_bool() : fallback;
    }

    Bytes bytes(const json::value& value, const std::string& place) {
        const auto parsed =
            value.is_string() ? from_hex(std::string_view(value.as_string())) : std::nullopt;
        if (!parsed || parsed->empty()) {
            complain(place, "must be hex bytes in a text");
            return {};
        }
        return *parsed;
    }

    std::uint8_t id(std::string_view key, const std::string& place) {
        const auto parsed = from_hex(key);
        if (!parsed || parsed->size() != 1) {
            complain(place, "must be named by two hex digits");
            return 0;
        }
        return parsed->front();
    }

private:
    std::string problem_;
};

}  // namespace protocols::simulator
