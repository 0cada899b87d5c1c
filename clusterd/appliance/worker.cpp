#include "clusterd/appliance/worker.h"

#include <boost/asio/thread_pool.hpp>

namespace coracle::appliance {

struct Worker::State {
    boost::asio::thread_pool thread{1};
};

Worker::Worker() : m_state(std::make_unique<State>()) {}

Worker::~Worker() {
    m_state->thread.join();
}

void Worker::post(std::function<void()> work) {
    boost::asio::post(m_state->thread, std::move(work));
}

} // namespace coracle::appliance
