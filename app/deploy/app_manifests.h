#pragma once

#include <QHash>
#include <QJsonObject>
#include <QList>
#include <QString>

/// What an application needs, as the objects that give it. No state; any thread.
namespace coracle::app {

struct AppSpec {
    enum class Expose { Nowhere, InCluster, NodePort, LoadBalancer };
    struct Port {
        int number = 0;
        QString protocol = QStringLiteral("TCP");
    };
    struct Variable {
        QString name, value;
    };

    QString name, namespaceName, image;
    int replicas = 1;
    QList<Port> ports;
    QList<Variable> environment;
    QString storageSize, mountPath; ///< no size: no storage
    QString storageClass;           ///< empty: the default one
    QString cpu, memory;            ///< requests, and the limit of the memory; empty: none
    Expose expose = Expose::InCluster;
    QString host; ///< of an Ingress in front of the Service; empty: none
};

/// What cannot be right, by field: "name", "image", "ports", "environment", "storage", "memory", "host". Empty: all
/// can.
QHash<QString, QString> appProblems(const AppSpec &spec);

/// A claim where there is storage, a Deployment, and where it is exposed a Service and an Ingress; in the order in
/// which they are made. With storage the pods are replaced one by one, the old one first: a volume belongs to one node.
QList<QJsonObject> appManifests(const AppSpec &spec);

/// "80, 443, 53/UDP"; what is no port is left out and told by `ok`.
QList<AppSpec::Port> readPorts(const QString &text, bool *ok);
/// Lines of NAME=value.
QList<AppSpec::Variable> readEnvironment(const QString &text, bool *ok);

} // namespace coracle::app
