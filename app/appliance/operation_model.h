#pragma once

#include "app/appliance/appliance_document.h"
#include "app/models/row_list_model.h"

namespace coracle::app {

struct OperationRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString title MEMBER title)
    Q_PROPERTY(QString message MEMBER message)
    Q_PROPERTY(QString tone MEMBER tone)
    Q_PROPERTY(double progress MEMBER progress)
    Q_PROPERTY(bool running MEMBER running)

public:
    QString key; ///< its id
    QString title, message, tone;
    double progress = 0;
    bool running = false;
};

/// The operations of the daemon that run now, whoever began them; followed. The daemon keeps at most 100.
class OperationModel : public QObject {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(coracle::app::Session *session READ session WRITE setSession NOTIFY sessionChanged)
    Q_PROPERTY(coracle::app::RowListModel *rows READ rows CONSTANT)

public:
    explicit OperationModel(QObject *parent = nullptr);

    Session *session() const { return m_document.session(); }
    void setSession(Session *session) { m_document.setSession(session); }
    RowListModel *rows() { return &m_rows; }

Q_SIGNALS:
    void sessionChanged();

private:
    /// Each line is one operation.
    class Document final : public ApplianceDocument {
    public:
        using ApplianceDocument::ApplianceDocument;

    protected:
        QJsonObject merged(const QJsonObject &known, const QList<QJsonObject> &lines) const override;
    };
    void read();

    Document m_document;
    RowListModel m_rows{OperationRow::staticMetaObject};
};

} // namespace coracle::app
