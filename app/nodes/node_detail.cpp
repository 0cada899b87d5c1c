#include "app/nodes/node_detail.h"

#include "app/appliance/appliance_call.h"
#include "app/format/format.h"

#include <QJsonArray>
#include <QLocale>
#include <algorithm>

namespace coracle::app {

NodeDetail::NodeDetail(QObject *parent) : ObjectDetail(parent) {
    setKindKey(QStringLiteral("nodes"));
    connect(&m_pods, &CollectionWatch::changed, this, &NodeDetail::updateCapacity);
    connect(this, &ObjectDetail::identityChanged, this, [this] {
        if (!cluster() || name().isEmpty())
            return;
        m_operation.setSession(cluster()->session());
        m_pods.start(cluster()->session(), {.path = cluster()->catalog()->path(QStringLiteral("pods")),
                                            .fieldSelector = QStringLiteral("spec.nodeName=") + name()});
    });
}

void NodeDetail::update() {
    m_taints.set(taintRows(object()));
    QList<FactRow> images;
    for (const QJsonValue &image : object()["status"]["images"].toArray()) {
        const QString imageName = image["names"].toArray().last().toString();
        if (!imageName.isEmpty() && images.size() < kImagesMax)
            images.append({.key = imageName, .label = sizeText(image["sizeBytes"].toDouble()), .value = imageName});
    }
    m_images.set(images);
    updateCapacity();
}

void NodeDetail::updateCapacity() {
    m_capacity.set(capacityRows(object(), m_pods.objects().values()));
}

QList<FactRow> NodeDetail::makeFacts() const {
    const QJsonObject info = object()["status"]["nodeInfo"].toObject();
    const QString created = QLocale().toString(this->created().toLocalTime(), QLocale::ShortFormat);
    QList<FactRow> facts{
        {QStringLiteral("roles"), tr("Roles"), nodeRoles(object()).join(QStringLiteral(", "))},
        {QStringLiteral("internal"), tr("Address"), nodeAddress(object(), QStringLiteral("InternalIP")), true},
        {QStringLiteral("external"), tr("External address"), nodeAddress(object(), QStringLiteral("ExternalIP")), true},
        {QStringLiteral("hostname"), tr("Host name"), nodeAddress(object(), QStringLiteral("Hostname"))},
        {QStringLiteral("version"), tr("Kubernetes"), info["kubeletVersion"].toString()},
        {QStringLiteral("system"), tr("System"), info["osImage"].toString()},
        {QStringLiteral("kernel"), tr("Kernel"), info["kernelVersion"].toString()},
        {QStringLiteral("architecture"), tr("Architecture"), info["architecture"].toString()},
        {QStringLiteral("runtime"), tr("Container runtime"), info["containerRuntimeVersion"].toString()},
        {QStringLiteral("podNetwork"), tr("Pod network"), object()["spec"]["podCIDR"].toString(), true},
        {QStringLiteral("created"), tr("Joined"), created},
        {QStringLiteral("labels"), tr("Labels"), labels(), true},
    };
    facts.removeIf([](const FactRow &fact) { return fact.value.isEmpty(); });
    return facts;
}

void NodeDetail::askDrain(bool force, bool deleteEmptyDirData, bool dryRun,
                          std::function<void(const Result<QJsonObject> &)> use) {
    if (!cluster())
        return;
    const QJsonObject body{{"force", force}, {"deleteEmptyDirData", deleteEmptyDirData}, {"dryRun", dryRun}};
    callAppliance(cluster()->session(), this, "POST", QStringLiteral("nodes/%1/drain").arg(encoded(name())), body,
                  std::move(use));
}

void NodeDetail::setPreview(int podsToMove, QStringList obstacles, const QString &error) {
    m_podsToMove = podsToMove;
    m_obstacles = std::move(obstacles);
    m_drainError = error;
    Q_EMIT previewChanged();
}

void NodeDetail::preview(bool force, bool deleteEmptyDirData) {
    setPreview(-1, {}, {});
    askDrain(force, deleteEmptyDirData, true, [this, number = ++m_previewNumber](const Result<QJsonObject> &answer) {
        if (number != m_previewNumber)
            return;
        if (!answer)
            return setPreview(-1, {}, messageOf(answer.error()));
        int moved = 0;
        QStringList obstacles;
        for (const QJsonValue &pod : (*answer)["pods"].toArray()) {
            const QString action = pod["action"].toString();
            moved += action == QLatin1String("evict") ? 1 : 0;
            if (action == QLatin1String("refuse"))
                obstacles.append(
                    tr("%1 in %2: %3")
                        .arg(pod["name"].toString(), pod["namespace"].toString(), pod["reason"].toString()));
        }
        setPreview(moved, obstacles, {});
    });
}

void NodeDetail::drain(bool force, bool deleteEmptyDirData) {
    askDrain(force, deleteEmptyDirData, false, [this](const Result<QJsonObject> &answer) {
        if (!answer)
            return setPreview(m_podsToMove, m_obstacles, messageOf(answer.error()));
        m_operation.setOperationId((*answer)["id"].toString());
    });
}

} // namespace coracle::app
