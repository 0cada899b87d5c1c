#pragma once

#include "core/base/task.h"

#include <QPointer>
#include <functional>
#include <memory>

namespace coracle::app {

/// The thread on which all input and output of the front-end happens. Its executor is serial.
class NetworkThread {
public:
    NetworkThread();
    NetworkThread(const NetworkThread &) = delete;
    NetworkThread &operator=(const NetworkThread &) = delete;
    /// Ends what runs on it; nothing of it runs afterwards.
    ~NetworkThread();

    Executor executor() const;
    void post(std::function<void()> call);
    /// From any thread: runs the call on the thread that made this object, the GUI's, unless the context or this object
    /// is gone by then. What has not run when this object ends is destroyed before its executor is.
    void callOnGui(QPointer<QObject> context, std::function<void()> call);

    /// A running coroutine; may be cancelled from any thread, any number of times, also when it has ended.
    class Job {
    public:
        virtual ~Job() = default;
        virtual void cancel() = 0;
    };
    std::shared_ptr<Job> spawn(std::function<Task<>()> work);

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace coracle::app
