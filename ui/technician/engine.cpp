#include "ui/technician/engine.hpp"

#include "station/app/inspector.hpp"
#include "station/app/learning.hpp"
#include "station/messages/messages.hpp"
#include "sync/uploader/send.hpp"
#include "sync/uploader/uploader.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/json/parse.hpp>

#include <condition_variable>
#include <mutex>
#include <random>
#include <thread>

namespace ui::technician {
namespace {

namespace app = station::app;
namespace reading = station::reading;
namespace json = boost::json;
using presenters::Both;
using presenters::Entered;
using presenters::Finished;
using protocols::Failure;

QString text(const json::value& value) {
    return value.is_string() ? QString::fromUtf8(value.get_string().c_str()) : QString();
}

QVariantMap both(const json::value& value) {
    return {{"es", text(value.at("es"))}, {"en", text(value.at("en"))}};
}

/// For the technician: what to do. The detail for support stands in the record.
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

station::criteria::Stated stated_from(const Entered& entered) {
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
    stated.lamp_at_key_on = answer(entered.lampKeyOn);
    stated.lamp_running = answer(entered.lampRunning);
    return stated;
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
void add_codes(Finished& finished, const json::array& codes) {
    for (const auto& code : codes) {
        const QVariantMap one{
            {"code", text(code.at("code"))},
            {"ecu", text(code.at("ecu"))},
            {"es", text(code.at("es"))},
            {"en", text(code.at("en"))}};
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

Finished judged(const app::Stored& stored) {
    const auto body = json::parse(stored.concluded.body);
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
    for (const auto& monitor : obd.at("monitors").as_object()) {
        if (monitor.value() != "unsupported") {
            finished.monitors.push_back(QVariantMap{
                {"code", QString::fromUtf8(monitor.key_c_str())}, {"state", text(monitor.value())}}
            );
        }
    }
    add_codes(finished, body.at("snapshot").at("vehicle").at("codes").as_array());
    for (const auto& finding : body.at("snapshot").at("findings").as_array()) {
        finished.findings.push_back(QVariantMap{
            {"es", text(finding.at("es"))},
            {"en", text(finding.at("en"))},
            {"detail", text(finding.at("detail"))}});
    }
    for (const auto& ecu : body.at("snapshot").at("ecus").as_array()) {
        if (const auto* vin = ecu.at("vin").as_object().if_contains("value")) {
            finished.vinRead = text(*vin);
        }
    }
    finished.sequence = static_cast<qint64>(stored.record.sequence);
    return finished;
}

}  // namespace

struct Engine::Impl {
    Impl(Engine& owner, Settings given)
        : engine(owner),
          settings(std::move(given)),
          uploads([this](std::stop_token ending) { upload_loop(ending); }) {}

    ~Impl() {
        stop_reading();
        if (reading.joinable()) {
            reading.join();
        }
        uploads.request_stop();
        {
            const std::lock_guard lock(mutex);
            wanted = true;
        }
        wake.notify_all();
    }

    void stop_reading() {
        const std::lock_guard lock(mutex);
        if (io != nullptr) {
            boost::asio::post(*io, [this] { stop.request(); });
        }
    }

    void inspect(const Entered& entered) {
        auto store = station::records::Store::open(settings.station);
        if (store.has_error()) {
            return Q_EMIT engine.finished(failed(store.error()));
        }
        const auto closed = app::close_left_open(store.value());
        if (closed.has_error()) {
            return Q_EMIT engine.finished(failed(closed.error()));
        }
        station::inspection::Order order;
        order.id = app::make_id();
        order.stated = stated_from(entered);
        order.technician = settings.technician;
        order.profile_source = settings.profile_source;
        order.variant = settings.profile.variant;
        order.adapter = settings.adapter.text();
        order.started = app::utc_now();
        app::Learning learning(settings.station);
        order.qualified = learning.qualified(settings.adapter);
        const auto begun = store.value().begin(order.id, station::inspection::draft_of(order));
        if (begun.has_error()) {
            return Q_EMIT engine.finished(failed(begun.error()));
        }
        const auto& stated = order.stated;
        const auto done = read(learning.settings(settings.adapter, stated.vin, stated.plate));
        learning.learn(done, stated.vin, stated.plate);
        const auto stored = app::store_inspection(store.value(), order, settings.profile, done);
        wake_uploads();
        if (stored.has_error()) {
            return Q_EMIT engine.finished(failed(stored.error()));
        }
        Q_EMIT engine.finished(
            stored.value().concluded.judgement ? judged(stored.value()) : failed(*done.failure)
        );
    }

    reading::ReadingDone read(obd::ReadingSettings given) {
        boost::asio::io_context context(1);
        reading::ReadingDone done;
        {
            const std::lock_guard lock(mutex);
            stop = reading::Stop();
            io = &context;
        }
        given.connect_attempts = settings.profile.connect_attempts;
        constexpr std::chrono::seconds reconnect(120);  // or until the technician stops it
        reading::OnProgress on_progress = [this](const obd::ReadingProgress& now) {
            presenters::Progress progress;
            progress.step = QString::fromStdString(now.step);
            progress.share = now.share;
            progress.attempt = now.attempt;
            progress.limitSeconds = static_cast<int>(now.limit.count());
            progress.adapterFound = now.step != reading::reconnecting &&
                                    now.step != "adapter_rates" &&
                                    (now.step != "adapter" || now.attempt > 1);
            progress.protocolFound = now.share > 0 || now.step == "support";
            Q_EMIT engine.progressed(progress);
        };
        boost::asio::co_spawn(
            context,
            reading::read_vehicle(
                context, settings.adapter, given, reconnect, std::move(on_progress), stop, done
            ),
            boost::asio::detached
        );
        context.run();
        const std::lock_guard lock(mutex);
        io = nullptr;
        return done;
    }

    void wake_uploads() {
        {
            const std::lock_guard lock(mutex);
            wanted = true;
        }
        wake.notify_all();
    }

    void upload_loop(const std::stop_token& stop_token) {
        constexpr auto request_time = std::chrono::seconds(20);
        auto store = station::records::Store::open(settings.station);
        if (store.has_error()) {
            return;  // the first inspection reports it to the technician
        }
        std::random_device seed;
        syncing::Uploader uploader(std::uniform_real_distribution<>(0, 1)(seed));
        bool reached = true;
        while (!stop_token.stop_requested()) {
            const auto waiting = store.value().unsent_count();
            const auto unsent = waiting.has_value() ? waiting.value() : 0;
            Q_EMIT engine.centreAnswered(static_cast<int>(unsent), reached);
            const auto next = settings.centre.empty()
                                  ? syncing::Uploader::Next(syncing::Uploader::Idle{})
                                  : uploader.next(unsent, std::chrono::steady_clock::now());
            if (std::holds_alternative<syncing::Uploader::SendNow>(next)) {
                const auto sent = syncing::send_batch(store.value(), settings.centre, request_time);
                reached = sent.has_value();
                if (reached) {
                    uploader.succeeded();
                } else {
                    uploader.failed(std::chrono::steady_clock::now());
                }
                continue;
            }
            std::unique_lock lock(mutex);
            const auto woken = [this] { return wanted; };
            if (const auto* until = std::get_if<syncing::Uploader::WaitUntil>(&next)) {
                wake.wait_until(lock, until->at, woken);
            } else {
                wake.wait(lock, woken);
            }
            wanted = false;
        }
    }

    Engine& engine;
    Settings settings;
    std::mutex mutex;
    std::condition_variable wake;
    bool wanted = false;
    boost::asio::io_context* io = nullptr;
    reading::Stop stop;
    std::thread reading;
    std::jthread uploads;
};

Engine::Engine(Settings settings) : impl_(std::make_unique<Impl>(*this, std::move(settings))) {
    qRegisterMetaType<presenters::Progress>();
    qRegisterMetaType<presenters::Finished>();
}

Engine::~Engine() = default;

void Engine::start(const Entered& entered) {
    if (impl_->reading.joinable()) {
        impl_->reading.join();
    }
    impl_->reading = std::thread([this, entered] { impl_->inspect(entered); });
}

void Engine::stop() {
    impl_->stop_reading();
}

}  // namespace ui::technician
