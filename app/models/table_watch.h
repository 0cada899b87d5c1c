#pragma once

#include "app/models/table_row.h"
#include "app/session/session.h"

#include <QElapsedTimer>
#include <QTimer>

namespace coracle::app {

/// Which objects: the collection's path ("/apis/apps/v1/namespaces/default/deployments") and selectors.
struct TableQuery {
    QString path;
    QString labelSelector, fieldSelector;
    bool operator==(const TableQuery &) const = default;
};

/// Keeps a server-side Table current: lists in pages, then watches; after a lost connection or an expired watch it
/// lists again and reports the difference. GUI thread.
class TableWatch : public QObject {
    Q_OBJECT

public:
    explicit TableWatch(QObject *parent = nullptr);
    ~TableWatch() override;

    /// Begins anew, also when it ran before.
    void start(Session *session, TableQuery query);
    void stop();
    /// After failed(): lists again now.
    void retry();

Q_SIGNALS:
    void columnsChanged(const QList<coracle::app::TableColumn> &columns);
    /// New and changed objects.
    void updated(const QList<coracle::app::TableRow> &rows);
    void removed(const QStringList &uids);
    /// All that there is has been reported; what was not reported since start() or stale() is gone.
    void synced(const QSet<QString> &uids);
    /// Not current: the cluster is not connected, and why if that is known.
    void stale(const coracle::Status &why);
    void failed(const coracle::Status &status);

private:
    void followSession();
    void list(const QString &continueToken);
    void watch();
    void take(const TablePage &page);
    void endedWith(Result<> end);
    void failedWith(const Status &status);

    QPointer<Session> m_session;
    TableQuery m_query;
    QString m_resourceVersion;
    QSet<QString> m_listed; ///< during a list
    Subscription m_watch;
    QTimer m_retry;
    QElapsedTimer m_watchAge;
    int m_generation = 0; ///< answers to an older query are dropped
};

} // namespace coracle::app
