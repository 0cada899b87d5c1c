#include "app/lock/pin_lock.h"

#include "app/lock/pin_hash.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QPointer>
#include <QSettings>
#include <QThreadPool>
#include <algorithm>

namespace coracle::app {

namespace {
constexpr auto kOperateKey = "lock/operate";
constexpr auto kConfigureKey = "lock/configure";
constexpr auto kFailuresKey = "lock/failures";
constexpr auto kPausedUntilKey = "lock/pausedUntil";
} // namespace

PinLock::PinLock(QString file, Clock clock, QObject *parent)
    : QObject(parent), m_file(std::move(file)), m_clock(std::move(clock)) {
    if (!m_file.isEmpty()) {
        const QSettings kept(m_file, QSettings::IniFormat);
        m_operateHash = kept.value(QLatin1String(kOperateKey)).toString();
        m_configureHash = kept.value(QLatin1String(kConfigureKey)).toString();
        m_failures = std::clamp(kept.value(QLatin1String(kFailuresKey)).toInt(), 0, 1000);
        m_pausedUntil = kept.value(QLatin1String(kPausedUntilKey)).toDateTime();
    }
    if (m_configureHash.isEmpty())
        m_operateHash.clear();
    m_level = restLevel();
    m_pauseEnd.setSingleShot(true);
    connect(&m_pauseEnd, &QTimer::timeout, this, [this] {
        m_errorText.clear();
        Q_EMIT changed();
    });
}

LockLevel::Value PinLock::restLevel() const {
    if (m_configureHash.isEmpty())
        return LockLevel::Configure;
    return m_operateHash.isEmpty() ? LockLevel::Operate : LockLevel::Look;
}

int PinLock::pauseAfterMs(int failures) {
    if (failures < kFreeFailures)
        return 0;
    int pauseMs = kPauseFirstMs;
    for (int i = kFreeFailures; i < failures && pauseMs < kPauseMaxMs; ++i)
        pauseMs *= 2;
    return std::min(pauseMs, kPauseMaxMs);
}

qint64 PinLock::pauseMs() const {
    if (!m_pausedUntil.isValid())
        return 0;
    // A clock that was set back must not lengthen the pause.
    return std::clamp<qint64>(m_clock().msecsTo(m_pausedUntil), 0, pauseAfterMs(m_failures));
}

void PinLock::ask(LockLevel::Value level, std::function<void(bool)> answer) {
    if (m_level >= level)
        return answer(true);
    if (m_waiting.size() >= kWaitingMax)
        return answer(false);
    m_waiting.push_back({level, std::move(answer)});
    Q_EMIT wanted(level);
}

void PinLock::request(LockLevel::Value level) {
    ask(level, [](bool) {});
}

void PinLock::enter(const QString &pin) {
    if (m_checking)
        return;
    if (pauseMs() > 0)
        return refuse();
    // Counted before it is checked: whoever cuts the power has used his attempt.
    ++m_failures;
    write(kFailuresKey, m_failures);
    elsewhere([this, pin, configure = m_configureHash, operate = m_operateHash] {
        const bool isConfigure = pinMatches(pin, configure);
        const bool isOperate = !isConfigure && pinMatches(pin, operate);
        return [this, isConfigure, isOperate] {
            verified(isConfigure ? LockLevel::Configure : LockLevel::Operate, isConfigure || isOperate);
        };
    });
}

void PinLock::elsewhere(std::function<std::function<void()>()> work) {
    m_checking = true;
    m_errorText.clear();
    Q_EMIT changed();
    QThreadPool::globalInstance()->start([self = QPointer(this), work = std::move(work)] {
        QMetaObject::invokeMethod(qApp, [self, then = work()] {
            if (!self)
                return;
            self->m_checking = false;
            then();
        });
    });
}

void PinLock::verified(LockLevel::Value level, bool right) {
    if (!right) {
        m_pausedUntil = m_clock().addMSecs(pauseAfterMs(m_failures));
        write(kPausedUntilKey, m_pausedUntil);
        return refuse();
    }
    m_failures = 0;
    m_pausedUntil = {};
    write(kFailuresKey, 0);
    write(kPausedUntilKey, {});
    m_level = std::max(m_level, level);
    const bool enough = std::all_of(m_waiting.begin(), m_waiting.end(),
                                    [&](const Waiting &waiting) { return waiting.level <= m_level; });
    m_errorText = enough ? QString() : tr("This PIN does not allow it: the one for configuring is needed.");
    Q_EMIT changed();
    if (!enough)
        return;
    Q_EMIT allowed();
    settle(true);
}

void PinLock::refuse() {
    const qint64 remainingMs = pauseMs();
    if (remainingMs > 0) {
        m_errorText =
            tr("Too many wrong PINs. Wait %n second(s).", nullptr, static_cast<int>((remainingMs + 999) / 1000));
        m_pauseEnd.start(static_cast<int>(remainingMs));
    } else {
        m_errorText = tr("This PIN is wrong.");
    }
    Q_EMIT changed();
}

void PinLock::dismiss() {
    m_errorText.clear();
    Q_EMIT changed();
    settle(false);
}

void PinLock::settle(bool allowed) {
    for (Waiting &waiting : std::exchange(m_waiting, {}))
        waiting.answer(allowed);
}

void PinLock::lock() {
    settle(false);
    if (m_level == restLevel())
        return;
    m_level = restLevel();
    Q_EMIT changed();
    Q_EMIT locked();
}

QString PinLock::problemOf(const QString &pin) {
    const bool digits = std::all_of(pin.begin(), pin.end(), [](QChar c) { return c >= u'0' && c <= u'9'; });
    if (!digits || pin.size() < kPinLengthMin || pin.size() > kPinLengthMax)
        return tr("A PIN has %1 to %2 digits.").arg(kPinLengthMin).arg(kPinLengthMax);
    return {};
}

QString PinLock::whyNotSet(LockLevel::Value level, const QString &pin) const {
    if (!mayConfigure())
        return tr("Changing PINs needs the PIN for configuring.");
    if (const QString problem = problemOf(pin); !problem.isEmpty())
        return problem;
    if (level == LockLevel::Operate && !hasConfigurePin())
        return tr("Set the PIN for configuring first.");
    return {};
}

void PinLock::setPin(LockLevel::Value level, const QString &pin) {
    if (m_checking)
        return;
    if (const QString problem = whyNotSet(level, pin); !problem.isEmpty()) {
        Q_EMIT pinSet(level, problem);
        return;
    }
    elsewhere([this, level, pin, other = level == LockLevel::Operate ? m_configureHash : m_operateHash] {
        const auto hash = pinMatches(pin, other)
                              ? Result<QString>(errors::badRequest(tr("The two PINs must differ.").toStdString()))
                              : hashPin(pin);
        return [this, level, hash] { keep(level, hash); };
    });
}

void PinLock::keep(LockLevel::Value level, const Result<QString> &hash) {
    if (hash) {
        (level == LockLevel::Operate ? m_operateHash : m_configureHash) = *hash;
        write(level == LockLevel::Operate ? kOperateKey : kConfigureKey, *hash);
    }
    Q_EMIT changed();
    Q_EMIT pinSet(level, hash ? QString() : QString::fromStdString(hash.error().message));
}

void PinLock::removePin(LockLevel::Value level) {
    if (!mayConfigure())
        return;
    m_operateHash.clear();
    write(kOperateKey, {});
    if (level == LockLevel::Configure) {
        m_configureHash.clear();
        write(kConfigureKey, {});
    }
    Q_EMIT changed();
}

void PinLock::write(const char *key, const QVariant &value) const {
    if (m_file.isEmpty())
        return;
    QDir().mkpath(QFileInfo(m_file).path());
    QSettings kept(m_file, QSettings::IniFormat);
    if (value.isValid())
        kept.setValue(QLatin1String(key), value);
    else
        kept.remove(QLatin1String(key));
    kept.sync();
}

} // namespace coracle::app
