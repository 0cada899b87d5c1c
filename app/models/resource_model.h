#pragma once

#include "app/models/table_watch.h"
#include "app/models/view_state.h"

#include <QAbstractListModel>
#include <QtQml/qqmlregistration.h>

namespace coracle::app {

/// Objects of any kind as the server prints them, current by a watch and never reset. One model for every list; sorting
/// and searching is ResourceFilterModel's.
class ResourceModel : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(coracle::app::Session *session READ session WRITE setSession NOTIFY queryChanged)
    /// The collection: "/api/v1/pods", "/apis/apps/v1/namespaces/default/deployments". Empty: nothing is shown.
    Q_PROPERTY(QString path READ path WRITE setPath NOTIFY queryChanged)
    Q_PROPERTY(QString labelSelector READ labelSelector WRITE setLabelSelector NOTIFY queryChanged)
    Q_PROPERTY(QString fieldSelector READ fieldSelector WRITE setFieldSelector NOTIFY queryChanged)
    Q_PROPERTY(coracle::app::ViewState::Value state READ state NOTIFY stateChanged)
    Q_PROPERTY(QString errorText READ errorText NOTIFY stateChanged)
    Q_PROPERTY(int errorCode READ errorCode NOTIFY stateChanged)
    Q_PROPERTY(int count READ count NOTIFY countChanged)
    /// The columns that are always shown, without Name and Age, which have their own roles.
    Q_PROPERTY(QList<QString> columns READ columns NOTIFY columnsChanged)
    /// Which of them the status is; -1: none.
    Q_PROPERTY(int statusColumn READ statusColumn NOTIFY columnsChanged)

public:
    enum Role {
        UidRole = Qt::UserRole + 1,
        NameRole,
        NamespaceRole,
        CreatedRole,
        DeletingRole,
        CellsRole,   ///< texts of the columns
        StatusRole,  ///< the text of the column that tells how the object fares; empty where there is none
        ToneRole,    ///< of it, as Theme knows tones
        TroubleRole, ///< the worse, the larger; for sorting
        SummaryRole, ///< the other columns in one line
    };
    Q_ENUM(Role)

    explicit ResourceModel(QObject *parent = nullptr);

    Session *session() const { return m_session; }
    void setSession(Session *session);
    QString path() const { return m_query.path; }
    void setPath(const QString &path);
    QString labelSelector() const { return m_query.labelSelector; }
    void setLabelSelector(const QString &selector);
    QString fieldSelector() const { return m_query.fieldSelector; }
    void setFieldSelector(const QString &selector);
    ViewState::Value state() const { return m_state; }
    QString errorText() const { return m_errorText; }
    int errorCode() const { return m_errorCode; }
    int count() const { return static_cast<int>(m_rows.size()); }
    QStringList columns() const { return m_columnNames; }
    int statusColumn() const { return static_cast<int>(m_shown.indexOf(m_statusColumn)); }

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

    Q_INVOKABLE void retry();

Q_SIGNALS:
    void queryChanged();
    void stateChanged();
    void countChanged();
    void columnsChanged();

private:
    void restart();
    void setColumns(const QList<TableColumn> &columns);
    void update(const QList<TableRow> &rows);
    void remove(const QStringList &uids);
    void keepOnly(const QSet<QString> &uids);
    void setState(ViewState::Value state, const Status &status = {});
    void removeAt(qsizetype place);
    void clear();

    QPointer<Session> m_session;
    TableQuery m_query;
    TableWatch m_watch;
    bool m_restarting = false; ///< properties that are set together start one list
    bool m_synced = false;     ///< the whole list has been there once
    ViewState::Value m_state = ViewState::Loading;
    QString m_errorText;
    int m_errorCode = 0;
    QList<TableRow> m_rows;
    QHash<QString, qsizetype> m_places; ///< by uid
    QList<qsizetype> m_shown;           ///< columns of CellsRole
    QStringList m_columnNames;
    qsizetype m_statusColumn = -1;
};

} // namespace coracle::app
