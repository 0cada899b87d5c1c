#pragma once

#include "app/actions/object_action.h"
#include "app/clusters/cluster.h"

namespace coracle::app {

/// `Actions` in QML: does what the table of object_action.h plans. It reads the object as it is at that moment, asks
/// the server, and tells the result by Toasts, with an undo where there is one. GUI thread.
class ActionRunner : public QObject {
    Q_OBJECT
    QML_NAMED_ELEMENT(Actions)
    QML_SINGLETON
    /// How many requests are on their way.
    Q_PROPERTY(int running READ running NOTIFY runningChanged)

public:
    explicit ActionRunner(QObject *parent = nullptr) : QObject(parent) {}
    int running() const { return m_running; }

    /// `argument` as the action wants it: the number of replicas, the name of a revision, a propagation policy.
    Q_INVOKABLE void run(const QString &actionId, coracle::app::Cluster *cluster, const QString &kindKey,
                         const QString &namespaceName, const QString &name, const QVariant &argument = {});

Q_SIGNALS:
    void runningChanged();
    void succeeded(const QString &actionId, const QString &kindKey, const QString &namespaceName, const QString &name);
    void failed(const QString &actionId, const QString &message);

private:
    struct Run;
    using RunPtr = std::shared_ptr<Run>;
    void readRelated(const RunPtr &run);
    void perform(const RunPtr &run);
    void finish(const RunPtr &run, const Result<QJsonObject> &answer, const ActionPlan &plan);
    void fail(const RunPtr &run, const Status &status);
    void setRunning(int running);

    int m_running = 0;
};

} // namespace coracle::app
