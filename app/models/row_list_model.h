#pragma once

#include <QAbstractListModel>
#include <QtQml/qqmlregistration.h>

namespace coracle::app {

/// A short list of ready values for a detail page: containers, conditions, facts. Each property of the row's gadget is
/// a role of that name; its property `key` tells which row is which, so that an update changes, moves and removes
/// single rows and never resets. Made for some hundred rows. GUI thread.
class RowListModel : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("made by view-models")
    Q_PROPERTY(int count READ count NOTIFY countChanged)

public:
    /// `row`: Row::staticMetaObject of a Q_GADGET with a QString property `key`.
    explicit RowListModel(const QMetaObject &row, QObject *parent = nullptr);

    int count() const { return static_cast<int>(m_rows.size()); }

    template<class Row>
    void set(const QList<Row> &rows) {
        QVariantList values;
        values.reserve(rows.size());
        for (const Row &row : rows)
            values.append(QVariant::fromValue(row));
        replace(std::move(values));
    }
    template<class Row>
    Row at(int row) const {
        return m_rows.at(row).value<Row>();
    }

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

Q_SIGNALS:
    void countChanged();

private:
    void replace(QVariantList rows);
    QString keyOf(const QVariant &row) const;
    bool same(const QVariant &a, const QVariant &b) const;
    void removeGone(const QVariantList &rows);

    const QMetaObject &m_row;
    QVariantList m_rows;
};

} // namespace coracle::app
