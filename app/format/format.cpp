#include "app/format/format.h"

#include <QCoreApplication>
#include <QLocale>
#include <QMetaMethod>
#include <algorithm>

namespace coracle::app {

namespace {
constexpr int kMinuteMs = 60'000;
}

QString ageText(const QDateTime &since, const QDateTime &now) {
    if (!since.isValid())
        return {};
    const qint64 minutes = std::max<qint64>(0, since.secsTo(now) / 60);
    const QLocale locale;
    const auto text = [&](const char *source, qint64 value) {
        return QCoreApplication::translate("Age", source).arg(locale.toString(value));
    };
    if (minutes < 1)
        return QCoreApplication::translate("Age", "now");
    if (minutes < 120)
        return text(QT_TRANSLATE_NOOP("Age", "%1 min"), minutes);
    if (minutes < 48 * 60)
        return text(QT_TRANSLATE_NOOP("Age", "%1 h"), minutes / 60);
    if (minutes < 730LL * 24 * 60)
        return text(QT_TRANSLATE_NOOP("Age", "%1 d"), minutes / (24 * 60));
    return text(QT_TRANSLATE_NOOP("Age", "%1 y"), minutes / (365 * 24 * 60));
}

QString sizeText(double bytes) {
    return QLocale().formattedDataSize(static_cast<qint64>(bytes), 1, QLocale::DataSizeIecFormat);
}

Format::Format(QObject *parent) : QObject(parent), m_minute(QDateTime::currentDateTimeUtc()) {
    m_timer.setInterval(kMinuteMs);
    m_timer.setTimerType(Qt::VeryCoarseTimer);
    connect(&m_timer, &QTimer::timeout, this, [this] {
        m_minute = QDateTime::currentDateTimeUtc();
        Q_EMIT minuteChanged();
    });
}

void Format::connectNotify(const QMetaMethod &signal) {
    if (signal != QMetaMethod::fromSignal(&Format::minuteChanged) || m_timer.isActive())
        return;
    m_minute = QDateTime::currentDateTimeUtc();
    m_timer.start();
}

void Format::disconnectNotify(const QMetaMethod &) {
    if (!isSignalConnected(QMetaMethod::fromSignal(&Format::minuteChanged)))
        m_timer.stop();
}

QString Format::age(const QDateTime &since, const QDateTime &now) {
    // An object that is newer than the last tick is not from the future.
    return ageText(since, std::max(now, since));
}

QString Format::dateTime(const QDateTime &time) {
    return time.isValid() ? QLocale().toString(time.toLocalTime(), QLocale::ShortFormat) : QString();
}

QString Format::joined(const QStringList &parts, const QString &separator) {
    QStringList said = parts;
    said.removeAll(QString());
    return said.join(separator);
}

QString Format::number(double value) {
    return QLocale().toString(value, 'g', 6);
}

} // namespace coracle::app
