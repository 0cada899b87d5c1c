#include "app/clusters/resource_catalog.h"

#include <QJsonArray>
#include <QSet>
#include <QUrl>
#include <algorithm>

namespace coracle::app {

namespace {

const QByteArray kDiscovery = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/// Kinds that every cluster has; discovery adds the rest.
QList<ResourceKind> builtInKinds() {
    struct Row {
        const char *group, *version, *resource, *kind;
        bool namespaced = true;
    };
    static constexpr Row kRows[] = {
        {"", "v1", "pods", "Pod"},
        {"", "v1", "nodes", "Node", false},
        {"", "v1", "namespaces", "Namespace", false},
        {"", "v1", "services", "Service"},
        {"", "v1", "configmaps", "ConfigMap"},
        {"", "v1", "secrets", "Secret"},
        {"", "v1", "events", "Event"},
        {"", "v1", "persistentvolumeclaims", "PersistentVolumeClaim"},
        {"", "v1", "persistentvolumes", "PersistentVolume", false},
        {"apps", "v1", "deployments", "Deployment"},
        {"apps", "v1", "statefulsets", "StatefulSet"},
        {"apps", "v1", "daemonsets", "DaemonSet"},
        {"apps", "v1", "replicasets", "ReplicaSet"},
        {"batch", "v1", "jobs", "Job"},
        {"batch", "v1", "cronjobs", "CronJob"},
        {"networking.k8s.io", "v1", "ingresses", "Ingress"},
        {"storage.k8s.io", "v1", "storageclasses", "StorageClass", false},
    };
    QList<ResourceKind> kinds;
    for (const Row &row : kRows)
        kinds.append({.group = QLatin1String(row.group),
                      .version = QLatin1String(row.version),
                      .resource = QLatin1String(row.resource),
                      .kind = QLatin1String(row.kind),
                      .namespaced = row.namespaced});
    return kinds;
}

/// An APIGroupDiscoveryList; of each group the first version that has the resource.
Result<QList<ResourceKind>> readDiscovery(const QByteArray &bytes) {
    TRY(const QJsonObject list, parseObject(bytes));
    QList<ResourceKind> kinds;
    for (const QJsonValue &group : list["items"].toArray()) {
        QSet<QString> seen;
        for (const QJsonValue &version : group["versions"].toArray())
            for (const QJsonValue &resource : version["resources"].toArray()) {
                ResourceKind kind{.group = group["metadata"]["name"].toString(),
                                  .version = version["version"].toString(),
                                  .resource = resource["resource"].toString(),
                                  .kind = resource["responseKind"]["kind"].toString(),
                                  .namespaced = resource["scope"] == QLatin1String("Namespaced")};
                for (const QJsonValue &verb : resource["verbs"].toArray())
                    kind.verbs.append(verb.toString());
                if (seen.contains(kind.resource))
                    continue;
                seen.insert(kind.resource);
                kinds.append(std::move(kind));
            }
    }
    return kinds;
}

} // namespace

QString ResourceKind::path(const QString &namespaceName) const {
    QString text =
        group.isEmpty() ? QStringLiteral("/api/") + version : QStringLiteral("/apis/") + group + u'/' + version;
    if (namespaced && !namespaceName.isEmpty())
        text += QStringLiteral("/namespaces/") + namespaceName;
    return text + u'/' + resource;
}

QString ResourceKind::objectPath(const QString &namespaceName, const QString &name) const {
    return path(namespaceName) + u'/' + QString::fromLatin1(QUrl::toPercentEncoding(name));
}

ResourceCatalog::ResourceCatalog(Session &session, QObject *parent)
    : QObject(parent), m_session(session), m_kinds(builtInKinds()) {
    connect(&session, &Session::stateChanged, this, [this] {
        if (m_session.state() == Session::State::Connected)
            refresh();
    });
}

void ResourceCatalog::refresh() {
    const auto ask = [this](const QString &path, QList<ResourceKind> *part) {
        m_session.send(
            {.path = path, .accept = kDiscovery}, this, readDiscovery, [this, part](Result<QList<ResourceKind>> kinds) {
                if (!kinds) // the kinds known so far go on; the next connection asks again
                    return;
                *part = std::move(*kinds);
                if (const auto all = m_core + m_groups; !m_core.isEmpty() && !m_groups.isEmpty() && all != m_kinds) {
                    m_kinds = all;
                    Q_EMIT kindsChanged();
                }
            });
    };
    ask(QStringLiteral("/api"), &m_core);
    ask(QStringLiteral("/apis"), &m_groups);
}

const ResourceKind *ResourceCatalog::find(const QString &key) const {
    const auto found =
        std::find_if(m_kinds.begin(), m_kinds.end(), [&](const ResourceKind &kind) { return kind.key() == key; });
    return found == m_kinds.end() ? nullptr : &*found;
}

const ResourceKind *ResourceCatalog::findByKind(const QString &apiVersion, const QString &kind) const {
    const auto found = std::find_if(m_kinds.begin(), m_kinds.end(), [&](const ResourceKind &known) {
        return known.kind == kind && known.apiVersion() == apiVersion;
    });
    return found == m_kinds.end() ? nullptr : &*found;
}

QString ResourceCatalog::path(const QString &key, const QString &namespaceName) const {
    const ResourceKind *kind = find(key);
    return kind ? kind->path(namespaceName) : QString();
}

bool ResourceCatalog::isNamespaced(const QString &key) const {
    const ResourceKind *kind = find(key);
    return kind && kind->namespaced;
}

} // namespace coracle::app
