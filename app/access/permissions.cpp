#include "app/access/permissions.h"

#include "app/access/rbac.h"

#include <QElapsedTimer>
#include <QJsonDocument>

namespace coracle::app {

namespace {

struct Answer {
    QElapsedTimer age;
    QJsonArray rules;
    bool complete = false;
};

/// Answers by namespace, kept with the session, so that they go with it.
class AnswerCache : public QObject {
public:
    static constexpr int kAnswersMax = 50;

    static AnswerCache &of(Session &session) {
        static const QString kName = QStringLiteral("permissions");
        if (auto *found = session.findChild<QObject *>(kName, Qt::FindDirectChildrenOnly))
            return static_cast<AnswerCache &>(*found);
        auto *made = new AnswerCache(&session);
        made->setObjectName(kName);
        return *made;
    }

    QHash<QString, Answer> answers;

private:
    explicit AnswerCache(Session *session) : QObject(session) {}
};

} // namespace

void Permissions::setCluster(Cluster *cluster) {
    if (m_cluster == cluster)
        return;
    if (m_cluster)
        disconnect(m_cluster, nullptr, this, nullptr);
    m_cluster = cluster;
    if (cluster)
        connect(cluster, &Cluster::connectionChanged, this, &Permissions::ask);
    ask();
}

void Permissions::setNamespaceName(const QString &name) {
    if (m_namespaceName == name)
        return;
    m_namespaceName = name;
    ask();
}

void Permissions::ask() {
    m_known = false;
    ++m_revision;
    Q_EMIT changed();
    if (!m_cluster || !m_cluster->connected())
        return;
    const auto take = [this](const Answer &answer) {
        m_rules = answer.rules;
        m_known = answer.complete;
        ++m_revision;
        Q_EMIT changed();
    };
    // The review must name a namespace; rules of the whole cluster are in the answer for every one.
    const QString asked = m_namespaceName.isEmpty() ? QStringLiteral("default") : m_namespaceName;
    const auto &answers = AnswerCache::of(*m_cluster->session()).answers;
    if (const auto known = answers.constFind(asked); known != answers.constEnd() && !known->age.hasExpired(kKeptForMs))
        return take(*known);
    const QJsonObject review{{QStringLiteral("apiVersion"), QStringLiteral("authorization.k8s.io/v1")},
                             {QStringLiteral("kind"), QStringLiteral("SelfSubjectRulesReview")},
                             {QStringLiteral("spec"), QJsonObject{{QStringLiteral("namespace"), asked}}}};
    m_cluster->session()->sendJson({.method = "POST",
                                    .path = QStringLiteral("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"),
                                    .body = QJsonDocument(review).toJson(QJsonDocument::Compact)},
                                   this, [this, asked, take](const Result<QJsonObject> &answer) {
                                       if (!answer || !m_cluster)
                                           return;
                                       const QJsonValue status = answer->value("status");
                                       Answer made{.age = {},
                                                   .rules = status["resourceRules"].toArray(),
                                                   .complete = !status["incomplete"].toBool()};
                                       made.age.start();
                                       auto &kept = AnswerCache::of(*m_cluster->session()).answers;
                                       if (kept.size() >= AnswerCache::kAnswersMax)
                                           kept.clear();
                                       kept.insert(asked, made);
                                       take(made);
                                   });
}

bool Permissions::may(const QString &verb, const QString &kindKey, const QString &name) const {
    if (!m_known)
        return true;
    const QString plain = kindKey.section(u'/', 0, 0), sub = kindKey.section(u'/', 1);
    AccessQuestion question{.verb = verb,
                            .group = plain.section(u'.', 1),
                            .resource = plain.section(u'.', 0, 0),
                            .namespaceName = m_namespaceName,
                            .name = name};
    if (!sub.isEmpty())
        question.resource += u'/' + sub;
    return rulesAllow(m_rules, question);
}

} // namespace coracle::app
