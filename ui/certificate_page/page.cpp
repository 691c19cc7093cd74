#include "ui/certificate_page/page.hpp"

#include "protocols/base/embedded.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <string_view>

namespace ui::certificate_page {

const std::vector<protocols::EmbeddedFile>& built();

std::string page(const Known& known) {
    namespace json = boost::json;
    json::array trust;
    for (const auto& key : known.trust) {
        trust.emplace_back(key);
    }
    json::array lists;
    for (const auto* list : {&known.keys, &known.revoked}) {
        if (!list->empty()) {
            lists.emplace_back(*list);
        }
    }
    auto data = json::serialize(json::object{{"trust", trust}, {"lists", lists}});
    // Inside a script element nothing but its end tag ends it.
    for (std::size_t at = 0; (at = data.find('<', at)) != data.npos;) {
        data.replace(at, 1, "\\u003c");
    }
    constexpr std::string_view place = "@DATA@";
    std::string text(built().front().text);
    const auto at = text.find(place);
    return at == text.npos ? text : text.replace(at, place.size(), data);
}

}  // namespace ui::certificate_page
