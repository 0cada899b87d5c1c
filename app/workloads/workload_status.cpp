#include "app/workloads/workload_status.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <algorithm>

namespace coracle::app {

namespace {

class Words {
    Q_DECLARE_TR_FUNCTIONS(WorkloadStatus)
};

const QString kOk = QStringLiteral("ok"), kInfo = QStringLiteral("info"), kWarning = QStringLiteral("warning"),
              kError = QStringLiteral("error"), kNeutral = QStringLiteral("neutral");

QJsonObject conditionOf(const QJsonObject &object, QLatin1String type) {
    for (const QJsonValue &condition : object["status"]["conditions"].toArray())
        if (condition["type"] == type)
            return condition.toObject();
    return {};
}

bool isTrue(const QJsonObject &condition) {
    return condition["status"] == QLatin1String("True");
}

bool isUnseen(const QJsonObject &object) {
    return object["metadata"]["generation"].toInt() > object["status"]["observedGeneration"].toInt();
}

/// The state when no roll-out is going on.
void settle(WorkloadStatus &status) {
    if (status.desired == 0) {
        status.text = Words::tr("Scaled to zero");
        status.tone = kNeutral;
    } else if (status.ready >= status.desired) {
        status.text = Words::tr("Ready");
        status.tone = kOk;
    } else {
        status.text = Words::tr("Not ready");
        status.tone = status.ready == 0 ? kError : kWarning;
        status.progressText = Words::tr("%1 of %2 pods are ready.").arg(status.ready).arg(status.desired);
    }
}

void roll(WorkloadStatus &status, const QString &progress) {
    status.text = Words::tr("Rolling out");
    status.tone = kInfo;
    status.progressText = progress;
    status.rolling = true;
}

QString updatedText(const WorkloadStatus &status) {
    return Words::tr("%1 of %2 pods are updated.").arg(status.updated).arg(status.desired);
}

WorkloadStatus deploymentStatus(const QJsonObject &object) {
    const QJsonObject state = object["status"].toObject();
    WorkloadStatus status{.desired = object["spec"]["replicas"].toInt(1),
                          .ready = state["readyReplicas"].toInt(),
                          .updated = state["updatedReplicas"].toInt()};
    const int replicas = state["replicas"].toInt(), available = state["availableReplicas"].toInt();
    const QJsonObject progressing = conditionOf(object, QLatin1String("Progressing"));
    const QJsonObject failure = conditionOf(object, QLatin1String("ReplicaFailure"));
    settle(status);
    if (object["spec"]["paused"].toBool()) {
        status.text = Words::tr("Paused");
        status.tone = kWarning;
        status.progressText = Words::tr("The rollout is paused: changes wait until it goes on.");
    } else if (isTrue(failure)) {
        status.text = Words::tr("Failed");
        status.tone = kError;
        status.progressText = failure["message"].toString();
    } else if (progressing["reason"] == QLatin1String("ProgressDeadlineExceeded")) {
        status.text = Words::tr("Stuck");
        status.tone = kError;
        status.progressText = progressing["message"].toString();
    } else if (isUnseen(object)) {
        roll(status, Words::tr("The change has not been taken up yet."));
    } else if (status.updated < status.desired) {
        roll(status, updatedText(status));
    } else if (replicas > status.updated) {
        roll(status, Words::tr("%n old pod(s) still end.", nullptr, replicas - status.updated));
    } else if (available < status.updated) {
        // A new version that comes up, or pods of the present one that are lost.
        const bool complete = progressing["reason"] == QLatin1String("NewReplicaSetAvailable");
        if (!complete)
            roll(status, Words::tr("%1 of %2 updated pods are available.").arg(available).arg(status.updated));
    }
    return status;
}

WorkloadStatus statefulSetStatus(const QJsonObject &object) {
    const QJsonObject state = object["status"].toObject(), strategy = object["spec"]["updateStrategy"].toObject();
    WorkloadStatus status{.desired = object["spec"]["replicas"].toInt(1),
                          .ready = state["readyReplicas"].toInt(),
                          .updated = state["updatedReplicas"].toInt()};
    settle(status);
    if (isUnseen(object)) {
        roll(status, Words::tr("The change has not been taken up yet."));
    } else if (strategy["type"] == QLatin1String("OnDelete")) {
        if (status.updated < status.desired && state["updateRevision"] != state["currentRevision"])
            status.progressText = Words::tr("Pods take the new version when they are deleted.");
    } else if (state["updateRevision"] != state["currentRevision"]) {
        const int partition = strategy["rollingUpdate"]["partition"].toInt();
        const int wanted = std::max(0, status.desired - partition);
        if (status.updated < wanted)
            roll(status, updatedText(status));
        else if (partition > 0)
            status.progressText = Words::tr("%1 of %2 pods are updated; the others wait for the partition.")
                                      .arg(status.updated)
                                      .arg(status.desired);
    }
    return status;
}

WorkloadStatus daemonSetStatus(const QJsonObject &object) {
    const QJsonObject state = object["status"].toObject();
    WorkloadStatus status{.desired = state["desiredNumberScheduled"].toInt(),
                          .ready = state["numberReady"].toInt(),
                          .updated = state["updatedNumberScheduled"].toInt()};
    settle(status);
    if (status.desired == 0)
        status.text = Words::tr("No fitting node");
    if (isUnseen(object))
        roll(status, Words::tr("The change has not been taken up yet."));
    else if (object["spec"]["updateStrategy"]["type"] == QLatin1String("OnDelete") && status.updated < status.desired)
        status.progressText = Words::tr("Pods take the new version when they are deleted.");
    else if (status.updated < status.desired)
        roll(status, updatedText(status));
    return status;
}

WorkloadStatus replicaSetStatus(const QJsonObject &object) {
    WorkloadStatus status{.desired = object["spec"]["replicas"].toInt(1),
                          .ready = object["status"]["readyReplicas"].toInt()};
    status.updated = status.ready;
    settle(status);
    return status;
}

WorkloadStatus jobStatus(const QJsonObject &object) {
    const QJsonObject state = object["status"].toObject();
    WorkloadStatus status{.desired = object["spec"]["completions"].toInt(1), .ready = state["succeeded"].toInt()};
    status.updated = status.ready;
    const int failed = state["failed"].toInt();
    if (const QJsonObject failure = conditionOf(object, QLatin1String("Failed")); isTrue(failure)) {
        status.text = Words::tr("Failed");
        status.tone = kError;
        status.progressText = failure["message"].toString();
    } else if (isTrue(conditionOf(object, QLatin1String("Complete")))) {
        status.text = Words::tr("Complete");
        status.tone = kOk;
    } else if (object["spec"]["suspend"].toBool()) {
        status.text = Words::tr("Suspended");
        status.tone = kNeutral;
    } else {
        status.text = Words::tr("Running");
        status.tone = failed > 0 ? kWarning : kInfo;
        status.rolling = true;
        status.progressText = Words::tr("%1 of %2 completed.").arg(status.ready).arg(status.desired);
        if (failed > 0)
            status.progressText += u' ' + Words::tr("%n attempt(s) failed.", nullptr, failed);
    }
    return status;
}

WorkloadStatus cronJobStatus(const QJsonObject &object) {
    const auto active = static_cast<int>(object["status"]["active"].toArray().size());
    WorkloadStatus status{.desired = active, .ready = active};
    if (object["spec"]["suspend"].toBool()) {
        status.text = Words::tr("Suspended");
        status.tone = kNeutral;
    } else {
        status.text = active > 0 ? Words::tr("Running") : Words::tr("Waiting");
        status.tone = active > 0 ? kInfo : kOk;
    }
    if (active > 0)
        status.progressText = Words::tr("%n job(s) running.", nullptr, active);
    return status;
}

} // namespace

WorkloadStatus workloadStatus(const QString &kindKey, const QJsonObject &object) {
    struct Row {
        QLatin1String kindKey;
        WorkloadStatus (*status)(const QJsonObject &object);
    };
    static constexpr Row kRows[]{
        {QLatin1String("deployments.apps"), deploymentStatus},
        {QLatin1String("statefulsets.apps"), statefulSetStatus},
        {QLatin1String("daemonsets.apps"), daemonSetStatus},
        {QLatin1String("replicasets.apps"), replicaSetStatus},
        {QLatin1String("jobs.batch"), jobStatus},
        {QLatin1String("cronjobs.batch"), cronJobStatus},
    };
    if (object.isEmpty())
        return {};
    for (const Row &row : kRows)
        if (kindKey == row.kindKey)
            return row.status(object);
    return {};
}

} // namespace coracle::app
