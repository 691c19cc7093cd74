#include "station/messages/messages.hpp"
#include "ui/terminal/arguments.hpp"
#include "ui/terminal/commands.hpp"

#include <array>
#include <csignal>
#include <iostream>
#include <string_view>

namespace {

namespace terminal = ui::terminal;

constexpr const char* usage = R"(obd-inspect: an OBD inspection from a shell

  obd-inspect adapters [--adapter ADAPTER]          adapters plugged in; or what one says it is
  obd-inspect adapters --adapter ADAPTER --qualify [--station DIR] [--record FILE]
                                                    what it is and can do, by trial
  obd-inspect read --adapter ADAPTER [--all] [--format text|json] [--record FILE] [--station DIR]
  obd-inspect judge --profile ID[@VARIANT] [--profile …] [--facts FILE|-]
                                                    by several programmes side by side
  obd-inspect criteria lint FILE.json|ID [--examples FILE]
  obd-inspect criteria show ID[@VARIANT]|FILE.json  the programme as a readable page
  obd-inspect criteria diff OLD NEW --station DIR   whose stored verdict would change, by which rule
  obd-inspect bundle key FILE                       a new signing key of the programme's
  obd-inspect bundle make DIR --out FILE [--previous FILE]     from bundle.json, profiles/, tables/
  obd-inspect bundle sign FILE --role ROLE [--role …] --key KEYFILE
  obd-inspect bundle install FILE --station DIR [--trust ROOT]
  obd-inspect bundle status --station DIR
  obd-inspect run --adapter ADAPTER --profile ID[@VARIANT] --station DIR
                  --vehicle plate=…,vin=…,year=…,fuel=…,gvwr=…[,obd=…][,odometer=N[mi]]
                  [--lamp key-on=yes|no,running=yes|no] [--connector ok|missing|intermediate_device]
                  [--visual all=pass|ITEM=pass|fail|not_applicable,…] [--owner-objects yes|no]
                  [--technician NAME] [--visit N] [--previous VERDICT] [--centre URL]
  obd-inspect run --resume --adapter ADAPTER --station DIR     go on with one that was cut short
  obd-inspect replay FILE --profile ID [--profile …] [--vehicle …] [--lamp …]
  obd-inspect replay --station DIR [--sequence N]   repeat stored inspections
  obd-inspect amend correction|duplicate|extension|exemption|referral --station DIR --sequence N
                  --reason TEXT [--technician NAME] [--until DAY] [--method METHOD] [--vehicle …]
                                                    a new record about an earlier one
  obd-inspect export --as ID|FILE.json --station DIR [--from N] [--to N] [--format csv|json]
                                                    in a programme's own encoding
  obd-inspect export --records FILE --station DIR [--from N] [--to N]   to be verified elsewhere
  obd-inspect verify --station DIR|FILE [--heads]   what holds, and what around a break still does
  obd-inspect report --station DIR --sequence N [--out FILE.pdf] [--print [--printer QUEUE]]
                  [--paper letter|a4] [--report-lang es|en|both]
  obd-inspect certificate show --station DIR --sequence N [--png FILE]
  obd-inspect certificate list FILE.json --kind keys|revoked --key KEYFILE --out FILE
  obd-inspect certificate verify IMAGE|FILE.txt|TEXT --keys FILE --trust KEY [--revoked FILE]
                  [--vin VIN] [--plate PLATE]
  obd-inspect certificate page --trust KEY [--keys FILE] [--revoked FILE] --out FILE.html
  obd-inspect staff make PLAN.json --key KEYFILE --out FILE
  obd-inspect staff install FILE --station DIR [--trust KEY]
  obd-inspect staff status --station DIR | staff unlock WHO --station DIR WHO_BY
  obd-inspect clock status|confirm --station DIR [WHO_BY --reason TEXT]
  obd-inspect key show|token --station DIR [--module FILE --token LABEL --key LABEL --pin-file FILE]
  obd-inspect stock receive|issue|void|damage|return|count --station DIR --kind KIND
                  --serial N | --first N --last N  [--sequence N] [--reason TEXT] WHO_BY [WHO_SECOND]
  obd-inspect stock status --station DIR
  obd-inspect settings --station DIR [--site TEXT] [--bay TEXT] [--phone TEXT] [--appeal TEXT]
                  [--printer QUEUE] [--paper letter|a4] [--report-lang es|en|both]
  obd-inspect backup FILE --station DIR --passphrase-file FILE
  obd-inspect restore FILE --station NEWDIR --passphrase-file FILE
  obd-inspect erase --station DIR                   what is past its time and confirmed
  obd-inspect send --station DIR --centre URL
  obd-inspect decode --bus can|legacy|uds HEX… | --bus j1939 GROUP HEX…
  obd-inspect explain SERVICE [ID] | uas ID | CODE  where a value comes from, or what a code means

WHO_BY is --by ID --by-pin-file FILE [--by-code CODE] where the station has a list of people, --by
NAME where it has none; WHO_SECOND the same with --second.
--reconnect SECONDS (read, run): how long a lost adapter is waited for, 30 unless stated.
ADAPTER is serial:DEVICE[@BAUD], tcp:HOST:PORT, j2534:NAME (a library, by name or path), doip:HOST
(a vehicle on Ethernet) or doip:any[@BROADCAST] (the only one that announces itself).
--lang es|en chooses the language of messages.
Exit: 0 pass or ok, 10 fail, 11 not ready, 12 no communication, 13 refer, 14 not applicable,
15 invalid, 16 adapter for reading only, 17 adapter unfit, 18 certificate not valid, 2 usage, 20-38
an error with its own code (README.md), 1 any other error.
)";

struct Command {
    std::string_view name;
    int (*run)(int, char**);
};
constexpr std::array commands{
    Command{"adapters", &terminal::adapters},
    Command{"read", &terminal::read},
    Command{"judge", &terminal::judge},
    Command{"run", &terminal::run},
    Command{"replay", &terminal::replay},
    Command{"verify", &terminal::verify},
    Command{"decode", &terminal::decode},
    Command{"send", &terminal::send},
    Command{"explain", &terminal::explain},
    Command{"criteria", &terminal::programme},
    Command{"amend", &terminal::amend},
    Command{"bundle", &terminal::bundle},
    Command{"export", &terminal::export_records},
    Command{"staff", &terminal::people},
    Command{"clock", &terminal::station_clock},
    Command{"key", &terminal::station_key},
    Command{"settings", &terminal::station_settings},
    Command{"certificate", &terminal::certificates},
    Command{"report", &terminal::report},
    Command{"stock", &terminal::paper_stock},
    Command{"backup", &terminal::backup},
    Command{"restore", &terminal::restore},
    Command{"erase", &terminal::erase},
};

std::string chosen_language(int argc, char** argv) {
    for (int i = 1; i + 1 < argc; ++i) {
        if (std::string_view(argv[i]) == "--lang") {
            return argv[i + 1];
        }
    }
    return {};
}

int run(int argc, char** argv) {
    if (argc < 2 || std::string_view(argv[1]) == "--help") {
        (argc < 2 ? std::cerr : std::cout) << usage;
        return argc < 2 ? terminal::exit_usage : terminal::exit_ok;
    }
    for (const auto& command : commands) {
        if (command.name == argv[1]) {
            return command.run(argc, argv);
        }
    }
    throw terminal::UsageError("there is no command \"" + std::string(argv[1]) + "\"");
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    try {
        return run(argc, argv);
    } catch (const terminal::UsageError& error) {
        std::cerr << "obd-inspect: " << error.what() << "\n\n" << usage;
        return terminal::exit_usage;
    } catch (const terminal::Refused& error) {
        std::cerr << error.what() << "\n";
        return terminal::exit_usage;
    } catch (const terminal::Stopped& stopped) {
        const bool english =
            terminal::language(chosen_language(argc, argv)) == station::report::Language::english;
        std::cerr << (english ? station::messages::english(stopped.failure)
                              : station::messages::spanish(stopped.failure))
                  << "\n";
        return station::messages::message_for(stopped.failure.fault).exit_code;
    } catch (const std::exception& error) {
        std::cerr << "obd-inspect: " << error.what() << "\n";
        return terminal::exit_error;
    }
}
