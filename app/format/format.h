#pragma once

#include <QDateTime>
#include <QObject>
#include <QQmlEngine>
#include <QTimer>

namespace coracle::app {

/// Numbers, sizes and times as the user's language writes them.
QString ageText(const QDateTime &since, const QDateTime &now);
QString sizeText(double bytes);

/// The same for QML. `minute` changes once a minute while somebody shows ages: bind it as the second argument of age().
class Format : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_SINGLETON
    Q_PROPERTY(QDateTime minute READ minute NOTIFY minuteChanged)

public:
    explicit Format(QObject *parent = nullptr);

    QDateTime minute() const { return m_minute; }
    /// "5 min", "3 h", "12 d"; empty for an invalid time.
    Q_INVOKABLE static QString age(const QDateTime &since, const QDateTime &now);
    /// Date and time in full, in the local time zone.
    Q_INVOKABLE static QString dateTime(const QDateTime &time);
    Q_INVOKABLE static QString size(double bytes) { return sizeText(bytes); }
    Q_INVOKABLE static QString number(double value);
    /// The parts that say something, in one line.
    Q_INVOKABLE static QString joined(const QStringList &parts, const QString &separator = QStringLiteral("  ·  "));

Q_SIGNALS:
    void minuteChanged();

protected:
    void connectNotify(const QMetaMethod &signal) override;
    void disconnectNotify(const QMetaMethod &signal) override;

private:
    QDateTime m_minute;
    QTimer m_timer;
};

} // namespace coracle::app
