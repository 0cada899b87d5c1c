#include "app/appliance/certificate_list.h"

#include <QDateTime>
#include <QJsonArray>
#include <QLocale>
#include <algorithm>

namespace coracle::app {

namespace {

constexpr double kDayMs = 86'400'000;

QString nameOf(const QString &subject) {
    for (const QString &part : subject.split(u','))
        if (part.startsWith(u"CN="))
            return part.mid(3);
    return subject;
}

CertificateRow rowOf(const QJsonValue &certificate, const QDateTime &now) {
    const QDateTime end = QDateTime::fromString(certificate["notAfter"].toString(), Qt::ISODate);
    const int days = static_cast<int>(std::max<qint64>(0, now.daysTo(end)));
    const QString health = certificate["health"].toString(), subject = certificate["subject"].toString();
    const bool expired = health == u"expired";
    return {.key = certificate["file"].toString(),
            .title = certificate["isCa"].toBool() ? CertificateList::tr("CA %1").arg(nameOf(subject)) : nameOf(subject),
            .detail = certificate["file"].toString(),
            .expiryText = QLocale().toString(end.toLocalTime().date(), QLocale::ShortFormat),
            .leftText = expired ? CertificateList::tr("Expired") : CertificateList::tr("%n day(s)", nullptr, days),
            .tone = expired                 ? "error"
                    : health == u"expiring" ? "warning"
                                            : "ok",
            .service = certificate["service"].toString()};
}

} // namespace

CertificateList::CertificateList(QObject *parent) : ApplianceModel(QStringLiteral("certificates"), parent) {}

void CertificateList::read() {
    QList<CertificateRow> rows;
    const QDateTime now = QDateTime::currentDateTimeUtc();
    for (const QJsonValue &certificate : document()["items"].toArray())
        rows.append(rowOf(certificate, now));
    m_rows.set(rows);
}

QString CertificateList::renewText() const {
    const int days = qRound(document()["renewBeforeMs"].toDouble() / kDayMs);
    return days > 0 ? tr("Renewed by themselves at a start of the daemon within %n day(s) of their end.", nullptr, days)
                    : QString();
}

void CertificateList::rotate(const QString &service) {
    QJsonObject body;
    if (!service.isEmpty())
        body["services"] = QJsonArray{service};
    operate("POST", QStringLiteral("certificates/rotate"), body);
}

} // namespace coracle::app
