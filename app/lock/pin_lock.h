#pragma once

#include "app/lock/request_level.h"

#include <QDateTime>
#include <QTimer>
#include <functional>
#include <vector>

namespace coracle::app {

/// `App.lock`: what the one before the screen may do, and the PINs that raise it. Without a PIN everything is allowed.
/// The PIN of Configure comes first; with one of Operate too, nobody without a PIN does more than look. PINs are kept
/// hashed in the settings file; wrong ones cost growing pauses, also across restarts. GUI thread; hashes are computed
/// elsewhere.
class PinLock : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("App.lock")
    Q_PROPERTY(coracle::app::LockLevel::Value level READ level NOTIFY changed)
    Q_PROPERTY(bool mayOperate READ mayOperate NOTIFY changed)
    Q_PROPERTY(bool mayConfigure READ mayConfigure NOTIFY changed)
    Q_PROPERTY(bool hasOperatePin READ hasOperatePin NOTIFY changed)
    Q_PROPERTY(bool hasConfigurePin READ hasConfigurePin NOTIFY changed)
    /// More is allowed now than without a PIN: there is something to lock.
    Q_PROPERTY(bool raised READ raised NOTIFY changed)
    /// A PIN is being checked or set; until then no other is taken.
    Q_PROPERTY(bool checking READ checking NOTIFY changed)
    /// Why the last PIN did not do; empty: it did, or none was given.
    Q_PROPERTY(QString errorText READ errorText NOTIFY changed)

public:
    static constexpr int kPinLengthMin = 4, kPinLengthMax = 12;
    /// So many wrong PINs are free; then the pause doubles from the first to the longest.
    static constexpr int kFreeFailures = 3, kPauseFirstMs = 5000, kPauseMaxMs = 15 * 60 * 1000;
    /// Actions that wait for the PIN.
    static constexpr size_t kWaitingMax = 32;

    using Clock = std::function<QDateTime()>;
    /// An empty file name: nothing is kept.
    explicit PinLock(QString file, Clock clock = &QDateTime::currentDateTimeUtc, QObject *parent = nullptr);

    LockLevel::Value level() const { return m_level; }
    bool mayOperate() const { return m_level >= LockLevel::Operate; }
    bool mayConfigure() const { return m_level >= LockLevel::Configure; }
    bool hasOperatePin() const { return !m_operateHash.isEmpty(); }
    bool hasConfigurePin() const { return !m_configureHash.isEmpty(); }
    bool raised() const { return m_level > restLevel(); }
    bool checking() const { return m_checking; }
    QString errorText() const { return m_errorText; }
    /// How long no PIN is taken.
    qint64 pauseMs() const;
    static int pauseAfterMs(int failures);

    /// Calls `answer` when the level is reached: at once, or when the PIN was entered; false: nobody entered it.
    void ask(LockLevel::Value level, std::function<void(bool)> answer);
    /// Has the PIN asked for; allowed() follows when it was right.
    Q_INVOKABLE void request(coracle::app::LockLevel::Value level);
    Q_INVOKABLE void enter(const QString &pin);
    /// Whoever was asked does not know it.
    Q_INVOKABLE void dismiss();
    /// Back to what is allowed without a PIN.
    Q_INVOKABLE void lock();
    /// Needs level Configure; pinSet() follows.
    Q_INVOKABLE void setPin(coracle::app::LockLevel::Value level, const QString &pin);
    Q_INVOKABLE void removePin(coracle::app::LockLevel::Value level);
    /// What a PIN must be like: empty, or what is wrong.
    static QString problemOf(const QString &pin);

Q_SIGNALS:
    void changed();
    /// The PIN of this level must be asked for.
    void wanted(coracle::app::LockLevel::Value level);
    /// The level was raised by a PIN.
    void allowed();
    void locked();
    /// The end of setPin(). `problem` is empty, or what is wrong with the PIN, which is then not set.
    void pinSet(coracle::app::LockLevel::Value level, const QString &problem);

private:
    struct Waiting {
        LockLevel::Value level;
        std::function<void(bool)> answer;
    };
    LockLevel::Value restLevel() const;
    /// Hashing takes its time: `work` runs on another thread, what it returns on this one.
    void elsewhere(std::function<std::function<void()>()> work);
    QString whyNotSet(LockLevel::Value level, const QString &pin) const;
    void keep(LockLevel::Value level, const Result<QString> &hash);
    void verified(LockLevel::Value level, bool right);
    void refuse();
    void settle(bool allowed);
    void write(const char *key, const QVariant &value) const;

    QString m_file;
    Clock m_clock;
    QString m_operateHash, m_configureHash;
    LockLevel::Value m_level = LockLevel::Look;
    int m_failures = 0;
    QDateTime m_pausedUntil;
    bool m_checking = false;
    QString m_errorText;
    QTimer m_pauseEnd;
    std::vector<Waiting> m_waiting;
};

} // namespace coracle::app
