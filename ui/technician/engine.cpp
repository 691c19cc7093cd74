#include "ui/technician/engine.hpp"

#include "ui/technician/impl.hpp"

namespace ui::technician {
namespace {

app::Proof proof_of(const QString& who, const QString& pin, const QString& code) {
    return {who.toStdString(), pin.toStdString(), code.toStdString()};
}

}  // namespace

Engine::Engine(Settings settings) : impl_(std::make_unique<Impl>(*this, std::move(settings))) {
    qRegisterMetaType<presenters::Progress>();
    qRegisterMetaType<presenters::Finished>();
    qRegisterMetaType<presenters::Standing>();
    qRegisterMetaType<presenters::LeftOpen>();
    qRegisterMetaType<presenters::Crew>();
    qRegisterMetaType<presenters::Paper>();
}

Engine::~Engine() = default;

void Engine::begin() {
    impl_->post([this] {
        impl_->tell_left_open();
        if (impl_->people) {
            impl_->tell_crew();
        }
    });
}

void Engine::signIn(const QString& who, const QString& pin, const QString& code) {
    impl_->post([this, proof = proof_of(who, pin, code)] { impl_->sign_in(proof); });
}

void Engine::signOut(const QString& why) {
    impl_->post([this, why = why.toStdString()] { impl_->sign_out(why); });
}

void Engine::confirmClock(const QString& who, const QString& pin, const QString& code) {
    impl_->post([this, proof = proof_of(who, pin, code)] { impl_->confirm_clock(proof); });
}

void Engine::print() {
    impl_->post([this] { impl_->print(); });
}

void Engine::issue(const QString& serial) {
    impl_->post([this, serial = serial.toStdString()] { impl_->issue(serial); });
}

void Engine::identify(const Entered& entered) {
    impl_->post([this, entered] { impl_->identify(entered); });
}

void Engine::looked(const QVariantMap& visual, const QString& connector) {
    inspection::Looked event;
    for (auto item = visual.begin(); item != visual.end(); ++item) {
        event.visual[item.key().toStdString()] = item.value().toString().toStdString();
    }
    event.connector = connector.toStdString();
    impl_->post([this, event] { impl_->on(event); });
}

void Engine::read(const Entered& entered) {
    impl_->post([this, entered] { impl_->read_vehicle(entered); });
}

void Engine::cannotConnect() {
    impl_->post([this] { impl_->on(inspection::CannotConnect{}); });
}

void Engine::goOn() {
    impl_->post([this] { impl_->on(inspection::GoOn{}); });
}

void Engine::again() {
    impl_->post([this] { impl_->on(inspection::Again{}); });
}

void Engine::confirm() {
    impl_->post([this] { impl_->on(inspection::Confirm{impl_->at_work(), {}}); });
}

void Engine::close(
    const QString& reason, const QString& who, const QString& pin, const QString& code
) {
    impl_->post([this, reason = reason.toStdString(), proof = proof_of(who, pin, code)] {
        impl_->close(reason, proof);
    });
}

void Engine::resume() {
    impl_->post([this] { impl_->resume(); });
}

void Engine::drop() {
    impl_->post([this] { impl_->drop(); });
}

void Engine::stop() {
    impl_->stop_reading();
}

}  // namespace ui::technician
