#include "app/actions/action_runner.h"

#include "app/actions/toasts.h"

#include <QCoreApplication>

namespace coracle::app {

struct ActionRunner::Run {
    const ObjectAction *action = nullptr;
    QPointer<Session> session;
    QString namespaceName, name;
    QJsonValue argument;
    ActionTarget target;
};

void ActionRunner::run(const QString &actionId, Cluster *cluster, const QString &kindKey, const QString &namespaceName,
                       const QString &name, const QVariant &argument) {
    const ResourceKind *kind = cluster ? cluster->catalog()->find(kindKey) : nullptr;
    const ObjectAction *action = findAction(actionId);
    if (!kind || !action)
        return qWarning("no action %s on %s", qPrintable(actionId), qPrintable(kindKey));
    auto run = std::make_shared<Run>(Run{.action = action,
                                         .session = cluster->session(),
                                         .namespaceName = namespaceName,
                                         .name = name,
                                         .argument = QJsonValue::fromVariant(argument),
                                         .target = {.kind = *kind, .object = {}, .related = {}}});
    setRunning(m_running + 1);
    run->session->sendJson({.path = kind->objectPath(namespaceName, name)}, this,
                           [this, run](Result<QJsonObject> object) {
                               if (!object)
                                   return fail(run, object.error());
                               run->target.object = std::move(*object);
                               readRelated(run);
                           });
}

void ActionRunner::readRelated(const RunPtr &run) {
    if (!run->action->relatedPath)
        return perform(run);
    if (!run->session)
        return setRunning(m_running - 1);
    const QString path = run->action->relatedPath(run->target, run->argument);
    run->session->sendJson({.path = path}, this, [this, run](Result<QJsonObject> object) {
        if (!object)
            return fail(run, object.error());
        run->target.related = std::move(*object);
        perform(run);
    });
}

void ActionRunner::perform(const RunPtr &run) {
    if (!run->session)
        return setRunning(m_running - 1);
    const Result<ActionPlan> plan = run->action->plan(run->target, run->argument);
    if (!plan)
        return fail(run, plan.error());
    run->session->sendJson(plan->request, this,
                           [this, run, plan = *plan](const Result<QJsonObject> &answer) { finish(run, answer, plan); });
}

void ActionRunner::finish(const RunPtr &run, const Result<QJsonObject> &answer, const ActionPlan &plan) {
    if (!answer)
        return fail(run, answer.error());
    setRunning(m_running - 1);
    std::function<void()> undo;
    if (plan.undo)
        undo = [this, run, plan] {
            if (!run->session)
                return;
            setRunning(m_running + 1);
            const ActionPlan back{.request = *plan.undo, .doneText = plan.undoneText, .undo = {}, .undoneText = {}};
            run->session->sendJson(back.request, this,
                                   [this, run, back](const Result<QJsonObject> &undone) { finish(run, undone, back); });
        };
    Toasts::instance().show(plan.doneText, QStringLiteral("ok"),
                            undo ? QCoreApplication::translate("Actions", "Undo") : QString(), std::move(undo));
    Q_EMIT succeeded(QLatin1String(run->action->id), run->target.kind.key(), run->namespaceName, run->name);
}

void ActionRunner::fail(const RunPtr &run, const Status &status) {
    setRunning(m_running - 1);
    const QString message = QString::fromStdString(status.message);
    Toasts::instance().show(
        QCoreApplication::translate("Actions", "%1 (%2): %3").arg(actionTitle(*run->action), run->name, message),
        QStringLiteral("error"));
    Q_EMIT failed(QLatin1String(run->action->id), message);
}

void ActionRunner::setRunning(int running) {
    m_running = running;
    Q_EMIT runningChanged();
}

} // namespace coracle::app
