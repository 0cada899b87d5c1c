#include "app/session/api_request.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QUrl>

namespace coracle::app {

Failure unreachable(std::string message) {
    return Failure(Status{.code = 0, .reason = std::string(kUnreachable), .message = std::move(message)});
}

bool isUnreachable(const Status &status) {
    return status.reason == kUnreachable;
}

QString withQuery(const QString &path, std::initializer_list<std::pair<QString, QString>> query) {
    QString text = path;
    QChar separator = path.contains(u'?') ? u'&' : u'?';
    for (const auto &[name, value] : query) {
        if (value.isEmpty())
            continue;
        text += separator + name + u'=' + QString::fromLatin1(QUrl::toPercentEncoding(value));
        separator = u'&';
    }
    return text;
}

Result<QJsonObject> parseObject(const QByteArray &bytes) {
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(bytes, &error);
    if (!document.isObject())
        return errors::internal("the answer is not a JSON object: " + error.errorString().toStdString());
    return document.object();
}

Status statusFrom(const QJsonObject &status) {
    Status made{.code = status["code"].toInt(500),
                .reason = status["reason"].toString().toStdString(),
                .message = status["message"].toString().toStdString()};
    const QJsonObject details = status["details"].toObject();
    made.group = details["group"].toString().toStdString();
    made.kind = details["kind"].toString().toStdString();
    made.name = details["name"].toString().toStdString();
    made.retryAfterSeconds = details["retryAfterSeconds"].toInt();
    for (const QJsonValue &cause : details["causes"].toArray())
        made.causes.push_back({.reason = cause["reason"].toString().toStdString(),
                               .message = cause["message"].toString().toStdString(),
                               .field = cause["field"].toString().toStdString()});
    return made;
}

} // namespace coracle::app
