#pragma once

#include "app/session/session.h"

#include <QtQml/qqmlregistration.h>

namespace coracle::app {

/// A resource that the cluster serves.
struct ResourceKind {
    Q_GADGET
    QML_VALUE_TYPE(resourceKind)
    Q_PROPERTY(QString group MEMBER group)
    Q_PROPERTY(QString version MEMBER version)
    Q_PROPERTY(QString resource MEMBER resource)
    Q_PROPERTY(QString kind MEMBER kind)
    Q_PROPERTY(bool namespaced MEMBER namespaced)
    Q_PROPERTY(QStringList verbs MEMBER verbs)

public:
    QString group, version, resource, kind;
    bool namespaced = true;
    QStringList verbs;
    bool operator==(const ResourceKind &) const = default;

    /// "apps/v1", "v1".
    QString apiVersion() const { return group.isEmpty() ? version : group + u'/' + version; }
    /// "deployments.apps", "pods": unique among the kinds of a cluster.
    QString key() const { return group.isEmpty() ? resource : resource + u'.' + group; }
    /// Of the collection; an empty namespace means all of them (or that the kind has none).
    QString path(const QString &namespaceName = {}) const;
    QString objectPath(const QString &namespaceName, const QString &name) const;
};

/// What the cluster serves, by discovery (preferred versions only). Built-in kinds are known from the start, so that
/// pages of them need not wait.
class ResourceCatalog : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("a part of Cluster")
    Q_PROPERTY(QList<coracle::app::ResourceKind> kinds READ kinds NOTIFY kindsChanged)

public:
    explicit ResourceCatalog(Session &session, QObject *parent = nullptr);

    QList<ResourceKind> kinds() const { return m_kinds; }
    /// By key ("deployments.apps") or, without a group, by resource name. Null: not served.
    const ResourceKind *find(const QString &key) const;
    const ResourceKind *findByKind(const QString &apiVersion, const QString &kind) const;

    /// The collection's path, empty when the kind is not served.
    Q_INVOKABLE QString path(const QString &key, const QString &namespaceName = {}) const;
    Q_INVOKABLE bool isNamespaced(const QString &key) const;
    /// Asks again (a CRD came).
    Q_INVOKABLE void refresh();

Q_SIGNALS:
    void kindsChanged();

private:
    Session &m_session;
    QList<ResourceKind> m_core, m_groups, m_kinds;
};

} // namespace coracle::app
