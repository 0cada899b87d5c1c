#pragma once

#include "app/appliance/appliance_document.h"

#include <QAbstractListModel>

namespace coracle::app {

/// What needs attention in the cluster, the gravest first, and how to mend it. Follows the daemon's notices.
class NoticeModel : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(coracle::app::Session *session READ session WRITE setSession NOTIFY sessionChanged)
    Q_PROPERTY(coracle::app::ViewState::Value state READ state NOTIFY stateChanged)
    Q_PROPERTY(QString errorText READ errorText NOTIFY stateChanged)
    Q_PROPERTY(int count READ count NOTIFY countChanged)
    /// The gravest one's tone: "error", "warning", "info"; "ok" when there is none.
    Q_PROPERTY(QString tone READ tone NOTIFY countChanged)
    /// The gravest one's message; empty when there is none.
    Q_PROPERTY(QString firstText READ firstText NOTIFY countChanged)

public:
    enum Role {
        ToneRole = Qt::UserRole + 1,
        MessageRole,
        MendRole,
        SinceRole,
        PageRole,    ///< where it is mended; empty: at the object that it is about, if it has a kind
        KindKeyRole, ///< of the object; empty: there is none
        NamespaceRole,
        NameRole,
    };

    explicit NoticeModel(QObject *parent = nullptr);

    Session *session() const { return m_document.session(); }
    void setSession(Session *session);
    ViewState::Value state() const { return m_document.state(); }
    QString errorText() const { return m_document.errorText(); }
    int count() const { return static_cast<int>(m_notices.size()); }
    QString tone() const;
    QString firstText() const;

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;
    Q_INVOKABLE void retry() { m_document.retry(); }

Q_SIGNALS:
    void sessionChanged();
    void stateChanged();
    void countChanged();

private:
    void update();

    ApplianceDocument m_document;
    QList<QJsonObject> m_notices;
};

} // namespace coracle::app
