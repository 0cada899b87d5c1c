#pragma once

#include "app/workloads/object_detail.h"
#include "app/workloads/workload_status.h"

namespace coracle::app {

/// A Deployment, StatefulSet, DaemonSet, ReplicaSet, Job or CronJob for its page.
class Workload : public coracle::app::ObjectDetail {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QString statusText READ statusText NOTIFY detailChanged)
    Q_PROPERTY(QString tone READ tone NOTIFY detailChanged)
    /// How the rollout goes, in a sentence; may be empty.
    Q_PROPERTY(QString progressText READ progressText NOTIFY detailChanged)
    /// 0 to 1 while a rollout goes on; -1 otherwise.
    Q_PROPERTY(double progress READ progress NOTIFY detailChanged)
    /// "2 of 3 ready"; empty for kinds without pods of their own.
    Q_PROPERTY(QString readyText READ readyText NOTIFY detailChanged)
    Q_PROPERTY(int replicas READ replicas NOTIFY detailChanged)
    Q_PROPERTY(bool scalable READ scalable NOTIFY detailChanged)
    Q_PROPERTY(bool hasRevisions READ hasRevisions NOTIFY identityChanged)
    /// Of its pods, for lists and logs; empty before it is known, and for CronJobs.
    Q_PROPERTY(QString podSelector READ podSelector NOTIFY detailChanged)
    /// TCP ports that its containers name, for port-forwards.
    Q_PROPERTY(QList<int> ports READ ports NOTIFY detailChanged)

public:
    using ObjectDetail::ObjectDetail;

    QString statusText() const { return deleting() ? tr("Is being deleted") : m_status.text; }
    QString tone() const { return m_status.tone; }
    QString progressText() const { return m_status.progressText; }
    double progress() const;
    QString readyText() const;
    int replicas() const { return object()["spec"]["replicas"].toInt(1); }
    bool scalable() const;
    bool hasRevisions() const;
    QString podSelector() const { return m_podSelector; }
    QList<int> ports() const { return tcpPorts(object()["spec"]["template"]["spec"].toObject()); }

protected:
    void update() override;
    QList<FactRow> makeFacts() const override;

private:
    WorkloadStatus m_status;
    QString m_podSelector;
};

} // namespace coracle::app
