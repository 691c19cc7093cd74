#include "station/records/event.hpp"

#include <boost/json/serialize.hpp>

namespace station::records {

std::string event_body(
    std::string_view kind, std::string_view by, std::string_view at, boost::json::object details
) {
    boost::json::object event{{"kind", kind}};
    for (auto& item : details) {
        event[item.key()] = std::move(item.value());
    }
    return boost::json::serialize(boost::json::object{
        {"schema", "obd-station/record/1"},
        {"type", "event"},
        {"started", at},
        {"technician", by},
        {"event", std::move(event)},
    });
}

}  // namespace station::records
