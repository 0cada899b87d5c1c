#include "clusterd/appliance/change_signal.h"

#include "core/base/async_event.h"

#include <boost/asio/post.hpp>

namespace coracle::appliance {

/// Belongs to its executor; others post to it.
struct ChangeSignal::Waiting {
    explicit Waiting(const Executor &e) : executor(e), event(e) {}
    Executor executor;
    AsyncEvent event;
    bool changed = false, ended = false;
};

ChangeSignal::Listener::Listener(ChangeSignal &signal, Executor executor)
    : m_signal(signal), m_waiting(std::make_shared<Waiting>(std::move(executor))) {
    std::lock_guard lock(signal.m_mutex);
    m_waiting->ended = signal.m_closed;
    signal.m_waiting.push_back(m_waiting);
}

ChangeSignal::Listener::~Listener() {
    std::lock_guard lock(m_signal.m_mutex);
    m_signal.m_waiting.remove(m_waiting);
}

Task<bool> ChangeSignal::Listener::wait() {
    while (!m_waiting->changed && !m_waiting->ended)
        co_await m_waiting->event.wait();
    m_waiting->changed = false;
    co_return !m_waiting->ended;
}

void ChangeSignal::wake(bool end) {
    std::lock_guard lock(m_mutex);
    m_closed |= end;
    for (const auto &waiting : m_waiting)
        boost::asio::post(waiting->executor, [waiting, end] {
            waiting->changed = true;
            waiting->ended |= end;
            waiting->event.notifyAll();
        });
}

void ChangeSignal::notify() {
    wake(false);
}

void ChangeSignal::close() {
    wake(true);
}

size_t ChangeSignal::listeners() const {
    std::lock_guard lock(m_mutex);
    return m_waiting.size();
}

} // namespace coracle::appliance
