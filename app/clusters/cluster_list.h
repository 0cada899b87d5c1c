#pragma once

#include "app/clusters/cluster.h"

#include <QAbstractListModel>
#include <QJsonArray>
#include <functional>

namespace coracle::app {

/// The clusters the user has, side by side, kept in a file. The order is the user's.
class ClusterList : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("App.clusters")
    Q_PROPERTY(int count READ count NOTIFY countChanged)
    /// The one that the pages show; null: none yet.
    Q_PROPERTY(coracle::app::Cluster *current READ current NOTIFY currentChanged)

public:
    enum Role { ClusterRole = Qt::UserRole + 1 };
    using SessionFactory = std::function<std::unique_ptr<Session>(const ClusterProfile &)>;

    /// An empty file name: nothing is kept.
    ClusterList(SessionFactory makeSession, QString file, QObject *parent = nullptr);
    ~ClusterList() override;

    /// Reads the file; what cannot be read is kept beside it under another name and reported.
    Result<> load();

    int count() const { return static_cast<int>(m_clusters.size()); }
    Cluster *current() const { return m_current; }
    Cluster *at(int row) const { return m_clusters.at(static_cast<size_t>(row)).get(); }
    Cluster *find(const QString &id) const;

    /// A session that the list does not keep, for trying a profile. It is closed.
    std::unique_ptr<Session> makeSession(const ClusterProfile &profile) const { return m_makeSession(profile); }
    /// Adds a cluster (its id is made here when it has none) and opens it.
    Cluster *add(ClusterProfile profile);
    /// Replaces how a cluster is reached; the session is made anew when that differs.
    void change(ClusterProfile profile);
    Q_INVOKABLE void remove(const QString &id);
    Q_INVOKABLE void select(const QString &id);
    Q_INVOKABLE coracle::app::Cluster *addLocal(const QString &socketPath = {});
    Q_INVOKABLE coracle::app::Cluster *addDemo();
    Q_INVOKABLE coracle::app::Cluster *addSsh(const QString &name, const QString &user, const QString &host, int port,
                                              const QString &identityFile, const QString &jumpHost);

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

Q_SIGNALS:
    void countChanged();
    void currentChanged();
    /// It is gone for good, and so should be what is kept for it elsewhere.
    void removed(const coracle::app::ClusterProfile &profile);

private:
    std::unique_ptr<Cluster> make(ClusterProfile profile);
    Cluster *append(ClusterProfile profile);
    void save();

    SessionFactory m_makeSession;
    QString m_file;
    QJsonArray m_unknown; ///< entries that this version does not understand; written back as they are
    std::vector<std::unique_ptr<Cluster>> m_clusters;
    QPointer<Cluster> m_current;
};

} // namespace coracle::app
