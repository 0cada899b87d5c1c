#include "app/session/network_thread.h"

#include <QObject>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <pthread.h>
#include <thread>

namespace coracle::app {

namespace asio = boost::asio;

struct NetworkThread::State {
    std::shared_ptr<asio::io_context> context = std::make_shared<asio::io_context>(1);
    asio::executor_work_guard<asio::io_context::executor_type> work{context->get_executor()};
    std::thread thread;
    QObject gui; ///< receives calls; its end drops those that wait
};

namespace {

class JobImpl final : public NetworkThread::Job, public std::enable_shared_from_this<JobImpl> {
public:
    explicit JobImpl(const std::shared_ptr<asio::io_context> &context) : m_context(context) {}

    void begin(std::function<Task<>()> work) {
        post([self = shared_from_this(), work = std::move(work)]() mutable {
            // The function lives as long as the coroutine that it made: captures are the coroutine's state.
            auto kept = std::make_shared<std::function<Task<>()>>(std::move(work));
            const auto context = self->m_context.lock();
            asio::co_spawn(*context, (*kept)(),
                           asio::bind_cancellation_slot(self->m_signal.slot(), [self, kept](std::exception_ptr) {}));
        });
    }

    void cancel() override {
        post([self = shared_from_this()] { self->m_signal.emit(asio::cancellation_type::terminal); });
    }

private:
    template<class Call>
    void post(Call call) {
        if (const auto context = m_context.lock())
            asio::post(*context, std::move(call));
    }

    std::weak_ptr<asio::io_context> m_context; ///< a job may be cancelled when the thread is gone
    asio::cancellation_signal m_signal;
};

} // namespace

NetworkThread::NetworkThread() : m_state(std::make_unique<State>()) {
    m_state->thread = std::thread([this] {
        ::pthread_setname_np(::pthread_self(), "network");
        m_state->context->run();
    });
}

NetworkThread::~NetworkThread() {
    m_state->context->stop();
    m_state->thread.join();
}

void NetworkThread::callOnGui(QPointer<QObject> context, std::function<void()> call) {
    QMetaObject::invokeMethod(
        &m_state->gui,
        [context = std::move(context), call = std::move(call)] {
            if (context)
                call();
        },
        Qt::QueuedConnection);
}

Executor NetworkThread::executor() const {
    return m_state->context->get_executor();
}

void NetworkThread::post(std::function<void()> call) {
    asio::post(*m_state->context, std::move(call));
}

std::shared_ptr<NetworkThread::Job> NetworkThread::spawn(std::function<Task<>()> work) {
    auto job = std::make_shared<JobImpl>(m_state->context);
    job->begin(std::move(work));
    return job;
}

} // namespace coracle::app
