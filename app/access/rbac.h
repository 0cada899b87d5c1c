#pragma once

#include <QJsonObject>
#include <QList>
#include <QString>

/// Who may do what by the cluster's roles and bindings (rbac.authorization.k8s.io/v1). No state; any thread.
namespace coracle::app {

struct RbacObjects {
    QList<QJsonObject> clusterRoles, clusterRoleBindings, roles, roleBindings;
};

struct AccessQuestion {
    QString verb;          ///< "get"
    QString group;         ///< "apps"; empty: the core
    QString resource;      ///< "deployments", "pods/log"
    QString namespaceName; ///< empty: in all namespaces
    QString name;          ///< of the object; empty: any
};

/// Somebody who may, and by what.
struct Grant {
    QString subjectKind; ///< "User", "Group", "ServiceAccount"
    QString subjectNamespace, subject;
    QString roleKind, role;
    QString bindingNamespace; ///< empty: a ClusterRoleBinding
    QString binding;
    bool operator==(const Grant &) const = default;
};

/// By kind and name of the subject. A question about all namespaces is answered by ClusterRoleBindings alone; that
/// about one also by its RoleBindings. Aggregated ClusterRoles have the rules of all that their selectors choose.
QList<Grant> whoCan(const RbacObjects &objects, const AccessQuestion &question);

/// Whether one of these PolicyRules (or the ResourceRules of a SelfSubjectRulesReview) allows it. Without a name in the
/// question, a rule for certain names does not.
bool rulesAllow(const QJsonArray &rules, const AccessQuestion &question);

} // namespace coracle::app
