#include "ui/technician/impl.hpp"

// Who works at the window, and what is handed out to the motorist.
namespace ui::technician {

void Engine::Impl::sign_in(const app::Proof& proof) {
    if (opened() == nullptr) {
        return;
    }
    const auto inspection = session ? session->workflow().order().id : std::string();
    const auto refused = people->sign_in(proof, inspection);
    if (refused.has_error()) {
        return Q_EMIT engine.finished(failed(refused.error()));
    }
    if (!refused.value()) {
        take_over();
    }
    tell_crew(refused.value());
}

void Engine::Impl::take_over() {
    if (!session || !people->current() ||
        session->workflow().order().technician == people->current()->person.id) {
        return;
    }
    (void)tell(session->on(inspection::TakeOver{people->current()->person.id}));
}

void Engine::Impl::sign_out(const std::string& why) {
    if (opened() == nullptr) {
        return;
    }
    const auto out = people->sign_out(why);
    if (out.has_error()) {
        return Q_EMIT engine.finished(failed(out.error()));
    }
    tell_crew();
}

void Engine::Impl::confirm_clock(const app::Proof& proof) {
    if (opened() == nullptr) {
        return;
    }
    const auto agreed = people->second(proof, station::staff::Role::supervisor, "");
    if (agreed.has_error()) {
        return Q_EMIT engine.finished(failed(agreed.error()));
    }
    if (!agreed.value().refused) {
        const auto confirmed = store->confirm_clock(station::records::event_body(
            "clock", agreed.value().id, app::utc_now(), {{"reason", "confirmed at the window"}}
        ));
        if (confirmed.has_error()) {
            return Q_EMIT engine.finished(failed(confirmed.error()));
        }
    }
    tell_crew(agreed.value().refused);
}

void Engine::Impl::issue(const std::string& serial) {
    if (opened() == nullptr || last_record == 0) {
        return;
    }
    auto paper = paper_in_stock(*store);
    const auto moved = station::stock::move(
        *store, {station::stock::Move::What::issue, paper.kind.toStdString(), serial, "",
                 last_record, "", at_work(), ""}
    );
    if (moved.has_error()) {
        return Q_EMIT engine.finished(failed(moved.error()));
    }
    if (moved.value().refused) {
        return say(paper, *moved.value().refused, false);
    }
    paper = paper_in_stock(*store);
    paper.issued = QString::fromStdString(serial);
    issued = paper.issued;
    say(paper, {"Folio " + serial + " entregado.", "Serial " + serial + " issued."}, true);
}

void Engine::Impl::print() {
    if (opened() == nullptr || last_record == 0) {
        return;
    }
    auto paper = paper_in_stock(*store);
    paper.issued = issued;
    const auto made = print_report(*store, last_record, settings.code_texts, at_work());
    if (made.has_value()) {
        say(paper, {"Impreso. PDF: " + made.value(), "Printed. PDF: " + made.value()}, true);
    } else {
        const auto& words = station::messages::message_for(made.error().fault);
        say(paper, {std::string(words.es), std::string(words.en)}, false);
    }
}

}  // namespace ui::technician
