#pragma once

#include "app/forwards/port_forward_entry.h"
#include "app/models/row_list_model.h"

namespace coracle::app {

struct ForwardRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString title MEMBER title)
    Q_PROPERTY(QString target MEMBER target)
    Q_PROPERTY(QString address MEMBER address)
    Q_PROPERTY(QString stateText MEMBER stateText)
    Q_PROPERTY(QString tone MEMBER tone)
    Q_PROPERTY(QString problem MEMBER problem)
    Q_PROPERTY(QString traffic MEMBER traffic)
    Q_PROPERTY(bool running MEMBER running)

public:
    QString key, title;
    QString target;  ///< "web in default, port 80"
    QString address; ///< "127.0.0.1:34567"; empty while it rests
    QString stateText, tone, problem;
    QString traffic; ///< connections and bytes; empty before the first
    bool running = false;
};

/// `App.forwards`: the port-forwards of all clusters, kept in the settings with the names that the user gave. The rows
/// are those of the current cluster. At most kForwardsMax are kept. GUI thread.
class PortForwards : public coracle::app::RowListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("App.forwards")
    /// Of the current cluster.
    Q_PROPERTY(int runningCount READ runningCount NOTIFY runningCountChanged)

public:
    static constexpr int kForwardsMax = 100;

    /// `settingsFile`: an INI file; empty: nothing is kept.
    PortForwards(ClusterList &clusters, QString settingsFile, QObject *parent = nullptr);
    ~PortForwards() override;

    int runningCount() const;

    /// Adds a forward of the current cluster and starts it. One of `podName` and `podSelector` is given. A local port
    /// of 0 is a free one. Empty on success, else what is wrong.
    Q_INVOKABLE QString add(const QString &name, const QString &subject, const QString &namespaceName,
                            const QString &podName, const QString &podSelector, int podPort, int localPort);
    Q_INVOKABLE void start(const QString &key);
    Q_INVOKABLE void stop(const QString &key);
    Q_INVOKABLE void startAll();
    Q_INVOKABLE void stopAll();
    Q_INVOKABLE void remove(const QString &key);

Q_SIGNALS:
    void runningCountChanged();

private:
    PortForward *find(const QString &key) const;
    QList<PortForward *> ofCurrent() const;
    void append(ForwardProfile profile);
    void load();
    void save() const;
    void show();

    ClusterList &m_clusters;
    QString m_file;
    std::vector<std::unique_ptr<PortForward>> m_forwards;
};

} // namespace coracle::app
