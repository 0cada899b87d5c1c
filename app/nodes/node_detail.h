#pragma once

#include "app/appliance/operation.h"
#include "app/models/collection_watch.h"
#include "app/nodes/node_rows.h"
#include "app/workloads/object_detail.h"

namespace coracle::app {

/// A node for its page, and its draining. `kindKey` is "nodes". GUI thread.
class NodeDetail : public coracle::app::ObjectDetail {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QString statusText READ statusText NOTIFY detailChanged)
    Q_PROPERTY(QString tone READ tone NOTIFY detailChanged)
    Q_PROPERTY(bool cordoned READ cordoned NOTIFY detailChanged)
    /// Rows of CapacityRow.
    Q_PROPERTY(coracle::app::RowListModel *capacity READ capacity CONSTANT)
    /// Rows of FactRow: label is the effect, value the taint.
    Q_PROPERTY(coracle::app::RowListModel *taints READ taints CONSTANT)
    /// Rows of FactRow: label is the size, value the name.
    Q_PROPERTY(coracle::app::RowListModel *images READ images CONSTANT)
    /// The draining that was begun here.
    Q_PROPERTY(coracle::app::Operation *operation READ operation CONSTANT)
    /// What a drain would do, in words, one line for each pod that is refused; empty: nothing stands in its way.
    Q_PROPERTY(QList<QString> obstacles READ obstacles NOTIFY previewChanged)
    /// How many pods would be moved; -1: not known yet.
    Q_PROPERTY(int podsToMove READ podsToMove NOTIFY previewChanged)
    Q_PROPERTY(QString drainError READ drainError NOTIFY previewChanged)

public:
    static constexpr qsizetype kImagesMax = 100;

    explicit NodeDetail(QObject *parent = nullptr);

    QString statusText() const { return nodeStatusText(object()); }
    QString tone() const { return nodeTone(object()); }
    bool cordoned() const { return isCordoned(object()); }
    RowListModel *capacity() { return &m_capacity; }
    RowListModel *taints() { return &m_taints; }
    RowListModel *images() { return &m_images; }
    Operation *operation() { return &m_operation; }
    QStringList obstacles() const { return m_obstacles; }
    int podsToMove() const { return m_podsToMove; }
    QString drainError() const { return m_drainError; }

    /// Asks what drain() would do with these answers.
    Q_INVOKABLE void preview(bool force, bool deleteEmptyDirData);
    Q_INVOKABLE void drain(bool force, bool deleteEmptyDirData);

Q_SIGNALS:
    void previewChanged();

protected:
    void update() override;
    QList<FactRow> makeFacts() const override;

private:
    void askDrain(bool force, bool deleteEmptyDirData, bool dryRun,
                  std::function<void(const Result<QJsonObject> &)> use);
    void setPreview(int podsToMove, QStringList obstacles, const QString &error);
    void updateCapacity();

    RowListModel m_capacity{CapacityRow::staticMetaObject};
    RowListModel m_taints{FactRow::staticMetaObject};
    RowListModel m_images{FactRow::staticMetaObject};
    CollectionWatch m_pods;
    Operation m_operation;
    QStringList m_obstacles;
    int m_podsToMove = -1;
    int m_previewNumber = 0; ///< answers to an older question are dropped
    QString m_drainError;
};

} // namespace coracle::app
