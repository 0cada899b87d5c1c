#pragma once

#include "app/access/rbac.h"
#include "app/clusters/cluster.h"
#include "app/models/row_list_model.h"
#include "app/models/view_state.h"

#include <memory>

namespace coracle::app {

struct GrantRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString subject MEMBER subject)
    Q_PROPERTY(QString by MEMBER by)
    Q_PROPERTY(QString bindingKindKey MEMBER bindingKindKey)
    Q_PROPERTY(QString bindingNamespace MEMBER bindingNamespace)
    Q_PROPERTY(QString binding MEMBER binding)

public:
    QString key;
    QString subject; ///< "ServiceAccount kube-system/web"
    QString by;      ///< in a sentence: the role and the binding
    QString bindingKindKey, bindingNamespace, binding;
};

/// Who may do something, by all roles and bindings of the cluster as they are when ask() is called; and whether the
/// user himself may (SelfSubjectAccessReview). GUI thread; the roles are read and searched on others.
class WhoCan : public coracle::app::RowListModel {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(coracle::app::Cluster *cluster MEMBER m_cluster NOTIFY clusterChanged)
    /// Ready before the first question.
    Q_PROPERTY(coracle::app::ViewState::Value state MEMBER m_state NOTIFY stateChanged)
    Q_PROPERTY(QString errorText MEMBER m_errorText NOTIFY stateChanged)
    /// The question in words, once it was asked.
    Q_PROPERTY(QString question MEMBER m_question NOTIFY stateChanged)
    /// Whether the user may, in words; empty until it is known.
    Q_PROPERTY(QString ownAnswer MEMBER m_ownAnswer NOTIFY ownAnswerChanged)
    Q_PROPERTY(bool allowed MEMBER m_allowed NOTIFY ownAnswerChanged)

public:
    explicit WhoCan(QObject *parent = nullptr) : RowListModel(GrantRow::staticMetaObject, parent) {}

    /// `resource`: a kind's key in the catalog ("deployments.apps"), also with a subresource ("pods/log"). An empty
    /// namespace: all of them.
    Q_INVOKABLE void ask(const QString &verb, const QString &resource, const QString &namespaceName);

Q_SIGNALS:
    void clusterChanged();
    void stateChanged();
    void ownAnswerChanged();

private:
    struct Search;
    void readNext(const std::shared_ptr<Search> &search);
    void show(const std::shared_ptr<Search> &search);
    void askMyself(const AccessQuestion &question);
    void setState(ViewState::Value state, const QString &errorText = {});

    QPointer<Cluster> m_cluster;
    ViewState::Value m_state = ViewState::Ready;
    QString m_errorText, m_question, m_ownAnswer;
    bool m_allowed = false;
    int m_generation = 0; ///< answers to an older question are dropped
};

} // namespace coracle::app
