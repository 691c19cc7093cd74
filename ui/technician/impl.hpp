#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/json/parse.hpp>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <random>
#include <thread>
#include "station/app/bundles.hpp"
#include "station/app/learning.hpp"
#include "station/app/naming.hpp"
#include "station/app/session.hpp"
#include "station/messages/messages.hpp"
#include "station/records/backup.hpp"
#include "station/records/event.hpp"
#include "station/stock/stock.hpp"
#include "sync/uploader/send.hpp"
#include "sync/uploader/uploader.hpp"
#include "ui/technician/engine.hpp"
#include "ui/technician/paper.hpp"
#include "ui/technician/showing.hpp"

/// Of this leaf only: what the engine does on its own threads.
namespace ui::technician {

namespace app = station::app;
namespace inspection = station::inspection;
namespace reading = station::reading;
namespace json = boost::json;
using presenters::Entered;
using presenters::Finished;
using presenters::Standing;

struct Engine::Impl {
    Impl(Engine& owner, Settings given)
        : engine(owner),
          settings(std::move(given)),
          uploads([this](std::stop_token ending) { upload_loop(ending); }),
          inspections([this](std::stop_token ending) { inspection_loop(ending); }) {}

    ~Impl() {
        inspections.request_stop();
        stop_reading();
        uploads.request_stop();
        {
            const std::lock_guard lock(mutex);
            wanted = true;
        }
        wake.notify_all();
        work.notify_all();
        inspections.join();
    }

    void post(std::function<void()> task) {
        {
            const std::lock_guard lock(mutex);
            tasks.push_back(std::move(task));
        }
        work.notify_all();
    }

    void inspection_loop(const std::stop_token& ending) {
        for (;;) {
            std::function<void()> task;
            {
                std::unique_lock lock(mutex);
                work.wait(lock, [&] { return ending.stop_requested() || !tasks.empty(); });
                if (ending.stop_requested()) {
                    return;
                }
                task = std::move(tasks.front());
                tasks.pop_front();
            }
            task();
        }
    }

    void stop_reading() {
        const std::lock_guard lock(mutex);
        if (io != nullptr) {
            boost::asio::post(*io, [this] { stop.request(); });
        }
    }

    /// The store, opened when it is first needed; nullptr after telling why it cannot be.
    station::records::Store* opened() {
        if (!store) {
            auto result = station::records::Store::open(settings.station);
            if (result.has_error()) {
                Q_EMIT engine.finished(failed(result.error()));
                return nullptr;
            }
            const auto held = result.value().hold();
            if (held.has_error()) {
                Q_EMIT engine.finished(failed(held.error()));
                return nullptr;
            }
            store.emplace(std::move(result.value()));
        }
        if (!people) {
            const auto noted = app::note_bundle(*store);
            if (noted.has_error()) {
                Q_EMIT engine.finished(failed(noted.error()));
                return nullptr;
            }
            auto opened_people = app::People::open(*store);
            if (opened_people.has_error()) {
                Q_EMIT engine.finished(failed(opened_people.error()));
                return nullptr;
            }
            people.emplace(std::move(opened_people.value()));
        }
        return &*store;
    }

    /// Who is at work, and why the last proof was not taken.
    void tell_crew(const app::People::Refusal& refused = {}) {
        Q_EMIT engine.crewed(crew_of(*people, *store, refused));
    }

    void sign_in(const app::Proof& proof);
    /// Whoever signed in goes on with what another began.
    void take_over();
    void sign_out(const std::string& why);
    void confirm_clock(const app::Proof& proof);

    [[nodiscard]] std::string at_work() const {
        return people && people->current() ? people->current()->person.id : settings.technician;
    }

    void say(presenters::Paper paper, const station::criteria::BothLanguages& words, bool well) {
        paper.said = {QString::fromStdString(words.es), QString::fromStdString(words.en)};
        paper.well = well;
        Q_EMIT engine.papered(paper);
    }

    void issue(const std::string& serial);
    void print();

    void close(const std::string& reason, const app::Proof& proof) {
        inspection::Abort event{reason, "", at_work(), ""};
        if (!proof.who.empty() && people) {
            const auto agreed = people->second(proof, station::staff::Role::supervisor, at_work());
            if (agreed.has_error()) {
                return Q_EMIT engine.finished(failed(agreed.error()));
            }
            if (agreed.value().refused && session) {
                return refuse(*agreed.value().refused);
            }
            event.second = agreed.value().id;
        }
        on(event);
    }

    void refuse(const station::criteria::BothLanguages& why) {
        auto standing = standing_of(session->workflow());
        standing.refused = {QString::fromStdString(why.es), QString::fromStdString(why.en)};
        Q_EMIT engine.stood(standing);
    }

    /// An event of the inspection under way; false when it was refused or could not be kept.
    bool tell(protocols::Result<app::Answer>&& answer) {
        if (answer.has_error()) {
            Q_EMIT engine.finished(failed(answer.error()));
            return false;
        }
        if (answer.value().refused) {
            refuse(*answer.value().refused);
            return false;
        }
        return true;
    }

    void show() {
        const auto& state = session->workflow().state();
        auto standing = standing_of(session->workflow());
        standing.aborted =
            session->record() && json::parse(session->record()->body).at("type") == "aborted";
        Q_EMIT engine.stood(standing);
        if (const auto* now = std::get_if<inspection::Judged>(&state)) {
            Q_EMIT engine.finished(judged(now->body, settings.code_texts));
        }
        if (session->record()) {
            const auto& record = *session->record();
            wake_uploads();
            if (!standing.aborted) {
                last_record = record.sequence;
                issued.clear();
                Q_EMIT engine.papered(paper_in_stock(*store));
                auto finished = judged(record.body, settings.code_texts);
                finished.confirmed = true;
                finished.sequence = static_cast<qint64>(record.sequence);
                Q_EMIT engine.finished(finished);
            }
            session.reset();
            tell_left_open();
        }
    }

    void on(const inspection::Event& event) {
        if (session && tell(session->on(event))) {
            show();
        }
    }

    void identify(const Entered& entered) {
        auto* records = opened();
        if (records == nullptr) {
            return;
        }
        if (!session) {
            auto started = app::Session::start(*records, settings.programme, at_work());
            if (started.has_error()) {
                return Q_EMIT engine.finished(failed(started.error()));
            }
            session.emplace(std::move(started.value()));
            session->done_by(*people);
        }
        if (tell(session->identify(stated_from(entered, settings.programme.profile.miles)))) {
            show();
        }
    }

    void read_vehicle(const Entered& entered) {
        if (!session) {
            return;
        }
        const auto asked = inspection::id(session->workflow().state());
        const bool key_on = asked == "key_on" || asked == "ready";
        if (key_on && !tell(session->on(inspection::LampAtKeyOn{answer(entered.lampKeyOn)}))) {
            return;
        }
        if (!tell(session->on(inspection::LampRunning{answer(entered.lampRunning)}))) {
            return;
        }
        app::Learning learning(settings.station);
        const auto qualified = learning.qualified(settings.adapter);
        if (!tell(session->on(inspection::Begin{settings.adapter.text(), qualified}))) {
            return;
        }
        const auto stated = session->workflow().order().stated;
        const auto done =
            read(session->settings(learning.settings(settings.adapter, stated.vin, stated.plate)));
        learning.learn(done, stated.vin, stated.plate);
        wake_uploads();
        if (!tell(session->ended(done))) {
            return;
        }
        show();
        if (done.failure) {
            Q_EMIT engine.finished(failed(*done.failure));
        }
    }

    void resume() {
        auto* records = opened();
        if (records == nullptr || session) {
            return;
        }
        const auto left = records->left_open();
        if (left.has_error() || left.value().empty()) {
            return tell_left_open();
        }
        auto resumed = app::Session::resume(*records, left.value().back());
        if (resumed.has_error()) {
            return Q_EMIT engine.finished(failed(resumed.error()));
        }
        session.emplace(std::move(resumed.value()));
        session->done_by(*people);
        take_over();
        show();
    }

    void drop() {
        auto* records = opened();
        if (records == nullptr || session) {
            return;
        }
        if (left_behind.two) {
            return;  // goes on and is closed by two
        }
        const auto closed = app::close_left_open(*records);
        if (closed.has_error()) {
            Q_EMIT engine.finished(failed(closed.error()));
        }
        wake_uploads();
        tell_left_open();
    }

    /// What was cut short and can go on; what this program cannot understand gets its record.
    void tell_left_open() {
        auto* records = opened();
        if (records == nullptr) {
            return;
        }
        const auto left = records->left_open();
        presenters::LeftOpen shown;
        for (const auto& one :
             left.has_value() ? left.value() : std::vector<station::records::LeftOpen>()) {
            if (inspection::programme_of_saved(one.draft).has_error()) {
                (void)records->append(one.id, inspection::interrupted_body(one.id, one.draft), {});
                continue;
            }
            const auto draft = json::parse(one.draft);
            const auto& vehicle = draft.at("vehicle");
            const auto plate = text(vehicle.at("plate"));
            const auto vin = text(vehicle.at("vin"));
            shown.vehicle = plate + (plate.isEmpty() || vin.isEmpty() ? "" : " · ") + vin;
            shown.state = text(draft.at("state"));
            shown.two |= people->required() && (shown.state == QLatin1String("judged") ||
                                                shown.state == QLatin1String("engine_off"));
            ++shown.count;
        }
        left_behind = shown;
        Q_EMIT engine.leftOpen(shown);
    }

    reading::ReadingDone read(const obd::ReadingSettings& given) {
        boost::asio::io_context context(1);
        reading::ReadingDone done;
        {
            const std::lock_guard lock(mutex);
            stop = reading::Stop();
            io = &context;
        }
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
        auto own = station::records::Store::open(settings.station);
        if (own.has_error()) {
            return;  // the first inspection reports it to the technician
        }
        std::random_device seed;
        syncing::Uploader uploader(std::uniform_real_distribution<>(0, 1)(seed));
        bool reached = true;
        while (!stop_token.stop_requested()) {
            const auto waiting = own.value().unsent_count();
            const auto unsent = waiting.has_value() ? waiting.value() : 0;
            Q_EMIT engine.centreAnswered(static_cast<int>(unsent), reached);
            const auto next = settings.centre.empty()
                                  ? syncing::Uploader::Next(syncing::Uploader::Idle{})
                                  : uploader.next(unsent, std::chrono::steady_clock::now());
            if (std::holds_alternative<syncing::Uploader::SendNow>(next)) {
                const auto sent = syncing::send_batch(own.value(), settings.centre, request_time);
                reached = sent.has_value();
                if (reached) {
                    // What was only kept until the centre has it.
                    (void)station::records::erase_due(own.value(), "");
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
    std::optional<station::records::Store> store;  ///< Of the inspections' thread, as is session.
    std::optional<app::People> people;
    std::optional<app::Session> session;
    presenters::LeftOpen left_behind;
    std::uint64_t last_record = 0;  ///< Of the verdict on the screen.
    QString issued;                 ///< Serial that went with it.
    std::mutex mutex;
    std::condition_variable wake;
    std::condition_variable work;
    std::deque<std::function<void()>> tasks;
    bool wanted = false;
    boost::asio::io_context* io = nullptr;
    reading::Stop stop;
    std::jthread uploads;
    std::jthread inspections;
};

}  // namespace ui::technician
