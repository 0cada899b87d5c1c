#include "app/resources/resource_facts.h"

#include <QCoreApplication>
#include <QJsonArray>

namespace coracle::app {

namespace {

QString tr(const char *text) {
    return QCoreApplication::translate("Facts", text);
}

QString scalar(const QJsonValue &value) {
    if (value.isBool())
        return value.toBool() ? tr(QT_TRANSLATE_NOOP("Facts", "yes")) : tr(QT_TRANSLATE_NOOP("Facts", "no"));
    if (value.isDouble())
        return QString::number(value.toInteger());
    return value.toString();
}

QString listed(const QJsonValue &value) {
    QStringList texts;
    for (const QJsonValue &item : value.toArray())
        texts.append(scalar(item));
    return texts.join(QStringLiteral(", "));
}

QString pairs(const QJsonValue &value) {
    return pairsText(value.toObject());
}

QString servicePorts(const QJsonValue &ports) {
    QStringList lines;
    for (const QJsonValue &port : ports.toArray()) {
        const QString name = port["name"].toString(), target = scalar(port["targetPort"]);
        QString line =
            QStringLiteral("%1/%2").arg(scalar(port["port"]), port["protocol"].toString(QStringLiteral("TCP")));
        if (!target.isEmpty())
            line += QStringLiteral(" → ") + target;
        if (const QString node = scalar(port["nodePort"]); !node.isEmpty())
            line += tr(QT_TRANSLATE_NOOP("Facts", " (node port %1)")).arg(node);
        lines.append(name.isEmpty() ? line : name + QStringLiteral(": ") + line);
    }
    return lines.join(u'\n');
}

QString ingressAddresses(const QJsonValue &entries) {
    QStringList texts;
    for (const QJsonValue &entry : entries.toArray())
        texts.append(entry["ip"].toString(entry["hostname"].toString()));
    return texts.join(QStringLiteral(", "));
}

QString ingressRules(const QJsonValue &rules) {
    QStringList lines;
    for (const QJsonValue &rule : rules.toArray())
        for (const QJsonValue &path : rule["http"]["paths"].toArray()) {
            const QJsonValue service = path["backend"]["service"];
            const QString port = scalar(service["port"]["number"]);
            lines.append(QStringLiteral("%1%2 → %3:%4")
                             .arg(rule["host"].toString(QStringLiteral("*")),
                                  path["path"].toString(QStringLiteral("/")),
                                  service["name"].toString(path["backend"]["resource"]["name"].toString()),
                                  port.isEmpty() ? service["port"]["name"].toString() : port));
        }
    return lines.join(u'\n');
}

QString tlsHosts(const QJsonValue &entries) {
    QStringList lines;
    for (const QJsonValue &entry : entries.toArray())
        lines.append(listed(entry["hosts"]) + QStringLiteral(" (") + entry["secretName"].toString() + u')');
    return lines.join(u'\n');
}

QString claimReference(const QJsonValue &claim) {
    return claim.isObject() ? claim["namespace"].toString() + u'/' + claim["name"].toString() : QString();
}

QString isDefaultClass(const QJsonValue &annotations) {
    return annotations["storageclass.kubernetes.io/is-default-class"] == QLatin1String("true")
               ? tr(QT_TRANSLATE_NOOP("Facts", "yes"))
               : QString();
}

QString policyRules(const QJsonValue &rules) {
    QStringList lines;
    for (const QJsonValue &rule : rules.toArray()) {
        QString what = listed(rule["resources"]) + listed(rule["nonResourceURLs"]);
        if (const QString names = listed(rule["resourceNames"]); !names.isEmpty())
            what += QStringLiteral(" [") + names + u']';
        const QString groups = listed(rule["apiGroups"]);
        lines.append(listed(rule["verbs"]) + QStringLiteral(": ") + what +
                     (groups.isEmpty() ? QString() : QStringLiteral(" (") + groups + u')'));
    }
    return lines.join(u'\n');
}

QString subjects(const QJsonValue &list) {
    QStringList lines;
    for (const QJsonValue &subject : list.toArray()) {
        const QString space = subject["namespace"].toString();
        lines.append(subject["kind"].toString() + u' ' + (space.isEmpty() ? QString() : space + u'/') +
                     subject["name"].toString());
    }
    return lines.join(u'\n');
}

QString roleReference(const QJsonValue &role) {
    return role["kind"].toString() + u' ' + role["name"].toString();
}

QString keyCount(const QJsonValue &data) {
    return QString::number(data.toObject().size());
}

struct Fact {
    const char *kinds; ///< keys, separated by blanks
    const char *path;  ///< "spec.ports"
    const char *label; ///< source text
    QString (*text)(const QJsonValue &) = scalar;
    bool mono = false;
};

constexpr const char *kRoles = "roles.rbac.authorization.k8s.io clusterroles.rbac.authorization.k8s.io";
constexpr const char *kBindings =
    "rolebindings.rbac.authorization.k8s.io clusterrolebindings.rbac.authorization.k8s.io";

const Fact kFacts[] = {
    {"services", "spec.type", QT_TRANSLATE_NOOP("Facts", "Type")},
    {"services", "spec.clusterIPs", QT_TRANSLATE_NOOP("Facts", "Cluster addresses"), listed, true},
    {"services", "spec.externalIPs", QT_TRANSLATE_NOOP("Facts", "External addresses"), listed, true},
    {"services", "status.loadBalancer.ingress", QT_TRANSLATE_NOOP("Facts", "Load balancer"), ingressAddresses, true},
    {"services", "spec.externalName", QT_TRANSLATE_NOOP("Facts", "External name"), scalar, true},
    {"services", "spec.ports", QT_TRANSLATE_NOOP("Facts", "Ports"), servicePorts},
    {"services", "spec.selector", QT_TRANSLATE_NOOP("Facts", "Selects pods"), pairs, true},
    {"services", "spec.sessionAffinity", QT_TRANSLATE_NOOP("Facts", "Session affinity")},
    {"services", "spec.internalTrafficPolicy", QT_TRANSLATE_NOOP("Facts", "Traffic from inside")},
    {"services", "spec.externalTrafficPolicy", QT_TRANSLATE_NOOP("Facts", "Traffic from outside")},
    {"ingresses.networking.k8s.io", "spec.ingressClassName", QT_TRANSLATE_NOOP("Facts", "Class")},
    {"ingresses.networking.k8s.io", "status.loadBalancer.ingress", QT_TRANSLATE_NOOP("Facts", "Address"),
     ingressAddresses, true},
    {"ingresses.networking.k8s.io", "spec.rules", QT_TRANSLATE_NOOP("Facts", "Rules"), ingressRules},
    {"ingresses.networking.k8s.io", "spec.defaultBackend.service.name",
     QT_TRANSLATE_NOOP("Facts", "Anything else goes to")},
    {"ingresses.networking.k8s.io", "spec.tls", QT_TRANSLATE_NOOP("Facts", "TLS"), tlsHosts},
    {"persistentvolumeclaims", "status.phase", QT_TRANSLATE_NOOP("Facts", "Status")},
    {"persistentvolumeclaims", "spec.resources.requests.storage", QT_TRANSLATE_NOOP("Facts", "Asks for")},
    {"persistentvolumeclaims", "status.capacity.storage", QT_TRANSLATE_NOOP("Facts", "Has")},
    {"persistentvolumeclaims", "spec.accessModes", QT_TRANSLATE_NOOP("Facts", "Access"), listed},
    {"persistentvolumeclaims", "spec.storageClassName", QT_TRANSLATE_NOOP("Facts", "Class")},
    {"persistentvolumeclaims", "spec.volumeName", QT_TRANSLATE_NOOP("Facts", "Volume"), scalar, true},
    {"persistentvolumes", "status.phase", QT_TRANSLATE_NOOP("Facts", "Status")},
    {"persistentvolumes", "spec.capacity.storage", QT_TRANSLATE_NOOP("Facts", "Capacity")},
    {"persistentvolumes", "spec.accessModes", QT_TRANSLATE_NOOP("Facts", "Access"), listed},
    {"persistentvolumes", "spec.claimRef", QT_TRANSLATE_NOOP("Facts", "Claim"), claimReference},
    {"persistentvolumes", "spec.persistentVolumeReclaimPolicy", QT_TRANSLATE_NOOP("Facts", "When released")},
    {"persistentvolumes", "spec.storageClassName", QT_TRANSLATE_NOOP("Facts", "Class")},
    {"persistentvolumes", "spec.hostPath.path", QT_TRANSLATE_NOOP("Facts", "Folder"), scalar, true},
    {"persistentvolumes", "spec.local.path", QT_TRANSLATE_NOOP("Facts", "Folder"), scalar, true},
    {"storageclasses.storage.k8s.io", "provisioner", QT_TRANSLATE_NOOP("Facts", "Provisioner"), scalar, true},
    {"storageclasses.storage.k8s.io", "metadata.annotations", QT_TRANSLATE_NOOP("Facts", "Default class"),
     isDefaultClass},
    {"storageclasses.storage.k8s.io", "reclaimPolicy", QT_TRANSLATE_NOOP("Facts", "When released")},
    {"storageclasses.storage.k8s.io", "volumeBindingMode", QT_TRANSLATE_NOOP("Facts", "Binding")},
    {"storageclasses.storage.k8s.io", "allowVolumeExpansion", QT_TRANSLATE_NOOP("Facts", "Can grow")},
    {"storageclasses.storage.k8s.io", "parameters", QT_TRANSLATE_NOOP("Facts", "Parameters"), pairs, true},
    {"configmaps secrets", "data", QT_TRANSLATE_NOOP("Facts", "Keys"), keyCount},
    {"configmaps secrets", "immutable", QT_TRANSLATE_NOOP("Facts", "Immutable")},
    {"secrets", "type", QT_TRANSLATE_NOOP("Facts", "Type"), scalar, true},
    {"namespaces", "status.phase", QT_TRANSLATE_NOOP("Facts", "Status")},
    {"serviceaccounts", "automountServiceAccountToken", QT_TRANSLATE_NOOP("Facts", "Token in pods")},
    {kRoles, "rules", QT_TRANSLATE_NOOP("Facts", "May"), policyRules},
    {kBindings, "roleRef", QT_TRANSLATE_NOOP("Facts", "Role"), roleReference},
    {kBindings, "subjects", QT_TRANSLATE_NOOP("Facts", "Who"), subjects},
    {"customresourcedefinitions.apiextensions.k8s.io", "spec.group", QT_TRANSLATE_NOOP("Facts", "Group"), scalar, true},
    {"customresourcedefinitions.apiextensions.k8s.io", "spec.names.kind", QT_TRANSLATE_NOOP("Facts", "Kind")},
    {"customresourcedefinitions.apiextensions.k8s.io", "spec.scope", QT_TRANSLATE_NOOP("Facts", "Scope")},
};

QJsonValue valueAt(const QJsonObject &object, const char *path) {
    QJsonValue value = object;
    for (const QString &part : QString::fromLatin1(path).split(u'.'))
        value = value[part];
    return value;
}

} // namespace

QList<FactRow> resourceFacts(const QString &kindKey, const QJsonObject &object) {
    QList<FactRow> rows;
    for (const Fact &fact : kFacts) {
        if (!QString::fromLatin1(fact.kinds).split(u' ').contains(kindKey))
            continue;
        const QJsonValue value = valueAt(object, fact.path);
        const QString text = value.isUndefined() || value.isNull() ? QString() : fact.text(value);
        if (!text.isEmpty())
            rows.append({.key = QLatin1String(fact.path), .label = tr(fact.label), .value = text, .mono = fact.mono});
    }
    return rows;
}

QString podSelectorOf(const QString &kindKey, const QJsonObject &object) {
    if (kindKey == u"services")
        return selectorText({{QStringLiteral("matchLabels"), object["spec"]["selector"]}});
    if (kindKey == u"poddisruptionbudgets.policy" || kindKey == u"replicationcontrollers")
        return selectorText(kindKey == u"replicationcontrollers"
                                ? QJsonObject{{QStringLiteral("matchLabels"), object["spec"]["selector"]}}
                                : object["spec"]["selector"].toObject());
    return {};
}

} // namespace coracle::app
