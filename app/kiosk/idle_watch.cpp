#include "app/kiosk/idle_watch.h"

#include <QCoreApplication>
#include <QEvent>
#include <QMouseEvent>
#include <QWindow>
#include <algorithm>
#include <limits>

namespace coracle::app {

namespace {

constexpr qint64 kOneGestureMs = 500;

enum class Input { None, Begin, Go, End };

Input inputOf(const QEvent &event) {
    switch (event.type()) {
    case QEvent::MouseButtonPress:
    case QEvent::TouchBegin:
    case QEvent::KeyPress:
    case QEvent::TabletPress:
        return Input::Begin;
    case QEvent::MouseMove:
    case QEvent::TouchUpdate:
    case QEvent::Wheel:
    case QEvent::TabletMove:
        return Input::Go;
    case QEvent::MouseButtonRelease:
    case QEvent::MouseButtonDblClick:
    case QEvent::TouchEnd:
    case QEvent::TouchCancel:
    case QEvent::KeyRelease:
    case QEvent::TabletRelease:
        return Input::End;
    default:
        return Input::None;
    }
}

} // namespace

IdleWatch::IdleWatch(Backlight backlight, QObject *parent) : QObject(parent), m_backlight(std::move(backlight)) {
    m_sinceInput.start();
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &IdleWatch::check);
    qApp->installEventFilter(this);
}

IdleWatch::~IdleWatch() {
    if (m_blanked)
        m_backlight.setOn(true);
}

void IdleWatch::setLimits(qint64 blankAfterMs, qint64 lockAfterMs) {
    m_blankAfterMs = blankAfterMs;
    m_lockAfterMs = lockAfterMs;
    schedule();
}

void IdleWatch::schedule() {
    // Input does not touch the timer: when it fires early, it is set anew for the rest.
    qint64 dueMs = std::numeric_limits<qint64>::max();
    if (m_blankAfterMs > 0 && !m_blanked)
        dueMs = m_blankAfterMs;
    if (m_lockAfterMs > 0 && !m_lockReported)
        dueMs = std::min(dueMs, m_lockAfterMs);
    if (dueMs == std::numeric_limits<qint64>::max())
        return m_timer.stop();
    m_timer.start(static_cast<int>(std::clamp<qint64>(dueMs - m_sinceInput.elapsed(), 1, 24 * 60 * 60 * 1000)));
}

void IdleWatch::check() {
    const qint64 idleMs = m_sinceInput.elapsed();
    if (m_lockAfterMs > 0 && idleMs >= m_lockAfterMs && !m_lockReported) {
        m_lockReported = true;
        Q_EMIT lockDue();
    }
    if (m_blankAfterMs > 0 && idleMs >= m_blankAfterMs)
        blank();
    schedule();
}

void IdleWatch::blank() {
    if (m_blanked)
        return;
    m_blanked = true;
    m_backlight.setOn(false);
    Q_EMIT blankedChanged();
    Q_EMIT lockDue();
}

void IdleWatch::wake() {
    m_sinceInput.restart();
    if (m_blanked) {
        m_blanked = false;
        m_backlight.setOn(true);
        Q_EMIT blankedChanged();
    }
    schedule();
}

bool IdleWatch::eventFilter(QObject *watched, QEvent *event) {
    const Input input = inputOf(*event);
    // Each event passes here for the window and then for items: the window's is the first.
    if (input == Input::None || !watched->isWindowType())
        return false;
    m_sinceInput.restart();
    if (m_lockReported) {
        m_lockReported = false;
        schedule();
    }
    if (m_swallowing) {
        m_swallowing = input != Input::End;
        return true;
    }
    if (!m_blanked) {
        m_swallowing = input == Input::Begin && m_wokenByMovement && m_sinceWake.elapsed() < kOneGestureMs;
        m_wokenByMovement = false;
        return m_swallowing;
    }
    // A movement alone wakes too; a press that comes right after it belongs to it.
    m_swallowing = input == Input::Begin;
    m_wokenByMovement = input == Input::Go;
    m_sinceWake.start();
    wake();
    return true;
}

} // namespace coracle::app
