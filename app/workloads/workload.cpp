#include "app/workloads/workload.h"

#include "app/actions/object_action.h"

#include <QJsonArray>
#include <QLocale>

namespace coracle::app {

namespace {

QString strategyText(const QJsonObject &spec) {
    const QJsonValue deployment = spec["strategy"], other = spec["updateStrategy"];
    const QJsonValue strategy = deployment.isObject() ? deployment : other;
    QStringList parts{strategy["type"].toString()};
    const QJsonObject rolling = strategy["rollingUpdate"].toObject();
    for (auto part = rolling.begin(); part != rolling.end(); ++part)
        parts.append(part.key() + u' ' + part.value().toVariant().toString());
    return parts.join(QStringLiteral(", "));
}

QString imagesText(const QJsonObject &podSpec) {
    QStringList images;
    for (const QJsonValue &container : podSpec["containers"].toArray())
        images.append(container["image"].toString());
    return images.join(u'\n');
}

QString timeText(const QJsonValue &time) {
    const QDateTime at = timeOf(time);
    return at.isValid() ? QLocale().toString(at.toLocalTime(), QLocale::ShortFormat) : QString();
}

} // namespace

double Workload::progress() const {
    if (!m_status.rolling || m_status.desired == 0)
        return -1;
    return std::min(1.0, static_cast<double>(m_status.updated) / m_status.desired);
}

QString Workload::readyText() const {
    if (object().isEmpty() || kindKey() == u"cronjobs.batch")
        return {};
    return kindKey() == u"jobs.batch" ? tr("%1 of %2 completed").arg(m_status.ready).arg(m_status.desired)
                                      : tr("%1 of %2 ready").arg(m_status.ready).arg(m_status.desired);
}

bool Workload::scalable() const {
    const ObjectAction *scale = findAction(QStringLiteral("scale"));
    return !object().isEmpty() && !deleting() && actionApplies(*scale, kindKey(), object());
}

bool Workload::hasRevisions() const {
    return actionApplies(*findAction(QStringLiteral("rollback")), kindKey(), {});
}

void Workload::update() {
    m_status = workloadStatus(kindKey(), object());
    const QJsonObject spec = object()["spec"].toObject();
    m_podSelector = spec.contains(QLatin1String("template")) ? selectorText(spec["selector"].toObject()) : QString();
}

QList<FactRow> Workload::makeFacts() const {
    const QJsonObject spec = object()["spec"].toObject(), status = object()["status"].toObject();
    const QJsonObject pods = kindKey() == u"cronjobs.batch" ? spec["jobTemplate"]["spec"]["template"].toObject()
                                                            : spec["template"].toObject();
    QList<FactRow> facts{
        {QStringLiteral("images"), tr("Image"), imagesText(pods["spec"].toObject()), true},
        {QStringLiteral("strategy"), tr("Update strategy"), strategyText(spec)},
        {QStringLiteral("schedule"), tr("Schedule"), spec["schedule"].toString(), true},
        {QStringLiteral("timeZone"), tr("Time zone"), spec["timeZone"].toString()},
        {QStringLiteral("lastRun"), tr("Last run"), timeText(status["lastScheduleTime"])},
        {QStringLiteral("lastSuccess"), tr("Last success"), timeText(status["lastSuccessfulTime"])},
        {QStringLiteral("started"), tr("Started"), timeText(status["startTime"])},
        {QStringLiteral("completed"), tr("Completed"), timeText(status["completionTime"])},
        {QStringLiteral("service"), tr("Service"), spec["serviceName"].toString()},
        {QStringLiteral("account"), tr("Service account"), pods["spec"]["serviceAccountName"].toString()},
        {QStringLiteral("created"), tr("Created"), timeText(object()["metadata"]["creationTimestamp"])},
        {QStringLiteral("selector"), tr("Selector"), m_podSelector, true},
        {QStringLiteral("labels"), tr("Labels"), labels(), true},
    };
    facts.removeIf([](const FactRow &fact) { return fact.value.isEmpty(); });
    return facts;
}

} // namespace coracle::app
