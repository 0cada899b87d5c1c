#pragma once

#include <QCoreApplication>
#include <QObject>
#include <QPointer>
#include <QThreadPool>
#include <memory>

namespace coracle::app {

/// Runs `work` on another thread and gives what it returns to `use` on the thread of `context`; not when `context` is
/// gone by then. `work` must own all that it reads.
template<class Work, class Use>
void inBackground(QObject *context, Work work, Use use) {
    QThreadPool::globalInstance()->start(
        [context = QPointer<QObject>(context), application = QCoreApplication::instance(), work, use] {
            auto result = std::make_shared<decltype(work())>(work());
            // By way of the application, which outlives every context.
            QMetaObject::invokeMethod(application, [context, use, result] {
                if (context)
                    use(std::move(*result));
            });
        });
}

} // namespace coracle::app
