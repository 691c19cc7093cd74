#include "ui/reader/running.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>

#include <array>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

namespace ui::reader {
namespace {

namespace reading = station::reading;

struct StepWord {
    std::string_view step;
    std::string_view es;
    std::string_view en;
};
constexpr std::array step_words{
    StepWord{"adapter", "Adaptador", "Adapter"},
    StepWord{"support", "Qué sabe el vehículo", "What the vehicle knows"},
    StepWord{"identity", "Identidad (NIV)", "Identity (VIN)"},
    StepWord{"status", "Luz de falla y monitores", "Malfunction lamp and monitors"},
    StepWord{"codes", "Códigos de falla", "Trouble codes"},
    StepWord{"freeze_frame", "Cuadro congelado", "Freeze frame"},
    StepWord{"everything", "Todo lo demás", "Everything else"},
    StepWord{"parameters", "Valores", "Values"},
    StepWord{"software", "Software del motor", "Engine software"},
    StepWord{"performance", "Desempeño de monitores", "Monitor performance"},
    StepWord{
        "adapter_rates", "El adaptador no contesta: se prueban otras velocidades",
        "The adapter does not answer: trying other rates"},
    StepWord{"commands", "Qué órdenes conoce", "Which commands it knows"},
    StepWord{"answers", "Qué hace con las respuestas", "What it does with answers"},
    StepWord{"rates", "Velocidades", "Rates"},
    StepWord{"done", "Listo", "Done"},
    StepWord{
        "reconnect", "El adaptador se desconectó: conéctalo y la lectura sigue donde iba",
        "The adapter was disconnected: plug it in and the reading goes on where it was"},
};

std::string step_text(const std::string& step, bool spanish) {
    for (const auto& word : step_words) {
        if (word.step == step) {
            return std::string(spanish ? word.es : word.en);
        }
    }
    return (spanish ? "Buscando " : "Trying ") + step;
}

reading::OnProgress progress_lines(bool spanish) {
    const auto start = std::chrono::steady_clock::now();
    return [=, first = true](const obd::ReadingProgress& progress) mutable {
        if (std::exchange(first, false) && progress.limit.count() > 0) {
            std::fprintf(
                stderr,
                spanish ? "Termina a más tardar en %d s.\n" : "Ends within %d s at the latest.\n",
                static_cast<int>(progress.limit.count())
            );
        }
        const auto seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        std::fprintf(
            stderr, "%6.1f s  %3d %%  %s%s\n", seconds, static_cast<int>(progress.share * 100),
            step_text(progress.step, spanish).c_str(),
            progress.attempt > 1
                ? ((spanish ? " (intento " : " (attempt ") + std::to_string(progress.attempt) + ")")
                      .c_str()
                : ""
        );
    };
}

/// Runs what `start` makes of the loop and the stop to its end; Ctrl-C asks it to stop.
template <class Start>
void run_to_its_end(Start start) {
    boost::asio::io_context io(1);
    reading::Stop stop;
    boost::asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([&](const boost::system::error_code& error, int) {
        if (!error) {
            stop.request();
        }
    });
    boost::asio::co_spawn(io, start(io, stop), [&](const std::exception_ptr& problem) {
        signals.cancel();
        if (problem) {
            std::rethrow_exception(problem);
        }
    });
    io.run();
}

}  // namespace

reading::ReadingDone read_now(
    const protocols::link::Endpoint& endpoint,
    const obd::ReadingSettings& settings,
    std::chrono::seconds reconnect,
    bool spanish
) {
    reading::ReadingDone done;
    run_to_its_end([&](boost::asio::io_context& io, reading::Stop& stop) {
        return reading::read_vehicle(
            io, endpoint, settings, reconnect, progress_lines(spanish), stop, done
        );
    });
    return done;
}

reading::QualifyingDone qualify_now(const protocols::link::Endpoint& endpoint, bool spanish) {
    reading::QualifyingDone done;
    const auto start = std::chrono::steady_clock::now();
    const auto on_step = [=](const std::string& step) {
        const auto seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        std::fprintf(stderr, "%6.1f s  %s\n", seconds, step_text(step, spanish).c_str());
    };
    run_to_its_end([&](boost::asio::io_context& io, reading::Stop& stop) {
        return reading::qualify_adapter(io, endpoint, on_step, stop, done);
    });
    return done;
}

}  // namespace ui::reader
