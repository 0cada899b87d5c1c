#include "app/deploy/deploy_form.h"

#include "app/actions/toasts.h"
#include "app/workloads/object_detail.h"

namespace coracle::app {

DeployForm::DeployForm(QObject *parent) : QObject(parent) {
    connect(this, &DeployForm::changed, this, &DeployForm::make);
    make();
}

void DeployForm::make() {
    bool portsOk = true, environmentOk = true;
    const AppSpec spec{.name = m_name.trimmed(),
                       .namespaceName = m_namespaceName.isEmpty() ? QStringLiteral("default") : m_namespaceName,
                       .image = m_image.trimmed(),
                       .replicas = m_replicas,
                       .ports = readPorts(m_ports, &portsOk),
                       .environment = readEnvironment(m_environment, &environmentOk),
                       .storageSize = m_storageSize.trimmed(),
                       .mountPath = m_mountPath.trimmed(),
                       .storageClass = {},
                       .cpu = m_cpu.trimmed(),
                       .memory = m_memory.trimmed(),
                       .expose = static_cast<AppSpec::Expose>(m_expose),
                       .host = m_host.trimmed()};
    m_problems.clear();
    const QHash<QString, QString> problems = appProblems(spec);
    for (auto problem = problems.begin(); problem != problems.end(); ++problem)
        m_problems.insert(problem.key(), problem.value());
    if (!portsOk)
        m_problems.insert(QStringLiteral("ports"), tr("Ports between 1 and 65535, such as 80 or 53/UDP, each once."));
    if (!environmentOk)
        m_problems.insert(QStringLiteral("environment"), tr("One variable a line: NAME=value."));
    m_manifests.clear();
    m_yaml.clear();
    for (const QJsonObject &object : appManifests(spec)) {
        m_yaml += (m_yaml.isEmpty() ? QString() : QStringLiteral("---\n")) + yamlText(object);
        m_manifests.append({.object = object, .document = static_cast<int>(m_manifests.size())});
    }
    m_refusal.clear();
    m_existing.clear();
    Q_EMIT refusalChanged();
    Q_EMIT made();
}

void DeployForm::send(bool dryRun) {
    if (m_busy || !valid() || !m_cluster)
        return;
    m_busy = true;
    m_refusal.clear();
    Q_EMIT busyChanged();
    Q_EMIT refusalChanged();
    m_apply.start(m_cluster, m_manifests, {.dryRun = dryRun, .force = false},
                  [this, dryRun](const QList<ApplyOutcome> &outcomes) { finish(outcomes, dryRun); });
}

void DeployForm::finish(const QList<ApplyOutcome> &outcomes, bool dryRun) {
    m_busy = false;
    Q_EMIT busyChanged();
    QStringList refusals;
    m_existing.clear();
    for (const ApplyOutcome &outcome : outcomes) {
        if (outcome.failed())
            refusals.append(outcome.title() + QStringLiteral(": ") + QString::fromStdString(outcome.error.message));
        else if (!outcome.before.isEmpty())
            m_existing.append(outcome.title());
    }
    m_refusal = refusals.join(u'\n');
    Q_EMIT refusalChanged();
    if (!refusals.isEmpty())
        return;
    if (dryRun)
        return reviewed();
    const QJsonValue metadata = outcomes.last().after["metadata"];
    Toasts::instance().done(tr("%1 is deployed").arg(m_name.trimmed()));
    Q_EMIT applied(metadata["namespace"].toString(), m_name.trimmed());
}

} // namespace coracle::app
