#include "app/access/rules_review.h"

#include <QJsonDocument>

namespace coracle::app {

namespace {
const QString kName = QStringLiteral("rulesReview");
}

RulesReview::RulesReview(Session &session) : QObject(&session), m_session(session) {
    setObjectName(kName);
}

RulesReview &RulesReview::of(Session &session) {
    if (auto *found = session.findChild<RulesReview *>(kName, Qt::FindDirectChildrenOnly))
        return *found;
    return *new RulesReview(session);
}

const RulesReview::Answer *RulesReview::answer(const QString &namespaceName) const {
    const auto found = m_answers.constFind(namespaceName);
    return found == m_answers.constEnd() || found->age.hasExpired(kKeptForMs) ? nullptr : &*found;
}

void RulesReview::ask(const QString &namespaceName) {
    if (m_asked.contains(namespaceName))
        return;
    m_asked.insert(namespaceName);
    const QJsonObject review{{QStringLiteral("apiVersion"), QStringLiteral("authorization.k8s.io/v1")},
                             {QStringLiteral("kind"), QStringLiteral("SelfSubjectRulesReview")},
                             {QStringLiteral("spec"), QJsonObject{{QStringLiteral("namespace"), namespaceName}}}};
    m_session.sendJson({.method = "POST",
                        .path = QStringLiteral("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"),
                        .body = QJsonDocument(review).toJson(QJsonDocument::Compact)},
                       this, [this, namespaceName](const Result<QJsonObject> &answer) {
                           m_asked.remove(namespaceName);
                           if (!answer)
                               return;
                           const QJsonValue status = answer->value("status");
                           Answer made{.age = {},
                                       .rules = status["resourceRules"].toArray(),
                                       .complete = !status["incomplete"].toBool()};
                           made.age.start();
                           if (m_answers.size() >= kAnswersMax)
                               m_answers.clear();
                           m_answers.insert(namespaceName, made);
                           Q_EMIT answered(namespaceName);
                       });
}

} // namespace coracle::app
