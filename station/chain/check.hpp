#pragma once

#include "station/chain/record.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace station::chain {

/// A run of records that are alike in what can be said of them.
struct Stretch {
    enum class State {
        holds,    ///< Chained to the first record without a break, and signed.
        signed_,  ///< Behind a break: chained among themselves and signed.
        broken,
    };
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    State state = State::holds;
    std::string problem;  ///< Of broken ones.
};

/// How much of the signatures is checked. Every signature covers the hash of the record before it,
/// so the last one of a run speaks for all of it.
enum class Signatures { every, heads };

/// The record before the first one that is checked; the chain's beginning by itself.
struct After {
    std::uint64_t sequence = 0;
    seal::Hash hash{};
};

/// Follows a chain record by record and says what holds and what does not.
class Check {
public:
    Check(std::string station, seal::PublicKey key, Signatures signatures, After after = {});

    void next(const Record& record);
    /// A row that is not a record at all.
    void damaged(std::uint64_t sequence);
    /// After the last one. Stretches in order, without gaps between broken and sound ones.
    [[nodiscard]] std::vector<Stretch> finish();

private:
    [[nodiscard]] std::string problem_of(const Record& record) const;
    void close_run();
    void add(std::uint64_t first, std::uint64_t last, Stretch::State state, std::string problem);

    std::string station_;
    seal::PublicKey key_;
    Signatures signatures_;
    std::vector<Stretch> found_;
    std::uint64_t run_first_ = 0;  ///< 0: no run is open.
    std::uint64_t last_;
    seal::Hash last_hash_;
    seal::Signature last_signature_{};
    bool broke_ = false;
};

}  // namespace station::chain
