#pragma once

#include "app/pods/pod_rows.h"
#include "app/workloads/object_detail.h"

namespace coracle::app {

/// A pod for its page. `kindKey` is "pods". GUI thread.
class PodDetail : public coracle::app::ObjectDetail {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QString statusText READ statusText NOTIFY detailChanged)
    Q_PROPERTY(QString tone READ tone NOTIFY detailChanged)
    /// Why it does not run, from status; may be empty.
    Q_PROPERTY(QString message READ message NOTIFY detailChanged)
    Q_PROPERTY(QString nodeName READ nodeName NOTIFY detailChanged)
    /// Names of the containers that have (or will have) a log.
    Q_PROPERTY(QStringList containerNames READ containerNames NOTIFY detailChanged)
    /// Names of those in which a shell can be opened.
    Q_PROPERTY(QStringList runningContainers READ runningContainers NOTIFY detailChanged)
    /// TCP ports that the containers name, for port-forwards.
    Q_PROPERTY(QList<int> ports READ ports NOTIFY detailChanged)
    Q_PROPERTY(coracle::app::RowListModel *containers READ containers CONSTANT)
    Q_PROPERTY(coracle::app::RowListModel *environment READ environment CONSTANT)
    Q_PROPERTY(coracle::app::RowListModel *volumes READ volumes CONSTANT)

public:
    explicit PodDetail(QObject *parent = nullptr);

    QString statusText() const { return podStatusText(object()); }
    QString tone() const;
    QString message() const { return object()["status"]["message"].toString(); }
    QString nodeName() const { return object()["spec"]["nodeName"].toString(); }
    QStringList containerNames() const;
    QStringList runningContainers() const;
    QList<int> ports() const;
    RowListModel *containers() { return &m_containers; }
    RowListModel *environment() { return &m_environment; }
    RowListModel *volumes() { return &m_volumes; }

protected:
    void update() override;
    QList<FactRow> makeFacts() const override;

private:
    RowListModel m_containers{ContainerRow::staticMetaObject};
    RowListModel m_environment{EnvironmentRow::staticMetaObject};
    RowListModel m_volumes{VolumeRow::staticMetaObject};
};

} // namespace coracle::app
