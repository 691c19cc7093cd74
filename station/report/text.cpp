#include "station/report/text.hpp"

#include "obd/decode/dtc_text.hpp"
#include "protocols/base/text.hpp"

#include <algorithm>
#include <utility>

namespace station::report {
namespace {

namespace json = boost::json;

class Page {
public:
    explicit Page(Language language) : language_(language) {}

    [[nodiscard]] const char* pick(const char* es, const char* en) const {
        return language_ == Language::spanish ? es : en;
    }
    [[nodiscard]] std::string pick(const json::value& both) const {
        const auto* texts = both.if_object();
        const auto* text = texts == nullptr
                               ? nullptr
                               : texts->if_contains(language_ == Language::spanish ? "es" : "en");
        return text != nullptr && text->is_string() ? std::string(text->get_string()) : "";
    }
    void rule() { text_ += std::string(72, '-') + "\n"; }
    void line(const std::string& text) { text_ += text + "\n"; }
    void field(const char* name, const std::string& value) {
        if (!value.empty()) {
            std::string padded = name;
            constexpr std::size_t column = 22;
            const auto letters = std::min(protocols::characters(name), column - 1);
            padded.append(column - letters, ' ');
            text_ += padded + value + "\n";
        }
    }
    [[nodiscard]] const std::string& text() const { return text_; }

private:
    Language language_;
    std::string text_;
};

const json::value* find(const json::value& from, std::string_view pointer) {
    boost::system::error_code error;
    return from.find_pointer(json::string_view(pointer.data(), pointer.size()), error);
}

std::string text_at(const json::value& from, std::string_view pointer) {
    const auto* value = find(from, pointer);
    if (value == nullptr || value->is_null()) {
        return {};
    }
    if (value->is_string()) {
        return std::string(value->get_string());
    }
    return value->is_int64() ? std::to_string(value->get_int64()) : std::string();
}

const json::array& array_at(const json::value& from, std::string_view pointer) {
    static const json::array none;
    const auto* value = find(from, pointer);
    return value != nullptr && value->is_array() ? value->get_array() : none;
}

std::string fitness(const Page& page, const json::value& body) {
    const auto fitness = text_at(body, "/qualification/fitness");
    if (fitness == "fit") {
        return page.pick("apto para inspecciones", "fit for inspections");
    }
    if (fitness == "reading_only") {
        return page.pick("solo para lectura", "for reading only");
    }
    if (fitness == "unfit") {
        return page.pick("no apto", "unfit");
    }
    const auto endpoint = text_at(body, "/adapter");
    if (endpoint.starts_with("doip:")) {
        return page.pick("no hay: Ethernet del vehículo", "none: the vehicle's Ethernet");
    }
    if (endpoint.starts_with("j2534:")) {
        return page.pick("no hay: dispositivo J2534", "none: a J2534 device");
    }
    return page.pick("sin calificar", "not qualified");
}

void vehicle(Page& page, const json::value& body) {
    page.field(page.pick("Placa", "Plate"), text_at(body, "/vehicle/plate"));
    page.field(page.pick("NIV capturado", "VIN entered"), text_at(body, "/vehicle/vin"));
    for (const auto& ecu : array_at(body, "/snapshot/ecus")) {
        page.field(page.pick("NIV del vehículo", "VIN of the vehicle"), text_at(ecu, "/vin/value"));
    }
    page.field(page.pick("Año-modelo", "Model year"), text_at(body, "/vehicle/model_year"));
    page.field(page.pick("Protocolo", "Protocol"), text_at(body, "/snapshot/protocol/spoken"));
    page.field(page.pick("Adaptador", "Adapter"), text_at(body, "/snapshot/adapter/banner"));
    page.field(page.pick("Prueba del adaptador", "Adapter trial"), fitness(page, body));
    page.field(page.pick("Inicio", "Started"), text_at(body, "/started"));
    page.field(page.pick("Fin", "Finished"), text_at(body, "/finished"));
    page.field(page.pick("Técnico", "Technician"), text_at(body, "/technician"));
    page.field(page.pick("Inspección", "Inspection"), text_at(body, "/inspection"));
}

void monitors(Page& page, const json::value& body) {
    const auto* all = find(body, "/facts/obd/monitors");
    if (all == nullptr || !all->is_object() || all->get_object().empty()) {
        return;
    }
    std::string ready;
    std::string open;
    std::string unknown;
    for (const auto& item : all->get_object()) {
        if (item.value() == "unsupported") {
            continue;
        }
        auto& list = item.value() == "complete" ? ready : item.value().is_null() ? unknown : open;
        list += (list.empty() ? "" : " ") + std::string(item.key());
    }
    if (ready.empty() && open.empty() && !unknown.empty()) {
        page.field(page.pick("Monitores", "Monitors"), page.pick("no se sabe", "not known"));
        return;
    }
    page.field(page.pick("Monitores listos", "Monitors ready"), ready.empty() ? "–" : ready);
    page.field(page.pick("No listos", "Not ready"), open.empty() ? "–" : open);
    if (!unknown.empty()) {
        page.field(page.pick("No se sabe", "Not known"), unknown);
    }
}

std::string in_words(const Page& page, const std::string& text, const CodeTexts& texts) {
    if (const auto ours = texts.find(text); ours != texts.end()) {
        return text + "  " + page.pick(ours->second.es.c_str(), ours->second.en.c_str());
    }
    const auto code = obd::Dtc::from_text(text);
    if (!code) {
        return text;
    }
    const auto words = obd::dtc_text(*code);
    return text + "  " + page.pick(words.es.c_str(), words.en.c_str());
}

void codes(Page& page, const json::value& body, const CodeTexts& texts) {
    const auto show = [&](const char* name, std::string_view pointer) {
        if (find(body, pointer) != nullptr) {
            const auto& list = array_at(body, pointer);
            if (list.empty()) {
                page.field(name, "–");
            }
            const char* heading = name;
            for (const auto& one : list) {
                page.field(
                    std::exchange(heading, ""), in_words(page, std::string(one.as_string()), texts)
                );
            }
        }
    };
    show(page.pick("Códigos confirmados", "Confirmed codes"), "/facts/obd/confirmed");
    show(page.pick("Pendientes", "Pending"), "/facts/obd/pending");
    show(page.pick("Permanentes", "Permanent"), "/facts/obd/permanent");
}

void next_steps(Page& page, const json::value& body) {
    std::string last;
    for (const auto& rule : array_at(body, "/judgement/rules")) {
        const auto* next = find(rule, "/next");
        const auto text = next == nullptr ? std::string() : page.pick(*next);
        if (!text.empty() && text != last) {
            page.line(std::string(page.pick("→ Siguiente paso: ", "→ Next step: ")) + text);
            last = text;
        }
    }
}

/// Rules nobody has yet compared with the law's text, by how sure their source is.
void unconfirmed(Page& page, const json::value& body) {
    std::string list;
    for (const auto& rule : array_at(body, "/judgement/rules")) {
        const bool used =
            text_at(rule, "/outcome") == "pass" || text_at(rule, "/outcome") == "fail";
        const auto level = text_at(rule, "/verified");
        if (!used || !text_at(rule, "/confirmed").empty()) {
            continue;
        }
        list += (list.empty() ? "" : ", ") + text_at(rule, "/id") + " (" +
                (level == "primary"     ? page.pick("texto legal", "legal text")
                 : level == "secondary" ? page.pick("fuente secundaria", "secondary source")
                                        : page.pick("de memoria", "from memory")) +
                ")";
    }
    if (!list.empty()) {
        page.line(std::string(page.pick("Reglas sin confirmar: ", "Rules not confirmed: ")) + list);
    }
}

}  // namespace

std::string as_text(const json::value& body, Language language, const CodeTexts& texts) {
    Page page(language);
    page.rule();
    const auto* word = find(body, "/judgement/word");
    page.line(
        "  " + (word != nullptr ? page.pick(*word)
                                : std::string(page.pick("NO SE PUDO PROBAR", "COULD NOT TEST")))
    );
    page.rule();
    for (const auto& cause : array_at(body, "/judgement/causes")) {
        page.line("• " + page.pick(cause));
    }
    int attempt = 0;
    for (const auto& why : array_at(body, "/snapshot/failed_attempts")) {
        page.line(
            page.pick("  intento ", "  attempt ") + std::to_string(++attempt) + ": " +
            std::string(why.as_string())
        );
    }
    if (const auto detail = text_at(body, "/aborted/detail"); !detail.empty()) {
        page.line("• " + detail);
    }
    next_steps(page, body);
    vehicle(page, body);
    monitors(page, body);
    codes(page, body, texts);
    unconfirmed(page, body);
    page.rule();
    return page.text();
}

}  // namespace station::report
