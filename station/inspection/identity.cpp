#include "station/inspection/identity.hpp"

#include "obd/decode/vin.hpp"
#include "protocols/base/text.hpp"
#include "station/criteria/facts.hpp"

#include <array>
#include <charconv>
#include <chrono>

namespace station::inspection {
namespace {

struct Range {
    char32_t first;
    char32_t last;
};
/// Letters of the scripts that plates are written in.
constexpr std::array letters{
    Range{U'A', U'Z'},     Range{U'a', U'z'},     Range{U'0', U'9'},     Range{0x00C0, 0x00D6},
    Range{0x00D8, 0x00F6}, Range{0x00F8, 0x024F}, Range{0x0370, 0x03FF}, Range{0x0400, 0x04FF},
    Range{0x0531, 0x0587}, Range{0x05D0, 0x05EA}, Range{0x0620, 0x064A}, Range{0x0660, 0x0669},
    Range{0x0E01, 0x0E2E}, Range{0x10A0, 0x10FF}, Range{0x3041, 0x30FA}, Range{0x4E00, 0x9FFF},
    Range{0xAC00, 0xD7A3},
};

/// Code points of UTF-8 text that has been checked.
template <class Each>
void each_code_point(std::string_view text, Each each) {
    for (std::size_t at = 0; at < text.size();) {
        const auto lead = static_cast<unsigned char>(text[at]);
        const int more = lead < 0x80 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
        constexpr std::array<unsigned int, 4> masks{0x7F, 0x1F, 0x0F, 0x07};
        char32_t code = lead & masks[static_cast<std::size_t>(more)];
        for (int i = 1; i <= more; ++i) {
            code = (code << 6U) |
                   (static_cast<unsigned char>(text[at + static_cast<std::size_t>(i)]) & 0x3FU);
        }
        at += static_cast<std::size_t>(more) + 1;
        each(code);
    }
}

}  // namespace

std::optional<criteria::BothLanguages> wrong_plate(std::string_view plate) {
    constexpr std::size_t bytes_max = 4 * longest_plate;
    const criteria::BothLanguages too_long{
        "La placa tiene más de 16 caracteres. Escribe solo la placa.",
        "The plate has more than 16 characters. Enter the plate alone."};
    const criteria::BothLanguages odd{
        "La placa tiene un carácter que ninguna placa lleva. Bórrala y escríbela a mano.",
        "The plate has a character that no plate has. Clear it and type it by hand."};
    if (plate.size() > bytes_max) {
        return too_long;
    }
    if (!protocols::is_utf8(plate)) {
        return odd;
    }
    std::size_t count = 0;
    bool possible = true;
    each_code_point(plate, [&](char32_t code) {
        ++count;
        bool letter = code == U' ' || code == U'-' || code == U'.' || code == U'·';
        for (const auto& range : letters) {
            letter = letter || (code >= range.first && code <= range.last);
        }
        possible = possible && letter;
    });
    if (!possible) {
        return odd;
    }
    return count > longest_plate ? std::optional(too_long) : std::nullopt;
}

std::optional<criteria::BothLanguages> wrong_vin(std::string_view vin) {
    constexpr std::size_t vin_length = 17;
    if (vin.size() != vin_length) {
        return criteria::BothLanguages{
            "El NIV debe tener 17 caracteres. Escanéalo otra vez o compáralo con la placa de la "
            "puerta.",
            "The VIN must have 17 characters. Scan it again or compare it with the door label."};
    }
    if (!obd::check_vin(vin).well_formed) {
        return criteria::BothLanguages{
            "El NIV solo lleva mayúsculas y números, sin I, O ni Q. Corrígelo.",
            "A VIN has capital letters and digits only, without I, O and Q. Correct it."};
    }
    return std::nullopt;
}

namespace {

std::optional<std::chrono::sys_days> day_of(std::string_view text) {
    using namespace std::chrono;
    constexpr std::size_t day_size = 10;
    if (!criteria::is_date(text.substr(0, day_size))) {
        return std::nullopt;
    }
    const auto number = [&](std::size_t at, std::size_t size) {
        int value = 0;
        std::from_chars(text.data() + at, text.data() + at + size, value);
        return value;
    };
    return sys_days(
        year(number(0, 4)) / month(static_cast<unsigned>(number(5, 2))) /
        day(static_cast<unsigned>(number(8, 2)))
    );
}

}  // namespace

std::string day_after(std::string_view day, int days) {
    const auto from = day_of(day);
    if (!from) {
        return {};
    }
    const std::chrono::year_month_day to(*from + std::chrono::days(days));
    const auto padded = [](unsigned number) {
        return (number < 10 ? "0" : "") + std::to_string(number);
    };
    return std::to_string(static_cast<int>(to.year())) + "-" +
           padded(static_cast<unsigned>(to.month())) + "-" +
           padded(static_cast<unsigned>(to.day()));
}

std::optional<int> days_between(std::string_view earlier, std::string_view later) {
    const auto from = day_of(earlier);
    const auto to = day_of(later);
    if (!from || !to) {
        return std::nullopt;
    }
    return static_cast<int>((*to - *from).count());
}

}  // namespace station::inspection
