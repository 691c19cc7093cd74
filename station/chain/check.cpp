#include "station/chain/check.hpp"

namespace station::chain {
namespace {

std::string name(std::uint64_t sequence) {
    return "record " + std::to_string(sequence);
}

}  // namespace

Check::Check(std::string station, seal::PublicKey key, Signatures signatures, After after)
    : station_(std::move(station)),
      key_(key),
      signatures_(signatures),
      last_(after.sequence),
      last_hash_(after.hash) {}

std::string Check::problem_of(const Record& record) const {
    if (hash_of(station_, record) != record.hash) {
        return name(record.sequence) + " was changed after it was stored";
    }
    if (signatures_ == Signatures::every && !seal::verifies(record.hash, record.signature, key_)) {
        return name(record.sequence) + " was not signed by this station";
    }
    return {};
}

void Check::next(const Record& record) {
    const auto expected = last_ + 1;
    const bool new_epoch = begins_epoch(record.sequence) && record.sequence > expected;
    const bool behind_a_break = run_first_ == 0 && !found_.empty();
    std::string problem;
    if (record.sequence < expected) {
        problem = name(record.sequence) + " is there twice";
    } else if (record.sequence > expected && !new_epoch) {
        close_run();
        add(expected, record.sequence - 1, Stretch::State::broken,
            record.sequence - 1 == expected
                ? name(expected) + " is missing"
                : "records " + std::to_string(expected) + " to " +
                      std::to_string(record.sequence - 1) + " are missing");
        problem = problem_of(record);
    } else if (record.previous != last_hash_ && !behind_a_break) {
        problem = name(record.sequence) + " does not follow the one before it";
    } else {
        problem = problem_of(record);
    }
    if (!problem.empty()) {
        close_run();
        add(record.sequence, record.sequence, Stretch::State::broken, std::move(problem));
    } else {
        run_first_ = run_first_ == 0 ? record.sequence : run_first_;
        last_signature_ = record.signature;
    }
    last_ = record.sequence;
    last_hash_ = record.hash;
}

void Check::damaged(std::uint64_t sequence) {
    close_run();
    add(sequence, sequence, Stretch::State::broken, name(sequence) + " has damaged columns");
    last_ = sequence;
    last_hash_ = {};
}

void Check::close_run() {
    if (run_first_ == 0) {
        return;
    }
    const bool unsigned_head =
        signatures_ == Signatures::heads && !seal::verifies(last_hash_, last_signature_, key_);
    if (unsigned_head) {
        add(run_first_, last_, Stretch::State::broken,
            name(last_) + " was not signed by this station");
    } else {
        add(run_first_, last_, broke_ ? Stretch::State::signed_ : Stretch::State::holds, {});
    }
    run_first_ = 0;
}

void Check::add(
    std::uint64_t first, std::uint64_t last, Stretch::State state, std::string problem
) {
    broke_ = broke_ || state == Stretch::State::broken;
    found_.push_back({first, last, state, std::move(problem)});
}

std::vector<Stretch> Check::finish() {
    close_run();
    return std::move(found_);
}

}  // namespace station::chain
