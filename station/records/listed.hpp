#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace station::records {

/// What lists and searches need of a record's body.
struct Listed {
    std::string vin;
    std::string plate;
    std::string started;
    std::string type;
    std::string verdict;
    std::int64_t visit = 1;
    std::optional<std::int64_t> erase_days;
    std::string inspection;
};
/// Found without reading the rest of a body, which is long; empty where the body has none.
[[nodiscard]] Listed listed_of(std::string_view body);
/// The confirmation as it is written; empty for none. Lives with the body.
[[nodiscard]] std::string_view confirmation_of(std::string_view body);

}  // namespace station::records
