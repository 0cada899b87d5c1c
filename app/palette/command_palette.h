#pragma once

#include "app/clusters/cluster_list.h"
#include "app/navigation/navigator.h"

#include <QAbstractListModel>
#include <QtQml/qqmlregistration.h>

namespace coracle::app {

/// What can be reached by typing: pages, clusters, namespaces, kinds and objects, the best matches first. Objects are
/// asked for once each time it opens, and forgotten when it closes. GUI thread.
class CommandPalette : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(coracle::app::ClusterList *clusters MEMBER m_clusters NOTIFY sourcesChanged)
    Q_PROPERTY(coracle::app::Navigator *navigator MEMBER m_navigator NOTIFY sourcesChanged)
    Q_PROPERTY(bool open READ isOpen WRITE setOpen NOTIFY openChanged)
    Q_PROPERTY(QString text READ text WRITE setText NOTIFY textChanged)
    Q_PROPERTY(int count READ count NOTIFY countChanged)

public:
    enum Role { TitleRole = Qt::UserRole + 1, DetailRole, IconRole };
    /// Shown at most; objects held at most, of all kinds together.
    static constexpr int kShownMax = 50, kObjectsMax = 10'000, kObjectsPerKindMax = 2'000;

    using QAbstractListModel::QAbstractListModel;

    bool isOpen() const { return m_open; }
    void setOpen(bool open);
    QString text() const { return m_text; }
    void setText(const QString &text);
    int count() const { return static_cast<int>(m_shown.size()); }
    /// Goes there.
    Q_INVOKABLE void choose(int row);

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

Q_SIGNALS:
    void sourcesChanged();
    void openChanged();
    void textChanged();
    void countChanged();

private:
    enum class What { Page, Cluster, Namespace, Object };
    struct Entry {
        What what;
        QString title, detail, icon;
        QString key;           ///< of the page, the cluster, the kind
        QString namespaceName; ///< of the object
    };
    void collect();
    void askForObjects();
    void show();

    QPointer<ClusterList> m_clusters;
    QPointer<Navigator> m_navigator;
    bool m_open = false;
    int m_opening = 0; ///< answers for an earlier one do not count
    QString m_text;
    QList<Entry> m_entries, m_shown;
};

} // namespace coracle::app
