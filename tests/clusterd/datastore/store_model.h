#pragma once

#include "clusterd/datastore/backend.h"

#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace coracle::datastore::testing {

/// What a store has to hold: a plain list of writes by revision.
class StoreModel {
public:
    struct Entry {
        bool deleted = false;
        std::string key, value;
        auto operator<=>(const Entry &) const = default;
    };

    /// A write that was answered with this revision.
    void acknowledge(Revision revision, Entry entry);
    /// A write that failed: the store may or may not hold it after a crash.
    void attempt(Entry entry);

    /// Compares a store that was opened again after any end with the model, and takes over what is durable without
    /// having been answered. The text tells the first difference; empty: none.
    std::string compare(Backend &store, std::mt19937_64 &random);

    /// The newest revision of a key, 0 when it is not there.
    Revision revisionOf(const std::string &key) const;

private:
    std::map<std::string, KeyValue> stateAt(Revision revision) const;
    std::string compareLog(Backend &store);
    std::string compareReads(Backend &store, Revision revision) const;

    std::map<Revision, Entry> m_writes;
    std::multiset<Entry> m_attempts;
};

/// Clients that write, read, compact and watch at random until an operation fails or all are done. What they see is
/// recorded in the model; the text tells what a client saw that must not be.
std::string runClients(Backend &store, StoreModel &model, std::mt19937_64 &random, int clients, int operations);

} // namespace coracle::datastore::testing
