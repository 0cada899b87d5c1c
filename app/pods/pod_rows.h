#pragma once

#include <QJsonObject>
#include <QList>
#include <QObject>

/// What a pod's page shows of its JSON. No state; any thread.
namespace coracle::app {

struct ContainerRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString role MEMBER role)
    Q_PROPERTY(QString status MEMBER status)
    Q_PROPERTY(QString tone MEMBER tone)
    Q_PROPERTY(QString detail MEMBER detail)
    Q_PROPERTY(QString image MEMBER image)
    Q_PROPERTY(QString ports MEMBER ports)
    Q_PROPERTY(QString resources MEMBER resources)
    Q_PROPERTY(QString probes MEMBER probes)
    Q_PROPERTY(QString command MEMBER command)
    Q_PROPERTY(int restarts MEMBER restarts)
    Q_PROPERTY(bool running MEMBER running)
    Q_PROPERTY(bool hadPrevious MEMBER hadPrevious)

public:
    QString key;          ///< the container's name
    QString role;         ///< "", "Init", "Sidecar" or "Debug", translated
    QString status, tone; ///< "Running", "CrashLoopBackOff"
    QString detail;       ///< message, exit code, why it ended before
    QString image, ports;
    QString resources, probes; ///< a line each
    QString command;
    int restarts = 0;
    bool running = false;     ///< a shell can be opened in it
    bool hadPrevious = false; ///< there is a log of its last life
};

struct EnvironmentRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString container MEMBER container)
    Q_PROPERTY(QString name MEMBER name)
    Q_PROPERTY(QString value MEMBER value)
    Q_PROPERTY(QString source MEMBER source)

public:
    QString key, container;
    QString name;   ///< "*" for all keys of a ConfigMap or Secret
    QString value;  ///< masked when it comes from a Secret
    QString source; ///< "Secret db, key password"; empty: written in the pod
};

struct VolumeRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString source MEMBER source)
    Q_PROPERTY(QString mounts MEMBER mounts)

public:
    QString key;    ///< the volume's name
    QString source; ///< "PersistentVolumeClaim data"
    QString mounts; ///< "web: /data (read only)", a line each
};

/// Init containers, containers, ephemeral containers, in the order in which they start.
QList<ContainerRow> containerRows(const QJsonObject &pod);
QList<EnvironmentRow> environmentRows(const QJsonObject &pod);
QList<VolumeRow> volumeRows(const QJsonObject &pod);

/// The STATUS that kubectl prints: of the containers' reasons the one that matters.
QString podStatusText(const QJsonObject &pod);

} // namespace coracle::app
