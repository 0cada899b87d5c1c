#pragma once

#include "app/clusters/cluster.h"
#include "app/models/collection_watch.h"
#include "app/models/row_list_model.h"

namespace coracle::app {

/// An object that belongs to another one, or a part of it such as an endpoint.
struct RelatedRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString title MEMBER title)
    Q_PROPERTY(QString subtitle MEMBER subtitle)
    Q_PROPERTY(QString tone MEMBER tone)
    Q_PROPERTY(QString kindKey MEMBER kindKey)
    Q_PROPERTY(QString namespaceName MEMBER namespaceName)
    Q_PROPERTY(QString name MEMBER name)

public:
    QString key, title, subtitle;
    QString tone;                         ///< as Theme knows it; empty: nothing to say
    QString kindKey, namespaceName, name; ///< what it leads to; an empty kind: nothing
};

/// Which objects belong to those of a kind, as a table: where they are found, and the rows that one of them gives.
struct Relation {
    const char *kindKey;
    const char *title; ///< source text of the context "Relations"
    const char *emptyText;
    const char *from; ///< the kind of the candidates
    bool sameNamespace;
    /// The server sifts by this; null: all candidates are looked at.
    QString (*labelSelector)(const QJsonObject &object);
    QList<RelatedRow> (*rows)(const QJsonObject &object, const QJsonObject &candidate);
};

/// Null: nothing belongs to objects of this kind.
const Relation *relationOf(const QString &kindKey);

/// What belongs to an object, current by a watch: the endpoints of a Service, the pods that use a claim, the bindings
/// of a role. At most CollectionWatch::kObjectsMax candidates are looked at. GUI thread.
class RelatedList : public coracle::app::RowListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("a part of ResourceDetail")
    /// Of the list; empty: objects of this kind have none.
    Q_PROPERTY(QString title READ title NOTIFY objectChanged)
    Q_PROPERTY(QString emptyText READ emptyText NOTIFY objectChanged)
    Q_PROPERTY(coracle::app::ViewState::Value state READ state NOTIFY stateChanged)
    Q_PROPERTY(QString errorText READ errorText NOTIFY stateChanged)

public:
    explicit RelatedList(QObject *parent = nullptr);
    void setObject(Cluster *cluster, const QString &kindKey, const QJsonObject &object);
    QString title() const;
    QString emptyText() const;
    ViewState::Value state() const { return m_watch.state(); }
    QString errorText() const { return QString::fromStdString(m_watch.error().message); }

Q_SIGNALS:
    void objectChanged();
    void stateChanged();

private:
    void show();

    const Relation *m_relation = nullptr;
    QJsonObject m_object;
    CollectionWatch m_watch;
};

} // namespace coracle::app
