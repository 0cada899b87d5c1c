#include "app/workloads/object_detail.h"

#include "core/api/yaml_writer.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace coracle::app {

QString yamlText(const QJsonObject &object) {
    return QString::fromStdString(api::jsonToYaml(QJsonDocument(object).toJson(QJsonDocument::Compact).toStdString()));
}

ObjectDetail::ObjectDetail(QObject *parent) : ObjectWatch(parent) {
    connect(this, &SessionDocument::documentChanged, this, &ObjectDetail::takeObject);
    connect(&m_rights, &Permissions::changed, this, &ObjectDetail::takeActions);
}

void ObjectDetail::setCluster(Cluster *cluster) {
    if (m_cluster == cluster)
        return;
    m_cluster = cluster;
    identify();
}

void ObjectDetail::setKindKey(const QString &kindKey) {
    m_kindKey = kindKey;
    identify();
}

void ObjectDetail::setNamespaceName(const QString &name) {
    m_namespaceName = name;
    identify();
}

void ObjectDetail::setName(const QString &name) {
    m_name = name;
    identify();
}

void ObjectDetail::identify() {
    const ResourceKind *kind = m_cluster ? m_cluster->catalog()->find(m_kindKey) : nullptr;
    setSession(m_cluster ? m_cluster->session() : nullptr);
    setPath(kind && !m_name.isEmpty() ? kind->objectPath(m_namespaceName, m_name) : QString());
    // Only once it is known what object it is: before, another namespace would be asked about.
    if (kind && !m_name.isEmpty()) {
        m_rights.setNamespaceName(m_namespaceName);
        m_rights.setCluster(m_cluster);
    }
    Q_EMIT identityChanged();
}

QString ObjectDetail::kind() const {
    const ResourceKind *kind = m_cluster ? m_cluster->catalog()->find(m_kindKey) : nullptr;
    return kind ? kind->kind : QString();
}

void ObjectDetail::takeOwner() {
    m_ownerKindKey.clear();
    m_ownerName.clear();
    for (const QJsonValue &owner : object()["metadata"]["ownerReferences"].toArray())
        if (owner["controller"].toBool() && m_cluster) {
            const ResourceKind *kind =
                m_cluster->catalog()->findByKind(owner["apiVersion"].toString(), owner["kind"].toString());
            m_ownerKindKey = kind ? kind->key() : QString();
            m_ownerName = owner["name"].toString();
        }
}

void ObjectDetail::takeObject() {
    takeOwner();
    update();
    m_facts.set(makeFacts());
    m_conditions.set(conditionRows(object()));
    takeActions();
    Q_EMIT detailChanged();
}

void ObjectDetail::takeActions() {
    m_actions.set(actionRows(m_kindKey, object(), m_rights));
}

QString ObjectDetail::yaml() const {
    QJsonObject shown = object(), metadata = shown["metadata"].toObject();
    if (shown.isEmpty())
        return {};
    metadata.remove(QStringLiteral("managedFields"));
    shown["metadata"] = metadata;
    return yamlText(shown);
}

} // namespace coracle::app
