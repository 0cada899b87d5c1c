#pragma once

#include "app/workloads/detail_rows.h"

/// What pages show of a Node object. No state; any thread.
namespace coracle::app {

/// A node in the list of nodes.
struct NodeRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString roles MEMBER roles)
    Q_PROPERTY(QString version MEMBER version)
    Q_PROPERTY(QString address MEMBER address)
    Q_PROPERTY(QString status MEMBER status)
    Q_PROPERTY(QString tone MEMBER tone)

public:
    QString key; ///< its name
    QString roles, version, address;
    QString status, tone;
};

/// A resource of a node: how much there is, how much pods may have, how much they have asked for.
struct CapacityRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString label MEMBER label)
    Q_PROPERTY(QString text MEMBER text)
    Q_PROPERTY(double share MEMBER share)

public:
    QString key; ///< "cpu"
    QString label;
    QString text;     ///< "1.2 of 4 requested"
    double share = 0; ///< requested of allocatable, 0 to 1 and above
};

/// "Ready", "Not ready", "Unknown"; with "takes no new pods" when it is cordoned.
QString nodeStatusText(const QJsonObject &node);
QString nodeTone(const QJsonObject &node);
bool isCordoned(const QJsonObject &node);
/// Of the labels node-role.kubernetes.io/<role>, by name.
QStringList nodeRoles(const QJsonObject &node);
/// Of this type ("InternalIP"); the first.
QString nodeAddress(const QJsonObject &node, const QString &type);
NodeRow nodeRow(const QJsonObject &node);
/// CPU and memory first. `pods`: those on the node; those that have ended ask for nothing.
QList<CapacityRow> capacityRows(const QJsonObject &node, const QList<QJsonObject> &pods);
/// Each taint as `key=value:effect`.
QList<FactRow> taintRows(const QJsonObject &node);

} // namespace coracle::app
