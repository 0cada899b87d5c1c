#include "app/workloads/revision_list.h"

#include "app/workloads/object_detail.h"
#include "app/workloads/text_diff.h"

#include <QJsonArray>
#include <algorithm>

namespace coracle::app {

namespace {

/// Objects of a list do not name their kind: a ControllerRevision is known by its own field.
bool isReplicaSet(const QJsonObject &object) {
    return !object.contains(QLatin1String("revision"));
}

bool isOwnedBy(const QJsonObject &object, const QString &uid) {
    const QJsonArray owners = object["metadata"]["ownerReferences"].toArray();
    return std::any_of(owners.begin(), owners.end(),
                       [&](const QJsonValue &owner) { return owner["uid"].toString() == uid; });
}

int revisionOf(const QJsonObject &object) {
    return isReplicaSet(object)
               ? object["metadata"]["annotations"]["deployment.kubernetes.io/revision"].toString().toInt()
               : object["revision"].toInt();
}

QJsonObject templateOf(const QJsonObject &object) {
    if (!isReplicaSet(object)) {
        QJsonObject pods = object["data"]["spec"]["template"].toObject();
        pods.remove(QStringLiteral("$patch"));
        return pods;
    }
    QJsonObject pods = object["spec"]["template"].toObject();
    QJsonObject metadata = pods["metadata"].toObject(), labels = metadata["labels"].toObject();
    labels.remove(QStringLiteral("pod-template-hash"));
    metadata["labels"] = labels;
    pods["metadata"] = metadata;
    return pods;
}

QString imagesOf(const QJsonObject &pods) {
    QStringList images;
    for (const QJsonValue &container : pods["spec"]["containers"].toArray())
        images.append(container["image"].toString());
    return images.join(QStringLiteral(", "));
}

} // namespace

QList<RevisionRow> revisionRows(const QList<QJsonObject> &objects, const QString &ownerUid) {
    QList<QJsonObject> own;
    for (const QJsonObject &object : objects)
        if (isOwnedBy(object, ownerUid))
            own.append(object);
    std::sort(own.begin(), own.end(),
              [](const QJsonObject &a, const QJsonObject &b) { return revisionOf(a) > revisionOf(b); });
    QList<RevisionRow> rows;
    const QString present = own.isEmpty() ? QString() : yamlText(templateOf(own.first()));
    for (const QJsonObject &object : own) {
        const QJsonObject pods = templateOf(object);
        rows.append({.key = object["metadata"]["name"].toString(),
                     .revision = revisionOf(object),
                     .current = rows.isEmpty(),
                     .created = timeOf(object["metadata"]["creationTimestamp"]),
                     .images = imagesOf(pods),
                     .cause = object["metadata"]["annotations"]["kubernetes.io/change-cause"].toString(),
                     .difference = rows.isEmpty() ? QString() : lineDiff(present, yamlText(pods))});
    }
    return rows;
}

RevisionList::RevisionList(QObject *parent) : RowListModel(RevisionRow::staticMetaObject, parent) {
    connect(&m_watch, &CollectionWatch::stateChanged, this, &RevisionList::stateChanged);
    connect(&m_watch, &CollectionWatch::changed, this,
            [this] { set(revisionRows(m_watch.objects().values(), m_ownerUid)); });
}

void RevisionList::setCluster(Cluster *cluster) {
    m_cluster = cluster;
    restart();
}

void RevisionList::setKindKey(const QString &kindKey) {
    m_kindKey = kindKey;
    restart();
}

void RevisionList::setNamespaceName(const QString &name) {
    m_namespaceName = name;
    restart();
}

void RevisionList::setPodSelector(const QString &selector) {
    m_podSelector = selector;
    restart();
}

void RevisionList::setOwnerUid(const QString &uid) {
    m_ownerUid = uid;
    restart();
}

void RevisionList::restart() {
    Q_EMIT queryChanged();
    CollectionWatch::Query query;
    if (m_cluster && !m_podSelector.isEmpty() && !m_ownerUid.isEmpty()) {
        query.path =
            m_cluster->catalog()->path(m_kindKey == u"deployments.apps" ? QStringLiteral("replicasets.apps")
                                                                        : QStringLiteral("controllerrevisions.apps"),
                                       m_namespaceName);
        query.labelSelector = m_podSelector;
    }
    m_watch.start(query.path.isEmpty() ? nullptr : m_cluster->session(), query);
}

} // namespace coracle::app
