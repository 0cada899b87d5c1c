#pragma once

#include <QJsonObject>
#include <QList>
#include <QString>
#include <QUrlQuery>

namespace coracle::app {

/// What a request's path means: "/apis/apps/v1/namespaces/shop/deployments/web/scale".
struct DemoTarget {
    QString collection; ///< without the namespace: "/apis/apps/v1/deployments"
    QString namespaceName, name, subresource;
    QUrlQuery query;

    static DemoTarget of(const QString &pathAndQuery);
    QString parameter(const QString &key) const;
    bool isWatch() const { return parameter(QStringLiteral("watch")) == u"true"; }
    /// Whether namespace, name and selectors let the object through.
    bool selects(const QJsonObject &object) const;
};

} // namespace coracle::app
