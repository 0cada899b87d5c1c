#pragma once

#include "app/clusters/cluster.h"
#include "app/deploy/app_manifests.h"
#include "app/editor/manifest_apply.h"

#include <QVariantMap>

namespace coracle::app {

/// The form that deploys an application: what is typed, the YAML that it makes, and its way to the cluster: review() is
/// a dry run, apply() the real thing. GUI thread.
class DeployForm : public QObject {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(coracle::app::Cluster *cluster MEMBER m_cluster NOTIFY changed)
    Q_PROPERTY(QString namespaceName MEMBER m_namespaceName NOTIFY changed)
    Q_PROPERTY(QString name MEMBER m_name NOTIFY changed)
    Q_PROPERTY(QString image MEMBER m_image NOTIFY changed)
    Q_PROPERTY(int replicas MEMBER m_replicas NOTIFY changed)
    /// "80, 53/UDP".
    Q_PROPERTY(QString ports MEMBER m_ports NOTIFY changed)
    /// Lines of NAME=value.
    Q_PROPERTY(QString environment MEMBER m_environment NOTIFY changed)
    Q_PROPERTY(QString storageSize MEMBER m_storageSize NOTIFY changed)
    Q_PROPERTY(QString mountPath MEMBER m_mountPath NOTIFY changed)
    Q_PROPERTY(QString cpu MEMBER m_cpu NOTIFY changed)
    Q_PROPERTY(QString memory MEMBER m_memory NOTIFY changed)
    /// The number of AppSpec::Expose.
    Q_PROPERTY(int expose MEMBER m_expose NOTIFY changed)
    Q_PROPERTY(QString host MEMBER m_host NOTIFY changed)
    /// What cannot be right, by field.
    Q_PROPERTY(QVariantMap problems MEMBER m_problems NOTIFY made)
    Q_PROPERTY(bool valid READ valid NOTIFY made)
    Q_PROPERTY(QString yaml MEMBER m_yaml NOTIFY made)
    Q_PROPERTY(bool busy MEMBER m_busy NOTIFY busyChanged)
    /// What the server objects to; empty: nothing.
    Q_PROPERTY(QString refusal MEMBER m_refusal NOTIFY refusalChanged)
    /// What already exists and would be changed.
    Q_PROPERTY(QStringList existing MEMBER m_existing NOTIFY refusalChanged)

public:
    explicit DeployForm(QObject *parent = nullptr);
    bool valid() const { return m_problems.isEmpty(); }

    Q_INVOKABLE void review() { send(true); }
    Q_INVOKABLE void apply() { send(false); }

Q_SIGNALS:
    void changed();
    void made();
    void busyChanged();
    void refusalChanged();
    /// The server finds no fault.
    void reviewed();
    void applied(const QString &namespaceName, const QString &name);

private:
    void make();
    void send(bool dryRun);
    void finish(const QList<ApplyOutcome> &outcomes, bool dryRun);

    QPointer<Cluster> m_cluster;
    QString m_namespaceName, m_name, m_image, m_ports, m_environment, m_storageSize, m_cpu, m_memory, m_host, m_yaml;
    QString m_mountPath = QStringLiteral("/data");
    int m_replicas = 1, m_expose = static_cast<int>(AppSpec::Expose::InCluster);
    QVariantMap m_problems;
    QList<Manifest> m_manifests;
    ManifestApply m_apply;
    QString m_refusal;
    QStringList m_existing;
    bool m_busy = false;
};

} // namespace coracle::app
