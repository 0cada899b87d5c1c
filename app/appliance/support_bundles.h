#pragma once

#include "app/appliance/appliance_model.h"

namespace coracle::app {

struct BundleRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString title MEMBER title)
    Q_PROPERTY(QString detail MEMBER detail)

public:
    QString key; ///< its name
    QString title, detail;
};

/// Archives for whoever helps: logs, configuration and states, without secrets. The daemon keeps the last three.
class SupportBundles : public coracle::app::ApplianceModel {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(coracle::app::RowListModel *rows READ rows CONSTANT)

public:
    explicit SupportBundles(QObject *parent = nullptr);

    RowListModel *rows() { return &m_rows; }
    Q_INVOKABLE void create();
    Q_INVOKABLE void remove(const QString &name);
    /// Into the folder for downloads.
    Q_INVOKABLE void download(const QString &name);

protected:
    void read() override;

private:
    RowListModel m_rows{BundleRow::staticMetaObject};
};

} // namespace coracle::app
