#include "app/actions/object_action.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>
#include <QRandomGenerator>
#include <algorithm>

namespace coracle::app {

namespace {

constexpr int kReplicasMax = 10'000; ///< more is a slip of the finger
constexpr int kNameMax = 63;         ///< of a Job: it becomes a label of its pods

QString tr(const char *text, const ActionTarget &target) {
    return QCoreApplication::translate("Actions", text).arg(target.kind.kind + u' ' + target.name());
}

ApiRequest patch(const QString &path, const QJsonDocument &body, const QByteArray &type) {
    return {.method = "PATCH",
            .path = path,
            .body = body.toJson(QJsonDocument::Compact),
            .contentType = "application/" + type};
}

ApiRequest mergePatch(const QString &path, const QJsonObject &body) {
    return patch(path, QJsonDocument(body), "merge-patch+json");
}

QJsonObject inSpec(const QString &field, const QJsonValue &value) {
    return {{QStringLiteral("spec"), QJsonObject{{field, value}}}};
}

Result<ActionPlan> planScale(const ActionTarget &target, const QJsonValue &argument) {
    const int wanted = argument.toInt(-1), present = target.object["spec"]["replicas"].toInt(1);
    if (wanted < 0 || wanted > kReplicasMax)
        return errors::badRequest("the number of replicas must be between 0 and 10000");
    const QString path = target.path() + QStringLiteral("/scale");
    const auto request = [&](int replicas) { return mergePatch(path, inSpec(QStringLiteral("replicas"), replicas)); };
    return ActionPlan{.request = request(wanted),
                      .doneText = tr(QT_TRANSLATE_NOOP("Actions", "%1 is scaled to %2"), target).arg(wanted),
                      .undo = request(present),
                      .undoneText = tr(QT_TRANSLATE_NOOP("Actions", "%1 is scaled to %2"), target).arg(present)};
}

/// What `kubectl rollout restart` does: an annotation of the template, so that every pod is made anew.
Result<ActionPlan> planRestart(const ActionTarget &target, const QJsonValue &) {
    const QJsonObject annotations{
        {QStringLiteral("kubectl.kubernetes.io/restartedAt"), QDateTime::currentDateTimeUtc().toString(Qt::ISODate)}};
    const QJsonObject metadata{{QStringLiteral("metadata"), QJsonObject{{QStringLiteral("annotations"), annotations}}}};
    return ActionPlan{.request = mergePatch(target.path(), inSpec(QStringLiteral("template"), metadata)),
                      .doneText = tr(QT_TRANSLATE_NOOP("Actions", "%1 restarts its pods"), target)};
}

/// A boolean of the spec, and its opposite as the way back.
ActionPlan planFlag(const ActionTarget &target, const QString &field, bool value, const char *done,
                    const char *undone) {
    return {.request = mergePatch(target.path(), inSpec(field, value)),
            .doneText = tr(done, target),
            .undo = mergePatch(target.path(), inSpec(field, !value)),
            .undoneText = tr(undone, target)};
}

constexpr const char *kPaused = QT_TRANSLATE_NOOP("Actions", "The rollout of %1 is paused");
constexpr const char *kUnpaused = QT_TRANSLATE_NOOP("Actions", "The rollout of %1 goes on");
constexpr const char *kSuspended = QT_TRANSLATE_NOOP("Actions", "%1 is suspended");
constexpr const char *kResumed = QT_TRANSLATE_NOOP("Actions", "%1 goes on");
constexpr const char *kCordoned = QT_TRANSLATE_NOOP("Actions", "%1 takes no new pods");
constexpr const char *kUncordoned = QT_TRANSLATE_NOOP("Actions", "%1 takes new pods again");

Result<ActionPlan> planPause(const ActionTarget &target, const QJsonValue &) {
    return planFlag(target, QStringLiteral("paused"), true, kPaused, kUnpaused);
}
Result<ActionPlan> planUnpause(const ActionTarget &target, const QJsonValue &) {
    return planFlag(target, QStringLiteral("paused"), false, kUnpaused, kPaused);
}
Result<ActionPlan> planSuspend(const ActionTarget &target, const QJsonValue &) {
    return planFlag(target, QStringLiteral("suspend"), true, kSuspended, kResumed);
}
Result<ActionPlan> planResume(const ActionTarget &target, const QJsonValue &) {
    return planFlag(target, QStringLiteral("suspend"), false, kResumed, kSuspended);
}

/// What `kubectl cordon` and `kubectl uncordon` do.
Result<ActionPlan> planCordon(const ActionTarget &target, const QJsonValue &) {
    return planFlag(target, QStringLiteral("unschedulable"), true, kCordoned, kUncordoned);
}
Result<ActionPlan> planUncordon(const ActionTarget &target, const QJsonValue &) {
    return planFlag(target, QStringLiteral("unschedulable"), false, kUncordoned, kCordoned);
}

/// What `kubectl create job --from=cronjob/...` does.
Result<ActionPlan> planTrigger(const ActionTarget &target, const QJsonValue &) {
    const QString suffix = QStringLiteral("-manual-") +
                           QString::number(QRandomGenerator::global()->bounded(36 * 36 * 36, 36 * 36 * 36 * 36), 36);
    const QString name = target.name().left(kNameMax - static_cast<int>(suffix.size())) + suffix;
    const QJsonObject jobTemplate = target.object["spec"]["jobTemplate"].toObject();
    QJsonObject metadata = jobTemplate["metadata"].toObject();
    QJsonObject annotations = metadata["annotations"].toObject();
    annotations["cronjob.kubernetes.io/instantiate"] = QStringLiteral("manual");
    metadata["name"] = name;
    metadata["annotations"] = annotations;
    metadata["ownerReferences"] = QJsonArray{QJsonObject{{"apiVersion", target.kind.apiVersion()},
                                                         {"kind", target.kind.kind},
                                                         {"name", target.name()},
                                                         {"uid", target.object["metadata"]["uid"]},
                                                         {"controller", true}}};
    const QJsonObject job{{"apiVersion", target.kind.apiVersion()},
                          {"kind", "Job"},
                          {"metadata", metadata},
                          {"spec", jobTemplate["spec"]}};
    return ActionPlan{
        .request = {.method = "POST",
                    .path = QStringLiteral("/apis/batch/v1/namespaces/%1/jobs").arg(target.namespaceName()),
                    .body = QJsonDocument(job).toJson(QJsonDocument::Compact)},
        .doneText = tr(QT_TRANSLATE_NOOP("Actions", "%1 has started Job %2"), target).arg(name)};
}

QString revisionPath(const ActionTarget &target, const QJsonValue &argument) {
    const QString resource =
        target.kind.resource == u"deployments" ? QStringLiteral("replicasets") : QStringLiteral("controllerrevisions");
    return QStringLiteral("/apis/apps/v1/namespaces/%1/%2/%3")
        .arg(target.namespaceName(), resource, argument.toString());
}

/// What `kubectl rollout undo` does: the template of an old ReplicaSet, or the patch that a ControllerRevision holds.
Result<ActionPlan> planRollBack(const ActionTarget &target, const QJsonValue &argument) {
    if (target.object["spec"]["paused"].toBool())
        return errors::badRequest("the rollout is paused: let it go on first");
    ActionPlan plan{.doneText =
                        tr(QT_TRANSLATE_NOOP("Actions", "%1 goes back to %2"), target).arg(argument.toString())};
    if (target.related["kind"] == QLatin1String("ReplicaSet")) {
        QJsonObject pods = target.related["spec"]["template"].toObject();
        QJsonObject metadata = pods["metadata"].toObject(), labels = metadata["labels"].toObject();
        labels.remove(QStringLiteral("pod-template-hash"));
        metadata["labels"] = labels;
        pods["metadata"] = metadata;
        plan.request = patch(
            target.path(),
            QJsonDocument(QJsonArray{QJsonObject{{"op", "replace"}, {"path", "/spec/template"}, {"value", pods}}}),
            "json-patch+json");
        return plan;
    }
    const QJsonObject data = target.related["data"].toObject();
    if (data.isEmpty())
        return errors::badRequest("revision " + argument.toString().toStdString() + " holds no template");
    plan.request = patch(target.path(), QJsonDocument(data), "strategic-merge-patch+json");
    return plan;
}

Result<ActionPlan> planDelete(const ActionTarget &target, const QJsonValue &argument) {
    const QJsonObject options{{"apiVersion", "v1"},
                              {"kind", "DeleteOptions"},
                              {"propagationPolicy", argument.toString(QStringLiteral("Background"))},
                              // Another object of the same name that came meanwhile is not meant.
                              {"preconditions", QJsonObject{{"uid", target.object["metadata"]["uid"]}}}};
    return ActionPlan{.request = {.method = "DELETE",
                                  .path = target.path(),
                                  .body = QJsonDocument(options).toJson(QJsonDocument::Compact)},
                      .doneText = tr(QT_TRANSLATE_NOOP("Actions", "%1 is deleted"), target)};
}

bool isPaused(const QJsonObject &object) {
    return object["spec"]["paused"].toBool();
}
bool isNotPaused(const QJsonObject &object) {
    return !isPaused(object);
}
bool isCordonedNow(const QJsonObject &object) {
    return object["spec"]["unschedulable"].toBool();
}
bool isNotCordoned(const QJsonObject &object) {
    return !isCordonedNow(object);
}
bool isSuspended(const QJsonObject &object) {
    return object["spec"]["suspend"].toBool();
}
bool isNotSuspended(const QJsonObject &object) {
    return !isSuspended(object) && !object["status"]["completionTime"].isString();
}

constexpr const char *kScaled = "deployments.apps statefulsets.apps replicasets.apps replicationcontrollers";
constexpr const char *kRolled = "deployments.apps statefulsets.apps daemonsets.apps";

using Argument = ObjectAction::Argument;

} // namespace

const QList<ObjectAction> &objectActions() {
    static const QList<ObjectAction> actions{
        {"scale", QT_TRANSLATE_NOOP("Actions", "Scale"), "plot", kScaled, "patch /scale", false, Argument::Replicas,
         nullptr, nullptr, planScale},
        {"restart", QT_TRANSLATE_NOOP("Actions", "Restart"), "restart", kRolled, "patch", false, Argument::None,
         nullptr, nullptr, planRestart},
        {"rollback", QT_TRANSLATE_NOOP("Actions", "Roll back"), "undo", kRolled, "patch", false, Argument::Revision,
         nullptr, revisionPath, planRollBack},
        {"pause", QT_TRANSLATE_NOOP("Actions", "Pause rollout"), "pause", "deployments.apps", "patch", false,
         Argument::None, isNotPaused, nullptr, planPause},
        {"unpause", QT_TRANSLATE_NOOP("Actions", "Go on with rollout"), "play", "deployments.apps", "patch", false,
         Argument::None, isPaused, nullptr, planUnpause},
        {"trigger", QT_TRANSLATE_NOOP("Actions", "Run now"), "play", "cronjobs.batch", "create jobs.batch", false,
         Argument::None, nullptr, nullptr, planTrigger},
        {"suspend", QT_TRANSLATE_NOOP("Actions", "Suspend"), "pause", "cronjobs.batch jobs.batch", "patch", false,
         Argument::None, isNotSuspended, nullptr, planSuspend},
        {"resume", QT_TRANSLATE_NOOP("Actions", "Resume"), "play", "cronjobs.batch jobs.batch", "patch", false,
         Argument::None, isSuspended, nullptr, planResume},
        {"cordon", QT_TRANSLATE_NOOP("Actions", "Cordon"), "pause", "nodes", "patch", false, Argument::None,
         isNotCordoned, nullptr, planCordon},
        {"uncordon", QT_TRANSLATE_NOOP("Actions", "Uncordon"), "play", "nodes", "patch", false, Argument::None,
         isCordonedNow, nullptr, planUncordon},
        {"delete", QT_TRANSLATE_NOOP("Actions", "Delete"), "remove", "*", "delete", true, Argument::Propagation,
         nullptr, nullptr, planDelete},
    };
    return actions;
}

const ObjectAction *findAction(const QString &id) {
    const auto &all = objectActions();
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const ObjectAction &action) { return id == QLatin1String(action.id); });
    return found == all.end() ? nullptr : &*found;
}

bool actionApplies(const ObjectAction &action, const QString &kindKey, const QJsonObject &object) {
    const QString kinds = QLatin1String(action.kinds);
    if (kinds != u"*" && !kinds.split(u' ').contains(kindKey))
        return false;
    return !action.applies || action.applies(object);
}

QString actionTitle(const ObjectAction &action) {
    return QCoreApplication::translate("Actions", action.title);
}

ActionRight rightOf(const ObjectAction &action, const QString &kindKey) {
    const QString right = QLatin1String(action.right), on = right.section(u' ', 1);
    const bool sub = on.startsWith(u'/');
    return {.verb = right.section(u' ', 0, 0), .kindKey = on.isEmpty() || sub ? kindKey + on : on};
}

} // namespace coracle::app
