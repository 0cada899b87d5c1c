#pragma once

#include "app/kiosk/backlight.h"

#include <QDeadlineTimer>
#include <QElapsedTimer>
#include <QObject>
#include <QTimer>
#include <QtQml/qqmlregistration.h>

namespace coracle::app {

/// `App.idle`: notices that nobody touches the screen; blanks it and asks for the lock. The first touch or key on a
/// blanked screen only wakes it: nothing below gets it. Costs one timer that runs when something is due. GUI thread.
class IdleWatch : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("App.idle")
    /// The screen is dark; the shell shows black.
    Q_PROPERTY(bool blanked READ blanked NOTIFY blankedChanged)

public:
    explicit IdleWatch(Backlight backlight = Backlight(), QObject *parent = nullptr);
    ~IdleWatch() override;

    /// 0: never.
    void setLimits(qint64 blankAfterMs, qint64 lockAfterMs);
    bool blanked() const { return m_blanked; }
    Q_INVOKABLE void blank();
    void wake();

Q_SIGNALS:
    void blankedChanged();
    /// Nobody was there for as long as the lock allows, or the screen went dark.
    void lockDue();

protected:
    /// Of the application: sees all input first.
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void check();
    void schedule();

    Backlight m_backlight;
    qint64 m_blankAfterMs = 0, m_lockAfterMs = 0;
    QElapsedTimer m_sinceInput;
    QTimer m_timer;
    bool m_blanked = false;
    bool m_swallowing = false; ///< the touch that woke the screen has not ended
    bool m_wokenByMovement = false;
    QElapsedTimer m_sinceWake;
    bool m_lockReported = false;
};

} // namespace coracle::app
