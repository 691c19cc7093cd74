#include "station/criteria/page.hpp"

#include "protocols/base/hex.hpp"

#include <algorithm>
#include <array>

namespace station::criteria {
namespace {

constexpr std::size_t page_width = 100;

/// Columns a UTF-8 text takes, one a code point.
std::size_t columns(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

class Writer {
public:
    explicit Writer(bool spanish) : spanish_(spanish) {}

    [[nodiscard]] std::string say(const char* es, const char* en) const {
        return spanish_ ? es : en;
    }
    [[nodiscard]] const std::string& pick(const BothLanguages& both) const {
        return spanish_ ? both.es : both.en;
    }
    void line(const std::string& text = {}) { page_ += text + "\n"; }
    /// Broken at words; later lines start below the first one's text.
    void wrapped(const std::string& head, const std::string& text) {
        const std::string indent(columns(head), ' ');
        std::string now = head;
        std::size_t begin = 0;
        while (begin < text.size()) {
            auto end = text.find(' ', begin);
            end = end == text.npos ? text.size() : end;
            const auto word = text.substr(begin, end - begin);
            if (columns(now) + columns(word) > page_width && columns(now) > indent.size()) {
                line(now.substr(0, now.find_last_not_of(' ') + 1));
                now = indent;
            }
            now += word + " ";
            begin = end + 1;
        }
        line(now.substr(0, now.find_last_not_of(' ') + 1));
    }
    void heading(const std::string& text) {
        line();
        line(text);
        line(std::string(columns(text), '-'));
    }
    [[nodiscard]] std::string take() { return std::move(page_); }

private:
    bool spanish_;
    std::string page_;
};

std::string level(const Writer& writer, const std::string& verified) {
    if (verified == "primary") {
        return writer.say("texto legal leído", "legal text read");
    }
    return verified == "secondary"
               ? writer.say("fuente secundaria, sin confirmar", "secondary source, not confirmed")
               : writer.say("de memoria, sin confirmar", "from memory, not confirmed");
}

std::string confirmation(const Writer& writer, const Rule& rule) {
    return rule.confirmed.empty() ? level(writer, rule.verified)
                                  : writer.say("confirmado por ", "confirmed by ") + rule.confirmed;
}

/// Of vehicles that tell their monitors by groups; nothing where the programme does not name any.
void write_groups(Writer& writer, const Profile& profile) {
    if (profile.readiness_groups.empty()) {
        return;
    }
    writer.heading(writer.say(
        "Monitores por grupo de disponibilidad (J1979-2 sin F401)",
        "Monitors by readiness group (J1979-2 without F401)"
    ));
    for (const auto& one : profile.readiness_groups) {
        std::string groups;
        for (const auto group : one.groups) {
            groups += (groups.empty() ? "" : ", ") + protocols::to_hex(group);
        }
        if (groups.empty()) {
            groups = writer.say("no existe en estos vehículos", "not in such vehicles");
        }
        writer.wrapped(one.monitor + "  ", groups + " · " + level(writer, one.verified));
    }
}

void write_rule(Writer& writer, const Profile& profile, const Rule& rule) {
    writer.line();
    writer.wrapped(rule.id + "  ", writer.pick(rule.text));
    const auto detail = [&](const std::string& label, const std::string& text) {
        writer.wrapped("    " + label + ": ", text);
    };
    if (!rule.enabled) {
        detail(
            writer.say("Estado", "State"),
            writer.say("desactivada en este texto", "not in use in this text")
        );
    }
    if (rule.when) {
        detail(writer.say("Se aplica si", "Applies when"), writer.pick(rule.when->words()));
    }
    detail(writer.say("Exige", "Requires"), writer.pick(rule.require->words()));
    if (!rule.decides) {
        detail(
            writer.say("Si no se cumple", "When not met"),
            writer.say("solo se registra", "recorded only")
        );
    } else {
        const auto cause = profile.causes.find(rule.reason);
        auto text = writer.pick(profile.words.at(rule.verdict));
        text += cause == profile.causes.end() ? "" : " – " + writer.pick(cause->second);
        text += rule.next ? ". " + writer.pick(*rule.next) : "";
        detail(writer.say("Si no se cumple", "When not met"), text);
        if (rule.escalate_when) {
            detail(
                writer.pick(profile.words.at(rule.escalate_to)) + writer.say(" si", " when"),
                writer.pick(rule.escalate_when->words())
            );
        }
        detail(
            writer.say("Si no se sabe", "When not known"),
            rule.blocks_when_unknown
                ? writer.say("no hay dictamen aprobatorio", "no passing verdict is given")
                : writer.say(
                      "se anota y no impide el dictamen", "noted, does not hold up a verdict"
                  )
        );
    }
    detail(writer.say("Fundamento", "Clause"), rule.clause + " · " + confirmation(writer, rule));
}

}  // namespace

std::string page(const Profile& profile, bool spanish) {
    Writer writer(spanish);
    writer.line(writer.pick(profile.name));
    writer.line(std::string(columns(writer.pick(profile.name)), '='));
    writer.line(
        profile.id + (profile.variant.empty() ? "" : "@" + profile.variant) + " · " +
        writer.say("edición ", "edition ") + profile.edition
    );
    if (!profile.variant.empty()) {
        writer.wrapped(writer.say("Variante: ", "Variant: "), writer.pick(profile.variant_text));
    }
    writer.wrapped(writer.say("Estado: ", "Status: "), profile.status);
    if (!profile.effective_from.empty() || !profile.effective_until.empty()) {
        const auto open = writer.say("sin límite", "no limit");
        writer.line(
            writer.say("Vigencia: ", "In effect: ") +
            (profile.effective_from.empty() ? open : profile.effective_from) + " – " +
            (profile.effective_until.empty() ? open : profile.effective_until)
        );
    }
    writer.line(
        writer.say("Intentos de conexión: ", "Attempts to connect: ") +
        std::to_string(profile.connect_attempts)
    );
    if (profile.prefers_j1979_2) {
        writer.line(writer.say(
            "Lo que habla SAE J1979 y J1979-2 se lee en J1979-2",
            "What speaks SAE J1979 and J1979-2 is read in J1979-2"
        ));
    }
    const bool collects = profile.kind == Profile::Kind::collection;
    if (collects) {
        writer.line(writer.say("Recaba datos; no da dictamen", "Collects data; gives no verdict"));
    }
    std::string order;
    for (const auto verdict : profile.precedence) {
        order += (order.empty() ? "" : " > ") + std::string(id(verdict));
    }
    writer.wrapped(writer.say("Precedencia: ", "Precedence: "), order);
    if (!profile.checklist.empty()) {
        writer.heading(writer.say("Revisión visual", "Visual check"));
        for (const auto& item : profile.checklist) {
            writer.wrapped(item.id + "  ", writer.pick(item.text));
        }
    }
    static constexpr std::array<std::pair<const char*, const char*>, 5> titles{{
        {"1 A quién se aplica", "1 Whom it concerns"},
        {"2 Conector", "2 Connector"},
        {"3 Comunicación", "3 Communication"},
        {"4 Motor", "4 Engine"},
        {"5 Criterios", "5 Criteria"},
    }};
    for (std::size_t stage = 0; stage < titles.size(); ++stage) {
        bool first = true;
        for (const auto& rule : profile.rules) {
            if (static_cast<std::size_t>(rule.stage) != stage) {
                continue;
            }
            if (first) {
                writer.heading(writer.say(titles[stage].first, titles[stage].second));
                first = false;
            }
            write_rule(writer, profile, rule);
        }
    }
    write_groups(writer, profile);
    writer.heading(writer.say("Fuentes", "Sources"));
    for (const auto& [key, text] : profile.sources) {
        writer.wrapped(key + "  ", text);
    }
    return writer.take();
}

}  // namespace station::criteria
