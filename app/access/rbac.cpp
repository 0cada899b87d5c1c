#include "app/access/rbac.h"

#include <QHash>
#include <QJsonArray>
#include <QSet>
#include <algorithm>
#include <tuple>

namespace coracle::app {

namespace {

QString nameOf(const QJsonObject &object) {
    return object["metadata"]["name"].toString();
}
QString namespaceOf(const QJsonObject &object) {
    return object["metadata"]["namespace"].toString();
}

bool holds(const QJsonValue &list, const QString &value) {
    const QJsonArray items = list.toArray();
    return items.contains(value) || items.contains(QStringLiteral("*"));
}

/// "pods/log" is meant by itself, by "*/log" and by "*".
bool holdsResource(const QJsonValue &list, const QString &resource) {
    const qsizetype slash = resource.indexOf(u'/');
    return holds(list, resource) || (slash > 0 && list.toArray().contains(QStringLiteral("*") + resource.mid(slash)));
}

bool ruleAllows(const QJsonValue &rule, const AccessQuestion &question) {
    const QJsonArray names = rule["resourceNames"].toArray();
    return holds(rule["verbs"], question.verb) && holds(rule["apiGroups"], question.group) &&
           holdsResource(rule["resources"], question.resource) &&
           (names.isEmpty() || (!question.name.isEmpty() && names.contains(question.name)));
}

bool selects(const QJsonValue &selector, const QJsonObject &labels) {
    const QJsonObject wanted = selector["matchLabels"].toObject();
    for (auto label = wanted.begin(); label != wanted.end(); ++label)
        if (labels[label.key()] != label.value())
            return false;
    for (const QJsonValue &expression : selector["matchExpressions"].toArray()) {
        const QString key = expression["key"].toString(), op = expression["operator"].toString();
        const bool present = labels.contains(key),
                   among = present && expression["values"].toArray().contains(labels[key]);
        const bool fits = op == u"In" ? among : op == u"NotIn" ? !among : op == u"Exists" ? present : !present;
        if (!fits)
            return false;
    }
    return true;
}

/// The ClusterRoles that allow it, by name.
QSet<QString> allowingClusterRoles(const QList<QJsonObject> &roles, const AccessQuestion &question) {
    QSet<QString> allowing;
    for (const QJsonObject &role : roles)
        if (rulesAllow(role["rules"].toArray(), question))
            allowing.insert(nameOf(role));
    // An aggregated role may choose another aggregated one: until nothing is added.
    for (qsizetype before = -1; before != allowing.size();) {
        before = allowing.size();
        for (const QJsonObject &role : roles)
            for (const QJsonValue &selector : role["aggregationRule"]["clusterRoleSelectors"].toArray())
                for (const QJsonObject &chosen : roles)
                    if (allowing.contains(nameOf(chosen)) && selects(selector, chosen["metadata"]["labels"].toObject()))
                        allowing.insert(nameOf(role));
    }
    return allowing;
}

void addSubjects(const QJsonObject &binding, QList<Grant> &grants) {
    for (const QJsonValue &subject : binding["subjects"].toArray()) {
        const QString kind = subject["kind"].toString();
        grants.append({.subjectKind = kind,
                       .subjectNamespace =
                           kind == u"ServiceAccount" ? subject["namespace"].toString(namespaceOf(binding)) : QString(),
                       .subject = subject["name"].toString(),
                       .roleKind = binding["roleRef"]["kind"].toString(),
                       .role = binding["roleRef"]["name"].toString(),
                       .bindingNamespace = namespaceOf(binding),
                       .binding = nameOf(binding)});
    }
}

} // namespace

bool rulesAllow(const QJsonArray &rules, const AccessQuestion &question) {
    return std::any_of(rules.begin(), rules.end(), [&](const QJsonValue &rule) { return ruleAllows(rule, question); });
}

QList<Grant> whoCan(const RbacObjects &objects, const AccessQuestion &question) {
    QList<Grant> grants;
    const QSet<QString> clusterRoles = allowingClusterRoles(objects.clusterRoles, question);
    for (const QJsonObject &binding : objects.clusterRoleBindings)
        if (clusterRoles.contains(binding["roleRef"]["name"].toString()))
            addSubjects(binding, grants);
    QSet<QString> roles;
    for (const QJsonObject &role : objects.roles)
        if (namespaceOf(role) == question.namespaceName && rulesAllow(role["rules"].toArray(), question))
            roles.insert(nameOf(role));
    for (const QJsonObject &binding : objects.roleBindings) {
        const QString role = binding["roleRef"]["name"].toString();
        const bool isCluster = binding["roleRef"]["kind"] == QLatin1String("ClusterRole");
        if (!question.namespaceName.isEmpty() && namespaceOf(binding) == question.namespaceName &&
            (isCluster ? clusterRoles : roles).contains(role))
            addSubjects(binding, grants);
    }
    std::sort(grants.begin(), grants.end(), [](const Grant &a, const Grant &b) {
        return std::tie(a.subjectKind, a.subjectNamespace, a.subject, a.bindingNamespace, a.binding) <
               std::tie(b.subjectKind, b.subjectNamespace, b.subject, b.bindingNamespace, b.binding);
    });
    return grants;
}

} // namespace coracle::app
