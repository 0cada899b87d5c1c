#pragma once

#include "clusterd/datastore/backend.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace coracle::datastore {

/// One watch. Its sink is called by one thread at a time: first by the reader's with what is already in the log, while
/// the writer's events wait here; then by the writer's.
class Watcher {
public:
    Watcher(std::string prefix, Revision after, EventSink sink)
        : m_prefix(std::move(prefix)), m_after(after), m_sink(std::move(sink)) {}

    const std::string &prefix() const { return m_prefix; }

    /// Events of a commit, whose newest revision this is, from the writer.
    void live(Revision revision, const std::vector<Event> &events);
    /// Events of the log up to a revision, from the reader; false when the watch has ended.
    bool backlog(std::vector<Event> events, Revision upTo);
    /// The reader has handed over everything up to the revision where live events begin.
    void backlogDone();
    void fail(Status status);
    Revision through() const { return m_catchingUp ? m_throughLog : m_throughLive; }
    /// No call of the sink begins or runs after this, except the one that this is called from.
    void end();

private:
    friend class Broadcaster;
    void take(std::vector<Event> events);
    void deliver(std::vector<Event> events);

    const std::string m_prefix;
    Revision m_after;
    // Recursive: a sink may end its own subscription.
    std::recursive_mutex m_calls;
    EventSink m_sink;
    bool m_ended = false;
    std::atomic<bool> m_catchingUp = false;
    std::atomic<Revision> m_throughLog = 0;  ///< handed over from the log
    std::atomic<Revision> m_throughLive = 0; ///< handed over from commits, or waiting while catching up
    std::vector<Event> m_pending;
};

/// All watches of a store, and the revision up to which they were told. Thread-safe.
class Broadcaster {
public:
    explicit Broadcaster(Revision revision) : m_revision(revision) {}

    Revision revision() const;
    /// Adds a watch; from the returned revision on it gets live events (after 0: now). When that is later than after,
    /// the caller has to bring the backlog in between.
    Revision add(const std::shared_ptr<Watcher> &watcher);
    void remove(const Watcher *watcher);
    /// Tells all watches about a commit, whose newest revision this is.
    void publish(Revision revision, const std::vector<Event> &events);

private:
    using List = std::vector<std::shared_ptr<Watcher>>;

    mutable std::mutex m_mutex;
    Revision m_revision;
    std::shared_ptr<const List> m_watchers = std::make_shared<List>();
};

} // namespace coracle::datastore
