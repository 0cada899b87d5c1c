#include "app/resources/related_list.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QRegularExpression>
#include <algorithm>

namespace coracle::app {

namespace {

QString tr(const char *text) {
    return QCoreApplication::translate("Relations", text);
}

QString nameOf(const QJsonObject &object) {
    return object["metadata"]["name"].toString();
}
QString namespaceOf(const QJsonObject &object) {
    return object["metadata"]["namespace"].toString();
}

RelatedRow row(const QJsonObject &object, const QString &kindKey, const QString &subtitle) {
    return {.key = object["metadata"]["uid"].toString(),
            .title = nameOf(object),
            .subtitle = subtitle,
            .tone = {},
            .kindKey = kindKey,
            .namespaceName = namespaceOf(object),
            .name = nameOf(object)};
}

QString sliceSelector(const QJsonObject &service) {
    return QStringLiteral("kubernetes.io/service-name=") + nameOf(service);
}

QList<RelatedRow> endpointRows(const QJsonObject &, const QJsonObject &slice) {
    QStringList ports;
    for (const QJsonValue &port : slice["ports"].toArray())
        ports.append(QString::number(port["port"].toInt()));
    QList<RelatedRow> rows;
    for (const QJsonValue &endpoint : slice["endpoints"].toArray()) {
        const QJsonValue conditions = endpoint["conditions"], target = endpoint["targetRef"];
        const bool ready = conditions["ready"].toBool(true), ending = conditions["terminating"].toBool();
        const QString pod = target["kind"] == QLatin1String("Pod") ? target["name"].toString() : QString();
        const QString address = endpoint["addresses"][0].toString();
        rows.append({.key = nameOf(slice) + u'/' + address,
                     .title = ports.isEmpty() ? address : address + u':' + ports.join(u','),
                     .subtitle = QStringList{ending  ? tr(QT_TRANSLATE_NOOP("Relations", "ends"))
                                             : ready ? tr(QT_TRANSLATE_NOOP("Relations", "ready"))
                                                     : tr(QT_TRANSLATE_NOOP("Relations", "not ready")),
                                             pod, endpoint["nodeName"].toString()}
                                     .filter(QRegularExpression(QStringLiteral(".")))
                                     .join(QStringLiteral(" · ")),
                     .tone = ready ? QStringLiteral("ok") : QStringLiteral("warning"),
                     .kindKey = pod.isEmpty() ? QString() : QStringLiteral("pods"),
                     .namespaceName = target["namespace"].toString(),
                     .name = pod});
    }
    return rows;
}

/// Whether a pod's volumes or environment mention an object of this name.
bool podUses(const QJsonObject &pod, const char *volume, const char *volumeName, const char *from, const char *keyFrom,
             const QString &name) {
    const QJsonValue spec = pod["spec"];
    for (const QJsonValue &each : spec["volumes"].toArray()) {
        if (each[QLatin1String(volume)][QLatin1String(volumeName)] == name)
            return true;
        for (const QJsonValue &source : each["projected"]["sources"].toArray())
            if (source[QLatin1String(volume)]["name"] == name)
                return true;
    }
    if (!from)
        return false;
    for (const char *containers : {"initContainers", "containers"})
        for (const QJsonValue &container : spec[QLatin1String(containers)].toArray()) {
            for (const QJsonValue &source : container["envFrom"].toArray())
                if (source[QLatin1String(from)]["name"] == name)
                    return true;
            for (const QJsonValue &variable : container["env"].toArray())
                if (variable["valueFrom"][QLatin1String(keyFrom)]["name"] == name)
                    return true;
        }
    return false;
}

QList<RelatedRow> podRow(const QJsonObject &pod) {
    RelatedRow made = row(pod, QStringLiteral("pods"), pod["status"]["phase"].toString());
    return {made};
}

QList<RelatedRow> podsOfClaim(const QJsonObject &claim, const QJsonObject &pod) {
    return podUses(pod, "persistentVolumeClaim", "claimName", nullptr, nullptr, nameOf(claim)) ? podRow(pod)
                                                                                               : QList<RelatedRow>();
}

QList<RelatedRow> podsOfConfigMap(const QJsonObject &map, const QJsonObject &pod) {
    return podUses(pod, "configMap", "name", "configMapRef", "configMapKeyRef", nameOf(map)) ? podRow(pod)
                                                                                             : QList<RelatedRow>();
}

QList<RelatedRow> podsOfSecret(const QJsonObject &secret, const QJsonObject &pod) {
    bool uses = podUses(pod, "secret", "secretName", "secretRef", "secretKeyRef", nameOf(secret));
    for (const QJsonValue &pull : pod["spec"]["imagePullSecrets"].toArray())
        uses = uses || pull["name"] == nameOf(secret);
    return uses ? podRow(pod) : QList<RelatedRow>();
}

QList<RelatedRow> claimOfVolume(const QJsonObject &volume, const QJsonObject &claim) {
    if (claim["spec"]["volumeName"] != nameOf(volume))
        return {};
    return {row(claim, QStringLiteral("persistentvolumeclaims"), namespaceOf(claim))};
}

QList<RelatedRow> claimsOfClass(const QJsonObject &storageClass, const QJsonObject &claim) {
    if (claim["spec"]["storageClassName"] != nameOf(storageClass))
        return {};
    return {row(claim, QStringLiteral("persistentvolumeclaims"),
                QStringList{namespaceOf(claim), claim["status"]["phase"].toString(),
                            claim["status"]["capacity"]["storage"].toString()}
                    .join(QStringLiteral(" · ")))};
}

QList<RelatedRow> servicesOfIngress(const QJsonObject &ingress, const QJsonObject &service) {
    bool used = ingress["spec"]["defaultBackend"]["service"]["name"] == nameOf(service);
    for (const QJsonValue &rule : ingress["spec"]["rules"].toArray())
        for (const QJsonValue &path : rule["http"]["paths"].toArray())
            used = used || path["backend"]["service"]["name"] == nameOf(service);
    return used ? QList<RelatedRow>{row(service, QStringLiteral("services"), service["spec"]["type"].toString())}
                : QList<RelatedRow>();
}

QList<RelatedRow> bindingRow(const QJsonObject &role, const QJsonObject &binding, const QString &roleKind,
                             const QString &bindingKey) {
    if (binding["roleRef"]["kind"] != roleKind || binding["roleRef"]["name"] != nameOf(role))
        return {};
    QStringList subjects;
    for (const QJsonValue &subject : binding["subjects"].toArray())
        subjects.append(subject["kind"].toString() + u' ' + subject["name"].toString());
    return {row(binding, bindingKey, subjects.join(QStringLiteral(", ")))};
}

QList<RelatedRow> bindingsOfRole(const QJsonObject &role, const QJsonObject &binding) {
    return bindingRow(role, binding, QStringLiteral("Role"), QStringLiteral("rolebindings.rbac.authorization.k8s.io"));
}

QList<RelatedRow> bindingsOfClusterRole(const QJsonObject &role, const QJsonObject &binding) {
    return bindingRow(role, binding, QStringLiteral("ClusterRole"),
                      QStringLiteral("clusterrolebindings.rbac.authorization.k8s.io"));
}

const Relation kRelations[] = {
    {"services", QT_TRANSLATE_NOOP("Relations", "Endpoints"),
     QT_TRANSLATE_NOOP("Relations", "Nothing answers for this service."), "endpointslices.discovery.k8s.io", true,
     sliceSelector, endpointRows},
    {"ingresses.networking.k8s.io", QT_TRANSLATE_NOOP("Relations", "Services"),
     QT_TRANSLATE_NOOP("Relations", "None of its services is there."), "services", true, nullptr, servicesOfIngress},
    {"persistentvolumeclaims", QT_TRANSLATE_NOOP("Relations", "Used by"),
     QT_TRANSLATE_NOOP("Relations", "No pod uses it."), "pods", true, nullptr, podsOfClaim},
    {"configmaps", QT_TRANSLATE_NOOP("Relations", "Used by"), QT_TRANSLATE_NOOP("Relations", "No pod uses it."), "pods",
     true, nullptr, podsOfConfigMap},
    {"secrets", QT_TRANSLATE_NOOP("Relations", "Used by"), QT_TRANSLATE_NOOP("Relations", "No pod uses it."), "pods",
     true, nullptr, podsOfSecret},
    {"persistentvolumes", QT_TRANSLATE_NOOP("Relations", "Used by"),
     QT_TRANSLATE_NOOP("Relations", "No claim holds it."), "persistentvolumeclaims", false, nullptr, claimOfVolume},
    {"storageclasses.storage.k8s.io", QT_TRANSLATE_NOOP("Relations", "Claims"),
     QT_TRANSLATE_NOOP("Relations", "No claim has this class."), "persistentvolumeclaims", false, nullptr,
     claimsOfClass},
    {"roles.rbac.authorization.k8s.io", QT_TRANSLATE_NOOP("Relations", "Bindings"),
     QT_TRANSLATE_NOOP("Relations", "Nobody has this role."), "rolebindings.rbac.authorization.k8s.io", true, nullptr,
     bindingsOfRole},
    {"clusterroles.rbac.authorization.k8s.io", QT_TRANSLATE_NOOP("Relations", "Bindings"),
     QT_TRANSLATE_NOOP("Relations", "Nobody has this role in the whole cluster."),
     "clusterrolebindings.rbac.authorization.k8s.io", false, nullptr, bindingsOfClusterRole},
};

} // namespace

const Relation *relationOf(const QString &kindKey) {
    const auto found = std::find_if(std::begin(kRelations), std::end(kRelations), [&](const Relation &relation) {
        return kindKey == QLatin1String(relation.kindKey);
    });
    return found == std::end(kRelations) ? nullptr : found;
}

RelatedList::RelatedList(QObject *parent) : RowListModel(RelatedRow::staticMetaObject, parent) {
    connect(&m_watch, &CollectionWatch::stateChanged, this, &RelatedList::stateChanged);
    connect(&m_watch, &CollectionWatch::changed, this, &RelatedList::show);
}

void RelatedList::setObject(Cluster *cluster, const QString &kindKey, const QJsonObject &object) {
    m_relation = relationOf(kindKey);
    m_object = object;
    CollectionWatch::Query query;
    if (m_relation && cluster && !object.isEmpty()) {
        query.path = cluster->catalog()->path(QLatin1String(m_relation->from),
                                              m_relation->sameNamespace ? namespaceOf(object) : QString());
        if (m_relation->labelSelector)
            query.labelSelector = m_relation->labelSelector(object);
    }
    m_watch.start(query.path.isEmpty() ? nullptr : cluster->session(), query);
    show();
    Q_EMIT objectChanged();
}

QString RelatedList::title() const {
    return m_relation ? tr(m_relation->title) : QString();
}

QString RelatedList::emptyText() const {
    return m_relation ? tr(m_relation->emptyText) : QString();
}

void RelatedList::show() {
    QList<RelatedRow> rows;
    if (m_relation)
        for (const QJsonObject &candidate : m_watch.objects())
            rows += m_relation->rows(m_object, candidate);
    std::sort(rows.begin(), rows.end(), [](const RelatedRow &a, const RelatedRow &b) { return a.key < b.key; });
    set(rows);
}

} // namespace coracle::app
