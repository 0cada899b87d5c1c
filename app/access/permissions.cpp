#include "app/access/permissions.h"

#include "app/access/rbac.h"

namespace coracle::app {

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

/// The review must name a namespace; rules of the whole cluster are in the answer for every one.
QString Permissions::reviewed() const {
    return m_namespaceName.isEmpty() ? QStringLiteral("default") : m_namespaceName;
}

void Permissions::ask() {
    RulesReview *review = m_cluster ? &RulesReview::of(*m_cluster->session()) : nullptr;
    if (m_review != review) {
        if (m_review)
            disconnect(m_review, nullptr, this, nullptr);
        m_review = review;
        if (review)
            connect(review, &RulesReview::answered, this, [this](const QString &namespaceName) {
                if (namespaceName == reviewed())
                    take();
            });
    }
    take();
    if (!m_known && m_cluster && m_cluster->connected())
        m_review->ask(reviewed());
}

void Permissions::take() {
    const RulesReview::Answer *answer = m_review ? m_review->answer(reviewed()) : nullptr;
    m_rules = answer ? answer->rules : QJsonArray();
    m_known = answer && answer->complete;
    ++m_revision;
    Q_EMIT changed();
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

QString Permissions::refusal(const QString &verb, const QString &kindKey, const QString &name) const {
    if (may(verb, kindKey, name))
        return {};
    return m_namespaceName.isEmpty()
               ? tr("You have no right to %1 %2.").arg(verb, kindKey)
               : tr("You have no right to %1 %2 in namespace %3.").arg(verb, kindKey, m_namespaceName);
}

QString Permissions::refusalToCreate(const QString &kindKey) const {
    const bool open = m_namespaceName.isEmpty() && m_cluster && m_cluster->catalog()->isNamespaced(kindKey);
    return open ? QString() : refusal(QStringLiteral("create"), kindKey);
}

} // namespace coracle::app
