#include "app/access/who_can.h"

#include "app/editor/background.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace coracle::app {

namespace {

const QString kRbac = QStringLiteral("/apis/rbac.authorization.k8s.io/v1");
const QString kGroup = QStringLiteral(".rbac.authorization.k8s.io");

AccessQuestion questionOf(const ResourceCatalog &catalog, const QString &verb, const QString &key,
                          const QString &namespaceName) {
    const QString plain = key.section(u'/', 0, 0), sub = key.section(u'/', 1);
    AccessQuestion question{.verb = verb, .group = {}, .resource = plain, .namespaceName = namespaceName, .name = {}};
    if (const ResourceKind *kind = catalog.find(plain)) {
        question.group = kind->group;
        question.resource = kind->resource;
    } else if (plain.contains(u'.')) {
        question.resource = plain.section(u'.', 0, 0);
        question.group = plain.section(u'.', 1);
    }
    if (!sub.isEmpty())
        question.resource += u'/' + sub;
    return question;
}

GrantRow rowOf(const Grant &grant) {
    const bool cluster = grant.bindingNamespace.isEmpty();
    const QString space = grant.subjectNamespace.isEmpty() ? QString() : grant.subjectNamespace + u'/';
    return {
        .key = QStringLiteral("%1/%2/%3/%4")
                   .arg(grant.subjectKind, space + grant.subject, grant.bindingNamespace, grant.binding),
        .subject = grant.subjectKind + u' ' + space + grant.subject,
        .by = cluster ? WhoCan::tr("%1 %2, in the whole cluster").arg(grant.roleKind, grant.role)
                      : WhoCan::tr("%1 %2, in namespace %3").arg(grant.roleKind, grant.role, grant.bindingNamespace),
        .bindingKindKey = (cluster ? QStringLiteral("clusterrolebindings") : QStringLiteral("rolebindings")) + kGroup,
        .bindingNamespace = grant.bindingNamespace,
        .binding = grant.binding};
}

} // namespace

struct WhoCan::Search {
    AccessQuestion question;
    int generation = 0;
    RbacObjects objects;
    QList<std::pair<QString, QList<QJsonObject> RbacObjects::*>> waiting; ///< collections to read
};

void WhoCan::ask(const QString &verb, const QString &resource, const QString &namespaceName) {
    if (!m_cluster || verb.isEmpty() || resource.isEmpty())
        return;
    auto search = std::make_shared<Search>();
    search->question = questionOf(*m_cluster->catalog(), verb, resource, namespaceName);
    search->generation = ++m_generation;
    search->waiting = {{kRbac + QStringLiteral("/clusterroles"), &RbacObjects::clusterRoles},
                       {kRbac + QStringLiteral("/clusterrolebindings"), &RbacObjects::clusterRoleBindings}};
    if (!namespaceName.isEmpty()) {
        const QString space = kRbac + QStringLiteral("/namespaces/") + namespaceName;
        search->waiting.append({space + QStringLiteral("/roles"), &RbacObjects::roles});
        search->waiting.append({space + QStringLiteral("/rolebindings"), &RbacObjects::roleBindings});
    }
    m_question = namespaceName.isEmpty() ? tr("%1 %2 in all namespaces").arg(verb, resource)
                                         : tr("%1 %2 in namespace %3").arg(verb, resource, namespaceName);
    setState(ViewState::Loading);
    askMyself(search->question);
    readNext(search);
}

void WhoCan::readNext(const std::shared_ptr<Search> &search) {
    if (search->waiting.isEmpty())
        return show(search);
    if (!m_cluster)
        return;
    const auto [path, part] = search->waiting.takeFirst();
    m_cluster->session()->sendJson({.path = path}, this, [this, search, part = part](const Result<QJsonObject> &list) {
        if (search->generation != m_generation)
            return;
        if (!list)
            return setState(ViewState::Error, QString::fromStdString(list.error().message));
        for (const QJsonValue &item : list->value("items").toArray())
            (search->objects.*part).append(item.toObject());
        readNext(search);
    });
}

void WhoCan::show(const std::shared_ptr<Search> &search) {
    inBackground(
        this, [objects = search->objects, question = search->question] { return whoCan(objects, question); },
        [this, generation = search->generation](const QList<Grant> &grants) {
            if (generation != m_generation)
                return;
            QList<GrantRow> rows;
            for (const Grant &grant : grants)
                rows.append(rowOf(grant));
            set(rows);
            setState(rows.isEmpty() ? ViewState::Empty : ViewState::Ready);
        });
}

void WhoCan::askMyself(const AccessQuestion &question) {
    m_ownAnswer.clear();
    Q_EMIT ownAnswerChanged();
    const QJsonObject attributes{{QStringLiteral("verb"), question.verb},
                                 {QStringLiteral("group"), question.group},
                                 {QStringLiteral("resource"), question.resource.section(u'/', 0, 0)},
                                 {QStringLiteral("subresource"), question.resource.section(u'/', 1)},
                                 {QStringLiteral("namespace"), question.namespaceName}};
    const QJsonObject review{{QStringLiteral("apiVersion"), QStringLiteral("authorization.k8s.io/v1")},
                             {QStringLiteral("kind"), QStringLiteral("SelfSubjectAccessReview")},
                             {QStringLiteral("spec"), QJsonObject{{QStringLiteral("resourceAttributes"), attributes}}}};
    m_cluster->session()->sendJson({.method = "POST",
                                    .path = QStringLiteral("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"),
                                    .body = QJsonDocument(review).toJson(QJsonDocument::Compact)},
                                   this, [this, generation = m_generation](const Result<QJsonObject> &answer) {
                                       if (generation != m_generation || !answer)
                                           return;
                                       m_allowed = answer->value("status")["allowed"].toBool();
                                       m_ownAnswer = m_allowed ? tr("You may.") : tr("You may not.");
                                       Q_EMIT ownAnswerChanged();
                                   });
}

void WhoCan::setState(ViewState::Value state, const QString &errorText) {
    m_state = state;
    m_errorText = errorText;
    Q_EMIT stateChanged();
}

} // namespace coracle::app
