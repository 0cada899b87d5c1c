#include "app/pods/pod_detail.h"

#include "app/models/status_tone.h"

#include <QJsonArray>
#include <QLocale>

namespace coracle::app {

PodDetail::PodDetail(QObject *parent) : ObjectDetail(parent) {
    setKindKey(QStringLiteral("pods"));
}

QString PodDetail::tone() const {
    const QString tone = toneName(toneOf(statusText()));
    if (tone != u"ok")
        return tone;
    for (int i = 0; i < m_containers.count(); ++i)
        if (const auto row = m_containers.at<ContainerRow>(i); row.role.isEmpty() && row.tone != u"ok")
            return row.tone;
    return tone;
}

QStringList PodDetail::containerNames() const {
    QStringList names, first;
    for (int i = 0; i < m_containers.count(); ++i) {
        const auto row = m_containers.at<ContainerRow>(i);
        (row.role.isEmpty() ? first : names).append(row.key);
    }
    return first + names;
}

QStringList PodDetail::runningContainers() const {
    QStringList names;
    for (const QString &name : containerNames())
        for (int i = 0; i < m_containers.count(); ++i)
            if (const auto row = m_containers.at<ContainerRow>(i); row.key == name && row.running)
                names.append(name);
    return names;
}

QList<int> PodDetail::ports() const {
    return tcpPorts(object()["spec"].toObject());
}

void PodDetail::update() {
    m_containers.set(containerRows(object()));
    m_environment.set(environmentRows(object()));
    m_volumes.set(volumeRows(object()));
}

QList<FactRow> PodDetail::makeFacts() const {
    const QJsonObject spec = object()["spec"].toObject(), status = object()["status"].toObject();
    QStringList addresses;
    for (const QJsonValue &address : status["podIPs"].toArray())
        addresses.append(address["ip"].toString());
    const QString created = QLocale().toString(this->created().toLocalTime(), QLocale::ShortFormat);
    QList<FactRow> facts{
        {QStringLiteral("node"), tr("Node"), nodeName()},
        {QStringLiteral("address"), tr("Address"), addresses.join(QStringLiteral(", ")), true},
        {QStringLiteral("qos"), tr("Quality of service"), status["qosClass"].toString()},
        {QStringLiteral("priority"), tr("Priority class"), spec["priorityClassName"].toString()},
        {QStringLiteral("restart"), tr("Restart policy"), spec["restartPolicy"].toString()},
        {QStringLiteral("account"), tr("Service account"), spec["serviceAccountName"].toString()},
        {QStringLiteral("created"), tr("Created"), created},
        {QStringLiteral("labels"), tr("Labels"), labels(), true},
    };
    facts.removeIf([](const FactRow &fact) { return fact.value.isEmpty(); });
    return facts;
}

} // namespace coracle::app
