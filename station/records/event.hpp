#pragma once

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace station::records {

/// Body of a record that is no inspection: who signed in, what was set, counted or restored.
/// `kind`: sign_in, sign_in_refused, sign_out, take_over, roster, unlock, clock, epoch, bundle,
/// settings, stock, print, backup, erasure. `by`: the person, empty for the station itself; `at`:
/// UTC, ISO 8601.
[[nodiscard]] std::string event_body(
    std::string_view kind, std::string_view by, std::string_view at, boost::json::object details
);

}  // namespace station::records
