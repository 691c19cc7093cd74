#pragma once

#include "station/app/people.hpp"
#include "station/inspection/workflow.hpp"
#include "station/reading/reader.hpp"
#include "station/records/store.hpp"

#include <memory>
#include <optional>
#include <string>

namespace station::app {

/// A programme as inspections use it.
struct Programme {
    std::string source;  ///< The profile's bytes.
    criteria::Profile profile;
    std::optional<inspection::BundleName> bundle;
};

/// What became of an event.
struct Answer {
    std::optional<criteria::BothLanguages> refused;  ///< Nothing has changed then.
    bool read = false;  ///< The front end reads the vehicle now and answers with ended().
    bool stop = false;  ///< A reading under way is not wanted any more.
};

/// One inspection that survives the program: drives the workflow, keeps its state in the station's
/// store after every event and writes its records. Not for several threads.
class Session {
public:
    /// A new one. It is in the store from the first event that is accepted, before the vehicle is
    /// touched. Faults: store_*.
    [[nodiscard]] static protocols::Result<Session> start(
        records::Store& store, Programme programme, std::string technician
    );
    /// Goes on with one that was left open. Faults: store_*; malformed, when the draft or its
    /// criteria cannot be read by this program: close() it then.
    [[nodiscard]] static protocols::Result<Session> resume(
        records::Store& store, const records::LeftOpen& left
    );

    /// Whose work it is. Where a list of people is installed, only who is signed in confirms, by
    /// assertion, and a vehicle that was read is not sent away by one person alone. Must outlive
    /// the session.
    void done_by(const People& people) { people_ = &people; }

    /// Faults: store_*: the state is as it was, and the event may be given again.
    [[nodiscard]] protocols::Result<Answer> on(const inspection::Event& event);
    /// Identify with the earlier inspections this station knows of.
    [[nodiscard]] protocols::Result<Answer> identify(criteria::Stated stated);
    [[nodiscard]] protocols::Result<Answer> ended(const reading::ReadingDone& done);

    /// How the programme wants the vehicle read, with what was learnt of it and the adapter.
    [[nodiscard]] obd::ReadingSettings settings(obd::ReadingSettings learnt) const;

    [[nodiscard]] const inspection::Workflow& workflow() const { return workflow_; }
    [[nodiscard]] const criteria::Profile& profile() const { return programme_->profile; }
    /// The record that closed it.
    [[nodiscard]] const std::optional<records::Record>& record() const { return record_; }

private:
    Session(
        records::Store& store, std::unique_ptr<Programme> programme, inspection::Workflow workflow
    );
    /// The event with what whoever is at work adds to it; or why they may not.
    [[nodiscard]] std::optional<criteria::BothLanguages> attested(
        inspection::Event& event, const std::string& now
    ) const;
    [[nodiscard]] std::optional<criteria::Odometer> odometer_in(std::uint64_t sequence);
    [[nodiscard]] protocols::Result<void> store_record(
        const inspection::Store& wanted, inspection::Workflow& next
    );

    records::Store* store_;
    std::unique_ptr<Programme> programme_;  ///< The workflow points into it.
    inspection::Workflow workflow_;
    const People* people_ = nullptr;
    bool begun_ = false;      ///< It is in the store.
    std::string transcript_;  ///< zstd, of the last reading.
    std::optional<records::Record> record_;
};

/// The criteria a stored record or draft was judged by, from what the store kept. Faults: store_*,
/// malformed.
[[nodiscard]] protocols::Result<Programme> kept_programme(
    records::Store& store,
    const std::string& sha256,
    const std::string& variant,
    const std::vector<std::string>& tables
);

/// The same by what a record's body names.
[[nodiscard]] protocols::Result<Programme> programme_of_body(
    records::Store& store, const boost::json::value& body
);

/// Closes inspections that were begun and never finished, each with its record. Returns how many.
[[nodiscard]] protocols::Result<int> close_left_open(records::Store& store);

}  // namespace station::app
