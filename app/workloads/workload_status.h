#pragma once

#include <QJsonObject>
#include <QString>

namespace coracle::app {

/// How a workload fares, in words. What `kubectl rollout status` says is the model for the progress.
struct WorkloadStatus {
    QString text;         ///< one or two words: "Ready", "Rolling out", "Paused", "Suspended"
    QString tone;         ///< as Theme knows it
    QString progressText; ///< a sentence; empty when there is nothing to tell
    int desired = 0, ready = 0, updated = 0;
    bool rolling = false; ///< `updated` of `desired` tells how far it is
};

/// `kindKey`: "deployments.apps", "statefulsets.apps", "daemonsets.apps", "replicasets.apps", "jobs.batch",
/// "cronjobs.batch"; others have no status.
WorkloadStatus workloadStatus(const QString &kindKey, const QJsonObject &object);

} // namespace coracle::app
