#include "ui/technician/showing.hpp"

#include "station/messages/messages.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>

namespace ui::technician {
namespace {

namespace json = boost::json;
namespace inspection = station::inspection;
using presenters::Both;
using presenters::Entered;
using presenters::Finished;
using presenters::Standing;
using protocols::Failure;

QVariantMap both(const json::value& value) {
    return {{"es", text(value.at("es"))}, {"en", text(value.at("en"))}};
}

void add_rules(Finished& finished, const json::value& judgement) {
    for (const auto& rule : judgement.at("rules").as_array()) {
        if (!rule.at("reached").as_bool()) {
            continue;
        }
        auto row = both(rule.at("text"));
        row["id"] = text(rule.at("id"));
        row["outcome"] = text(rule.at("outcome"));
        row["clause"] = text(rule.at("clause"));
        row["verified"] = text(rule.at("verified"));
        row["sure"] = rule.at("confirmed") != "";
        row["decides"] = rule.at("decides").as_bool();
        finished.rules.push_back(row);
        if (const auto* next = rule.as_object().if_contains("next")) {
            const QVariant step = both(*next);
            if (!finished.nextSteps.contains(step)) {
                finished.nextSteps.push_back(step);
            }
        }
    }
}

/// One entry a code and unit, with all it is: confirmed, pending, permanent.
void add_codes(Finished& finished, const json::array& codes, const CodeTexts& texts) {
    for (const auto& code : codes) {
        QVariantMap one{
            {"code", text(code.at("code"))},
            {"ecu", text(code.at("ecu"))},
            {"es", text(code.at("es"))},
            {"en", text(code.at("en"))}};
        const auto ours = texts.find(one["code"].toString().toStdString());
        if (ours != texts.end()) {
            one["es"] = QString::fromStdString(ours->second.es);
            one["en"] = QString::fromStdString(ours->second.en);
        }
        const auto same = std::ranges::find_if(finished.codes, [&](const QVariant& entry) {
            return entry.toMap()["code"] == one["code"] && entry.toMap()["ecu"] == one["ecu"];
        });
        auto entry = same == finished.codes.end() ? one : same->toMap();
        entry["kinds"] = entry["kinds"].toStringList() << text(code.at("kind"));
        if (same == finished.codes.end()) {
            finished.codes.push_back(entry);
        } else {
            *same = entry;
        }
    }
}

QString word(const std::optional<bool>& answer) {
    return !answer ? QString() : *answer ? QStringLiteral("yes") : QStringLiteral("no");
}

}  // namespace

QString text(const json::value& value) {
    return value.is_string() ? QString::fromUtf8(value.get_string().c_str()) : QString();
}

Finished failed(const Failure& failure) {
    Finished finished;
    const Failure plain{failure.fault, {}};
    const auto code = station::messages::message_for(failure.fault).code;
    finished.errorCode = QString::fromLatin1(code.data(), static_cast<qsizetype>(code.size()));
    finished.error = {
        QString::fromStdString(station::messages::spanish(plain)),
        QString::fromStdString(station::messages::english(plain))};
    return finished;
}

std::optional<bool> answer(const QString& word) {
    if (word.isEmpty()) {
        return std::nullopt;
    }
    return word == QLatin1String("yes");
}

station::criteria::Stated stated_from(const Entered& entered, bool miles) {
    station::criteria::Stated stated;
    stated.vin = entered.vin.toStdString();
    stated.plate = entered.plate.toStdString();
    stated.fuel = entered.fuel.toStdString();
    if (entered.modelYear != 0) {
        stated.model_year = entered.modelYear;
    }
    if (entered.grossWeightKg != 0) {
        stated.gvwr_kg = entered.grossWeightKg;
    }
    if (entered.odometer >= 0) {
        stated.odometer = {entered.odometer, miles ? "mi" : "km"};
    }
    stated.lamp_at_key_on = answer(entered.lampKeyOn);
    stated.lamp_running = answer(entered.lampRunning);
    return stated;
}

Finished judged(const std::string& text_of_body, const CodeTexts& texts) {
    const auto body = json::parse(text_of_body);
    const auto& judgement = body.at("judgement");
    Finished finished;
    finished.judged = true;
    finished.verdict = text(judgement.at("verdict"));
    finished.word = {text(judgement.at("word").at("es")), text(judgement.at("word").at("en"))};
    for (const auto& cause : judgement.at("causes").as_array()) {
        finished.causes.push_back(both(cause));
    }
    add_rules(finished, judgement);
    const auto& obd = body.at("facts").at("obd").as_object();
    const auto& monitors = obd.at("monitors").as_object();
    const bool any_known = std::ranges::any_of(monitors, [](const auto& monitor) {
        return monitor.value().is_string();
    });
    for (const auto& monitor : monitors) {
        if (monitor.value() != "unsupported" && any_known) {
            const auto state = text(monitor.value());
            finished.monitors.push_back(QVariantMap{
                {"code", QString::fromUtf8(monitor.key_c_str())},
                {"state", state.isEmpty() ? "unknown" : state}});
        }
    }
    if (!any_known && !monitors.empty()) {
        finished.monitors.push_back(QVariantMap{{"code", "ALL"}, {"state", "unknown"}});
    }
    const auto* snapshot = body.as_object().if_contains("snapshot");
    if (snapshot == nullptr) {
        return finished;
    }
    add_codes(finished, snapshot->at("vehicle").at("codes").as_array(), texts);
    for (const auto& finding : snapshot->at("findings").as_array()) {
        finished.findings.push_back(QVariantMap{
            {"es", text(finding.at("es"))},
            {"en", text(finding.at("en"))},
            {"detail", text(finding.at("detail"))}});
    }
    for (const auto& ecu : snapshot->at("ecus").as_array()) {
        if (const auto* vin = ecu.at("vin").as_object().if_contains("value")) {
            finished.vinRead = text(*vin);
        }
    }
    return finished;
}

Standing standing_of(const inspection::Workflow& workflow) {
    const auto& stated = workflow.order().stated;
    Standing standing;
    const auto state = inspection::id(workflow.state());
    standing.state = QString::fromLatin1(state.data(), static_cast<qsizetype>(state.size()));
    standing.entered.vin = QString::fromStdString(stated.vin);
    standing.entered.plate = QString::fromStdString(stated.plate);
    standing.entered.fuel = QString::fromStdString(stated.fuel);
    standing.entered.modelYear = stated.model_year.value_or(0);
    standing.entered.grossWeightKg = static_cast<int>(stated.gvwr_kg.value_or(0));
    if (stated.odometer) {
        standing.entered.odometer = stated.odometer->value;
    }
    standing.entered.lampKeyOn = word(stated.lamp_at_key_on);
    standing.entered.lampRunning = word(stated.lamp_running);
    for (const auto& [item, seen] : stated.visual) {
        standing.visual[QString::fromStdString(item)] = QString::fromStdString(seen);
    }
    standing.read = workflow.was_read();
    standing.connector = QString::fromStdString(stated.connector);
    const auto* off = std::get_if<inspection::EngineOff>(&workflow.state());
    standing.stalled = off != nullptr && off->stalled;
    if (workflow.order().relation) {
        standing.relation = QString::fromStdString(workflow.order().relation->kind);
    }
    return standing;
}

}  // namespace ui::technician
