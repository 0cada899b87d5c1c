#pragma once

#include "core/base/result.h"

#include <QByteArray>
#include <QJsonObject>
#include <QString>
#include <QUrlQuery>

namespace coracle::app {

/// A request to clusterd: the Kubernetes API or the appliance API (/appliance/v1).
struct ApiRequest {
    QByteArray method = "GET";
    QString path; ///< encoded, with the query: "/api/v1/namespaces/default/pods?limit=500"
    QByteArray body;
    QByteArray contentType = "application/json"; ///< of the body
    QByteArray accept = "application/json";
};

/// reason of a Status that no server has sent: the cluster could not be reached. Its code is 0.
inline constexpr std::string_view kUnreachable = "Unreachable";
Failure unreachable(std::string message);
bool isUnreachable(const Status &status);

/// A path with its query: names and values are percent-encoded here.
QString withQuery(const QString &path, std::initializer_list<std::pair<QString, QString>> query);

/// The answer's JSON object. An answer that is none is the server's fault: an error.
Result<QJsonObject> parseObject(const QByteArray &bytes);
/// A Status object as an error.
Status statusFrom(const QJsonObject &status);

} // namespace coracle::app
