#include "app/appliance/appliance_call.h"

#include <QJsonDocument>
#include <QUrl>

namespace coracle::app {

namespace {

Result<QJsonObject> parseAnswer(const QByteArray &bytes) {
    return bytes.isEmpty() ? QJsonObject() : parseObject(bytes);
}

} // namespace

void callAppliance(Session *session, QObject *context, const QByteArray &method, const QString &path,
                   const QJsonObject &body, std::function<void(Result<QJsonObject>)> use) {
    if (!session)
        return;
    const bool hasBody = method != "GET" && method != "DELETE";
    session->send({.method = method,
                   .path = QStringLiteral("/appliance/v1/") + path,
                   .body = hasBody ? QJsonDocument(body).toJson(QJsonDocument::Compact) : QByteArray()},
                  context, parseAnswer, std::move(use));
}

QString encoded(const QString &name) {
    return QString::fromLatin1(QUrl::toPercentEncoding(name));
}

QString messageOf(const Status &status) {
    QString text = QString::fromStdString(status.message);
    for (const StatusCause &cause : status.causes)
        if (const QString message = QString::fromStdString(cause.message); !text.contains(message))
            text += QStringLiteral("\n%1: %2").arg(QString::fromStdString(cause.field), message);
    return text;
}

} // namespace coracle::app
