#pragma once

#include "app/appliance/upload_model.h"

namespace coracle::app {

struct ImageRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString title MEMBER title)
    Q_PROPERTY(QString detail MEMBER detail)
    Q_PROPERTY(QString sizeText MEMBER sizeText)
    Q_PROPERTY(QString tone MEMBER tone)
    Q_PROPERTY(QString stateText MEMBER stateText)
    Q_PROPERTY(bool removable MEMBER removable)

public:
    QString key; ///< its id
    QString title, detail, sizeText;
    QString tone, stateText;
    bool removable = false;
};

/// The images on this node.
class ImageList : public coracle::app::UploadModel {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(coracle::app::RowListModel *rows READ rows CONSTANT)
    Q_PROPERTY(QString totalText READ totalText NOTIFY changed)
    Q_PROPERTY(QString search READ search WRITE setSearch NOTIFY changed)

public:
    explicit ImageList(QObject *parent = nullptr);

    RowListModel *rows() { return &m_rows; }
    QString totalText() const;
    QString search() const { return m_search; }
    void setSearch(const QString &text);

    /// A file on the daemon's machine, such as a stick's.
    Q_INVOKABLE void importPath(const QString &path);
    Q_INVOKABLE void remove(const QString &id);

protected:
    void read() override;
    void received(const QString &uploadId) override;
    void operationFinished(bool succeeded) override;

private:
    RowListModel m_rows{ImageRow::staticMetaObject};
    QString m_search;
};

} // namespace coracle::app
