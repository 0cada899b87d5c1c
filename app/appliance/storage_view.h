#pragma once

#include "app/appliance/appliance_model.h"

namespace coracle::app {

struct StorageRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString title MEMBER title)
    Q_PROPERTY(QString detail MEMBER detail)
    Q_PROPERTY(QString sizeText MEMBER sizeText)
    Q_PROPERTY(QString tone MEMBER tone)
    Q_PROPERTY(QString stateText MEMBER stateText)
    Q_PROPERTY(double share MEMBER share)

public:
    QString key, title, detail;
    QString sizeText;        ///< the size, or how much of it is used
    QString tone, stateText; ///< empty: nothing to say
    double share = 0;        ///< 0 to 1
};

/// Disks, what lies in the data folder, the volumes on this node, and what could be cleaned up.
class StorageView : public coracle::app::ApplianceModel {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(coracle::app::RowListModel *disks READ disks CONSTANT)
    Q_PROPERTY(coracle::app::RowListModel *parts READ parts CONSTANT)
    Q_PROPERTY(coracle::app::RowListModel *volumes READ volumes CONSTANT)
    /// What a clean-up would free; rows without anything to free are left out.
    Q_PROPERTY(coracle::app::RowListModel *reclaimable READ reclaimable CONSTANT)
    Q_PROPERTY(QString dataFolderText READ dataFolderText NOTIFY changed)
    Q_PROPERTY(QString reclaimableText READ reclaimableText NOTIFY changed)

public:
    explicit StorageView(QObject *parent = nullptr);

    RowListModel *disks() { return &m_disks; }
    RowListModel *parts() { return &m_parts; }
    RowListModel *volumes() { return &m_volumes; }
    RowListModel *reclaimable() { return &m_reclaimable; }
    QString dataFolderText() const;
    QString reclaimableText() const;

    /// `what`: keys of the reclaimable rows.
    Q_INVOKABLE void cleanUp(const QStringList &what);

protected:
    void read() override;
    void operationFinished(bool succeeded) override;

private:
    RowListModel m_disks{StorageRow::staticMetaObject};
    RowListModel m_parts{StorageRow::staticMetaObject};
    RowListModel m_volumes{StorageRow::staticMetaObject};
    RowListModel m_reclaimable{StorageRow::staticMetaObject};
};

} // namespace coracle::app
