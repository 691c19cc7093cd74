#include "station/messages/messages.hpp"
#include "sync/central/intake.hpp"
#include "sync/central_web/serve.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace ui::supervisor {
const std::vector<protocols::EmbeddedFile>& pages();
}

namespace {

constexpr const char* usage = R"(obd-central: the centre that stations report to

  obd-central serve --data DIR [--port 8642] [--host 127.0.0.1]

Prints the supervisor's address. Ends with Ctrl-C.
)";

struct UsageError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct Options {
    std::string data;
    std::string host = "127.0.0.1";
    unsigned short port = 8642;
};

Options read_options(int argc, char** argv) {
    Options options;
    if (argc < 2 || std::string_view(argv[1]) != "serve") {
        throw UsageError("the command is \"serve\"");
    }
    for (int i = 2; i < argc; i += 2) {
        const std::string name = argv[i];
        if (i + 1 == argc) {
            throw UsageError(name + " needs a value");
        }
        const std::string value = argv[i + 1];
        if (name == "--data") {
            options.data = value;
        } else if (name == "--host") {
            options.host = value;
        } else if (name == "--port") {
            int port = -1;
            try {
                port = std::stoi(value);
            } catch (const std::logic_error&) {
                port = -1;
            }
            if (port < 0 || port > 65535) {
                throw UsageError("--port needs a number from 0 to 65535");
            }
            options.port = static_cast<unsigned short>(port);
        } else {
            throw UsageError("do not understand \"" + name + "\"");
        }
    }
    if (options.data.empty()) {
        throw UsageError("--data is needed");
    }
    return options;
}

int run(const Options& options) {
    auto intake = syncing::central::Intake::open(options.data);
    if (intake.has_error()) {
        std::cerr << station::messages::spanish(intake.error()) << "\n"
                  << station::messages::english(intake.error()) << "\n";
        return station::messages::message_for(intake.error().fault).exit_code;
    }
    boost::asio::io_context io(1);
    boost::asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([&](const boost::system::error_code&, int) { io.stop(); });
    syncing::central::ServeOptions serve;
    serve.host = options.host;
    serve.port = options.port;
    serve.pages = ui::supervisor::pages();
    const auto port = syncing::central::serve(io, intake.value(), std::move(serve));
    std::cout << "http://" << options.host << ":" << port << "/" << std::endl;
    io.run();
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(read_options(argc, argv));
    } catch (const UsageError& error) {
        std::cerr << "obd-central: " << error.what() << "\n\n" << usage;
        return 2;
    } catch (const std::exception& error) {
        std::cerr << "obd-central: " << error.what() << "\n";
        return 1;
    }
}
