#pragma once

#include "app/access/rules_review.h"
#include "app/clusters/cluster.h"

#include <QtQml/qqmlregistration.h>

namespace coracle::app {

/// What the user may do in a namespace, for pages that hide or explain what he may not. Answered by RulesReview; until
/// it is known, and where the answer is not complete, everything counts as allowed: the server has the last word. GUI
/// thread.
///
///     Permissions { id: rights; cluster: App.cluster; namespaceName: page.namespaceName }
///     RightAction { reason: rights.revision >= 0 ? rights.refusal("delete", "pods") : "" }
class Permissions : public QObject {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(coracle::app::Cluster *cluster MEMBER m_cluster WRITE setCluster NOTIFY changed)
    /// Empty: objects of the whole cluster.
    Q_PROPERTY(QString namespaceName MEMBER m_namespaceName WRITE setNamespaceName NOTIFY changed)
    /// Grows when the answers may be others: name it in bindings.
    Q_PROPERTY(int revision READ revision NOTIFY changed)

public:
    explicit Permissions(QObject *parent = nullptr) : QObject(parent) {}
    void setCluster(Cluster *cluster);
    void setNamespaceName(const QString &name);
    int revision() const { return m_revision; }

    /// `kindKey`: "pods", "deployments.apps", also with a subresource: "pods/exec", "deployments.apps/scale".
    Q_INVOKABLE bool may(const QString &verb, const QString &kindKey, const QString &name = {}) const;
    /// Why he may not, for the user; empty: he may.
    Q_INVOKABLE QString refusal(const QString &verb, const QString &kindKey, const QString &name = {}) const;
    /// The same for a new object. Without a namespace, that of an object that needs one is not known before it is
    /// written, and nothing is refused.
    Q_INVOKABLE QString refusalToCreate(const QString &kindKey) const;

Q_SIGNALS:
    void changed();

private:
    void ask();
    void take();
    QString reviewed() const;

    QPointer<Cluster> m_cluster;
    QPointer<RulesReview> m_review;
    QString m_namespaceName;
    QJsonArray m_rules;
    bool m_known = false; ///< and complete
    int m_revision = 0;
};

} // namespace coracle::app
