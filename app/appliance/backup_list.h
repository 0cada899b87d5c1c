#pragma once

#include "app/appliance/upload_model.h"

namespace coracle::app {

struct BackupRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString title MEMBER title)
    Q_PROPERTY(QString detail MEMBER detail)
    Q_PROPERTY(QString originText MEMBER originText)
    Q_PROPERTY(QString error MEMBER error)

public:
    QString key; ///< its name
    QString title, detail, originText;
    QString error; ///< why it cannot be restored; empty: it can
};

/// The back-ups of the datastore, and the datastore itself.
class BackupList : public coracle::app::UploadModel {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(coracle::app::RowListModel *rows READ rows CONSTANT)
    Q_PROPERTY(QString folder READ folder NOTIFY changed)
    Q_PROPERTY(QString datastoreText READ datastoreText NOTIFY datastoreChanged)
    Q_PROPERTY(bool datastoreOk READ datastoreOk NOTIFY datastoreChanged)

public:
    explicit BackupList(QObject *parent = nullptr);

    RowListModel *rows() { return &m_rows; }
    QString folder() const { return document()["folder"].toString(); }
    QString datastoreText() const;
    bool datastoreOk() const { return m_datastore.document()["health"] == QLatin1String("ok"); }

    Q_INVOKABLE void create(const QString &description);
    Q_INVOKABLE void remove(const QString &name);
    Q_INVOKABLE void restore(const QString &name, bool backupFirst);
    /// Into the folder for downloads.
    Q_INVOKABLE void download(const QString &name);
    /// Gives free pages back to the disk.
    Q_INVOKABLE void compact();

Q_SIGNALS:
    void datastoreChanged();

protected:
    void read() override;
    void received(const QString &uploadId) override;

private:
    RowListModel m_rows{BackupRow::staticMetaObject};
    ApplianceDocument m_datastore;
};

} // namespace coracle::app
