#include "station/criteria/read_groups.hpp"

#include "obd/decode/monitors.hpp"
#include "protocols/base/hex.hpp"
#include "station/criteria/monitors.hpp"

#include <algorithm>
#include <array>

namespace station::criteria {
namespace {

namespace json = boost::json;

std::uint8_t read_group(Reader& reader, const std::string& text, const std::string& at) {
    const auto byte = protocols::from_hex(text);
    const bool named = byte && byte->size() == 1 && text.size() == 2 && byte->front() != 0;
    if (!named) {
        reader.complain(
            at, "is no readiness group: write two hex digits, \"01\" to \"FF\"",
            "no es un grupo de disponibilidad: escribe dos dígitos hexadecimales, \"01\" a \"FF\""
        );
    }
    return named ? byte->front() : std::uint8_t{0};
}

}  // namespace

void level_is_known(Reader& reader, const std::string& level, const std::string& pointer) {
    constexpr std::array<std::string_view, 3> levels{"primary", "secondary", "memory"};
    if (std::ranges::find(levels, level) == levels.end()) {
        reader.one_of(pointer + "/verified", Reader::joined(levels));
    }
}

void sources_are_named(
    Reader& reader,
    const std::vector<std::string>& cited,
    const Profile& profile,
    const std::string& pointer
) {
    for (const auto& source : cited) {
        if (!profile.sources.contains(source)) {
            reader.complain(
                pointer + "/cite", "names a source that is not in /sources: " + source,
                "nombra una fuente que no está en /sources: " + source
            );
        }
    }
}

void read_readiness_groups(Reader& reader, const json::object& object, Profile& profile) {
    const auto* value = object.if_contains("readiness_groups");
    if (value == nullptr) {
        return;
    }
    std::set<std::uint8_t> taken;
    for (const auto& item : reader.object(value, "/readiness_groups")) {
        const auto pointer = "/readiness_groups/" + std::string(item.key());
        if (!obd::monitor_from_code(item.key())) {
            std::vector<std::string_view> codes;
            for (const auto* row : monitor_rows()) {
                codes.push_back(Monitors::code(*row));
            }
            reader.one_of(pointer, Reader::joined(codes));
        }
        const auto& one = reader.object(&item.value(), pointer);
        reader.keys(one, pointer, {"groups", "verified", "cite"});
        MonitorGroups monitor{
            item.key(),
            {},
            reader.text(one, "verified", pointer),
            reader.texts(one, "cite", pointer)};
        level_is_known(reader, monitor.verified, pointer);
        sources_are_named(reader, monitor.cite, profile, pointer);
        const auto groups = reader.texts(one, "groups", pointer);
        for (std::size_t i = 0; i < groups.size(); ++i) {
            const auto at = pointer + "/groups/" + std::to_string(i);
            monitor.groups.push_back(read_group(reader, groups[i], at));
            if (monitor.groups.back() != 0 && !taken.insert(monitor.groups.back()).second) {
                reader.complain(
                    at, "stands twice; a group is one monitor's",
                    "está repetido; un grupo es de un solo monitor"
                );
            }
        }
        profile.readiness_groups.push_back(std::move(monitor));
    }
    if (taken.size() > obd::readiness_groups_max) {
        const auto most = std::to_string(obd::readiness_groups_max);
        reader.complain(
            "/readiness_groups", "names more than " + most + " groups; each costs a request",
            "nombra más de " + most + " grupos; cada uno cuesta una petición"
        );
    }
}

}  // namespace station::criteria
