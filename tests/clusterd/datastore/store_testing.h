#pragma once

#include "clusterd/datastore/backend.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <vector>

namespace coracle::datastore::testing {

/// Runs one task to its end on a context of its own.
template<class T>
T await(Task<T> task) {
    boost::asio::io_context context;
    std::optional<T> result;
    boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr failure, T value) {
        if (failure)
            std::rethrow_exception(failure);
        result = std::move(value);
    });
    context.run();
    return std::move(*result);
}

/// Collects what a watch delivers. Must outlive the subscription.
class EventLog {
public:
    EventSink sink() {
        return [this](Result<std::vector<Event>> batch) {
            const std::lock_guard lock(m_mutex);
            if (batch)
                m_events.insert(m_events.end(), batch->begin(), batch->end());
            else
                m_error = std::move(batch).error();
            m_changed.notify_all();
        };
    }

    /// Waits for at least this many events; false when they don't come.
    bool waitFor(size_t count) {
        std::unique_lock lock(m_mutex);
        return m_changed.wait_for(lock, std::chrono::seconds(20), [&] {
            return m_events.size() >= count || m_error;
        }) && m_events.size() >= count;
    }
    bool waitForError() {
        std::unique_lock lock(m_mutex);
        return m_changed.wait_for(lock, std::chrono::seconds(20), [&] { return m_error.has_value(); });
    }
    std::vector<Event> events() const {
        const std::lock_guard lock(m_mutex);
        return m_events;
    }
    Revision lastRevision() const {
        const std::lock_guard lock(m_mutex);
        return m_events.empty() ? 0 : m_events.back().current.modRevision;
    }
    std::optional<Status> error() const {
        const std::lock_guard lock(m_mutex);
        return m_error;
    }

private:
    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    std::vector<Event> m_events;
    std::optional<Status> m_error;
};

} // namespace coracle::datastore::testing
